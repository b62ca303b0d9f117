"""One employee at one site, put together from the few facts that a case states."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from hub.rules.engine import process
from hub.rules.policy import Policy
from hub.rules.tables import INPUT_TABLES, Inputs, Outputs, empty

BEGINNING: Final = date(1900, 1, 1)
LATER: Final = 30_000_000_000  # an as_of after everything: nothing is provisional
IN, OUT, BREAK_OUT, BREAK_IN, UNKNOWN = 0, 1, 2, 3, -1
Row = Mapping[str, Any]

RECORDS: Final[Mapping[str, Any]] = {
    # For peers whose input is in/out records: what is stored is what was meant, and nothing is a repeat.
    "dedupe_window_s": 0, "direction_mode": "device", "repeat_split_min": 10_000_000, "max_pair_min": 10_000_000,
    "new_shift_gap_min": 1, "max_shift_min": 10_000_000, "break_mode": "none", "early_in_counts": True,
    "grace_in_min": 0, "off_work": "regular", "holiday_work": "regular", "min_rest_min": 0, "absent_after_h": 0,
}  # fmt: skip


def instant(text: str, zone: str = "UTC") -> int:
    """UTC seconds of an ISO text; one without offset is local to `zone`."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).timestamp())


def local(t: int, zone: str = "UTC") -> datetime:
    """The local time of an instant, without its offset."""
    return datetime.fromtimestamp(t, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def minute(text: str) -> int:
    """Minutes of the day of `HH:MM` or `HH:MM:SS`."""
    hours, minutes = text.split(":")[:2]
    return int(hours) * 60 + int(minutes)


def whole(value: Any, unit: int = 60) -> int:
    """A decimal figure of a case in whole smaller units: hours to minutes, days to hundredths."""
    return int(round(value * unit))  # noqa: RUF046 - of a Fraction, too


def punch(t: int, direction: int = UNKNOWN, **more: int) -> dict[str, Any]:
    """A punch row without its number."""
    base = {"employee_key": 1, "device_id": 1, "site_id": 1, "received_at": t, "source_rank": 1, "flags": 0}
    return {**base, "t_utc": t, "direction": direction, **more}


def interval(begin: int, end: int | None) -> list[dict[str, Any]]:
    """An in and, where the record is closed, an out."""
    return [punch(begin, IN)] + ([] if end is None else [punch(end, OUT)])


@dataclass
class Shift:
    """A shift of a case; without segments it is an open one."""

    code: str
    segments: Sequence[tuple[int, int]] = ()
    expected_min: int | None = None
    before_min: int | None = None
    after_min: int | None = None
    break_min: int = 0
    breaks: Sequence[tuple[int, int]] = ()

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Its rows by table."""
        key = {"shift_code": self.code, "effective_from": BEGINNING}
        kind = "fixed" if len(self.segments) == 1 else "split" if self.segments else "open"
        facts = {"kind": kind, "expected_min": self.expected_min, "unpaid_break_min": self.break_min}
        windows = {"window_before_min": self.before_min, "window_after_min": self.after_min}
        return {
            "shifts": [{**key, **facts, **windows}],
            "shift_segments": [
                {**key, "segment_no": n, "start_min": a, "end_min": b} for n, (a, b) in enumerate(self.segments, 1)
            ],
            "shift_breaks": [{**key, "start_min": a, "end_min": b} for a, b in self.breaks],
        }


@dataclass
class World:
    """Everything about one employee; run it for the dates that a case speaks of."""

    policy: Mapping[str, Any] = field(default_factory=dict)
    zone: str = "UTC"
    punches: list[dict[str, Any]] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    rosters: list[dict[str, Any]] = field(default_factory=list)
    weekly_off: Iterable[int] = ()
    holidays: Iterable[date] = ()
    leaves: list[dict[str, Any]] = field(default_factory=list)
    employed: tuple[date, date | None] = (BEGINNING, None)
    boundary_min: int = 0
    as_of: int = LATER
    tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)

    def roster(self, shift: str | None, first: date = BEGINNING, last: date | None = None) -> None:
        """The employee works this shift on these dates; what is entered first wins."""
        row = {"employee_key": 1, "from_date": first, "to_date": last, "shift_code": shift}
        self.rosters.append({**row, "entered_seq": len(self.rosters) + 1})

    def leave(self, day: date, request: int = 1, **more: Any) -> None:
        """A leave of one date."""
        row = {"employee_key": 1, "date": day, "portion": "full", "type_code": "L", "paid_hundredths": 100}
        self.leaves.append({**row, "request": request, **more})

    def run(self, first: date, last: date | None = None) -> Outputs:
        """The engine's answer for these dates."""
        return process(self.inputs(), first, last or first)

    def inputs(self) -> Inputs:
        """The tables."""
        rows: dict[str, list[dict[str, Any]]] = {
            "punches": [{"punch_id": n, **row} for n, row in enumerate(self.punches, 1)],
            "devices": [{"device_id": 1, "direction_trusted": True}],
            "employments": [
                {"employee_key": 1, "from_date": self.employed[0], "to_date": self.employed[1], "site_id": 1,
                 "policy_code": "case", "weekly_off_code": "W", "attendance_mode": "punch"}
            ],
            "sites": [
                {"site_id": 1, "zone": self.zone, "holiday_calendar": "C", "day_boundary_min": self.boundary_min}
            ],
            "rosters": self.rosters,
            "weekly_offs": [{"weekly_off_code": "W", "weekday": day} for day in self.weekly_off],
            "holidays": [{"calendar": "C", "date": day, "kind": "public", "portion": "full"} for day in self.holidays],
            "leaves": self.leaves,
        }  # fmt: skip
        for shift in self.shifts:
            for table, own in shift.rows().items():
                rows[table] = [*rows.get(table, []), *own]
        rows |= self.tables
        frames = {name: _frame(name, rows.get(name, [])) for name in INPUT_TABLES}
        return Inputs(**frames, policies={"case": Policy.model_validate(self.policy)}, as_of=self.as_of)


def _frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    schema = INPUT_TABLES[table]
    if not rows:
        return empty(schema)
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=dict(schema), orient="row")


def dates(first: date, last: date) -> list[date]:
    """Both and all between them."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def codes(outputs: Outputs) -> set[str]:
    """The anomalies found."""
    return set(outputs.anomalies["code"].to_list())


def day_row(outputs: Outputs, day: date) -> dict[str, Any]:
    """The row of one date."""
    return outputs.days.filter(pl.col("business_date") == day).row(0, named=True)
