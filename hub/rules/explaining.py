"""One employee-day, stage by stage: what each took, what it made of it, and which parameters decided."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import polars as pl

from hub.rules.codes import Session
from hub.rules.engine import planned, process
from hub.rules.parameters import ordered
from hub.rules.policy import Policy
from hub.rules.tables import Inputs, Outputs


@dataclass(frozen=True, slots=True)
class Step:
    """One stage: `decided` holds the parameters it went by."""

    stage: str
    took: Any
    did: Any
    decided: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A day explained; `text()` for people, `json()` for programs."""

    employee_key: int
    day: date
    policy: str
    version: int
    steps: tuple[Step, ...]

    def json(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "day": self.day.isoformat(), "steps": [asdict(step) for step in self.steps]}

    def text(self) -> str:
        """A paragraph for every stage."""
        head = f"Employee {self.employee_key}, {self.day}, policy {self.policy or 'default'} version {self.version}"
        return "\n".join([head, *(line for step in self.steps for line in _lines(step))])


_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "0 scope": (),
    "1 corrections": (),
    "2 repeats": ("dedupe_window_s", "dedupe_scope"),
    "3 shift": ("window_before_min", "window_after_min", "window_overlap"),
    "4 match": ("off_shift", "handover", "new_shift_gap_min", "max_shift_min"),
    "5 direction": ("direction_mode", "repeat_in", "repeat_out", "repeat_split_min"),
    "6 pairs": ("max_pair_min", "missing_out_policy", "missing_in_policy"),
    "7 date": ("day_assignment",),
    "8 rounding": ("grace_snap_in_min", "grace_snap_out_min", "round_in", "round_out", "round_pair", "round_day"),
    "9 minutes and breaks": ("early_in_counts", "late_out_counts", "break_mode", "break_tiers", "credit_punched"),
    "10 late, early, notes": ("grace_in_min", "grace_out_min", "late_count_from"),
    "11 calendar and leave": ("half_split", "dst_expected"),
    "12 status": ("full_day_pct", "full_day_min", "half_day_pct", "half_day_min", "single_punch", "absent_after_h"),
    "13 days off": ("sandwich_mode", "sandwich_exempt", "absent_neighbour_rule"),
    "14 overtime": ("ot_rules", "ot_threshold_min", "off_work", "holiday_work", "week_start", "night_window"),
    "15 penalties": ("late_free", "late_every", "late_days", "late_tiers", "shortage_pct", "cycle"),
    "16 totals": ("penalty_target", "lop_base", "unmarked_as", "after_cutoff"),
    "17 lock": (),
}


def explain(inputs: Inputs, employee_key: int, day: date) -> Explanation:
    """The day of an employee of `inputs.employments`, computed again; raises `LookupError` for anybody else."""
    outputs = process(inputs, day, day)
    rows = outputs.days.filter(pl.col("employee_key") == employee_key)
    if rows.is_empty():
        raise LookupError(f"Employee {employee_key} is in no employment.")
    row = rows.row(0, named=True)
    policy = _policy(inputs, row["policy_code"], day)
    facts = _facts(inputs, outputs, row)
    steps = tuple(
        Step(stage, took, did, {name: getattr(policy, name) for name in _PARAMETERS[stage]})
        for stage, took, did in facts
    )
    return Explanation(employee_key, day, row["policy_code"] or "", row["policy_version"], steps)


def _policy(inputs: Inputs, code: str | None, day: date) -> Policy:
    held = [version for known, since, version in ordered(inputs.policies) if known == code and since <= day]
    return held[-1] if held else Policy()


