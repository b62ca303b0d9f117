"""The tenant of the tests of delivery: on an ERP in memory where employee `7` is `e7` and cost centre `CC` is `w1`."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hub.contract import Connector, Image, Kind
from hub.delivery.bindings import COST_CENTRE
from hub.delivery.outcome import Planned, Pushed
from hub.delivery.push import Delivery
from hub.records import JournalEntry, Push, ReceiptRow
from hub.testing import world
from hub.testing.memory import MemoryConnector, MemoryErp, MemorySettings
from hub.testing.world import Pair, minutes_of, utc

DAY = date(2026, 10, 5)
NEXT = date(2026, 10, 6)
PAIR = (8 * 60, 16 * 60)


@dataclass
class World(world.World):
    target: MemoryErp = field(default_factory=MemoryErp)
    held: dict[tuple[str, date], tuple[Pair, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bind("CC", "w1", COST_CENTRE)

    @property
    def erp(self) -> MemoryErp:
        return self.target

    def employee(self, number: str, cost_centre: str = "CC") -> int:
        found = super().employee(number, cost_centre)
        if number not in self.bound:
            self.bind(number, f"e{number}")
        return found

    def day(self, number: str, day: date, *pairs: Pair, blocks: bool = False, at: int = 0, **columns: Any) -> None:
        super().day(number, day, *pairs, blocks=blocks, at=at, **columns)
        self.held[number, day] = pairs

    def delivery(self, connector: Connector[Any] | None = None) -> Delivery:
        return super().delivery(connector or MemoryConnector(MemorySettings(erp=self.erp.token)))

    def push(self, first: date = DAY, last: date | None = None) -> Pushed:
        return self.delivery().push(first, last or first)

    def plan(self, first: date = DAY, last: date | None = None) -> Planned:
        return self.delivery().plan(first, last or first)

    def clear_journal(self) -> None:
        self.clear(JournalEntry)

    def states(self) -> list[str]:
        return sorted(row.state for row in self.rows(JournalEntry))

    def receipts(self) -> list[str]:
        return [row.outcome for row in self.rows(ReceiptRow)]

    def pushes(self) -> list[Push]:
        return self.rows(Push)

    def expected(self) -> list[tuple[str, Image]]:
        """What the ERP should hold, worked out from the days alone."""
        found: list[tuple[str, Image]] = []
        for (number, day), pairs in self.held.items():
            ref, kinds = self.bound[number], self.erp.capabilities.kinds
            for start, end in ((utc(day, start), utc(day, end)) for start, end in pairs):
                if Kind.INTERVAL in kinds:
                    found.append((f"interval:{ref}:{start}", {"start": start, "end": end}))
            if Kind.HOURS in kinds and pairs:
                image = {"date": str(day), "cost_centre": "w1", "minutes": minutes_of(pairs)}
                found.append((f"hours:{ref}:{day}:w1", image))
            if Kind.DAY in kinds:
                image = {"date": str(day), "status": "P", "payable": 100, "lop": 0, "overtime_min": 0}
                found.append((f"day:{ref}:{day}", image))
        return sorted(found, key=repr)
