"""Which employee-day a record of the ERP is of, whatever else has its id."""

from datetime import date
from typing import Any

import pytest

from hub.contract import Kind
from hub.database import writing
from hub.explain import day_of_record
from hub.records import JournalEntry
from tests.hub.world import World

DAY, NEXT = date(2026, 10, 5), date(2026, 10, 6)


def journal(
    world: World,
    number: str,
    day: date,
    state: str = "confirmed",
    kind: str = "interval",
    refs: Any = ("57",),
    **more: Any,
) -> None:
    """A line of the journal; its record is `e<number>`'s of that kind."""
    given: dict[str, Any] = {"natural_key": f"{kind}:e{number}", "changed_at": 1, "connection": "books", **more}
    given |= {"tenant": world.tenant, "kind": kind, "work_date": day, "state": state, "refs": list(refs), "push_id": 1}
    given |= {"employee": f"e{number}", "operation": "create", "image": {}, "sent": ""}
    with writing(world.engine) as session:
        session.add(JournalEntry(entry_key=f"{world.tenant}:{number}:{day}:{kind}:1", **given))


def found(world: World, ref: str = "57", kind: Kind | None = None) -> tuple[str, date]:
    return day_of_record(world.engine, world.tenant, "books", ref, kind)


def test_a_record_leads_to_its_day(world: World) -> None:
    journal(world, "1", DAY)
    journal(world, "2", DAY, refs=["58"])
    journal(world, "3", DAY, connection="other")
    assert found(world) == ("1", DAY)


@pytest.mark.parametrize("order", [(DAY, NEXT), (NEXT, DAY)])
def test_a_pair_that_moved_to_another_date_is_of_the_date_where_it_stands(
    world: World, order: tuple[date, date]
) -> None:
    for day in order:
        journal(world, "1", day, "withdrawn" if day == DAY else "confirmed", changed_at=9 if day == DAY else 1)
    assert found(world) == ("1", NEXT)


def test_of_two_lines_about_one_record_the_confirmed_one_speaks_for_it(world: World) -> None:
    journal(world, "1", DAY, "missing", natural_key="same", changed_at=9)
    journal(world, "2", DAY, "confirmed", natural_key="same")
    assert found(world) == ("2", DAY)


def test_of_two_that_are_not_confirmed_it_is_the_newest(world: World) -> None:
    journal(world, "1", DAY, "unknown", natural_key="same", changed_at=9)
    journal(world, "2", DAY, "unknown", natural_key="same", changed_at=5)
    assert found(world) == ("1", DAY)


def test_a_withdrawn_record_is_still_explained(world: World) -> None:
    journal(world, "1", DAY, "withdrawn")
    assert found(world) == ("1", DAY)


def test_records_of_two_kinds_with_one_id_are_listed_and_the_kind_chooses(world: World) -> None:
    journal(world, "1", DAY, kind="hours")
    journal(world, "2", NEXT, kind="interval")
    with pytest.raises(LookupError) as raised:
        found(world)
    listed = str(raised.value).splitlines()
    assert "--kind" in listed[0]
    assert [line.strip() for line in listed[1:]] == [
        "hours of 1 on 2026-10-05 (confirmed)",
        "interval of 2 on 2026-10-06 (confirmed)",
    ]
    assert found(world, kind=Kind.HOURS) == ("1", DAY)
    assert found(world, kind=Kind.INTERVAL) == ("2", NEXT)
    with pytest.raises(LookupError, match="not one that Muster made"):
        found(world, kind=Kind.DAY)


def test_what_no_kind_can_choose_is_chosen_by_employee_and_date(world: World) -> None:
    journal(world, "1", DAY)
    journal(world, "2", DAY)
    with pytest.raises(LookupError, match="--employee and --date"):
        found(world)


def test_several_records_of_one_employee_day_need_no_choice(world: World) -> None:
    journal(world, "1", DAY, kind="hours")
    journal(world, "1", DAY, kind="interval")
    assert found(world) == ("1", DAY)


@pytest.mark.parametrize(("ref", "other"), [("aB1", "Ab1"), ("a%", "ab"), ('"x', "x"), ("5", "57")])
def test_an_id_is_taken_to_the_letter(world: World, ref: str, other: str) -> None:
    journal(world, "1", DAY, refs=[other])
    with pytest.raises(LookupError, match="not one that Muster made"):
        found(world, ref)
    journal(world, "2", NEXT, refs=["1", ref])
    assert found(world, ref) == ("2", NEXT)


def test_a_number_with_a_colon_is_given_whole(world: World) -> None:
    journal(world, "A:1", DAY)
    assert found(world) == ("A:1", DAY)
