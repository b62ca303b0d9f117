# make demo        the whole way of a punch, for real, until Ctrl-C (ONCE=1: ends by itself)
# make test        all tests
# make check       format, lint, types
# make bench       measurements (ONLY=intake: a part of them)
# make dev         Dagster and the API for work on the code
# make clean       removes all that the demo made
# make lock        renews the pinned dependencies

PYTHON ?= python3
BIN := .venv/bin
LOCK := uv pip compile -q --universal --python-version 3.11 --no-emit-index-url --no-header --no-strip-extras --generate-hashes pyproject.toml

.PHONY: demo test check bench dev clean lock
.DELETE_ON_ERROR:

.venv: .venv/ready

# backoff: the benchmarks' python-backoff has the same folder, and takes it along when it goes.
.venv/ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Muster needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@if command -v uv >/dev/null; then \
	  uv venv -q --allow-existing --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv && \
	  uv pip sync -q --compile-bytecode --python $(BIN)/python --require-hashes --reinstall-package backoff requirements/dev.txt && \
	  uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -m venv .venv && \
	  $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt && \
	  $(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $@

demo: .venv
	@ONCE=$(ONCE) $(BIN)/python -m examples.demo

# Clients that others wrote in JavaScript; without npm their tests are skipped, and say so.
tests/peers/node_modules: tests/peers/package-lock.json
	@command -v npm >/dev/null && npm ci --prefix tests/peers --ignore-scripts --no-fund --no-audit --silent && touch $@ || true

test: .venv tests/peers/node_modules
	$(BIN)/pytest -n 2 --dist loadgroup

check: .venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

.venv/bench: .venv/ready requirements/bench.txt
	@if command -v uv >/dev/null; then uv pip install -q --python $(BIN)/python --require-hashes -r requirements/bench.txt; \
	else $(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.txt; fi
	@touch $@

bench: .venv/bench
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

dev: .venv
	@mkdir -p .muster/dagster && cp dagster.yaml .muster/dagster/
	@trap 'kill 0' EXIT; $(BIN)/muster serve & \
	  MUSTER_DATABASE_URL="sqlite:///$(CURDIR)/.muster/hub.db" DAGSTER_HOME="$(CURDIR)/.muster/dagster" \
	  $(BIN)/dagster dev -m orchestration.definitions

clean:
	rm -rf .muster

lock:
	$(LOCK) --extra dev -o requirements/dev.txt
	$(LOCK) -c requirements/dev.txt -o requirements/run.txt
	$(LOCK) --extra bench -c requirements/dev.txt -o requirements/bench.txt
