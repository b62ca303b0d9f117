"""What `muster` says and with which exit code it ends; a traceback is never an answer to a mistake."""

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import Engine, create_engine, text
from sqlmodel import select

from hub import records
from hub.api.security import _digest
from hub.database import connect, reading
from hub.lease import lease
from tests.hub.world import KOLKATA, NOW, edit

# This Typer asks click 8.5 for names that click 9 will not have.
pytestmark = pytest.mark.filterwarnings("ignore:.*removed in Click 9:DeprecationWarning")

DONE, LEFT, WRONG = 0, 1, 2
ATTLOG = "1001\t2026-03-23 09:00:00\t1\t0\t1\t0\n1001\t2026-03-23 18:00:00\t1\t1\t1\t0\n"
RANGE = ("--from", "2026-03-22", "--to", "2026-04-04")
Run = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    monkeypatch.setenv("MUSTER_DATABASE_URL", url)
    return url


@pytest.fixture
def run(url: str) -> Run:
    """Runs a command and holds it to its exit code; a mistake is told on standard error, in sentences."""
    from typer.testing import CliRunner

    from hub.cli import app

    def command(*words: str | Path, code: int = DONE) -> Result:
        done = CliRunner().invoke(app, [str(word) for word in words])
        assert done.exit_code == code, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert (code == WRONG) <= bool(done.stderr.strip())
        return done

    return command


@pytest.fixture
def tenant(run: Run, folder: Path) -> str:
    """The demo tenant, loaded."""
    run("load", folder)
    return (folder / "tenant.yaml").read_text().split()[1]


def held(url: str, table: type[Any], tenant: str) -> list[Any]:
    engine = connect(url)
    with reading(engine) as session:
        rows = list(session.exec(select(table).where(table.tenant == tenant)))
    engine.dispose()
    return rows


def test_a_folder_is_loaded_and_counted(run: Run, folder: Path, url: str) -> None:
    tenant = (folder / "tenant.yaml").read_text().split()[1]
    assert re.search(r"employees +│ +171 +│ +0 +│", run("load", folder, "--dry-run").stdout)
    assert held(url, records.Employee, tenant) == []
    run("load", folder)
    assert len(held(url, records.Employee, tenant)) == 40
    assert "0 computed days to be computed again, 0 rows released" in run("load", folder).stdout


def test_a_mistake_in_the_folder_is_told_by_row_with_what_to_do(run: Run, folder: Path) -> None:
    edit(folder, "employees.csv", "K003,Meera Menon,kolkata", "K003,Meera Menon,kolkatta")
    edit(folder, "rosters.csv", "K002,2024-04-01,GEN", "K002,2024-04-01,GNE")
    told = run("load", folder, code=WRONG).stderr.splitlines()
    assert told == [
        "employees.csv:4: 'kolkatta' is not a site; there are: berlin, kolkata",
        "rosters.csv:3: 'GNE' is not a shift; there are: DAY, GEN, MOR, NGT",
    ]


def test_from_files_to_days(run: Run, tenant: str, tmp_path: Path) -> None:
    path = tmp_path / "attlog.dat"
    path.write_text(ATTLOG)
    assert "2 rows: 2 new punches, 0 in quarantine." in run("import", tenant, KOLKATA, path).stdout
    assert "2 rows: 0 new punches, 0 in quarantine." in run("import", tenant, KOLKATA, path).stdout
    assert "560 employee-days: 560 new, 0 changed." in run("process", tenant, *RANGE).stdout
    again = json.loads(run("process", tenant, *RANGE, "--json").stdout)
    assert again == {"days": 560, "created": 0, "changed": 0}


def test_rows_in_quarantine_are_something_left_to_do_and_are_listed(run: Run, tenant: str, tmp_path: Path) -> None:
    path = tmp_path / "attlog.dat"
    path.write_text(f"{ATTLOG}broken\n9999\t2026-03-23 09:00:00\t1\t0\t1\t0\n")
    assert "4 rows: 3 new punches, 1 in quarantine." in run("import", tenant, KOLKATA, path, code=LEFT).stdout
    shown = run("status", tenant, code=LEFT).stdout
    assert "quarantine: 1" in shown
    report = json.loads(run("status", tenant, "--json", code=LEFT).stdout)
    assert report["quarantine"] == [f"{KOLKATA} line 3: too_few_fields"]
    assert report["unknown_badges"] == ["kolkata:9999 (1 punches)"]


