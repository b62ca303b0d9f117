"""Kimai: records rounded in phases, a lock in three steps, hours per weekday."""

import re
from datetime import date, timedelta
from typing import Any, Final

from hub.rules.conformance.runner import Case, NotApplicableError, Reason, Verdict
from hub.rules.conformance.world import RECORDS, Shift, World, codes, day_row, instant, interval, local
from hub.rules.lock import Lock
from hub.rules.policy_rules import WEEKDAYS

NOW: Final = 1_720_612_800
_MODES: Final = {
    "default": ("down", "up", "up"), "ceil": ("up",) * 3, "floor": ("down",) * 3, "closest": ("nearest_half_down",) * 3,
}  # fmt: skip
_TARGETS: Final = ("begin", "end", "duration")
_PLACES: Final = {"begin": "round_in", "end": "round_out", "duration": "round_day"}


def adapt(case: Case) -> Verdict:
    """A case by what it speaks of."""
    policy = case.get("policy", {})
    if "lock" in policy:
        return _lock(case, policy["lock"])
    if "work_seconds_per_weekday" in policy:
        return _weekday(case, policy["work_seconds_per_weekday"])
    if case.get("punches") and "in_plus_s" in case["punches"][0]:
        return _validated(case, policy)
    if case.get("punches") and "in" in case["punches"][0]:
        return _rounded(case, policy)
    raise NotApplicableError(Reason.RECORD)


def _rounded(case: Case, policy: Any) -> Verdict:
    [record] = case["punches"]
    begin, end = instant(record["in"]), record["out"] and instant(record["out"])
    day = local(begin).date()
    rules = _rules(policy, WEEKDAYS[day.weekday()])
    outputs = World(policy={**RECORDS, "round_basis": "utc", **rules}, punches=interval(begin, end)).run(day)
    row = day_row(outputs, day)
    pairs = outputs.pairs.select("in_paid", "out_paid").rows()
    exact = sum(b - a for a, b in pairs)
    seconds = row["worked_min"] * 60 if rules.get("round_day", {}).get("interval_min") else exact
    got: dict[str, Any] = {"seconds": seconds}
    if pairs:  # an interval without length is none, so it has no times
        got |= {name: local(t).isoformat() for name, t in zip(("in", "out"), pairs[0], strict=True)}
    return Verdict({name: case["expected"].get(name, value) for name, value in got.items()}, got)


def _rules(policy: Any, weekday: str) -> dict[str, Any]:
    """The rounding of the weekday; of several rules for one time the later one that rounds counts."""
    if "rounding" in policy:
        spans = {target: (policy["rounding"][target]["interval_min"]) for target in _TARGETS}
        ways = {target: policy["rounding"][target]["direction"] for target in _TARGETS}
        return _policy([(spans, ways)])
    rules = [rule for rule in policy.get("rounding_rules") or [] if weekday in rule["weekdays"]]
    modes = [dict(zip(_TARGETS, _MODES[rule["mode"]], strict=True)) for rule in rules]
    return _policy([({t: rule[f"{t}_min"] for t in _TARGETS}, way) for rule, way in zip(rules, modes, strict=True)])


def _policy(rules: list[tuple[dict[str, int], dict[str, str]]]) -> dict[str, Any]:
    found: dict[str, Any] = {"round_half": "down"}
    for spans, ways in rules:
        for target in _TARGETS:
            if spans[target]:
                way = ways[target].removesuffix("_half_down")
                found[_PLACES[target]] = {"interval_min": spans[target], "dir": way}
    return found


def _validated(case: Case, policy: Any) -> Verdict:
    [record] = case["punches"]
    begin = NOW + record["in_plus_s"]
    end = NOW + record["out_plus_s"] if "out_plus_s" in record else None
    limit = policy.get("long_running_min") or 525_600
    rows = [{**row, "received_at": max(NOW, begin) if policy.get("long_running_min") is not None else NOW}
            for row in interval(begin, end)]  # fmt: skip
    first = local(begin).date()
    world = World(policy={**RECORDS, "max_pair_min": min(limit, 525_600)}, punches=rows)
    found = codes(world.run(first, local(end or begin).date()))
    refused = "LONG_SHIFT" in found or bool({"FUTURE"} & found and not policy.get("allow_future_times", True))
    wanted = str(case["expected"]["result"]).split(":")[0]
    return Verdict({"result": wanted}, {"result": "rejected" if refused else "accepted"})


def _weekday(case: Case, seconds: dict[str, int]) -> Verdict:
    shifts = [Shift(name, [(0, value // 60)]) for name, value in seconds.items()]
    world = World(shifts=shifts)
    day = date(2024, 7, 8) + timedelta(days=WEEKDAYS.index(case["input"]["weekday"]))
    world.roster(case["input"]["weekday"] if case["input"]["weekday"] in seconds else None, day, day)
    row = day_row(world.run(day), day)
    working = row["day_type"] == 0
    got = {"is_work_day": working, "expected_seconds": row["expected_min"] * 60 if working else 0}
    return Verdict(case["expected"], got)


def _lock(case: Case, lock: Any) -> Verdict:
    first, last = _phrase(lock["period_start"]), _phrase(lock["period_end"])
    grace = re.match(r"\+(\d+) days", lock.get("grace") or "")
    until = last + timedelta(days=int(grace.group(1))) if grace and last else last
    rule = Lock(first, last, until)
    if "lock_active" in case["expected"]:
        return Verdict(case["expected"], {"lock_active": rule.active})
    entry, today = date.fromisoformat(case["entry_begin"][:10]), date.fromisoformat(case["now"][:10])
    actor = case.get("actor", {})
    may = rule.permits(
        entry, today, supervisor=actor.get("grace_override", False), payroll=actor.get("full_override", False)
    )
    return Verdict(case["expected"], {"editable": may})


def _phrase(text: str | None) -> date | None:
    """A date out of the words of a lock setting; of those it cannot read there is none, like in the peer."""
    found = re.search(r"\d{4}-\d{2}-\d{2}", text or "")
    if found:
        return date.fromisoformat(found.group())
    spoken = {"first day of this month": date(2024, 7, 1), "last day of this month": date(2024, 7, 31),
              "first day of last month": date(2024, 6, 1), "last day of last month": date(2024, 6, 30)}  # fmt: skip
    return spoken.get(text or "")
