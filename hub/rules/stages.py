"""What each stage took and did with one employee-day, read off inputs and outputs; JSON values, times local."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

import polars as pl

from hub.rules.codes import DayFlag, DayType, Session
from hub.rules.engine import planned
from hub.rules.localtime import known
from hub.rules.tables import Inputs, Outputs
from hub.zones import local_text

Fact = tuple[str, Any, Any]
"""A stage, what it took, what it did."""

_DIRECTIONS: Final = {0: "in", 1: "out", 2: "break_out", 3: "break_in"}
_WINDOW: Final = {"s0": "from_at", "s1": "until_at", "w0": "window_from_at", "w1": "window_until_at"}
_MOMENTS: Final = frozenset({"in_at", "out_at", "in_paid", "out_paid"})


@dataclass(frozen=True, slots=True)
class DayOutputs:
    """What the rules said of one employee-day."""

    outputs: Outputs
    row: Mapping[str, Any]

    @classmethod
    def of(cls, outputs: Outputs, employee_key: int, day: date) -> Self:
        """Raises `LookupError` for somebody who is in no employment."""
        mine = (pl.col("employee_key") == employee_key) & (pl.col("business_date") == day)
        rows = outputs.days.filter(mine)
        if rows.is_empty():
            raise LookupError(f"Employee {employee_key} is in no employment.")
        return cls(outputs, rows.row(0, named=True))

    @property
    def key(self) -> int:
        """The employee."""
        return int(self.row["employee_key"])

    @property
    def day(self) -> date:
        """The work date."""
        found: date = self.row["business_date"]
        return found

    @property
    def zone(self) -> str:
        """Where the employee works; UTC where the site's zone is none."""
        named = self.row["zone"]
        return str(named) if named and known(named) else "UTC"

    def rows(self, table: str) -> list[dict[str, Any]]:
        """What is of this day in a table of the outputs."""
        frame: pl.DataFrame = getattr(self.outputs, table)
        return frame.filter(pl.col("employee_key") == self.key, pl.col("business_date") == self.day).to_dicts()

    def at(self, t: int | None) -> str | None:
        """`YYYY-MM-DDTHH:MM:SS+HH:MM` where the employee works."""
        return None if t is None else local_text(self.zone, t)

    def pick(self, row: Mapping[str, Any], *names: str) -> dict[str, Any]:
        """Some columns of a row, instants as local times."""
        return {name: self.at(row[name]) if name in _MOMENTS else row[name] for name in names}


def facts(inputs: Inputs, one: DayOutputs) -> Iterator[Fact]:
    """Every stage in order."""
    punches = _punches(inputs, one)
    yield from _reading(inputs, one, punches)
    yield from _paired(one, punches)
    yield from _counted(one)
    yield from _amounts(one)


def _reading(inputs: Inputs, one: DayOutputs, punches: list[dict[str, Any]]) -> Iterator[Fact]:
    """Stages 0 to 5."""
    times = [punch["at"] for punch in punches]
    repeats = [punch["at"] for punch in punches if punch["became"] == "duplicate"]
    left = [punch for punch in punches if punch["became"] != "duplicate"]
    yield "0 scope", {"work_date": one.day.isoformat()}, {"zone": one.row["zone"]}
    yield "1 corrections", _corrections(inputs, one, punches), {"punches": len(punches)}
    yield "2 repeats", times, {"duplicates": one.row["duplicates_dropped"], "dropped": repeats}
    yield "3 shift", {"shift": one.row["shift_code"]}, _plan(inputs, one)
    matched = [{"at": punch["at"], "matched": punch["became"] != "off_shift"} for punch in left]
    yield "4 match", [punch["at"] for punch in left], matched
    said = [
        {"at": punch["at"], "device_said": punch["direction"], "believed": _believed(inputs, punch["punch"])}
        for punch in left
    ]
    yield "5 direction", said, [_fate(punch) for punch in left]


def _paired(one: DayOutputs, punches: list[dict[str, Any]]) -> Iterator[Fact]:
    """Stages 6 to 8."""
    pairs = one.rows("pairs")
    paired = [_fate(punch) for punch in punches if punch["became"].startswith("paired")]
    yield "6 pairs", paired, [one.pick(pair, "seq", "in_at", "out_at", "imputed", "kind") for pair in pairs]
    spans = [one.pick(pair, "in_at", "out_at") for pair in pairs]
    yield "7 date", spans, one.day.isoformat()
    rounded = [one.pick(pair, "in_paid", "out_paid", "rounded_in_s", "rounded_out_s") for pair in pairs]
    yield "8 rounding", spans, rounded


