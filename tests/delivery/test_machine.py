"""Whatever people, devices, crashes and the ERP's own users do, in any order: what is payable is there exactly once."""

import random
from datetime import date
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine

from hub.contract import Kind
from hub.errors import HubError
from hub.lease import SECONDS as LEASE_SECONDS
from hub.records import Lease
from hub.testing import faults
from hub.testing.faults import Crash
from hub.testing.memory import MemoryErp
from hub.testing.world import utc
from tests.delivery.build import DAY, NEXT, World

NUMBERS, DAYS = ("1", "2"), (DAY, NEXT)
PAIRS = st.sampled_from([((480, 720),), ((480, 720), (780, 1020)), ((485, 960),), ((1320, 1800),), ()])


class Payroll(RuleBasedStateMachine):
    """Employees `1` and `2` on two days; records that somebody edited by hand are theirs until they are put back."""

    engine: Engine

    @initialize()
    def begin(self) -> None:
        self.erp = MemoryErp()
        self.world = World(self.engine, self.erp)
        self.mine: set[str] = set()
        for number in NUMBERS:
            for day in DAYS:
                self.world.day(number, day)

    @rule(number=st.sampled_from(NUMBERS), day=st.sampled_from(DAYS), pairs=PAIRS)
    def punches(self, number: str, day: date, pairs: tuple[tuple[int, int], ...]) -> None:
        self.world.day(number, day, *pairs)

    @rule(number=st.sampled_from(NUMBERS), day=st.sampled_from(DAYS), pairs=PAIRS)
    def a_missing_punch_holds_the_day_back(self, number: str, day: date, pairs: tuple[tuple[int, int], ...]) -> None:
        self.world.day(number, day, *pairs, blocks=True)

    @rule(seed=st.integers(0, 2**16))
    def a_push_with_bad_luck(self, seed: int) -> None:
        self.erp.faults = faults.seeded(seed, 0.4)
        try:
            self.world.push(DAY, NEXT)
        except HubError:
            pass
        except Crash:
            self._die()
        self.erp.faults = faults.none

    def _die(self) -> None:
        until = self.erp.clock.now() + LEASE_SECONDS
        self.world.add(Lease(tenant=self.world.tenant, name="push books", owner="dead", expires_at=until))

    @rule()
    def time_passes(self) -> None:
        self.erp.clock.sleep(2 * LEASE_SECONDS)

    @rule()
    def a_period_is_locked_and_opened(self) -> None:
        self.erp.refuses = lambda _change: "the period is locked"
        self.a_push_with_bad_luck(0)
        self.erp.refuses = lambda _change: ""

    @precondition(lambda self: self.erp.rows)
    @rule(lot=st.integers(0, 2**16))
    def somebody_edits_a_record(self, lot: int) -> None:
        ref = random.Random(lot).choice(sorted(self.erp.rows))
        row = self.erp.rows[ref]
        if row.kind is Kind.INTERVAL and ref not in self.mine:
            row.image = {**row.image, "end": row.image["end"] + 1}
            self.mine.add(ref)

    @rule(number=st.sampled_from(NUMBERS))
    def somebody_adds_a_record(self, number: str) -> None:
        start = utc(DAY, 30)
        if not any(key == f"interval:e{number}:{start}" for key, _ in self.erp.contents()):
            self.mine.add(self.erp.add(Kind.INTERVAL, f"e{number}", {"start": start, "end": start + 60}))

    @invariant()
    def nothing_is_there_twice_at_any_time(self) -> None:
        keys = [key for key, _ in self.erp.contents()]
        assert len(keys) == len(set(keys))

    @invariant()
    def what_people_made_is_left_alone(self) -> None:
        assert self.mine <= self.erp.rows.keys()

    def teardown(self) -> None:
        """In quiet, everything that is payable and that nobody edited is there, and nothing else."""
        if not hasattr(self, "erp"):
            return
        for (number, day), pairs in list(self.world.held.items()):
            self.world.day(number, day, *pairs)
        for _ in range(3):
            self.erp.clock.sleep(2 * LEASE_SECONDS)
            self.world.push(DAY, NEXT)
        edited = {self.erp.rows[ref].natural_key for ref in self.mine}
        there: list[Any] = [one for one in self.erp.contents() if one[0] not in edited]
        wanted = [one for one in self.world.expected() if one[0] not in edited]
        assert there == wanted


def test_whatever_happens_it_is_there_once(sqlite_hub: Engine):
    machine: Any = type("PayrollOnSqlite", (Payroll,), {"engine": sqlite_hub})
    case = machine.TestCase
    case.settings = settings(max_examples=60, stateful_step_count=25, suppress_health_check=list(HealthCheck))
    case().runTest()
