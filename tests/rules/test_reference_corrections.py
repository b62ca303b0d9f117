"""A day whose punches were corrected is the day on which they had been punched so."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules import Outputs
from tests.rules.build import at, punch, run, world

NOON = at("12:00")
FIGURES = ("gross_min", "worked_min", "late_min", "early_out_min", "s1", "s2", "status", "in_at_utc", "out_at_utc")

offsets = st.integers(-20, 30).map(lambda quarter: quarter * 900)
punched = st.lists(st.tuples(offsets, st.sampled_from([-1, 0, 1])), min_size=1, max_size=5, unique_by=lambda p: p[0])
changes = st.lists(
    st.tuples(st.sampled_from(["add", "void", "retime", "redirect"]), st.integers(1, 5), offsets, st.sampled_from([0, 1])),
    max_size=5,
)  # fmt: skip

Change = tuple[str, int, int, int]
Punches = dict[int, tuple[int, int]]


def corrected(rows: Punches, told: list[Change]) -> Punches:
    """By punch: the latest correction holds; what was added has a number below zero."""
    found = dict(rows)
    for number, (op, punch_id, offset, direction) in enumerate(told, 1):
        if op == "add":
            found[-number] = (NOON + offset, direction)
        elif punch_id in rows:
            found[punch_id] = rows[punch_id]
            if op == "void":
                del found[punch_id]
            elif op == "retime":
                found[punch_id] = (NOON + offset, rows[punch_id][1])
            else:
                found[punch_id] = (rows[punch_id][0], direction)
    return found


def day_of(rows: Punches, corrections: list[dict[str, Any]], by_hand: set[int]) -> Outputs:
    """`by_hand`: the punches that a person vouches for, which beat those of a device."""
    told = [punch(n, t, direction, source_rank=int(n not in by_hand)) for n, (t, direction) in rows.items()]
    return run(world(punches=told, corrections=corrections))


def row_of(number: int, change: Change) -> dict[str, Any]:
    op, punch_id, offset, direction = change
    return {
        "correction_id": number, "employee_key": 1, "punch_id": None if op == "add" else punch_id, "op": op,
        "t_utc": NOON + offset if op in ("add", "retime") else None,
        "direction": direction if op in ("add", "redirect") else None,
    }  # fmt: skip


@settings(max_examples=100)
@given(punched, changes)
def test_a_corrected_day_is_as_if_it_had_been_punched_so(told, made):
    rows = {n: (NOON + offset, direction) for n, (offset, direction) in enumerate(told, 1)}
    after = corrected(rows, made)
    times = [t for t, _ in after.values()]
    if len(times) != len(set(times)):
        return  # which of two at one instant counts is a matter of their origin
    got = day_of(rows, [row_of(number, change) for number, change in enumerate(made, 1)], set())
    changed = {punch_id for op, punch_id, *_ in made if op != "add"}
    expected = day_of(after, [], {n for n in after if n < 0 or n in changed})
    assert got.days.select(FIGURES).rows() == expected.days.select(FIGURES).rows()
    assert got.pairs.select("in_at", "out_at").equals(expected.pairs.select("in_at", "out_at"))
