"""Limits of an ERP: budgets that hold across processes, a poison row that stops nobody else, forecasts."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine

from hub import errors
from hub.contract import Capabilities, Change, Kind, Receipt
from hub.delivery.apply import batches
from hub.delivery.budget import Budget, spent_today
from hub.delivery.clock import Clock
from hub.delivery.forecast import forecast
from hub.delivery.lines import Action
from hub.testing.clock import SimulatedClock
from hub.testing.memory import MemoryConnector, MemorySettings
from tests.delivery.build import DAY, PAIR, World
from tests.delivery.test_batches import item

KINDS = frozenset({Kind.DAY})
MIDNIGHT = 1_799_971_200


def budget(engine: Engine, clock: SimulatedClock, tenant: str, **limits: Any) -> Budget:
    return Budget(engine, tenant, "books", Capabilities(KINDS, **limits), clock.now, clock.sleep)


def test_a_full_minute_is_waited_for_by_every_process(engine: Engine):
    clock, tenant = SimulatedClock(), World(engine).tenant
    one, other = (budget(engine, clock, tenant, requests_per_minute=3) for _ in range(2))
    began = clock.now()
    for meter in (one, other, one):
        meter.take()
    assert clock.now() == began
    other.take()
    assert clock.now() // 60 == began // 60 + 1


def test_a_full_day_ends_the_push_and_says_when_to_come_back(engine: Engine):
    clock, tenant = SimulatedClock(), World(engine).tenant
    meter = budget(engine, clock, tenant, requests_per_day=2)
    meter.take()
    meter.take()
    with pytest.raises(errors.Throttled) as refused:
        meter.take()
    assert (clock.now() + refused.value.after) % 86_400 == 0
    assert spent_today(engine, tenant, "books", clock.now()) == 2
    clock.sleep(refused.value.after)
    meter.take()


def test_after_a_breach_nobody_asks_until_the_lock_out_is_over(engine: Engine):
    clock, tenant = SimulatedClock(), World(engine).tenant
    one, other = (budget(engine, clock, tenant, lock_out_seconds=300) for _ in range(2))
    one.take()
    one.breached(after=30)
    with pytest.raises(errors.Throttled) as refused:
        other.take()
    assert refused.value.after == 300
    clock.sleep(300)
    other.take()


def test_a_clock_that_is_set_back_brings_no_two_requests_together(engine: Engine):
    clock, tenant = SimulatedClock(), World(engine).tenant
    meter = budget(engine, clock, tenant, seconds_between_requests=6)
    times = []
    for jump in (0, -60, 0):
        clock.jump(jump)
        meter.take()
        times.append(clock.true)
    assert [later - earlier for earlier, later in pairwise(times)] == [6, 6]


def test_processes_of_one_machine_agree_about_the_second_whenever_they_began():
    passed = [0.0]
    clock = Clock(lambda: 100.9 + passed[0], lambda: 7.2 + passed[0])
    one = clock.started()
    passed[0] += 0.4
    other = clock.started()
    passed[0] += 0.3
    assert (one(), other()) == (101, 101)


def test_the_limits_of_an_open_connection_do_not_jump_with_the_clock(engine: Engine):
    world = World(engine)
    world.erp.capabilities = Capabilities(KINDS, seconds_between_requests=6)
    with world.open() as connector:
        connector.meter.take()
        began = world.erp.clock.true
        world.erp.clock.jump(3600)
        connector.meter.take()
    assert world.erp.clock.true == began + 6


def test_a_lock_out_noted_by_a_clock_that_was_ahead_lasts_no_longer_than_it_should(engine: Engine):
    clock, tenant = SimulatedClock(), World(engine).tenant
    meter = budget(engine, clock, tenant, lock_out_seconds=300)
    clock.jump(3600)
    meter.breached(after=30)
    clock.jump(-3600)
    with pytest.raises(errors.Throttled) as refused:
        meter.take()
    assert refused.value.after == 300
    clock.sleep(300)
    meter.take()


def test_requests_keep_their_distance_where_any_minute_counts(engine: Engine):
    clock, tenant = SimulatedClock(), World(engine).tenant
    one, other = (budget(engine, clock, tenant, seconds_between_requests=6) for _ in range(2))
    began, at = clock.now(), []
    for meter in (one, other, one):
        meter.take()
        at.append(clock.now() - began)
    assert at == [0, 6, 12]


@pytest.mark.parametrize("per_minute", [10, 20, 30, 60, 61, 100, 400])
def test_no_sixty_seconds_of_a_lane_see_too_many_and_few_are_left_unused(engine: Engine, per_minute: int):
    clock, tenant = SimulatedClock(), World(engine).tenant
    meters = [budget(engine, clock, tenant, lanes={"report": per_minute}).lane("report") for _ in range(2)]
    at = []
    for number in range(3 * per_minute):
        meters[number % 2].take()
        at.append(clock.now())
    busiest = max(sum(begin <= one < begin + 60 for one in at) for begin in at)
    assert per_minute * 95 // 100 <= busiest <= per_minute


def test_lanes_do_not_wait_for_each_other_and_outlast_a_clock_that_is_set_back(engine: Engine):
    clock, tenant = SimulatedClock(), World(engine).tenant
    meter = budget(engine, clock, tenant, lanes={"a": 10, "b": 10}, seconds_between_requests=6)
    began = clock.now()
    for one in (meter, meter.lane("a"), meter.lane("b")):
        one.take()
    assert clock.now() == began
    clock.jump(-3600)
    meter.lane("a").take()
    assert clock.true == began


def test_what_has_no_room_today_is_not_begun(engine: Engine):
    clock, tenant = SimulatedClock(), World(engine).tenant
    meter = budget(engine, clock, tenant, requests_per_day=10)
    for _ in range(7):
        meter.require(3)
        meter.take()
    with pytest.raises(errors.Throttled, match=r"needs 4 requests.*3 are left; nothing was sent"):
        meter.require(4)
    meter.require(11)  # which no day has room for: as much goes as goes
    clock.sleep(86_400)
    meter.require(4)


def test_where_a_day_has_no_limit_there_is_always_room(engine: Engine):
    meter = budget(engine, SimulatedClock(), World(engine).tenant, lock_out_seconds=300)
    meter.take()
    meter.require(0)
    meter.require(1_000_000)


def test_a_push_without_room_sends_nothing(engine: Engine):
    world = World(engine)
    for number in map(str, range(1, 31)):
        world.day(number, DAY, PAIR)
    connector = MemoryConnector(MemorySettings(erp=world.erp.token))
    can = replace(connector.capabilities, batch_size=10, requests_per_day=20)
    connector.capabilities = can  # type: ignore[misc]
    meter = Budget(engine, world.tenant, "books", can, world.erp.clock.now, world.erp.clock.sleep)
    connector.meter = meter
    for _ in range(15):
        meter.take()
    done = world.delivery(connector).push(DAY, DAY)
    assert isinstance(done.error, errors.Throttled)
    assert world.erp.calls == []


def test_connections_have_budgets_of_their_own(engine: Engine):
    clock = SimulatedClock()
    for _ in range(2):
        budget(engine, clock, World(engine).tenant, requests_per_day=1).take()


def test_what_was_tried_goes_in_smaller_batches():
    days = [item(Action.CREATE, employee) for employee in range(1, 17)]
    sizes = [len(batch) for batch in batches(days, 16, {day.key: 1 for day in days[:8]})]
    assert sizes == [8, 4, 4]


class Choking(MemoryConnector):
    """Fails whenever a certain employee is in the batch, as an ERP does that runs into a fault of its own."""

    def push(self, changes: list[Change]) -> list[Receipt]:  # type: ignore[override]
        if any(change.employee == "e3" for change in changes):
            raise errors.Uncertain("HTTP 500")
        return [self.erp.commit(change) for change in changes]


def test_a_poison_row_keeps_nobody_else_from_arriving(engine: Engine):
    world = World(engine)
    for number in map(str, range(1, 41)):
        world.day(number, DAY, PAIR)
    connector = Choking(MemorySettings(erp=world.erp.token))
    for _ in range(3):
        done = world.delivery(connector).push(DAY, DAY)
    assert done.counts["confirmed"] == 39 * 3
    assert {row.state for row in world.journal().values() if row.employee == "e3"} <= {"missing", "rejected"}


def test_a_forecast_without_limits_is_calls_times_seconds():
    done = forecast(1000, Capabilities(KINDS, batch_size=100), MIDNIGHT, seconds_per_call=2)
    assert (done.calls, done.seconds, done.ends_at) == (20, 40, MIDNIGHT + 40)


def test_a_limit_a_minute_stretches_it():
    done = forecast(1000, Capabilities(KINDS, batch_size=100, requests_per_minute=5), MIDNIGHT)
    assert (done.calls, done.seconds) == (20, 181)


def test_a_limit_a_day_pushes_the_rest_beyond_midnight():
    can = Capabilities(KINDS, batch_size=100, requests_per_day=8)
    done = forecast(1000, can, MIDNIGHT + 3600, spent_today=3)
    assert done.calls == 20
    assert MIDNIGHT + 2 * 86_400 < done.ends_at < MIDNIGHT + 2 * 86_400 + 60


def test_reads_that_do_not_count_and_a_distance_between_requests():
    can = Capabilities(KINDS, batch_size=100, seconds_between_requests=6, reads_counted=False)
    done = forecast(1000, can, MIDNIGHT)
    assert (done.calls, done.seconds) == (10, 55)


def test_asking_about_each_employee_alone_takes_its_time():
    can = Capabilities(KINDS, batch_size=100, reads_counted=False, reading_seconds_per_employee=2)
    assert forecast(1000, can, MIDNIGHT, employees=500).seconds == 10 + 1000
    limited = replace(can, requests_per_day=8)
    assert forecast(1000, limited, MIDNIGHT, employees=500).ends_at == MIDNIGHT + 86_400 + 2 + 1000


def test_nothing_to_do_takes_no_time():
    assert forecast(0, replace(Capabilities(KINDS), requests_per_day=1), MIDNIGHT).seconds == 0
