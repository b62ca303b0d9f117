"""An explanation for people, from the ERP down to the punches."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from hub.rules.codes import STATUSES
from hub.rules.explaining import step_lines
from hub.rules.phrases import phrase

SAME: Final = {
    True: "Computed again from the stored punches it comes out the same.",
    False: "Computed again it comes out otherwise: something changed since; process the date again.",
    None: "The day has not been processed; this is how it would come out now.",
}
_OF_DAY: Final = (
    ("site", "shift", "status", "day_type", "s1", "s2", "leave_code"),
    ("in_at", "out_at", "scheduled_start", "scheduled_end"),
    ("expected_min", "gross_min", "break_min", "worked_min", "paid_min", "ot_min"),
    ("late_min", "early_out_min", "shortage_min", "pre_shift_min", "post_shift_min", "duplicates_dropped"),
    ("payable_days", "lop_days"),
    ("flags", "anomaly_codes", "blocks_posting"),
    ("revision", "recompute_reason", "computed_at"),
)
Told = Mapping[str, Any]


def text_of(told: Told, connection: str) -> str:
    """The whole of what `explain` gave, in lines."""
    day = date.fromisoformat(told["work_date"])
    parts = (
        ("", [f"{told['employee']} on {day}. Times are of {told['zone']}."]),
        (f"In {connection}", [line for entry in told["entries"] for line in _entry(entry)] or ["no entry"]),
        ("The day", [*day_lines(told), SAME[told["same_when_computed_again"]]]),
        (f"How it came about, {policy_text(told)}", _stages(told, day)),
        ("Punches", [_punch(one, day) for one in told["punches"]] or ["none"]),
        ("Quarantine", quarantine_lines(told)),
    )
    return "\n\n".join(_section(title, lines) for title, lines in parts)


def day_lines(told: Told) -> list[str]:
    """What a processed day says, in words."""
    row, day = told["day"], date.fromisoformat(told["work_date"])
    if row is None:
        return []
    lines = ({name: _meant(name, row[name]) for name in names if name in row} for names in _OF_DAY)
    return [phrase(line, day) for line in lines if line]


def policy_text(told: Told) -> str:
    """Policy and version that the day went by."""
    policy = told["policy"]
    return f"by policy {policy['code'] or 'default'}, version {policy['version']}" if policy else "by no policy"


def plan_text(plan: Told) -> str:
    """Who made and approved a plan, and when."""
    made = f"plan {plan['plan']} made by {plan['made_by']} {plan['made_at']}"
    approved = f"approved by {plan['approved_by']} {plan['approved_at']}" if plan["approved_by"] else "not approved"
    return f"{made}, {approved}".replace("T", " ")


def quarantine_lines(told: Told) -> list[str]:
    """Refused rows with the employee's badge, and how many others there are."""
    rows = [f"{one['serial']}, line {one['line']}: {one['reason']} {one['detail']}" for one in told["quarantine"]]
    others = told["quarantine_of_others"]
    return [*(rows or ["no row with a badge of this person"]), *([f"{others} rows of others"] if others else [])]


def _meant(name: str, value: Any) -> Any:
    return f"{value} ({STATUSES[value]})" if name == "status" and value in STATUSES else value


def _entry(entry: Told) -> Iterator[str]:
    refs = f", record {', '.join(entry['refs'])}" if entry["refs"] else ""
    yield f"{entry['figures']} - {entry['state']}{refs}"
    if entry.get("reason"):
        yield f"    {entry['reason']}"
    yield from (f"    {plan_text(plan)}" for plan in entry["plans"])
    for receipt in entry["receipts"]:
        why = f": {receipt['reason']}" if receipt["reason"] else ""
        at = receipt["at"].replace("T", " ")
        yield f"    {at}, push {receipt['push_id']}: {receipt['operation']}, {receipt['outcome']}{why}"


def _stages(told: Told, day: date) -> list[str]:
    return [line for step in told["stages"] for line in step_lines(step, day)] or ["in no employment on that day"]


def _punch(one: Told, day: date) -> str:
    names = {"at": one["at"], "became": one["became"], "device": one["device"]}
    said = f"device said {one['device_said']}, received {one['received_at'].replace('T', ' ')}"
    return f"{phrase(names, day)}, {said}, punch {one['punch']}"


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)]) if title else "\n".join(lines)
