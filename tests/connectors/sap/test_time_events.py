"""Time events: strict patterns, limits that are kept, repeats that are harmless, shifts over midnight."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from itertools import count, pairwise
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from sqlalchemy import Engine

from connectors.sap.successfactors import time_events
from connectors.sap.successfactors.simulated.clock import PATTERNS
from connectors.sap.successfactors.simulator import TimeEventsSimulator
from hub.contract import Kind, Outcome, Scope
from hub.delivery.budget import Budget
from hub.delivery.forecast import forecast
from hub.errors import ContractBroken, Throttled, Uncertain
from hub.testing import faults
from hub.testing.clock import SimulatedClock
from hub.testing.edge import Edge
from hub.testing.world import World
from tests.connectors.sap import vendor
from tests.connectors.sap.company import DAY, INDIA, WITHDRAW, change, opened, punch, scope, sent, utc
from tests.connectors.sap.recording import Recording

NUMBERS = [str(number) for number in range(1, 301)]
SPEC = "sf_spec_ClockInClockOut.json"


@pytest.fixture(scope="module")
def served() -> Iterator[TimeEventsSimulator]:
    simulator = TimeEventsSimulator()
    with simulator.running():
        yield simulator


@pytest.fixture
def sf(served: TimeEventsSimulator) -> Iterator[TimeEventsSimulator]:
    served.reset(NUMBERS, [])
    served.clock.restart()
    yield served
    served.faults, served.events.readable = faults.none, True
    served.events.types = {"C10": "START", "C20": "STOP"}


def test_a_punch_is_local_time_with_its_offset(sf: TimeEventsSimulator) -> None:
    recording = Recording()
    with opened(sf, recording, terminal="Pune Gate-2") as connector:
        entries = [punch(utc(DAY, 3, 32), zone=INDIA), punch(utc(DAY, 12, 41), "out", zone=INDIA)]
        receipts = [*connector.push([change(connector, one) for one in entries])]
        assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
        held = {one.natural_key: one.image for one in connector.read_back(scope(*entries))}
        assert held == {(record := connector.render(one)).natural_key: record.image for one in entries}
    [body] = sent(recording, "TimeEvents")
    assert body == [
        {
            "id": "1", "assignmentId": "1", "typeCode": "C10", "timestamp": "2026-10-05T09:02:00+05:30",
            "terminalId": "Pune Gate-2", "timeTypeCode": "WORKING_TIME",
        },
        {
            "id": "2", "assignmentId": "1", "typeCode": "C20", "timestamp": "2026-10-05T18:11:00+05:30",
            "terminalId": "Pune Gate-2",
        },
    ]  # fmt: skip


def test_all_events_of_a_work_date_bear_one_offset_even_when_the_clocks_change(sf: TimeEventsSimulator) -> None:
    day = date(2026, 10, 24)  # in Berlin the night to the 25th has an hour more
    with opened(sf) as connector:
        evening, morning = (
            connector.render(punch(at, kind, day=day, zone="Europe/Berlin"))
            for at, kind in ((utc(day, 20), "in"), (utc(date(2026, 10, 25), 5), "out"))
        )
    assert evening.image["offset_min"] == morning.image["offset_min"] == 120


def test_a_night_shift_is_found_under_its_work_date(sf: TimeEventsSimulator) -> None:
    with opened(sf) as connector:
        entries = [punch(utc(DAY, 16, 30), zone=INDIA), punch(utc(date(2026, 10, 6), 1), "out", zone=INDIA)]
        [*connector.push([change(connector, one) for one in entries])]
        assert len([*connector.read_back(scope(*entries))]) == 2
        early = punch(utc(date(2026, 10, 4), 19), zone=INDIA)  # 00:30 of the work date
        [*connector.push([change(connector, early)])]
        assert connector.render(early).natural_key in {one.natural_key for one in connector.read_back(scope(early))}


def test_a_repeat_is_told_that_it_is_there_and_that_is_a_success(sf: TimeEventsSimulator) -> None:
    with opened(sf) as connector:
        changes = [change(connector, punch(utc(DAY, 8))), change(connector, punch(utc(DAY, 16), "out"))]
        first = [*connector.push(changes)]
        again = [*connector.push(changes)]
    assert {one.outcome for one in first + again} == {Outcome.ACCEPTED}
    assert [bool(one.refs) for one in first + again] == [True, True, False, False]
    assert len(sf.events.held) == 2


def test_events_fail_one_by_one_inside_a_201(sf: TimeEventsSimulator) -> None:
    with opened(sf) as connector:
        entries = [punch(utc(DAY, 8), employee=who) for who in ("1", "999", "2")]
        receipts = [*connector.push([change(connector, one) for one in entries])]
    assert [one.outcome for one in receipts] == [Outcome.ACCEPTED, Outcome.REJECTED, Outcome.ACCEPTED]
    assert "User id 999, 2026-10-05: SuccessFactors refused it: The assignment does not exist" in receipts[1].reason


def test_what_breaks_a_pattern_is_refused_before_it_spoils_a_call(sf: TimeEventsSimulator) -> None:
    recording = Recording()
    with opened(sf, recording) as connector:
        entries = [punch(utc(DAY, 8), employee="jane.doe"), punch(utc(DAY, 8))]
        receipts = {one.key: one for one in connector.push([change(connector, one) for one in entries])}
    assert "letters and digits only" in receipts[entries[0].key].reason
    assert receipts[entries[1].key].outcome is Outcome.ACCEPTED
    assert [len(body) for body in sent(recording, "TimeEvents")] == [1]


@pytest.mark.parametrize(
    "wrong", [{"terminal": "Gate 2/North"}, {"terminal": "x" * 31}, {"event_in": "C 10"}, {"event_out": "C10"}]
)
def test_settings_obey_the_patterns(sf: TimeEventsSimulator, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"pattern|at most|must differ"):
        opened(sf, **wrong)


def test_a_refused_call_is_told_row_by_row_and_made_smaller_later(sf: TimeEventsSimulator, monkeypatch) -> None:
    monkeypatch.setattr("connectors.sap.successfactors.punches._ASSIGNMENT", re.compile(".*"))
    with opened(sf) as connector:
        entries = [punch(utc(DAY, 8), employee=who) for who in ("1", "jane.doe")]
        receipts = [*connector.push([change(connector, one) for one in entries])]
    assert {one.outcome for one in receipts} == {Outcome.REJECTED}
    assert "refused the whole call: Request Validation Error; The assignmentId does not fit" in receipts[0].reason
    assert sf.events.held == {}


def test_a_call_has_at_most_two_hundred_events_of_a_user(sf: TimeEventsSimulator) -> None:
    recording = Recording()
    with opened(sf, recording) as connector:
        entries = [punch(utc(DAY, 0) + 60 * at) for at in range(450)]
        entries += [punch(utc(DAY, 0) + at, employee="2") for at in range(10)]
        receipts = [*connector.push([change(connector, one) for one in entries])]
    assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
    assert [len(body) for body in sent(recording, "TimeEvents")] == [200, 200, 60]


def test_withdrawals_go_by_the_event_s_own_id_and_one_that_is_gone_is_gone(sf: TimeEventsSimulator) -> None:
    recording = Recording()
    with opened(sf, recording) as connector:
        entries = [punch(utc(DAY, at), employee="3") for at in (8, 9, 10)]
        made = [*connector.push([change(connector, one) for one in entries])]
        sf.events.remove(made[1].refs[0])
        gone = [
            *connector.push([change(connector, one, WITHDRAW, it.refs) for one, it in zip(entries, made, strict=True)])
        ]
        assert {one.outcome for one in gone} == {Outcome.ACCEPTED}
        assert [*connector.read_back(scope(*entries))] == []
        [unknown] = connector.push([change(connector, entries[0], WITHDRAW)])
        assert "not known which event" in unknown.reason
    [body] = sent(recording, "timeevents")
    assert body == {"value": [{"id": one.refs[0], "deleted": True} for one in made]}
    patch = next(one for one in recording.requests if one.method == "PATCH")
    assert patch.headers["content-type"] == "application/merge-patch+json"


def test_events_of_others_are_shown_and_an_unknown_type_is_named(sf: TimeEventsSimulator) -> None:
    sf.events.types["P30"] = "START"
    with opened(sf, event_in="P30") as other:
        [*other.push([change(other, punch(utc(DAY, 8)))])]
    with opened(sf) as connector:
        [held] = connector.read_back(scope(punch(utc(DAY, 8))))
    assert held.image["direction"] == "P30"


def test_a_window_that_may_be_cut_is_read_in_halves(sf: TimeEventsSimulator, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [punch(utc(DAY, 8) + at, employee=str(at % 60 + 1)) for at in range(120)]
    with opened(sf) as connector:
        [*connector.push([change(connector, one) for one in entries])]
        monkeypatch.setattr(time_events, "PAGE", 10)
        assert len({one.natural_key for one in connector.read_back(scope(*entries))}) == 120
        sf.reset(NUMBERS, [])
        [*connector.push([change(connector, punch(utc(DAY, 8), employee=str(at + 1))) for at in range(10)])]
        with pytest.raises(ContractBroken, match="in one second"):
            [*connector.read_back(scope(*entries))]


@pytest.mark.parametrize("fault", [Edge.PAGE, Edge.STRANGE, Edge.TRUNCATED, Edge.ERROR_AFTER])
def test_an_answer_that_is_none_leaves_it_open(sf: TimeEventsSimulator, fault: Edge) -> None:
    with opened(sf) as connector:
        [*connector.employees()]  # a token is there
        sf.faults = faults.scripted(fault)
        with pytest.raises(Uncertain):
            [*connector.push([change(connector, punch(utc(DAY, 8)))])]
    assert len(sf.events.held) == 1


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        ({"succeededTimeEvents": [{"id": "1", "UUID": "a"}, {"id": "2", "UUID": "b"}]}, 2),
        ({"succeededTimeEvents": [{"id": "2", "UUID": "b"}], "failedTimeEvents": None}, 1),
        ({"failedTimeEvents": [{"reason": "no id"}]}, 0),
        ({"succeededTimeEvents": [], "failedTimeEvents": []}, 0),
    ],
)
def test_answers_with_and_without_both_lists_are_understood(
    sf: TimeEventsSimulator, body: dict[str, Any], accepted: int
) -> None:
    class Answering(Recording):
        def handle_request(self, request: Any) -> Any:
            answer = super().handle_request(request)
            return answer if request.url.path.startswith("/oauth") else type(answer)(201, json=body)

    found = []
    with opened(sf, Answering()) as connector:
        receipts = connector.push([change(connector, punch(utc(DAY, at))) for at in (8, 9)])
        with suppress(Uncertain):
            for receipt in receipts:
                found.append(receipt.outcome)  # noqa: PERF401 - what came before the error counts
    assert found == [Outcome.ACCEPTED] * accepted


def test_the_check_looks_at_the_event_types(sf: TimeEventsSimulator) -> None:
    with opened(sf) as connector:
        assert [one.severity for one in connector.check()] == ["ok"] * 4 + ["warning"]
        [*connector.push([change(connector, punch(utc(DAY, 8)))])]
        assert [one.severity for one in connector.check()] == ["ok"] * 5
        sf.events.readable = False
        last = connector.check()[-1]
    assert "lacks the permission to read" in last.message
    sf.events.types["C10"] = "STOP"
    with opened(sf) as connector:
        last = connector.check()[-1]
    assert (last.subject, last.severity) == ("TimeEvents", "error")
    assert "no active time event type 'C10' of the sense START" in last.message


def test_the_forecast_of_twenty_thousand_people_with_four_punches() -> None:
    done = forecast(80_000, time_events.CAPABILITIES, SimulatedClock().now())
    assert done.calls == 80
    assert 7 * 60 < done.seconds <= 8 * 60
    assert time_events.CAPABILITIES.requests_per_day // done.calls == 3


@pytest.mark.slow
def test_twenty_thousand_people_arrive_when_the_forecast_says_and_a_fourth_time_is_not_begun(
    sqlite_hub: Engine,
) -> None:
    sf = TimeEventsSimulator()
    numbers = [str(number) for number in range(1, 20_001)]
    times = ((8, "in"), (12, "out"), (13, "in"), (17, "out"))
    with sf.running():
        sf.reset(numbers, [])
        tenant = World(sqlite_hub, sf).tenant
        with opened(sf, timeout_seconds=60) as connector:
            can = connector.capabilities
            connector.meter = Budget(sqlite_hub, tenant, "books", can, sf.clock.now, sf.clock.sleep)
            began = sf.clock.now()
            told = forecast(80_000, can, began)
            connector.meter.require(told.calls)
            entries = (punch(utc(DAY, at), kind, who) for who in numbers for at, kind in times)
            batch, accepted = [], 0
            for number, entry in zip(count(1), entries, strict=False):
                batch.append(change(connector, entry))
                if number % can.batch_size == 0:
                    accepted += sum(one.outcome is Outcome.ACCEPTED for one in connector.push(batch))
                    batch = []
            assert accepted == len(sf.events.held) == 80_000
            assert len(sf.events.calls) == told.calls == 80
            assert abs(sf.clock.now() - told.ends_at) <= 1
            for _ in range(2):  # the same again, as far as the day's budget is concerned
                connector.meter.require(told.calls)
                for _ in range(told.calls):
                    connector.meter.take()
            with pytest.raises(Throttled, match=r"needs 80 requests, and of the 300 .* 60 are left; nothing was sent"):
                connector.meter.require(told.calls)
            assert connector.meter.now() // 86_400 == began // 86_400


def test_the_limits_are_never_broken_however_hard_it_is_pushed(sf: TimeEventsSimulator, sqlite_hub: Engine) -> None:
    world = World(sqlite_hub, sf)
    with world.open() as connector:
        began, receipts = sf.clock.now(), []
        for at in range(30):
            receipts += [*connector.push([change(connector, punch(utc(DAY, 8) + at))])]
    assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}
    assert all(later - earlier >= 6 for earlier, later in pairwise(sf.events.calls))
    assert sf.clock.now() - began == 29 * 6


def test_a_request_that_is_carried_out_late_counts_when_it_came(sf: TimeEventsSimulator, sqlite_hub: Engine) -> None:
    world = World(sqlite_hub, sf)
    with world.open() as connector:
        [*connector.employees()]  # a token is there
        sf.faults = faults.scripted(Edge.LATE)
        with pytest.raises(Uncertain):
            [*connector.push([change(connector, punch(utc(DAY, 8)))])]
        for at in range(1, 12):
            [*connector.push([change(connector, punch(utc(DAY, 8) + at))])]
    assert (len(sf.events.held), sf.events.breaches) == (12, 0)


def test_the_day_s_budget_ends_a_push_before_the_service_does(sf: TimeEventsSimulator, sqlite_hub: Engine) -> None:
    world = World(sqlite_hub, sf)
    with world.open() as connector:
        for _ in range(300):
            connector.meter.take()
            sf.events.calls.append(sf.clock.now())
        with pytest.raises(Throttled):
            [*connector.push([change(connector, punch(utc(DAY, 8)))])]
    assert sf.events.held == {}


def test_a_service_that_is_asked_too_often_says_so_and_nothing_is_lost(sf: TimeEventsSimulator) -> None:
    with opened(sf) as connector:
        for at in range(10):
            [*connector.push([change(connector, punch(utc(DAY, 8) + at))])]
        with pytest.raises(Throttled):
            [*connector.push([change(connector, punch(utc(DAY, 9)))])]
    assert len(sf.events.held) == 10


def test_our_patterns_are_the_vendor_s() -> None:
    properties = vendor.document(SPEC)["components"]["schemas"]["TimeEvents"]["properties"]
    for name, (longest, pattern) in PATTERNS.items():
        if name != "timestamp":
            assert properties[name]["maxLength"] == longest
            example = properties[name]["example"]
            assert re.fullmatch(pattern, example)


def test_all_that_is_sent_fits_the_vendor_s_specifications(sf: TimeEventsSimulator) -> None:
    document = vendor.document(SPEC)
    items = document["components"]["schemas"]["TimeEvents"]
    deletion = vendor.document("sf_spec_ClockInClockOutTimeEventsRestAPI.json")
    recording = Recording()
    with opened(sf, recording) as connector:
        entries = [punch(utc(DAY, 8), zone=INDIA), punch(utc(DAY, 16), "out", zone=INDIA)]
        made = [*connector.push([change(connector, one) for one in entries])]
        [*connector.push([change(connector, entries[0], WITHDRAW, made[0].refs)])]
    [events] = sent(recording, "TimeEvents")
    [deleted] = sent(recording, "timeevents")
    jsonschema.validate(events, {"type": "array", "items": {**items, "additionalProperties": False}})
    for one in events:
        assert datetime.fromisoformat(one["timestamp"]).microsecond == 0
    schema = {"$ref": "#/components/schemas/TimeEventDeleteRequest", "components": deletion["components"]}
    jsonschema.validate(deleted, schema)


def test_the_columns_that_are_read_are_the_vendor_s(sf: TimeEventsSimulator) -> None:
    schemas = vendor.document("sf_spec_ClockInClockOutExternal.json")["components"]["schemas"]
    known = schemas["clockinclockout.timeevents"]["properties"]
    recording = Recording()
    with opened(sf, recording) as connector:
        [*connector.push([change(connector, punch(utc(DAY, 8)))])]
        [*connector.read_back(scope(punch(utc(DAY, 8))))]
    [row] = recording.answers[-1].json()["value"]
    assert row.keys() <= known.keys()


def test_scopes_of_many_people_are_read_by_time_alone(sf: TimeEventsSimulator) -> None:
    recording = Recording()
    with opened(sf, recording) as connector:
        [*connector.push([change(connector, punch(utc(DAY, 8), employee=who)) for who in ("1", "2")])]
        many = Scope(DAY, DAY, frozenset({Kind.PUNCH}), frozenset(NUMBERS) - {"2"})
        assert [one.employee for one in connector.read_back(many)] == ["1"]
    assert "workAssignmentId" not in recording.requests[-1].url.params["$filter"]
