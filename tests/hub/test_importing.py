import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine

from hub import importing, records
from hub.importing import Imported, UnreadableFileError, import_file
from hub.intake import Delivery, store
from tests.hub.world import BERLIN, KOLKATA, NOW, World, seconds

Import = Callable[..., Imported]
HEADER = "user,time,direction\n"


@pytest.fixture
def imported(world: World, tmp_path: Path) -> Import:
    def run(content: str | bytes, name: str = "attlog.dat", serial: str = KOLKATA) -> Imported:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return import_file(world.engine, world.tenant, serial, path, NOW)

    return run


def test_a_terminals_own_file_is_stored_and_can_be_repeated(world: World, imported: Import) -> None:
    content = "     1001\t2026-03-23 09:00:00\t1\t0\t1\t0\r\n     1001\t2026-03-23 18:00:00\t1\t1\t1\t0\r\n"
    assert imported(content) == Imported(2, 2, 0)
    assert imported(content) == Imported(2, 0, 0)
    kept = sorted(world.rows(records.Punch), key=lambda punch: punch.t_utc)
    assert [(punch.user_id, punch.t_utc, punch.direction) for punch in kept] == [
        ("1001", seconds("2026-03-23T09:00:00+05:30"), 0),
        ("1001", seconds("2026-03-23T18:00:00+05:30"), 1),
    ]


def test_what_the_terminal_pushed_is_not_stored_again_from_its_file(world: World, imported: Import) -> None:
    world.punch(KOLKATA, "1001 2026-03-23 09:00:00 0")
    assert imported("1001\t2026-03-23 09:00:00\t1\t0\t1\t0\n1001\t2026-03-23 18:00:00\t1\t1\t1\t0\n").new == 1


def test_bad_lines_of_a_terminals_file_go_to_quarantine_with_their_line(world: World, imported: Import) -> None:
    content = b"1001\t2026-03-23 09:00:00\t1\t0\t1\t0\nbroken\n\xff\xfe\t\n1002\t2026-02-30 09:00:00\t1\t0\t1\t0\n"
    done = imported(content)
    assert (done.new, done.quarantined) == (1, done.rows - 1)
    assert {2, 4} <= {row.line for row in world.rows(records.Quarantine)}
    assert all(row.reason and row.detail for row in world.rows(records.Quarantine))


def test_past_dates_of_a_file_are_computed_again(world: World, imported: Import) -> None:
    imported("1001\t2026-03-23 13:00:00\t1\t0\t1\t0\n")
    assert {reason for _, reason in world.dirty()} == {"LATE_PUNCH"}


CSVS = {
    "plain": HEADER + "1001,2026-03-23 09:00:00,in\n",
    "with an offset": HEADER + "1001,2026-03-23T09:00:00+05:30,in\n",
    "with a byte-order mark": "\ufeff" + HEADER + "1001,2026-03-23 09:00:00,in\n",
    "with blanks and empty lines": "user , time,direction\n\n 1001 , 2026-03-23 09:00:00 , in\n,,\n",
    "with the device": f"device,user,time,direction\n{KOLKATA},1001,2026-03-23 09:00:00,in\n",
    "in another order": "direction,time,user\nin,2026-03-23 09:00:00,1001\n",
    "with what is empty": "user,time,direction,method,work_code,id\n1001,2026-03-23 09:00:00,in,,,\n",
}


@pytest.mark.parametrize("content", CSVS.values(), ids=CSVS)
def test_a_csv_is_read_by_its_header(world: World, imported: Import, content: str) -> None:
    assert imported(content, "punches.csv") == Imported(1, 1, 0)
    (punch,) = world.rows(records.Punch)
    assert (punch.user_id, punch.t_utc, punch.direction) == ("1001", seconds("2026-03-23T09:00:00+05:30"), 0)


ROWS: dict[str, tuple[str, str]] = {
    "of another device": (f"user,time,device\n1001,2026-03-23 09:00:00,{BERLIN}\n", "other_device"),
    "with a cell too much": (HEADER + "1001,2026-03-23 09:00:00,in,more\n", "unknown_name"),
    "without a user": (HEADER + ",2026-03-23 09:00:00,in\n", "bad_text"),
    "without a time": (HEADER + "1001\n", "unparsable_time"),
    "with a time that is none": (HEADER + "1001,23/03/2026 9:00,in\n", "unparsable_time"),
    "with a direction that is none": (HEADER + "1001,2026-03-23 09:00:00,inn\n", "bad_direction"),
    "with a zero byte": (HEADER + "10\x0001,2026-03-23 09:00:00,in\n", "bad_text"),
}


@pytest.mark.parametrize(("content", "reason"), ROWS.values(), ids=ROWS)
def test_a_bad_row_of_a_csv_goes_to_quarantine_and_the_others_are_stored(
    world: World, imported: Import, content: str, reason: str
) -> None:
    good = HEADER + "1002,2026-03-23 09:00:00,in\n"
    imported(good, "good.csv")
    assert imported(content, "punches.csv") == Imported(1, 0, 1)
    assert [(row.reason, row.line) for row in world.rows(records.Quarantine)] == [(reason, 2)]
    assert len(world.rows(records.Punch)) == 1


FILES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", r"punches\.csv:1: the header must have user and time, and may have: device, .*"),
    "without a header": ("1001,2026-03-23 09:00:00\n", r"punches\.csv:1: the header must have user and time.*"),
    "with an unknown column": ("user,time,colour\n", r"punches\.csv:1: the header must have user and time.*"),
    "not UTF-8": (HEADER.encode() + b"1001,2026-03-23 09:00:00,in\nK\xf6nig,,\n", r"punches\.csv:3: the file is not UTF-8; save it as UTF-8\."),
    "an open quote": (HEADER + '1001,2026-03-23 09:00:00,in\n"1001,2026\n', r"punches\.csv:\d: not readable as CSV: .*"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_read_stores_nothing_and_says_why(
    world: World, imported: Import, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(UnreadableFileError) as caught:
        imported(content, "punches.csv")
    assert re.fullmatch(sentence, str(caught.value)), str(caught.value)
    assert world.rows(records.Punch) == world.rows(records.Quarantine) == []


def test_a_device_that_nobody_claimed_is_told(imported: Import) -> None:
    with pytest.raises(LookupError, match=r"No device 'ELSEWHERE' is claimed by .*; add it to devices.yaml"):
        imported("", serial="ELSEWHERE")


def test_a_long_file_is_stored_in_parts(world: World, imported: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 7)
    written: list[int] = []

    def noted(engine: Engine, deliveries: Sequence[Delivery]) -> int:
        written.append(len(deliveries[0].punches) + len(deliveries[0].refused))
        return store(engine, deliveries)

    monkeypatch.setattr(importing, "store", noted)
    lines = [f"1001\t2026-03-23 09:00:{at:02}\t1\t0\t1\t0\n" for at in range(30)]
    assert imported("".join(lines) + "broken\n") == Imported(31, 30, 1)
    assert written == [7, 7, 7, 7, 3]
