"""Attendance days to entries: who and where in the ERP's words, and what cannot be said yet. Pure.

An employee or cost centre without a counterpart, and a day that is not fit to be posted, stop their own entries only;
both are listed with the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from hub.contract import Day, Entry, Hours, Interval, Kind, Punch

WHOLE = 10_000
"""All of an employee's hours, in hundredths of a percent."""

UNMAPPED_EMPLOYEE = "unmapped_employee"
UNMAPPED_COST_CENTRE = "unmapped_cost_centre"
NOT_POSTABLE = "not_postable"


class DayFacts(NamedTuple):
    """One processed day with all that mapping needs. Pairs are UTC seconds, shares hundredths of a percent."""

    tenant: str
    number: str
    work_date: date
    zone: str
    status: str
    worked_min: int
    ot_min: int
    payable_days: int
    lop_days: int
    blocked_by: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]
    shares: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Entries that are not made, and what to do. `subject` is an employee number or a cost-centre code."""

    number: str
    work_date: date
    reason: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """The entries to have in the ERP, and the employee-days that are held back."""

    entries: tuple[Entry, ...]
    blocked: tuple[Blocked, ...]

    def unmapped(self) -> frozenset[tuple[str, str]]:
        """Employees and cost centres without a counterpart, as (reason, subject)."""
        found = (UNMAPPED_EMPLOYEE, UNMAPPED_COST_CENTRE)
        return frozenset((one.reason, one.subject) for one in self.blocked if one.reason in found)


def entries(
    days: Iterable[DayFacts], employees: Mapping[str, str], cost_centres: Mapping[str, str], kinds: frozenset[Kind]
) -> Mapped:
    """Entries of these kinds; `employees` and `cost_centres` give the ERP's id for our number or code."""
    made: list[Entry] = []
    blocked: list[Blocked] = []
    for day in days:
        if day.status == "NE":
            continue
        reasons = _reasons(day, employees, cost_centres if Kind.HOURS in kinds else None)
        if reasons:
            blocked += reasons
        else:
            made += _of_day(day, employees[day.number], cost_centres, kinds)
    return Mapped(tuple(made), tuple(blocked))


def _reasons(day: DayFacts, employees: Mapping[str, str], cost_centres: Mapping[str, str] | None) -> list[Blocked]:
    found: list[Blocked] = []
    if day.number not in employees:
        detail = "The ERP has no employee with this number; add it there, or bind it to the right one."
        found.append(Blocked(day.number, day.work_date, UNMAPPED_EMPLOYEE, day.number, detail))
    if day.blocked_by:
        detail = f"Mend the punches of this day: {', '.join(day.blocked_by)}."
        found.append(Blocked(day.number, day.work_date, NOT_POSTABLE, day.number, detail))
    if cost_centres is not None and day.worked_min:
        found += _cost_reasons(day, cost_centres)
    return found


def _cost_reasons(day: DayFacts, cost_centres: Mapping[str, str]) -> Iterable[Blocked]:
    percent = sum(share for _, share in day.shares)
    if percent != WHOLE:
        detail = f"The cost-centre shares of this date add up to {percent // 100} %, not 100; correct the employee."
        yield Blocked(day.number, day.work_date, NOT_POSTABLE, day.number, detail)
    for code, _ in day.shares:
        if code not in cost_centres:
            detail = f"Cost centre {code} has no counterpart in the ERP; add it there, or bind it."
            yield Blocked(day.number, day.work_date, UNMAPPED_COST_CENTRE, code, detail)


def _of_day(day: DayFacts, employee: str, cost_centres: Mapping[str, str], kinds: frozenset[Kind]) -> Iterable[Entry]:
    stem = f"{day.tenant}:{day.number}:{day.work_date}"
    if Kind.DAY in kinds:
        payload = Day(day.status, day.worked_min, day.ot_min, day.payable_days, day.lop_days)
        yield Entry(f"{stem}:day:0", Kind.DAY, employee, day.work_date, day.zone, payload)
    if Kind.INTERVAL in kinds:
        for start, end in day.pairs:
            # The start names the pair: another pair found before it does not rename this one.
            interval = Interval(start, end)
            yield Entry(f"{stem}:interval:{_stamp(start)}", Kind.INTERVAL, employee, day.work_date, day.zone, interval)
    if Kind.PUNCH in kinds:
        for punch in _punches(day.pairs):
            part = f"{punch.direction}{_stamp(punch.at)}"
            yield Entry(f"{stem}:punch:{part}", Kind.PUNCH, employee, day.work_date, day.zone, punch)
    if Kind.HOURS in kinds:
        before = 0
        for code, minutes in shared(day.worked_min, day.shares):
            hours = Hours(cost_centres[code], minutes, before)
            before += minutes
            yield Entry(f"{stem}:hours:{code}", Kind.HOURS, employee, day.work_date, day.zone, hours)


def _stamp(seconds: int) -> str:
    moment = datetime.fromtimestamp(seconds, UTC).isoformat()[: len("2026-10-05T08:00:00")]
    return f"{moment.replace('-', '').replace(':', '')}Z"


def _punches(pairs: Iterable[tuple[int, int]]) -> list[Punch]:
    """The ends of the pairs; where one ends in the second in which the next begins, nobody went in or out."""
    given = [*pairs]
    starts, ends = {start for start, _ in given}, {end for _, end in given}
    found = [Punch(at, "in") for at in starts - ends] + [Punch(at, "out") for at in ends - starts]
    return sorted(found, key=lambda one: one.at)


def shared(minutes: int, shares: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Whole minutes by share, adding up exactly (largest remainder, ties by code); no rows of zero minutes."""
    exact = [(code, *divmod(minutes * share, WHOLE)) for code, share in shares]
    left = minutes - sum(whole for _, whole, _ in exact)
    lucky = {code for code, _, _ in sorted(exact, key=lambda row: (-row[2], row[0]))[:left]}
    rows = [(code, whole + (code in lucky)) for code, whole, _ in exact]
    return [row for row in sorted(rows) if row[1]]
