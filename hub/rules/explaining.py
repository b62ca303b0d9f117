"""One employee-day, stage by stage: what each took, what it made of it, and which parameters decided."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from hub.rules.engine import process
from hub.rules.parameters import ordered
from hub.rules.phrases import phrase
from hub.rules.policy import Policy
from hub.rules.stages import DayOutputs, facts
from hub.rules.tables import Inputs, Outputs


@dataclass(frozen=True, slots=True)
class Step:
    """One stage: `decided` holds the parameters it went by. All are JSON values; times are local, with their offset."""

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
        return "\n".join([head, *(line for step in self.steps for line in step_lines(asdict(step), self.day))])


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
    return explained(inputs, process(inputs, day, day), employee_key, day)


def explained(inputs: Inputs, outputs: Outputs, employee_key: int, day: date) -> Explanation:
    """The same from what `process` said of these inputs."""
    one = DayOutputs.of(outputs, employee_key, day)
    policy = _policy(inputs, one.row["policy_code"], day).model_dump(mode="json", warnings=False)
    steps = tuple(
        Step(stage, took, did, {name: policy[name] for name in _PARAMETERS[stage]})
        for stage, took, did in facts(inputs, one)
    )
    return Explanation(employee_key, day, one.row["policy_code"] or "", one.row["policy_version"], steps)


def step_lines(step: Mapping[str, Any], day: date) -> Iterator[str]:
    """A step in words: the stage, and below it what it took, what it did and the parameters that it went by."""
    yield step["stage"]
    yield f"    took    {phrase(step['took'], day)}"
    yield f"    did     {phrase(step['did'], day)}"
    if step["decided"]:
        yield f"    by      {parameters_text(step['decided'], day)}"


def parameters_text(decided: Mapping[str, Any], day: date) -> str:
    """Parameters under the names that a policy has for them."""
    return ", ".join(f"{name} = {_parameter(value, day)}" for name, value in decided.items())


def _parameter(value: Any, day: date) -> str:
    match value:
        case str():
            return value
        case {"interval_min": 0}:
            return "off"
        case Mapping():
            return f"({phrase(value, day)})"
    return phrase(value, day)


def _policy(inputs: Inputs, code: str | None, day: date) -> Policy:
    held = [version for known, since, version in ordered(inputs.policies) if known == code and since <= day]
    return held[-1] if held else Policy()
