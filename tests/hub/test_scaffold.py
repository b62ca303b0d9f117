"""A new connector, written, installed beside Muster, and tried: as its author would do it."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.scaffold import new_connector

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs Python with the new package installed, and without our own tests."""
    place = tmp_path_factory.mktemp("connector")
    folder, site = new_connector("acme_hr", place), place / "site"
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def python(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = python("-c", build, str(place))
    assert done.returncode == 0, done.stderr
    zipfile.ZipFile(place / done.stdout.split()[-1]).extractall(site)
    return python


def test_its_tests_pass_at_once(run: Run):
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert "11 passed" in done.stdout


def test_it_is_found_by_the_kit_and_passes(run: Run):
    done = run("-m", "hub.cli", "conformance", "acme_hr", "--seeds", "2", "--json")
    assert done.returncode == 0, done.stderr
    assert '"connector": "acme_hr"' in done.stdout


def test_it_passes_the_linter_and_the_type_checker(run: Run):
    for words in (("ruff", "check", "--isolated", "."), ("mypy", "--strict", "muster_acme_hr")):
        done = run("-m", *words)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["Acme", "acme-hr", "class", "1st", ""])
def test_a_name_must_be_one_that_python_takes(name: str, tmp_path: Path):
    with pytest.raises(ValueError, match="cannot name a connector"):
        new_connector(name, tmp_path)


def test_nothing_is_overwritten(tmp_path: Path):
    new_connector("acme", tmp_path)
    with pytest.raises(FileExistsError):
        new_connector("acme", tmp_path)