def test_a_row_that_nothing_can_come_of_is_dismissed_by_a_person_with_a_reason(
    run: Run, tenant: str, tmp_path: Path, url: str
) -> None:
    path = tmp_path / "attlog.dat"
    path.write_text(f"{ATTLOG}broken\nbroken too\n")
    run("import", tenant, KOLKATA, path, code=LEFT)
    [first, second] = json.loads(run("quarantine", "list", tenant, "--json", code=LEFT).stdout)
    assert (first["line"], first["raw"]) == (3, "broken")
    assert "at least a user id and a time" in run("quarantine", "list", tenant, code=LEFT).stdout
    dismissing = ("quarantine", "dismiss", tenant, "--by", "asha", "--note", "test print of the terminal")
    assert "No row 999 waits" in run(*dismissing, str(first["id"]), "999", code=WRONG).stderr
    run(*dismissing, str(first["id"]), str(second["id"]))
    assert "quarantine: 0" in run("status", tenant).stdout
    run("quarantine", "list", tenant)
    kept = held(url, records.Quarantine, tenant)
    assert {(row.dismissed_by, row.note) for row in kept} == {("asha", "test print of the terminal")}
    run("import", tenant, KOLKATA, path, code=LEFT)
    run("quarantine", "list", tenant)  # told again, it is known


FILES = {
    "header": ("punches.csv", b"who,when\n", r"punches\.csv:1: the header must have user and time, and may have: .*"),
    "encoding": (
        "punches.csv",
        b"user,time\nK\xf6nig,x\n",
        r"punches\.csv:2: the file is not UTF-8; save it as UTF-8\.",
    ),
    "quote": ("punches.csv", b'user,time\n"1001', r"punches\.csv:2: not readable as CSV: .*"),
}


