"""Whole pushes into the simulated org: plan, send, settle, read back, over real HTTP; and what they cost."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Engine

from connectors.salesforce.connector import BATCH, SalesforceConnector
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.simulated.calls import Call, Reply
from connectors.salesforce.simulated.errors import RowError
from connectors.salesforce.simulator import SalesforceSimulator, TimeSheetSimulator
from hub.contract import Capabilities, Change, Day, Entry, Kind, Operation, Receipt, Scope
from hub.delivery.budget import Budget, spent_today
from hub.delivery.forecast import forecast
from hub.delivery.lines import Action
from hub.delivery.outcome import Pushed
from hub.errors import Locked, Throttled
from hub.testing import faults
from hub.testing.edge import Edge
from hub.testing.target import Fact
from hub.testing.world import World

MONDAY, TUESDAY = date(2026, 10, 5), date(2026, 10, 6)
MORNING, WHOLE = (8 * 60, 12 * 60), (8 * 60, 16 * 60)
DAY, INTERVAL = "Attendance_Day__c", "Attendance_Interval__c"


@pytest.fixture(scope="module", params=[SalesforceSimulator, TimeSheetSimulator])
def either(request: pytest.FixtureRequest) -> Iterator[SalesforceSimulator]:
    with (simulator := request.param()).running():
        yield simulator


@pytest.fixture(scope="module")
def package() -> Iterator[SalesforceSimulator]:
    with (simulator := SalesforceSimulator()).running():
        yield simulator


def world_of(sqlite_hub: Engine, org: SalesforceSimulator) -> World:
    org.faults = faults.none
    org.saving.rules.clear()
    world = World(sqlite_hub, org)
    world.bind_all(org.reset(["1001", "1002"], ["CC"]))
    return world


@pytest.fixture
def world(sqlite_hub: Engine, either: SalesforceSimulator) -> World:
    return world_of(sqlite_hub, either)


@pytest.fixture
def in_package(sqlite_hub: Engine, package: SalesforceSimulator) -> World:
    return world_of(sqlite_hub, package)


def org_of(world: World) -> SalesforceSimulator:
    found: Any = world.target
    org: SalesforceSimulator = found
    return org


def facts(world: World) -> list[Fact]:
    return sorted(org_of(world).facts(), key=repr)


def done(world: World) -> Pushed:
    pushed = world.push(MONDAY, TUESDAY)
    assert pushed.error is None, pushed.error
    assert facts(world) == sorted(world.wanted(MONDAY, TUESDAY), key=repr)
    return pushed


def changed(pushed: Pushed) -> int:
    return sum(pushed.counts[name] for name in ("created", "updated", "withdrawn"))


def test_days_arrive_and_a_second_push_changes_nothing(world: World) -> None:
    world.day("1001", MONDAY, MORNING, (13 * 60, 17 * 60))
    world.day("1002", TUESDAY, WHOLE)
    assert changed(done(world)) > 0
    assert changed(done(world)) == 0


def test_corrections_and_days_taken_back_arrive(world: World) -> None:
    world.day("1001", MONDAY, MORNING)
    done(world)
    world.day("1001", MONDAY, WHOLE)
    done(world)
    world.day("1001", MONDAY, (7 * 60, 16 * 60))
    done(world)
    world.day("1001", MONDAY, status="A", payable_days=0, lop_days=100)
    done(world)


LOST = (Edge.CUT_BEFORE, Edge.CUT_AFTER, Edge.LATE, Edge.TRUNCATED, Edge.PAGE, Edge.STRANGE, Edge.ERROR_AFTER)


def writes(world: World) -> list[int]:
    """Which requests of a push change something, counted from 0."""
    org, asked = org_of(world), []
    answer = org.web._answer

    def noted(call: Call) -> Reply:
        asked.append(call.method != "GET" and "oauth2" not in call.path)
        return answer(call)

    with patch.object(org.web, "_answer", noted):
        done(world)
    return [number for number, writing in enumerate(asked) if writing]


@pytest.mark.parametrize("which", [0, -1])
@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_makes_nothing_twice(sqlite_hub: Engine, world: World, fault: Edge, which: int) -> None:
    days = (MORNING, (13 * 60, 17 * 60))
    world.day("1001", MONDAY, *days)
    number = writes(world)[which]
    again = world_of(sqlite_hub, org_of(world))
    again.day("1001", MONDAY, *days)
    org_of(world).faults = faults.scripted(*[None] * number, fault)
    again.push(MONDAY, TUESDAY)
    org_of(world).clock.sleep(3600)
    done(again)


def test_what_a_person_changed_is_listed_and_left(in_package: World) -> None:
    in_package.day("1001", MONDAY, WHOLE)
    done(in_package)
    org = org_of(in_package).org
    [row] = org.rows(DAY).values()
    org.put(DAY, {**row, "Worked_Minutes__c": 1})
    in_package.day("1001", MONDAY, MORNING)
    in_package.push(MONDAY, TUESDAY)
    assert in_package.plan(MONDAY, TUESDAY).count(Action.DRIFTED) == 1
    assert [one["Worked_Minutes__c"] for one in org.rows(DAY).values()] == [1]


@pytest.mark.parametrize("by", ["deleting", "voiding"])
def test_what_a_person_removed_is_not_made_again(in_package: World, by: str) -> None:
    in_package.day("1001", MONDAY, WHOLE)
    done(in_package)
    org = org_of(in_package).org
    [row] = org.rows(INTERVAL).values()
    if by == "deleting":
        org.remove(INTERVAL, row["Id"])
    else:
        org.put(INTERVAL, {**row, "Is_Void__c": True})
    in_package.push(MONDAY, TUESDAY)
    assert in_package.plan(MONDAY, TUESDAY).count(Action.DRIFTED) == 1
    assert [one for one in org.rows(INTERVAL).values() if not one["Is_Void__c"]] == []


def test_what_a_person_recorded_is_foreign_or_in_the_way(in_package: World) -> None:
    """A record by hand has a key of its own, and still it is known by what it says."""
    org = org_of(in_package).org
    worker = next(ref for ref, row in org.rows("Worker__c").items() if row["Employee_Number__c"] == "E1001")
    by_hand = {"Worker__c": worker, "Work_Date__c": "2026-10-05", "Status__c": "P", "Payable_Days__c": 1}
    org.add(DAY, External_Key__c="by hand", **by_hand)
    in_package.day("1001", MONDAY, WHOLE)
    in_package.push(MONDAY, TUESDAY)
    assert len(org.rows(DAY)) == 1
    assert in_package.plan(MONDAY, TUESDAY).count(Action.DRIFTED) == 1


def test_a_locked_row_ends_the_push_and_comes_with_the_next(in_package: World) -> None:
    org = org_of(in_package)
    org.saving.rules.append(
        lambda _, row: (
            RowError("UNABLE_TO_LOCK_ROW", "busy") if row.get("External_Key__c", "").startswith("day:E1001") else None
        )
    )
    in_package.day("1001", MONDAY, WHOLE)
    in_package.day("1002", MONDAY, WHOLE)
    assert isinstance(in_package.push(MONDAY, TUESDAY).error, Locked)
    assert len(org.org.rows(DAY)) == 1
    org.saving.rules.clear()
    done(in_package)


def many(connector: SalesforceConnector, count: int) -> Iterator[Change]:
    """Days of so many people."""
    for number in range(count):
        day = Day("P", 480, 0, 100, 0)
        entry = Entry(f"t:{number}:{MONDAY}:day:0", Kind.DAY, f"E{number}", MONDAY, "UTC", day)
        record = connector.render(entry)
        yield Change(entry.key, Operation.CREATE, Kind.DAY, entry.employee, MONDAY, record.natural_key, record.image)


def opened(org: SalesforceSimulator, **settings: Any) -> SalesforceConnector:
    given = {**org.settings(), "kinds": ["day"], "timeout_seconds": 30, **settings}
    return SalesforceConnector(SalesforceSettings.model_validate(given))


def test_of_a_rate_that_is_set_nearly_all_is_used(sqlite_hub: Engine, in_package: World) -> None:
    org, rate = org_of(in_package), 6
    org.reset([str(number) for number in range(6000)], [])
    with opened(org, bulk_from=BATCH, requests_per_minute=rate) as connector:
        budget = Budget(sqlite_hub, in_package.tenant, "books", connector.capabilities, org.clock.now, org.clock.sleep)
        connector.meter = budget
        began = org.clock.now() // 60
        receipts = [*connector.push([*many(connector, 6000)])]
        minutes = org.clock.now() // 60 - began + 1
    calls = org.usage.used
    assert (len(receipts), calls) == (6000, 30)
    assert calls * 100 >= 95 * rate * minutes


def test_a_daily_budget_is_respected_and_the_rest_comes_the_next_day(sqlite_hub: Engine, in_package: World) -> None:
    org = org_of(in_package)
    org.reset([str(number) for number in range(1000)], [])
    with opened(org, requests_per_day=3, bulk_from=BATCH) as connector:
        budget = Budget(sqlite_hub, in_package.tenant, "books", connector.capabilities, org.clock.now, org.clock.sleep)
        connector.meter = budget
        receipts: list[Receipt] = []
        with pytest.raises(Throttled) as caught:
            receipts.extend(connector.push([*many(connector, 1000)]))
        assert (org.usage.used, spent_today(sqlite_hub, in_package.tenant, "books", org.clock.now())) == (3, 3)
        assert len(receipts) == len(org.org.rows(DAY)) == 600
        org.clock.sleep(caught.value.after)
        left = [change for change in many(connector, 1000) if change.key not in {one.key for one in receipts}]
        assert len([*connector.push(left)]) == 400


def test_a_forecast_of_300_000_days_is_about_what_they_cost(in_package: World) -> None:
    org = org_of(in_package)
    org.reset([str(number) for number in range(2000)], [])
    with opened(org, bulk_from=2000) as connector:
        capabilities: Capabilities = connector.capabilities
        said = forecast(300_000, capabilities, org.clock.now())
        assert (said.calls, said.seconds) == (510, 510), "30 bulk jobs"
        assert forecast(300_000, opened(org, bulk_from=BATCH + 1).capabilities, 0).calls == 1680, "calls of 200"
        slow = opened(org, requests_per_day=200).capabilities
        assert forecast(300_000, slow, 1_799_971_200).ends_at // 86_400 == 1_799_971_200 // 86_400 + 2
        org.usage.hours.clear()
        people = frozenset(change.employee for change in many(connector, 2000))
        assert len([*connector.push([*many(connector, 2000)])]) == 2000
        span = Scope(MONDAY, MONDAY + timedelta(days=1), frozenset({Kind.DAY}), people)
        assert len([*connector.read_back(span)]) == 2000
        one_batch = capabilities.requests_per_batch + 1
        assert one_batch // 3 <= org.usage.used <= one_batch, "a fifth of a batch, and most of its calls"
