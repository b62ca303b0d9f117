"""Which fortnight is played, who is away in it, and the workers as the stream generator wants them."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from examples.demo.stream import Terminal, Worker
from hub.zones import offset_s

TENANT = Path(__file__).parent / "tenant"
BERLIN = "Europe/Berlin"
DAYS = 14
SHIFTS = {"GEN": (540, 1080), "MOR": (360, 840), "NGT": (1320, 360), "DAY": (480, 990)}
TERMINALS = (
    Terminal("DEMOKOL0001", "Asia/Kolkata", directed=True),
    Terminal("DEMOKOL0002", "Asia/Kolkata", directed=False),
    Terminal("DEMOBER0001", BERLIN, directed=True),
)


@dataclass(frozen=True, slots=True)
class Fortnight:
    """Fourteen days around Berlin's latest change of the clocks; the last seven of them are pushed."""

    first: date

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=DAYS - 1)

    def pushed(self) -> list[date]:
        """The work dates that go to the ERP."""
        return [self.last - timedelta(days=back) for back in range(6, -1, -1)]

    def leaves(self) -> list[tuple[str, date, str, str, int]]:
        """Employee, date, portion, type and percent paid."""
        day = self.first + timedelta(days=8)
        return [
            ("K002", day, "full", "EARNED", 100),
            ("K009", day + timedelta(days=1), "full", "UNPAID", 0),
            ("K005", day + timedelta(days=2), "first", "CASUAL", 100),
            ("B004", day, "full", "URLAUB", 100),
            ("B007", day + timedelta(days=3), "second", "URLAUB", 100),
        ]

    def holiday(self) -> date:
        """A holiday in India among the pushed days."""
        return self.last - timedelta(days=3)


def latest(today: date) -> Fortnight:
    """The fortnight whose eighth day is the latest Sunday on which Berlin's clocks changed, and that is over."""
    day = today - timedelta(days=DAYS // 2)
    while not _changes(day):
        day -= timedelta(days=1)
    return Fortnight(day - timedelta(days=7))


def _changes(day: date) -> bool:
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    return offset_s(BERLIN, noon) != offset_s(BERLIN, noon - 86_400)


def write_tenant(fortnight: Fortnight, folder: Path) -> None:
    """The tenant's folder with the holiday and leaves of this fortnight added."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in TENANT.iterdir():
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    holidays = [("calendar", "date", "name"), ("india", fortnight.holiday(), "Festival")]
    _write(folder / "holidays.csv", holidays)
    _write(
        folder / "leaves.csv",
        [
            ("employee", "date", "portion", "type", "paid"),
            *((number, day, portion, kind, paid) for number, day, portion, kind, paid in fortnight.leaves()),
        ],
    )


def _write(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def employees() -> dict[str, str]:
    """Names by employee number."""
    return {row["number"]: row["name"] for row in _rows("employees")}


def cost_centres() -> dict[str, str]:
    """Names by code."""
    return {row["code"]: row["name"] for row in _rows("cost_centres")}


def workers(fortnight: Fortnight) -> list[Worker]:
    """Everybody, at the terminal of their site."""
    shifts = {row["employee"]: SHIFTS[row["shift"]] for row in _rows("rosters")}
    away = {(number, day) for number, day, portion, *_ in fortnight.leaves() if portion == "full"}
    made = []
    for at, row in enumerate(_rows("employees")):
        number, (start, end) = row["number"], shifts[row["number"]]
        india = row["site"] == "kolkata"
        absences = {day for who, day in away if who == number} | ({fortnight.holiday()} if india else set())
        if at % 13 == 5:
            absences.add(fortnight.last - timedelta(days=at % 5))
        terminal = TERMINALS[(start >= 1000) if india else 2].serial
        badge = row["badges"].partition(":")[2]
        weekdays = frozenset(range(6 if india else 5))
        made.append(Worker(badge, terminal, start, end, weekdays, frozenset(absences), 8 if at % 4 == 0 else 0))
    return made


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (TENANT / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
