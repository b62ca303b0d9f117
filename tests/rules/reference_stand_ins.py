"""What stands in for a missing punch, in plain Python: one visit to one shift of one person, which is over."""

from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Rule:
    """What the policy and the shift say; instants in UTC seconds, minutes of work."""

    missing_out: str
    missing_in: str
    start: int
    end: int
    expected_min: int
    plus_min: int


def out_for(came: int, rule: Rule) -> int | None:
    """When somebody left who came then and punched no out, as far as the next punch allows it."""
    ends = {
        "shift_end": rule.end,
        "in_plus_expected": came + rule.expected_min * 60,
        "in_plus_min": came + rule.plus_min * 60,
    }
    end = ends.get(rule.missing_out)
    return end if end is not None and end > came else None


def with_stand_ins(kept: list[tuple[int, str]], rule: Rule) -> list[tuple[int, str, bool]]:
    """The punches without repeats, and those that were made up: instant, in or out, whether made up."""
    found = [(t, word, False) for t, word in kept]
    for i, (t, word) in enumerate(kept):
        before = kept[i - 1][1] if i else None
        after = kept[i + 1] if i + 1 < len(kept) else None
        if word == "in" and (after is None or after[1] == "in"):
            end = out_for(t, rule)
            if end is not None:
                found.append((min(end, after[0]) if after else end, "out", True))
        if word == "out" and before != "in" and rule.missing_in == "shift_start" and rule.start < t:
            found.append((rule.start, "in", True))
    return sorted(found, key=lambda one: (one[0], one[1] == "out"))


def pairs_of(found: list[tuple[int, str, bool]], longest: int) -> list[tuple[int, int, bool]]:
    """Neighbouring in and out, and whether one of them was made up."""
    return [
        (a, b, made or made_too)
        for (a, first, made), (b, second, made_too) in pairwise(found)
        if (first, second) == ("in", "out") and b - a <= longest
    ]