@pytest.mark.parametrize(("name", "content", "sentence"), FILES.values(), ids=FILES)
def test_a_wrong_file_is_told_by_row(
    run: Run, tenant: str, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    told = run("import", tenant, KOLKATA, path, code=WRONG).stderr.strip()
    assert re.fullmatch(sentence, told), told


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_a_file_that_cannot_be_opened_is_told_by_name(run: Run, tenant: str, tmp_path: Path, name: str) -> None:
    told = run("import", tenant, KOLKATA, tmp_path / name, code=WRONG).stderr
    assert told.startswith(str(tmp_path / name))


def test_a_folder_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    told = run("load", tmp_path / "nowhere", code=WRONG).stderr
    assert "nowhere: there is no such folder" in told


UNKNOWN = {
    "tenant of a file": (("import", "acmee", KOLKATA, "x.csv"), r"There is no tenant 'acmee'\. Tenants: t\w+\."),
    "tenant of days": (("process", "acmee", *RANGE), r"There is no tenant 'acmee'\. Tenants: t\w+\."),
    "tenant of a status": (("status", "acmee"), r"There is no tenant 'acmee'\. Tenants: t\w+\."),
    "tenant of a key": (("key", "acmee", "gate"), r"There is no tenant 'acmee'\. Tenants: t\w+\."),
    "device": (("import", "TENANT", "ELSEWHERE", "x.csv"), r"No device 'ELSEWHERE' is claimed by t\w+; add it to devices.yaml and load the folder\."),
    "scope": (("key", "TENANT", "gate", "--scopes", "punches:write all"), r"Not a scope: all\. Scopes: punches:write.*"),
    "no scope": (("key", "TENANT", "gate", "--scopes", " "), r"Not a scope: nothing\. Scopes: .*"),
    "connection to check": (("check", "books"), r"There is no connection 'books'\. Connections: none\."),
    "connection to push": (("push", "books", *RANGE), r"There is no connection 'books'\. Connections: none\."),
    "dates the wrong way round": (("process", "TENANT", "--from", "2026-04-04", "--to", "2026-03-22"), r"--to 2026-03-22 lies before --from 2026-04-04\."),
}  # fmt: skip


@pytest.mark.parametrize(("words", "sentence"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_does_not_exist_is_answered_with_what_does(
    run: Run, tenant: str, words: tuple[str, ...], sentence: str
) -> None:
    told = run(*(tenant if word == "TENANT" else word for word in words), code=WRONG).stderr.strip()
    assert re.fullmatch(sentence, told), told


@pytest.mark.parametrize(
    "words", [("process", "acme", "--from", "22.3.2026", "--to", "x"), ("push",), ("fly",), ("serve", "--port", "0")]
)
def test_a_command_line_that_cannot_be_read_is_wrong_input(run: Run, words: tuple[str, ...]) -> None:
    run(*words, code=WRONG)


def test_before_anything_is_loaded_that_is_what_is_told(run: Run) -> None:
    assert "Tenants: none; load a folder." in run("status", "acme", code=WRONG).stderr


def test_a_key_is_shown_once_and_kept_as_a_digest(run: Run, tenant: str, url: str) -> None:
    key = run("key", tenant, "gate").stdout.strip()
    (kept,) = held(url, records.ApiKey, tenant)
    assert (kept.sha256, kept.name, kept.scopes) == (_digest(key), "gate", "punches:write")
    assert key not in repr(kept)


def test_days_that_another_process_computes_are_for_later(run: Run, tenant: str, url: str) -> None:
    engine = connect(url)
    with lease(engine, tenant, "process", lambda: NOW * 2):
        assert "try again in a minute" in run("process", tenant, *RANGE, code=LEFT).stderr
    engine.dispose()


URLS = {
    "no URL": ("hub.db", WRONG, "is not the URL of a database; use sqlite:///… or postgresql://…"),
    "another kind": ("mysql://localhost/hub", WRONG, "is not the URL of a database"),
    "no such driver": ("oracle+magic://localhost/hub", WRONG, "is not the URL of a database"),
    "nobody listens": ("postgresql://127.0.0.1:1/hub", LEFT, "The database cannot be used: "),
}


@pytest.mark.parametrize(("url", "code", "sentence"), URLS.values(), ids=URLS)
def test_a_database_that_cannot_be_used_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, code: int, sentence: str
) -> None:
    monkeypatch.setenv("MUSTER_DATABASE_URL", url)
    assert sentence in run("status", "acme", code=code).stderr


def test_a_file_that_is_no_database_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_text("Dear diary, " * 100)
    assert "The database cannot be used: file is not a database" in run("migrate", code=LEFT).stderr


def test_a_database_of_another_version_is_told(run: Run, url: str) -> None:
    run("migrate")
    engine: Engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'newer'"))
    engine.dispose()
    assert "made by another version of Muster" in run("status", "acme", code=WRONG).stderr


def test_the_command_itself_shows_no_traceback(muster: Any, folder: Path) -> None:
    """As people run it, on both kinds of database."""
    muster("load", str(folder))
    assert "560 new" in muster("process", (folder / "tenant.yaml").read_text().split()[1], *RANGE).stdout
    failed = muster("status", "acmee", check=False)
    assert (failed.returncode, failed.stdout) == (WRONG, "")
    assert failed.stderr.startswith("There is no tenant 'acmee'.")


def test_a_simulator_does_not_wait_for_a_port_that_another_has(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = run("simulate", "odoo", "--port", str(port), code=WRONG).stderr
    assert f"Port {port} cannot be listened on" in told


@pytest.mark.parametrize("connector", ["odoo", "zoho", "sap_time_events"])
def test_a_simulator_tells_how_to_connect_to_it_and_runs_until_it_is_stopped(
    run: Run, monkeypatch: pytest.MonkeyPatch, connector: str
) -> None:
    def stopped(_seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hub.cli.kit.time.sleep", lambda seconds: stopped(seconds) if seconds == 1 else None)
        told = run("simulate", connector).stdout
    assert "http://127.0.0.1:" in told
    assert told.endswith("Stopped.\n")


def test_a_new_connector_needs_a_name_and_a_folder_of_its_own(run: Run, tmp_path: Path) -> None:
    assert "called odoo is installed" in run("new-connector", "odoo", "--into", tmp_path, code=WRONG).stderr
    run("new-connector", "acme_hr", "--into", tmp_path)
    assert "is there already" in run("new-connector", "acme_hr", "--into", tmp_path, code=WRONG).stderr
