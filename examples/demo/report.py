"""What the demo prints: a row a work date, from the hub's database and from Tryton itself."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rich import box
from rich.table import Table
from sqlalchemy import Engine
from sqlmodel import select

from connectors.tryton.sandbox import Sandbox
from hub.contract import Held, Scope, digest
from hub.database import reading
from hub.delivery.bindings import EMPLOYEE, bindings
from hub.delivery.connections import ConnectionConfig, open_connector
from hub.records import AttendanceDay, Push
from hub.rules.codes import DayFlag

UNDONE = ("missing", "unknown", "rejected", "drifted")
Snapshot = dict[str, list[tuple[str, str, str]]]


@dataclass(frozen=True, slots=True)
class Night:
    """One work date: statuses and flags of its employee-days, and the counts of its pushes."""

    day: date
    statuses: Counter[str]
    late: int
    overtime_min: int
    lop: int
    counts: Counter[str]


def nights(engine: Engine, tenant: str, days: Iterable[date]) -> list[Night]:
    """The figures of these work dates."""
    with reading(engine) as session:
        rows = session.exec(select(AttendanceDay).where(AttendanceDay.tenant == tenant)).all()
        pushes = session.exec(select(Push).where(Push.tenant == tenant)).all()
    of_day: dict[date, list[AttendanceDay]] = defaultdict(list)
    for row in rows:
        of_day[row.work_date].append(row)
    return [_night(day, of_day[day], [push for push in pushes if push.first == push.last == day]) for day in days]


def _night(day: date, rows: list[AttendanceDay], pushes: list[Push]) -> Night:
    latest = max(pushes, key=lambda push: push.id or 0, default=None)
    counts = Counter(latest.counts if latest else {})
    counts["created"] = sum(push.counts.get("created", 0) for push in pushes)
    return Night(
        day,
        Counter(row.status for row in rows),
        sum(bool(row.flags & DayFlag.LATE) for row in rows),
        sum(row.ot_min for row in rows),
        sum(row.lop_days for row in rows),
        counts,
    )


def table(found: Iterable[Night], in_tryton: dict[date, tuple[int, int]]) -> Table:
    """The figures as a table; `in_tryton` gives lines and minutes by date."""
    made = Table(title="The last seven work dates", box=box.SIMPLE, padding=(0, 1, 0, 0))
    for name in ("work date", "people", "present", "absent", "leave", "off", "pending", "late", "OT", "LOP"):
        made.add_column(name, justify="right", no_wrap=True)
    for name in ("created", "confirmed", "blocked", "in Tryton", "its hours"):
        made.add_column(name, justify="right", style="bold", no_wrap=True)
    for night in found:
        lines, minutes = in_tryton.get(night.day, (0, 0))
        status = night.statuses
        people = sum(status.values())
        cells = [people, status["P"] + status["HD"] + status["HL"] + status["WOW"] + status["HW"], status["A"]]
        cells += [status["L"], status["WO"] + status["H"], status["MP"], night.late]
        made.add_row(
            str(night.day),
            *map(str, cells),
            _hours(night.overtime_min),
            f"{night.lop // 100}.{night.lop % 100:02}",
            str(night.counts["created"]),
            str(night.counts["confirmed"]),
            str(night.counts["blocked_days"]),
            str(lines),
            _hours(minutes),
        )
    return made


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


def tryton_totals(sandbox: Sandbox, company: int, days: list[date]) -> dict[date, tuple[int, int]]:
    """Timesheet lines and their minutes by date, asked of Tryton over its own protocol."""
    domain = [["date", ">=", days[0]], ["date", "<=", days[-1]]]
    totals: dict[date, tuple[int, int]] = {}
    with sandbox.client() as admin:
        admin.context |= {"company": company}
        rows = admin.read("model.timesheet.line.search_read", domain, 0, None, None, ["date", "duration"])
    for row in rows:
        lines, minutes = totals.get(row["date"], (0, 0))
        totals[row["date"]] = (lines + 1, minutes + int(row["duration"].total_seconds()) // 60)
    return totals


def snapshot(engine: Engine, config: ConnectionConfig, days: list[date]) -> Snapshot:
    """All that the ERP holds of these dates: employee, digest and ids by natural key."""
    people = frozenset(bindings(engine, config, EMPLOYEE).refs)
    with open_connector(config, engine) as connector:
        scope = Scope(days[0], days[-1], connector.capabilities.kinds, people)
        held: Snapshot = defaultdict(list)
        for one in connector.read_back(scope):
            held[one.natural_key].append(_facts(one))
    return dict(held)


def _facts(one: Held) -> tuple[str, str, str]:
    return one.employee, digest(one.image), " ".join(one.refs)


def changed(before: Snapshot, after: Snapshot) -> list[tuple[str, str]]:
    """Natural key and employee of everything that is not the same in both, ids included."""
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return [(key, (after.get(key) or before[key])[0][0]) for key in keys]


def doubled(held: Snapshot) -> list[str]:
    """Natural keys that the ERP holds more than once."""
    return sorted(key for key, facts in held.items() if len(facts) > 1)
