"""The demo tenant in a test: change its folder, load it, punch, process, look."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from examples.demo.fortnight import Fortnight
from hub import records
from hub.database import reading
from hub.doors.adms_attlog import AttlogReader
from hub.doors.punch import RawPunch
from hub.intake import Delivery, store
from hub.processing import Processed, process
from hub.senders import Senders
from hub.setup import Summary, load_folder

FORTNIGHT = Fortnight(date(2026, 3, 22))  # Berlin's clocks go forward on Sunday, 29 March
MONDAY = date(2026, 3, 23)
NOW = int(datetime(2026, 4, 10, tzinfo=UTC).timestamp())
KOLKATA, BERLIN = "DEMOKOL0001", "DEMOBER0001"


def seconds(text: str) -> int:
    """UTC seconds of an ISO time with an offset."""
    return int(datetime.fromisoformat(text).timestamp())


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Replace what stands once in a file."""
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


@dataclass
class World:
    """One tenant in one database."""

    engine: Engine
    folder: Path

    @property
    def tenant(self) -> str:
        return (self.folder / "tenant.yaml").read_text().split()[1]

    def load(self, *, dry_run: bool = False) -> Summary:
        return load_folder(self.engine, self.folder, NOW, dry_run=dry_run)

    def reload(self, name: str, old: str, new: str) -> Summary:
        edit(self.folder, name, old, new)
        return self.load()

    def punch(self, serial: str, *lines: str, now: int = NOW) -> int:
        """Store attendance lines `user date time state`; returns how many are new."""
        caller = Senders(self.engine).find("cams" if serial == BERLIN else "adms", self.tenant, serial)
        assert caller is not None
        reader = AttlogReader(caller.source, now)
        rows = []
        for number, line in enumerate(lines, 1):
            user, day, time, state = line.split()
            rows.append(reader.row(number, f"{user}\t{day} {time}\t{state}\t1\t0"))
        punches = [row for row in rows if isinstance(row, RawPunch)]
        assert len(punches) == len(rows)
        return store(self.engine, [Delivery(caller.sender, now, punches)])

    def process(self, first: date = FORTNIGHT.first, last: date = FORTNIGHT.last, now: int = NOW) -> Processed:
        return process(self.engine, self.tenant, first, last, lambda: now)

    def rows(self, table: type[Any]) -> list[Any]:
        with reading(self.engine) as session:
            return list(session.exec(select(table).where(table.tenant == self.tenant)))

    def days(self) -> dict[tuple[str, date], records.AttendanceDay]:
        numbers = {row.id: row.number for row in self.rows(records.Employee)}
        return {(numbers[row.employee_id], row.work_date): row for row in self.rows(records.AttendanceDay)}

    def day(self, number: str, day: date) -> records.AttendanceDay:
        return self.days()[number, day]

    def dirty(self) -> set[tuple[date, str]]:
        return {(row.day, row.reason) for row in self.rows(records.Dirty)}
