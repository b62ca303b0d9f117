"""Entries to Tryton's records and back, without Tryton."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tryton import calls, mapping, pairing, wire
from connectors.tryton.faults import RowRefusedError
from connectors.tryton.mapping import Company
from connectors.tryton.reasons import scrubbed
from hub.contract import Change, Day, Entry, Hours, Interval, Kind, Operation, Scope, digest
from hub.errors import SettingsWrong

COMPANY = Company(7, ZoneInfo("Asia/Kolkata"))
LABEL = "Muster"
DAY = date(2026, 1, 5)
MIDNIGHT = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp())

pieces = st.tuples(st.integers(0, 7200), st.integers(1, 36000))


def entry(employee: str, start: int, end: int) -> Entry:
    return Entry(f"{employee}{start}", Kind.INTERVAL, employee, DAY, "UTC", Interval(start, end))


def creation(one: Entry) -> Change:
    record = mapping.render(one)
    return Change(one.key, Operation.CREATE, one.kind, one.employee, one.work_date, record.natural_key, record.image)


def rows_of(changes: list[Change]) -> list[dict[str, Any]]:
    [rows] = calls.call(changes, COMPANY, LABEL)[1]
    rows = wire.loads(wire.dumps(rows))
    assert isinstance(rows, list)
    return rows


def in_a_row(people: list[list[tuple[int, int]]]) -> list[Entry]:
    """Intervals that follow each other, some without a gap."""
    entries = []
    for employee, chain in enumerate(people, start=1):
        at = MIDNIGHT
        for gap, length in chain:
            entries.append(entry(str(employee), at + gap, at + gap + length))
            at += gap + length
    return entries


def scope(days: int = 0) -> Scope:
    return Scope(DAY, DAY + timedelta(days=days), frozenset(Kind), frozenset())


def images(held: Any) -> list[tuple[str, str]]:
    return sorted((one.natural_key, digest(one.image)) for one in held)


@given(st.lists(st.lists(pieces, max_size=4), max_size=3), st.randoms(use_true_random=False), st.booleans())
def test_intervals_come_back_as_rendered_whatever_ids_they_got(people: Any, random: Any, twice: bool) -> None:
    entries = in_a_row(people) * (1 + twice)
    lines = rows_of([creation(one) for one in entries]) if entries else []
    ids = list(range(1, len(lines) + 1))
    random.shuffle(ids)
    found = [line | {"id": id_} for line, id_ in zip(lines, ids, strict=True)]
    assert images(pairing.held(found, scope(10))) == images(map(mapping.render, entries))


@given(st.lists(pieces, min_size=1, max_size=6))
def test_even_overlapping_intervals_come_back_when_their_lines_were_made_together(chain: list[tuple[int, int]]) -> None:
    entries = [entry("1", MIDNIGHT + begin, MIDNIGHT + begin + length) for begin, length in chain]
    ids = count(1)
    found = [line | {"id": next(ids)} for line in rows_of([creation(one) for one in entries])]
    assert images(pairing.held(found, scope(10))) == images(map(mapping.render, entries))


@given(st.integers(0, 4000), st.integers(1, 99), st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.text(max_size=9))
def test_hours_come_back_as_rendered(minutes: int, work: int, day: date, added: str) -> None:
    one = Entry("k", Kind.HOURS, "12", day, "UTC", Hours(str(work), minutes))
    [row] = rows_of([creation(one)])
    held = mapping.timesheet_held(row | {"id": 5, "description": row["description"] + " " + added}, LABEL)
    record = mapping.render(one)
    assert (held.natural_key, digest(held.image)) == (record.natural_key, digest(record.image))
    assert (held.refs, held.employee, held.work_date) == (("5",), "12", day)


@given(st.integers(-12, 14), st.integers(-2 * 3600, 30 * 3600), st.integers(1, 20 * 3600))
def test_every_interval_of_a_work_date_is_in_the_window_in_any_zone(offset: int, begin: int, length: int) -> None:
    start = MIDNIGHT - offset * 3600 + begin
    one = entry("1", start, start + length)
    found = [line | {"id": id_} for id_, line in enumerate(rows_of([creation(one)]), start=1)]
    first, end = pairing.window(scope())
    assert all(first <= line["at"] < end for line in found)
    assert images(pairing.held(found, scope())) == images([mapping.render(one)])


@given(
    st.recursive(
        st.integers()
        | st.text()
        | st.datetimes()
        | st.dates()
        | st.integers(-(10**9), 10**9).map(lambda n: timedelta(seconds=n))
        | st.decimals(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda k: k != "__class__"), inner),
    )
)
def test_tryton_json_keeps_every_value(value: Any) -> None:
    assert wire.loads(wire.dumps(value)) == value


def test_durations_are_counted_without_floats() -> None:
    assert wire.loads(b'{"__class__":"timedelta","seconds":28800.1}') == timedelta(seconds=28800, microseconds=100_000)
    assert wire.loads(b"0.1") == Decimal("0.1")
    with pytest.raises(TypeError):
        wire.dumps({1, 2})


def test_a_line_put_between_ours_changes_our_end() -> None:
    found = rows_of([creation(entry("1", MIDNIGHT, MIDNIGHT + 28800))])
    lines = [line | {"id": id_} for id_, line in enumerate(found, start=1)]
    lines.append(lines[1] | {"id": 9, "at": mapping.moment(MIDNIGHT + 3600)})
    pair, single = pairing.held(lines, scope())
    assert pair.image == {"start": MIDNIGHT, "end": MIDNIGHT + 3600}
    assert single.natural_key == "foreign:out:2"


def test_a_lone_in_line_has_no_end() -> None:
    found = rows_of([creation(entry("1", MIDNIGHT, MIDNIGHT + 28800))])
    [held] = pairing.held([found[0] | {"id": 1}], scope())
    assert (held.natural_key, held.image) == (f"interval:1:{MIDNIGHT}", {"start": MIDNIGHT})


@pytest.mark.parametrize("description", [None, "", "Repair", "Mustering", "by Muster"])
def test_lines_of_people_get_keys_that_no_entry_has(description: str | None) -> None:
    line = {"id": 5, "employee": 1, "work": 2, "date": DAY, "duration": timedelta(hours=1), "description": description}
    assert mapping.timesheet_held(line, LABEL).natural_key == "foreign:timesheet:5"


def test_a_payable_day_is_not_for_tryton() -> None:
    with pytest.raises(SettingsWrong):
        mapping.render(Entry("k", Kind.DAY, "1", DAY, "UTC", Day("P", 480, 0, 100, 0)))


def test_changes_share_calls_by_operation_and_model_in_order() -> None:
    base = creation(entry("1", MIDNIGHT, MIDNIGHT + 60))
    other = creation(Entry("h", Kind.HOURS, "1", DAY, "UTC", Hours("3", 5)))
    gone = base._replace(operation=Operation.WITHDRAW, refs=("4", "5"))
    later = base._replace(operation=Operation.UPDATE, refs=("6", "7"))
    lone = later._replace(refs=("8",))
    groups = [*calls.grouped([gone, later, lone, later, base, other, base])]
    assert groups == [[gone], [later, later], [lone], [base, base], [other]]
    methods = [calls.call(group, COMPANY, LABEL)[0].rpartition(".")[2] for group in groups]
    assert methods == ["delete", "write", "create", "create", "create"]
    assert calls.call([gone], COMPANY, LABEL)[1] == [[4, 5]]
    assert calls.call([later], COMPANY, LABEL)[1] == [[7], {"at": datetime(2026, 1, 5, 0, 1)}]
    assert calls.refs([lone], [9]) == [("8", "9")]
    assert calls.refs([base, base], [1, 2, 3, 4]) == [("1", "2"), ("3", "4")]
    assert calls.refs([gone], None) == [()]


@pytest.mark.parametrize("operation", [Operation.UPDATE, Operation.WITHDRAW])
def test_a_change_without_its_records_is_refused(operation: Operation) -> None:
    change = creation(entry("1", MIDNIGHT, MIDNIGHT + 60))._replace(operation=operation)
    with pytest.raises(RowRefusedError):
        calls.call([change], COMPANY, LABEL)


def test_the_date_of_a_line_is_that_of_the_companys_zone() -> None:
    late = creation(entry("1", MIDNIGHT + 20 * 3600, MIDNIGHT + 21 * 3600))
    assert [line["date"] for line in rows_of([late])] == [date(2026, 1, 6)] * 2
    [nowhere] = calls.call([late], Company(7, None), LABEL)[1]
    assert [line["date"] for line in nowhere] == [DAY] * 2


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            'The value "Ann Lee" for field "Employee" in record "Ann Lee@01/05" of "Attendance Line" is not valid.',
            'The value … for field "Employee" in record … of … is not valid.',
        ),
        ("Ann Lee is on leave.", "the employee is on leave."),
        ("Die Zeile „Ann Lee@5“ von «Ann Lee» geht nicht.", "Die Zeile … von … geht nicht."),
    ],
)
def test_texts_of_tryton_are_stripped_of_names(said: str, told: str) -> None:
    assert scrubbed(said, "Ann Lee") == told
