"""What lates, short days and half days cost, in plain Python: one person's days of a policy, in their order."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.rules import Policy
from hub.rules.codes import DayFlag, Session

Row = Mapping[str, Any]
WORTH = {"on_time": 0, "late": 0, "first_half": 50, "full_day": 100}


def period_of(day: date, name: str) -> date:
    """The first date of the day's week (from Monday) or month, or the day itself."""
    return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[name]


def costs(days: Sequence[Row], policy: Policy, zone: str) -> dict[date, int]:
    """Hundredths of a day by date."""
    found = dict.fromkeys((day["business_date"] for day in days), 0)
    for cycle in _grouped(days, policy.cycle):
        for rule in (_by_count, _by_minutes, _by_half_days):
            for day, cost in zip(cycle, rule(cycle, policy), strict=True):
                found[day["business_date"]] += cost
    for day in days:
        found[day["business_date"]] += _both(day, policy) + _by_arrival(day, policy, zone)
    for last, cost in _by_shortage(days, policy):
        found[last] += cost
    return found


def _grouped(days: Sequence[Row], name: str) -> list[list[Row]]:
    groups: dict[date, list[Row]] = {}
    for day in days:
        groups.setdefault(period_of(day["business_date"], name), []).append(day)
    return [*groups.values()]


def _counts(day: Row, policy: Policy) -> bool:
    late = bool(day["flags"] & DayFlag.LATE)
    early = bool(day["flags"] & DayFlag.EARLY_OUT)
    forgiven = policy.forgive_if_hours_complete and day["worked_min"] >= day["expected_min"]
    return (late or (early and policy.late_counts_early)) and not forgiven


def _by_count(cycle: Sequence[Row], policy: Policy) -> list[int]:
    n, found = 0, []
    for day in cycle:
        counted = _counts(day, policy)
        n += counted
        found.append(_nth(n, policy) if counted else 0)
    return found


def _nth(n: int, policy: Policy) -> int:
    """What the n-th late costs: by its tier, or every so many beyond the free ones."""
    if policy.late_tiers:
        mine = [tier.days for tier in policy.late_tiers if tier.from_count <= n <= (tier.to_count or n)]
        return mine[-1] if mine else 0
    if policy.late_minutes_step or n <= policy.late_free:
        return 0
    beyond = n - policy.late_free - 1
    return policy.late_days if (beyond % policy.late_every == 0 if policy.late_every else beyond == 0) else 0


def _by_minutes(cycle: Sequence[Row], policy: Policy) -> list[int]:
    """Each time that the late minutes fill another step."""
    total, found = 0, []
    for day in cycle:
        before = total
        total += day["late_min"] if _counts(day, policy) else 0
        step = policy.late_minutes_step
        found.append((total // step - before // step) * policy.late_days if step else 0)
    return found


def _by_half_days(cycle: Sequence[Row], policy: Policy) -> list[int]:
    n, size, found = 0, policy.half_days_per_penalty, []
    for day in cycle:
        half = day["status"] == "HD"
        n += half
        found.append(policy.half_days_days if half and size and n % size == 0 else 0)
    return found


def _both(day: Row, policy: Policy) -> int:
    late_and_early = DayFlag.LATE | DayFlag.EARLY_OUT
    return policy.late_and_early_days if day["flags"] & late_and_early == late_and_early else 0


def _by_arrival(day: Row, policy: Policy, zone: str) -> int:
    if day["in_at_utc"] is None or day["day_type"] != 0:
        return 0
    local = datetime.fromtimestamp(day["in_at_utc"], UTC).astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    reached = (band for band in policy.arrival_bands if band.until_min is None or minute <= band.until_min)
    return next((WORTH[band.result] for band in reached), 0)


def _by_shortage(days: Sequence[Row], policy: Policy) -> list[tuple[date, int]]:
    """On the last due date of a period in which something, and too little, was done."""
    due = [day for day in days if day["expected_min"] > 0 and day["status"] != "MP"]
    amount: Callable[[Row], int] = lambda day: day[f"{policy.shortage_on}_min"]  # noqa: E731 - as short as it is
    found = []
    for some in _grouped(due, policy.shortage_per) if policy.shortage_days else []:
        done, wanted = sum(map(amount, some)), sum(day["expected_min"] for day in some)
        if done > 0 and done * 100 < wanted * policy.shortage_pct:
            found.append((some[-1]["business_date"], policy.shortage_days))
    return found


def paid_and_lost(halves: Sequence[int], cost: int, target: str) -> tuple[int, int]:
    """Hundredths payable and lost of a day without leave: a penalty takes what is payable, no more."""
    lost = 50 * sum(half == Session.ABSENT for half in halves)
    taken = 0 if target == "warn" else min(cost, 100 - lost)
    return 100 - lost - taken, lost + (taken if target == "lop" else 0)
