"""Agreement with the slow reference about what stands in for a missing punch."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules import Policy
from tests.rules.build import DAY, EXPECTED, SHIFTS, at, punch, roster, run, world
from tests.rules.reference import without_repeats
from tests.rules.reference_stand_ins import Rule, pairs_of, with_stand_ins

ZONE = "Asia/Kolkata"
WORDS = ["in", "out"]
AFTER_MIN = 240

policies = st.fixed_dictionaries({
    "missing_out_policy": st.sampled_from(["none", "shift_end", "in_plus_expected", "in_plus_min"]),
    "missing_in_policy": st.sampled_from(["none", "shift_start"]),
    "missing_out_min": st.sampled_from([0, 30, 240, 900]),
    "repeat_split_min": st.sampled_from([0, 60, 240]),
    "max_pair_min": st.sampled_from([240, 960]),
})  # fmt: skip
# From two hours before the shift to four hours after it, every quarter of an hour and odd seconds beside it.
moments = st.lists(
    st.tuples(st.integers(-8, 60).map(lambda q: q * 900), st.integers(-65, 65), st.sampled_from([0, 1])), max_size=6
)


def spread(start: int, told: list[tuple[int, int, int]], last: int) -> list[tuple[int, int]]:
    """Instants and directions in order, none a repeat of the one before, all in the window of the shift."""
    found: list[tuple[int, int]] = []
    for t, direction in sorted((start + quarter + beside, direction) for quarter, beside, direction in told):
        if start - 7200 <= t <= last and (not found or t - found[-1][0] > 60):
            found.append((t, direction))
    return found


@settings(max_examples=150)
@given(st.sampled_from(["DAY", "NIGHT", "MORNING"]), policies, moments, st.booleans())
def test_what_stands_in_is_the_references(shift, given_policy, told, goes_on):
    [(begin, end)] = SHIFTS[shift]
    start = at("00:00", ZONE) + begin * 60
    stop = at("00:00", ZONE) + end * 60
    closes = stop + AFTER_MIN * 60
    rows = spread(start, told, closes)
    policy = Policy.model_validate(given_policy)
    out = run(world(
        zone=ZONE, shift=shift, policy=policy, as_of=closes if goes_on else closes + 1,
        rosters=[roster(shift, from_date=DAY, to_date=DAY), roster(None, to_date=DAY - timedelta(days=1))],
        punches=[punch(n, t, direction) for n, (t, direction) in enumerate(rows, 1)],
    ))  # fmt: skip
    rule = Rule(
        policy.missing_out_policy, policy.missing_in_policy, start, stop, EXPECTED[shift], policy.missing_out_min
    )
    kept = without_repeats([(t, WORDS[direction]) for t, direction in rows], policy.repeat_split_min * 60)
    made = [(t, word, False) for t, word in kept] if goes_on else with_stand_ins(kept, rule)
    got = out.pairs.select("in_at", "out_at", "imputed").rows()
    assert got == pairs_of(made, policy.max_pair_min * 60), (rows, rule)
    assert set(out.days["business_date"]) == {date(2026, 3, 10)}