def _counted(one: DayOutputs) -> Iterator[Fact]:
    """Stages 9 to 13."""
    row, kind = one.row, DayType(one.row["day_type"]).name.lower()
    halves = [Session(row[name]).name.lower() for name in ("s1", "s2")]
    minutes = one.pick(row, "pre_shift_min", "post_shift_min", "break_min", "worked_min")
    yield "9 minutes and breaks", one.pick(row, "gross_min"), minutes
    notes = one.pick(row, "late_min", "early_out_min", "anomaly_codes", "blocks_posting")
    yield "10 late, early, notes", one.pick(row, "in_at_local", "out_at_local"), notes
    yield (
        "11 calendar and leave",
        {"day_type": kind, "leave_code": row["leave_code"]},
        one.pick(row, "expected_min"),
    )
    yield "12 status", one.pick(row, "worked_min", "expected_min"), {"status": row["status"], "halves": halves}
    yield "13 days off", {"day_type": kind}, {"halves": halves, "leave_code": row["leave_code"]}


def _amounts(one: DayOutputs) -> Iterator[Fact]:
    """Stages 14 to 17."""
    row, names = one.row, ("bucket", "minutes", "capped_min", "rule_no", "approved")
    yield (
        "14 overtime",
        one.pick(row, "worked_min", "night_min"),
        [one.pick(line, *names) for line in one.rows("overtime")],
    )
    costs = [
        {**one.pick(cost, "rule", "days"), "causes": [str(day) for day in cost["causes"]]}
        for cost in one.rows("penalties")
    ]
    yield "15 penalties", one.pick(row, "late_min"), costs
    totals = ("payable_days", "lop_days", "penalty_days", "comp_off_days", "paid_min", "ot_min")
    yield "16 totals", one.pick(row, "status", "worked_min"), one.pick(row, *totals)
    yield "17 lock", {"period": row["period_id"]}, {"locked": DayFlag.LOCKED in DayFlag(row["flags"])}


def _plan(inputs: Inputs, one: DayOutputs) -> list[dict[str, Any]]:
    layout, _ = planned(inputs, one.day, one.day)
    mine = (pl.col("employee_key") == one.key) & (pl.col("date") == one.day)
    slots = layout.slots[: layout.scheduled].filter(mine).select(*_WINDOW).to_dicts()
    return [{_WINDOW[name]: one.at(t) for name, t in slot.items()} for slot in slots]


def _corrections(inputs: Inputs, one: DayOutputs, punches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that made or changed punches of this day."""
    numbers = [punch["punch"] for punch in punches]
    own = pl.col("punch_id").is_in(numbers) | (-pl.col("correction_id")).is_in(numbers)
    rows = inputs.corrections.filter(pl.col("employee_key") == one.key, own).sort("correction_id").to_dicts()
    return [{"op": row["op"], "punch": row["punch_id"], "to_at": one.at(row["t_utc"])} for row in rows]


def _punches(inputs: Inputs, one: DayOutputs) -> list[dict[str, Any]]:
    """The punches of the day by time, with the direction that came with each; an added correction counts as one."""
    known_punches = {number: (t, said) for number, t, said in _stored(inputs)}
    found = [
        (*known_punches.get(row["punch_id"], (None, None)), row["punch_id"], row["disposition"])
        for row in one.rows("dispositions")
    ]
    return [
        {"punch": number, "at": one.at(t), "direction": _DIRECTIONS.get(-1 if said is None else said), "became": fate}
        for t, said, number, fate in sorted(found, key=lambda row: (row[0] or 0, row[2]))
    ]


def _stored(inputs: Inputs) -> Iterator[tuple[int, int, int]]:
    """Punch, instant and direction; what was corrected comes after what it replaces."""
    punches = inputs.punches.select("punch_id", "t_utc", "direction")
    corrections = inputs.corrections.sort("correction_id").select(
        "op", "correction_id", "punch_id", "t_utc", "direction"
    )
    yield from punches.iter_rows()
    before = {number: (t, said) for number, t, said in punches.iter_rows()}
    for op, number, punch, t, said in corrections.iter_rows():
        old_t, old_said = before.get(punch, (None, None))
        at, direction = old_t if t is None else t, old_said if said is None else said
        yield (-number if op == "add" else punch), at, direction


def _believed(inputs: Inputs, punch: int) -> bool:
    """Whether the directions of the device are believed; a correction says what a person meant."""
    devices = inputs.punches.filter(pl.col("punch_id") == punch).select("device_id")
    trusted = inputs.devices.join(devices, on="device_id", how="semi")["direction_trusted"]
    return punch < 0 or punch in inputs.corrections["punch_id"] or bool(trusted.any())


def _fate(punch: Mapping[str, Any]) -> dict[str, Any]:
    return {"at": punch["at"], "became": punch["became"]}
