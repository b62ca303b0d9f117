"""The day computed again from the stored punches by the same rules, for one employee."""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import polars as pl
from sqlmodel import Session

from hub.processing.read import read_spans
from hub.rules import Explanation, Inputs, Outputs, process
from hub.rules.explaining import explained
from hub.rules.stages import DayOutputs


@dataclass(frozen=True, slots=True)
class Computed:
    """What the rules say of an employee-day, and what they knew."""

    inputs: Inputs
    outputs: Outputs
    day: DayOutputs

    @property
    def zone(self) -> str:
        """Where the employee's clocks stand."""
        return self.day.zone

    @property
    def explanation(self) -> Explanation:
        """Every stage of it."""
        return explained(self.inputs, self.outputs, self.day.key, self.day.day)

    @property
    def fates(self) -> dict[int, str]:
        """What became of each punch of the day."""
        return {row["punch_id"]: row["disposition"] for row in self.day.rows("dispositions")}

    @property
    def input_hash(self) -> str:
        """As stored days have it."""
        return f"{self.day.row['input_hash']:016x}"


def computed(session: Session, tenant: str, employee: int, day: date, as_of: int) -> Computed | None:
    """The day as it was to be seen at `as_of` (UTC seconds); None when the employee is in no employment."""
    [span] = read_spans(session, tenant, day, day, as_of, of=employee)
    inputs = _of(span.inputs, employee)
    outputs = process(inputs, day, day)
    try:
        return Computed(inputs, outputs, DayOutputs.of(outputs, employee, day))
    except LookupError:
        return None


def _of(inputs: Inputs, employee: int) -> Inputs:
    """Only what is of the employee: nobody's day depends on another person's."""
    mine = pl.col("employee_key") == employee
    frames = {one.name: getattr(inputs, one.name) for one in fields(inputs)}
    theirs: dict[str, Any] = {
        name: frame.filter(mine)
        for name, frame in frames.items()
        if isinstance(frame, pl.DataFrame) and "employee_key" in frame.columns
    }
    return replace(inputs, **theirs)
