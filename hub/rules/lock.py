"""Stage 17, the question before it: may somebody still change a date of a payroll period?"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Lock:
    """A payroll period that is being closed; without both dates, or ending before it starts, it locks nothing."""

    from_date: date | None
    to_date: date | None
    grace_until: date | None  # last date on which anybody may change the period itself

    @property
    def active(self) -> bool:
        """Whether there is anything to lock."""
        if self.from_date is None or self.to_date is None:
            return False
        return self.to_date >= self.from_date

    def permits(self, day: date, today: date, *, supervisor: bool = False, payroll: bool = False) -> bool:
        """Within grace anybody; after it supervisors; dates of earlier periods, which are paid, payroll alone."""
        if not self.active or payroll or self.from_date is None or self.to_date is None or day > self.to_date:
            return True
        if day < self.from_date:
            return False
        return supervisor or today <= (self.grace_until or self.to_date)
