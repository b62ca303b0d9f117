"""Overtime minute by minute in plain Python: one person's dates in their order, a list of regular minutes for each."""

from collections.abc import Mapping
from datetime import date, timedelta

from hub.rules import Policy
from hub.rules.policy_rules import WEEKDAYS, OtRule

Lines = dict[tuple[date, str], tuple[int, int]]
END = 10**6


def overtime(worked: Mapping[date, int], policy: Policy) -> Lines:
    """Minutes and capped minutes by date and bucket; the rules take minutes that no earlier rule has taken.

    A minute is its number in its day. Overtime lies at the end of the day, so the latest regular minutes go first.
    """
    regular = {day: list(range(size)) for day, size in sorted(worked.items())}
    numbers: dict[tuple[date, int], int] = {}
    found: Lines = {}
    for rule in policy.ot_rules or ():
        if rule.basis == "weekly" and not numbers:
            numbers = numbered(worked, regular, policy)
        paid: dict[date, int] = {}
        for day, left in regular.items():
            wanted = of_week(day, rule, numbers) if rule.basis == "weekly" else of_day(worked[day], rule)
            taken = min(wanted // rule.round_min * rule.round_min if rule.round_min else wanted, len(left))
            week = week_of(day, policy)
            size = min(taken, END if rule.cap_day_min is None else rule.cap_day_min)
            size = min(size, END if rule.cap_week_min is None else rule.cap_week_min - paid.get(week, 0))
            paid[week] = paid.get(week, 0) + size
            regular[day] = left[: len(left) - size]
            if taken:
                found[day, rule.bucket] = (size, taken - size)
    return found


def week_of(day: date, policy: Policy) -> date:
    """The first date of its week."""
    return day - timedelta(days=(day.weekday() - WEEKDAYS.index(policy.week_start)) % 7)


def numbered(
    worked: Mapping[date, int], regular: Mapping[date, list[int]], policy: Policy
) -> dict[tuple[date, int], int]:
    """The number in its week of each minute that counts: every worked one, or those that are still regular."""
    count: dict[date, int] = {}
    found = {}
    for day, left in regular.items():
        for minute in range(worked[day]) if policy.weekly_ot_counts == "all_worked" else left:
            week = week_of(day, policy)
            if minute < len(left):
                found[day, minute] = count.get(week, 0)
            count[week] = count.get(week, 0) + 1
    return found


def of_week(day: date, rule: OtRule, numbers: Mapping[tuple[date, int], int]) -> int:
    """Regular minutes of the date (before any rule of the week) whose number lies in the rule's band."""
    top = END if rule.to_min is None else rule.to_min
    return sum(rule.from_min <= number < top for (when, _), number in numbers.items() if when == day)


def of_day(size: int, rule: OtRule) -> int:
    """Minutes of the day in the rule's band: none below the threshold, from it on all or those beyond."""
    part = max(0, min(size, END if rule.to_min is None else rule.to_min) - rule.from_min)
    reached = part > rule.threshold_min if rule.threshold_strict else part >= rule.threshold_min
    if not reached:
        return 0
    return part - rule.threshold_min if rule.threshold_mode == "excess" else part
