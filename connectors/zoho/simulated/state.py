"""What the simulated organisation holds. Times are wall-clock times of everybody's place."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

UNPAID_TYPE, PAID_TYPE = "300", "301"


@dataclass(slots=True)
class Employee:
    """One record of the employee form; `attends` is whether attendance is imported for them."""

    ref: str
    number: str
    active: bool = True
    attends: bool = True
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def mail(self) -> str:
        """Made up."""
        return f"e{self.number.lower()}@example.org"


@dataclass(slots=True)
class Entry:
    """One attendance entry; either end may be missing."""

    ref: str
    employee: str
    begun: datetime | None
    ended: datetime | None

    @property
    def day(self) -> date:
        """Its day: that of the check-in, as in a day shift."""
        return self.at.date()

    @property
    def at(self) -> datetime:
        """When it begins, or else ends."""
        at = self.begun or self.ended
        assert at is not None
        return at


@dataclass(slots=True)
class Leave:
    """One leave of one type; `days` gives the part of each day as Zoho writes it."""

    ref: str
    employee: str
    kind: str
    first: date
    last: date
    days: dict[date, str]
    status: str = ""


@dataclass
class State:
    """The organisation."""

    employees: dict[str, Employee] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    leaves: dict[str, Leave] = field(default_factory=dict)
    forms: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(123456000000300001))

    def new(self) -> str:
        """The next record id: 18 digits, more than a float holds."""
        return str(next(self.numbers))

    def hire(self, number: str, **fields: Any) -> str:
        """A new employee; the record id."""
        ref = self.new()
        self.employees[ref] = Employee(ref, number, fields=fields)
        return ref

    def employee(self, number: str) -> Employee | None:
        """The employee with that Employee ID."""
        return next((one for one in self.employees.values() if one.number == number), None)

    def of_day(self, employee: str, day: date) -> list[Entry]:
        """The entries of an employee on a day, in their order."""
        found = [one for one in self.entries.values() if one.employee == employee and one.day == day]
        return sorted(found, key=lambda one: one.at)

    def punch_in(self, employee: str, at: datetime) -> None:
        """An entry that is open. The same check-in twice is two entries: whether Zoho sees that is not known [I]."""
        ref = self.new()
        self.entries[ref] = Entry(ref, employee, at, None)

    def punch_out(self, employee: str, at: datetime) -> None:
        """Closes the latest open entry before it; without one, it is an entry by itself [I]."""
        before = [
            one
            for one in self.entries.values()
            if one.employee == employee and one.begun and one.ended is None and one.begun <= at
        ]
        if before:
            max(before, key=lambda one: one.at).ended = at
        else:
            ref = self.new()
            self.entries[ref] = Entry(ref, employee, None, at)