def _facts(inputs: Inputs, outputs: Outputs, row: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    key, day = row["employee_key"], row["business_date"]
    mine = (pl.col("employee_key") == key) & (pl.col("business_date") == day)
    fates = _punches(inputs, outputs.dispositions.filter(mine))
    pairs = outputs.pairs.filter(mine).to_dicts()
    plan = _plan(inputs, key, day)
    corrections = inputs.corrections.filter(pl.col("employee_key") == key).height
    yield "0 scope", {"site": row["site_id"]}, {"zone": row["zone"]}
    yield "1 corrections", {"corrections": corrections}, {"punches": len(fates)}
    yield "2 repeats", fates, {"duplicates": row["duplicates_dropped"]}
    yield "3 shift", {"shift": row["shift_code"]}, plan
    yield "4 match", [one["at"] for one in fates], {one["at"]: one["became"] for one in fates}
    yield "5 direction", fates, [one["became"] for one in fates]
    yield "6 pairs", fates, [_pick(pair, "seq", "in_at", "out_at", "imputed", "kind") for pair in pairs]
    yield "7 date", [_pick(pair, "in_at", "out_at") for pair in pairs], day.isoformat()
    yield "8 rounding", pairs and "each pair", [_pick(pair, "rounded_in_s", "rounded_out_s") for pair in pairs]
    yield (
        "9 minutes and breaks",
        _pick(row, "gross_min"),
        _pick(row, "pre_shift_min", "post_shift_min", "break_min", "worked_min"),
    )
    yield (
        "10 late, early, notes",
        _pick(row, "in_at_local", "out_at_local"),
        _pick(row, "late_min", "early_out_min", "anomaly_codes", "blocks_posting"),
    )
    yield "11 calendar and leave", _pick(row, "day_type", "leave_code"), _pick(row, "expected_min")
    yield from _amounts(outputs, row, mine)


def _amounts(outputs: Outputs, row: Mapping[str, Any], mine: pl.Expr) -> Iterator[tuple[str, Any, Any]]:
    """Stages 12 to 17."""
    halves = [Session(row[name]).name.lower() for name in ("s1", "s2")]
    lines, costs = outputs.overtime.filter(mine).to_dicts(), outputs.penalties.filter(mine).to_dicts()
    yield "12 status", _pick(row, "worked_min", "expected_min"), {"status": row["status"], "halves": halves}
    yield "13 days off", {"day_type": row["day_type"]}, {"halves": halves, "leave_code": row["leave_code"]}
    overtime = [_pick(line, "bucket", "minutes", "capped_min", "rule_no", "approved") for line in lines]
    yield "14 overtime", _pick(row, "worked_min", "night_min"), overtime
    penalties = [{**_pick(cost, "rule", "days"), "causes": [str(day) for day in cost["causes"]]} for cost in costs]
    yield "15 penalties", _pick(row, "late_min"), penalties
    names = ("payable_days", "lop_days", "penalty_days", "comp_off_days", "paid_min", "ot_min")
    yield "16 totals", halves, _pick(row, *names)
    yield "17 lock", {"period": row["period_id"]}, {"locked": bool(row["flags"] & 512)}


def _plan(inputs: Inputs, key: int, day: date) -> list[dict[str, Any]]:
    layout, _ = planned(inputs, day, day)
    slots = layout.slots[: layout.scheduled].filter(pl.col("employee_key") == key, pl.col("date") == day)
    return [
        {name: _at(value) for name, value in row.items()} for row in slots.select("s0", "s1", "w0", "w1").to_dicts()
    ]


def _punches(inputs: Inputs, fates: pl.DataFrame) -> list[dict[str, Any]]:
    known = dict(inputs.punches.select("punch_id", "t_utc").iter_rows())
    known |= {-number: t for number, t in inputs.corrections.select("correction_id", "t_utc").iter_rows()}
    rows = fates.sort("punch_id").iter_rows(named=True)
    found = [{"punch": r["punch_id"], "at": _at(known.get(r["punch_id"])), "became": r["disposition"]} for r in rows]
    return sorted(found, key=lambda one: (one["at"] or "", one["punch"]))


def _at(t: int | None) -> str | None:
    return None if t is None else datetime.fromtimestamp(t, UTC).isoformat()


def _pick(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: _at(row[name]) if name in {"in_at", "out_at"} else row[name] for name in names}


def _lines(step: Step) -> Iterator[str]:
    yield f"{step.stage}"
    yield f"    took    {step.took}"
    yield f"    did     {step.did}"
    if step.decided:
        yield f"    by      {', '.join(f'{name} = {value}' for name, value in step.decided.items())}"
