from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract import Day, Hours, Interval, Kind, Punch
from hub.mapping import NOT_POSTABLE, UNMAPPED_COST_CENTRE, UNMAPPED_EMPLOYEE, WHOLE, DayFacts, entries, shared

DAY = date(2026, 3, 23)
IN, OUT = 1774236600, 1774269000
FACTS = DayFacts(
    tenant="acme", number="K001", work_date=DAY, zone="Asia/Kolkata", status="P", worked_min=480, ot_min=0,
    payable_days=100, lop_days=0, blocked_by=(), pairs=((IN, OUT),), shares=(("ADM", WHOLE),),
)  # fmt: skip
EVERY = frozenset({Kind.DAY, Kind.HOURS, Kind.INTERVAL})
PEOPLE, COSTS = {"K001": "77", "K002": "78"}, {"ADM": "a1", "PNT": "p1"}


def test_a_day_becomes_its_entries_in_the_words_of_the_erp() -> None:
    mapped = entries([FACTS], PEOPLE, COSTS, EVERY)
    assert mapped.blocked == ()
    assert [(one.key, one.employee, one.payload) for one in mapped.entries] == [
        ("acme:K001:2026-03-23:day:0", "77", Day("P", 480, 0, 100, 0)),
        ("acme:K001:2026-03-23:interval:20260323T033000Z", "77", Interval(IN, OUT)),
        ("acme:K001:2026-03-23:hours:ADM", "77", Hours("a1", 480)),
    ]
    assert {(one.work_date, one.zone) for one in mapped.entries} == {(DAY, "Asia/Kolkata")}


@pytest.mark.parametrize("kind", sorted(EVERY))
def test_only_the_kinds_that_are_taken_are_made(kind: Kind) -> None:
    assert {one.kind for one in entries([FACTS], PEOPLE, COSTS, frozenset({kind})).entries} == {kind}


def test_a_pair_found_before_another_does_not_rename_it() -> None:
    later = entries([FACTS], PEOPLE, COSTS, frozenset({Kind.INTERVAL})).entries
    both = FACTS._replace(pairs=((IN - 7200, IN - 3600), *FACTS.pairs))
    assert set(later) < set(entries([both], PEOPLE, COSTS, frozenset({Kind.INTERVAL})).entries)


def test_each_end_of_a_pair_is_a_punch_and_a_break_of_no_length_is_none() -> None:
    noon = IN + 4 * 3600
    facts = FACTS._replace(pairs=((IN, noon), (noon, OUT)))
    made = entries([facts], PEOPLE, COSTS, frozenset({Kind.PUNCH})).entries
    assert [(one.key, one.payload) for one in made] == [
        ("acme:K001:2026-03-23:punch:in20260323T033000Z", Punch(IN, "in")),
        ("acme:K001:2026-03-23:punch:out20260323T123000Z", Punch(OUT, "out")),
    ]


def test_hours_know_the_minutes_of_the_cost_centres_before_them() -> None:
    facts = FACTS._replace(worked_min=475, shares=(("ADM", 5000), ("PNT", 5000)))
    made = entries([facts], PEOPLE, COSTS, frozenset({Kind.HOURS})).entries
    assert [(one.payload.minutes, one.payload.before) for one in made] == [(238, 0), (237, 238)]  # type: ignore[union-attr]


def test_days_before_and_after_an_employment_make_nothing() -> None:
    mapped = entries([FACTS._replace(status="NE", number="K999")], PEOPLE, COSTS, EVERY)
    assert (mapped.entries, mapped.blocked) == ((), ())


BLOCKS = {
    "employee": (FACTS._replace(number="K999"), UNMAPPED_EMPLOYEE, "K999", "add it there, or bind it"),
    "cost centre": (FACTS._replace(shares=(("NEW", WHOLE),)), UNMAPPED_COST_CENTRE, "NEW", "NEW has no counterpart"),
    "punches": (FACTS._replace(blocked_by=("MISSING_OUT",)), NOT_POSTABLE, "K001", "MISSING_OUT"),
    "shares": (FACTS._replace(shares=(("ADM", 9000),)), NOT_POSTABLE, "K001", "add up to 90 %, not 100"),
    "no shares": (FACTS._replace(shares=()), NOT_POSTABLE, "K001", "add up to 0 %"),
}


@pytest.mark.parametrize(("facts", "reason", "subject", "detail"), BLOCKS.values(), ids=BLOCKS)
def test_what_cannot_be_said_yet_stops_its_own_day_only_and_is_listed(
    facts: DayFacts, reason: str, subject: str, detail: str
) -> None:
    other = FACTS._replace(number="K002")
    mapped = entries([facts, other], PEOPLE, COSTS, EVERY)
    assert {one.employee for one in mapped.entries} == {"78"}
    (blocked,) = mapped.blocked
    assert (blocked.reason, blocked.subject, blocked.work_date) == (reason, subject, DAY)
    assert detail in blocked.detail
    assert mapped.unmapped() == ({(reason, subject)} if reason != NOT_POSTABLE else set())


def test_half_of_a_day_is_not_posted_while_the_other_half_cannot_be() -> None:
    half = FACTS._replace(shares=(("ADM", 5000), ("NEW", 5000)))
    assert entries([half], PEOPLE, COSTS, EVERY).entries == ()


def test_someone_unknown_on_many_days_counts_once() -> None:
    days = [FACTS._replace(number="K999", work_date=DAY + timedelta(days=n)) for n in range(5)]
    mapped = entries(days, PEOPLE, COSTS, EVERY)
    assert len(mapped.blocked) == 5
    assert mapped.unmapped() == {(UNMAPPED_EMPLOYEE, "K999")}


@pytest.mark.parametrize("facts", [FACTS._replace(worked_min=0, pairs=()), FACTS])
def test_cost_centres_matter_only_where_hours_are_booked(facts: DayFacts) -> None:
    kinds = EVERY if facts.worked_min == 0 else frozenset({Kind.DAY, Kind.INTERVAL})
    assert entries([facts._replace(shares=(("NEW", WHOLE),))], PEOPLE, COSTS, kinds).blocked == ()


def shares() -> st.SearchStrategy[list[tuple[str, int]]]:
    """Shares of up to six cost centres that add up to the whole."""
    cuts = st.lists(st.integers(0, WHOLE), max_size=5).map(sorted)
    return cuts.map(
        lambda at: [(f"C{n}", to - of) for n, (of, to) in enumerate(zip([0, *at], [*at, WHOLE], strict=True))]
    )


@given(st.integers(0, 2880), shares(), st.randoms(use_true_random=False))
def test_minutes_are_shared_whole_exactly_and_whatever_the_order(minutes: int, of: list[tuple[str, int]], dice) -> None:
    rows = shared(minutes, of)
    assert sum(part for _, part in rows) == minutes
    assert all(part > 0 for _, part in rows)
    exact = dict(of)
    assert all(abs(part * WHOLE - minutes * exact[code]) < WHOLE for code, part in rows)
    mixed = list(of)
    dice.shuffle(mixed)
    assert shared(minutes, mixed) == rows


def test_the_odd_minute_goes_to_the_largest_remainder_and_then_by_code() -> None:
    assert shared(101, [("B", 5000), ("A", 5000)]) == [("A", 51), ("B", 50)]
    assert shared(10, [("A", 3330), ("B", 6670)]) == [("A", 3), ("B", 7)]
    assert shared(1, [("A", 1), ("B", 9999)]) == [("B", 1)]
