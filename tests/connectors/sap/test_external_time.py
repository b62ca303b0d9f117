"""External times: our own codes, imports after the answer, positive recorders, hours that add up."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from connectors.sap.successfactors.entities import EXTERNAL_TIME, RECORDING, SHEET_ENTRY
from connectors.sap.successfactors.simulator import ExternalTimeSimulator
from hub.contract import Kind, Outcome, Receipt
from hub.delivery.outcome import Pushed
from hub.errors import ContractBroken, HubError, NotInstalled, Uncertain
from hub.testing import faults
from hub.testing.edge import Edge
from hub.testing.world import World
from tests.connectors.sap import vendor
from tests.connectors.sap.company import (
    DAY,
    INDIA,
    UPDATE,
    WITHDRAW,
    change,
    hours,
    opened,
    pair,
    scope,
    sent,
    utc,
)
from tests.connectors.sap.recording import Recording

NUMBERS, COSTS = [str(number) for number in range(1, 71)], ["CC10", "CC20"]
SPEC = "sf_spec_ECPayrollTimeSheets.swagger2.json"


@pytest.fixture
def sf(served: ExternalTimeSimulator) -> Iterator[ExternalTimeSimulator]:
    served.reset(NUMBERS, COSTS)
    yield served
    served.faults, served.company.import_seconds, served.odata.page = faults.none, 15, 1000
    served.options.clear()


@pytest.fixture
def world(sqlite_hub: Engine, sf: ExternalTimeSimulator) -> World:
    world = World(sqlite_hub, sf)
    world.bind_all(sf.reset(["1", "2"], COSTS))
    return world


def pushed(world: World) -> Pushed:
    return world.push(DAY, DAY)


def written(connector: Any, *entries: Any) -> list[Receipt]:
    receipts = [*connector.push([change(connector, one) for one in entries])]
    assert {one.outcome for one in receipts} == {Outcome.ACCEPTED}, receipts
    return receipts


def test_what_was_stored_counts_when_the_time_sheet_has_it(sf: ExternalTimeSimulator) -> None:
    with opened(sf) as connector:
        entries = [hours(477, employee=who) for who in NUMBERS]
        written(connector, *entries)
        assert {one.pending for one in connector.read_back(scope(*entries))} == {True}
        sf.clock.sleep(15)
        found = [*connector.read_back(scope(*entries))]
        assert {one.pending for one in found} == {False}
        held = {one.natural_key: one.image for one in found}
        assert held == {(record := connector.render(one)).natural_key: record.image for one in entries}


def test_the_older_storage_of_time_sheets_is_read_too_and_none_where_that_is_wished(
    sf: ExternalTimeSimulator,
) -> None:
    entry = hours()
    with opened(sf, time_sheet="unread") as connector:
        written(connector, entry)
        assert len([*connector.read_back(scope(entry))]) == 1
    sf.clock.sleep(15)
    with opened(sf, time_sheet="entries") as connector:
        [held] = connector.read_back(scope(entry))
        assert held.image == connector.render(entry).image


def test_the_code_is_ours_and_a_repeat_makes_no_second_hours(sf: ExternalTimeSimulator) -> None:
    with opened(sf) as connector:
        [receipt] = written(connector, hours())
        assert receipt.refs == ("muster-1-2026-10-05-CC10",)
        assert written(connector, hours()) == [receipt]
        sf.clock.sleep(15)
        sf.company.run_imports()
        assert len(sf.company.external) == len(sf.company.recordings) == 1


def test_parts_of_a_day_add_up_in_hundredths(sf: ExternalTimeSimulator) -> None:
    with opened(sf) as connector:
        entries = [hours(158, before=0), hours(158, centre="CC20", before=158), hours(159, employee="2", before=316)]
        written(connector, *entries)
        amounts = [row["hours"] for row in sf.company.external.values()]
        assert amounts == ["2.63", "2.64", "2.65"]  # 475 minutes are 7.92 hours
        sf.clock.sleep(15)
        held = {one.natural_key: one.image for one in connector.read_back(scope(*entries))}
        assert held == {(record := connector.render(one)).natural_key: record.image for one in entries}


def test_a_correction_that_is_not_imported_yet_does_not_count(sf: ExternalTimeSimulator) -> None:
    with opened(sf) as connector:
        [made] = written(connector, hours(480))
        sf.clock.sleep(15)
        [_] = connector.push([change(connector, hours(450), UPDATE, made.refs)])
        [before] = connector.read_back(scope(hours()))
        assert (before.image, before.pending) == (connector.render(hours(450)).image, True)
        sf.clock.sleep(15)
        [after] = connector.read_back(scope(hours()))
        assert (after.image, after.pending) == (connector.render(hours(450)).image, False)


def test_a_withdrawal_takes_the_hours_out_of_the_time_sheet_and_they_can_come_back(sf: ExternalTimeSimulator) -> None:
    recording = Recording()
    with opened(sf, recording) as connector:
        [made] = written(connector, hours())
        sf.clock.sleep(15)
        [gone] = connector.push([change(connector, hours(), WITHDRAW, made.refs)])
        assert gone.outcome is Outcome.ACCEPTED
        [leaving] = connector.read_back(scope(hours()))  # still in the time sheet
        assert (leaving.image, leaving.pending) == ({}, True)
        sf.clock.sleep(15)
        assert [*connector.read_back(scope(hours()))] == []
        assert len(sf.company.external) == 1
        written(connector, hours())
        sf.clock.sleep(15)
        assert len([*connector.read_back(scope(hours()))]) == 1
    bodies = sent(recording, "upsert")
    assert [one["deleteExternalTime"] for [one] in bodies] == [False, True, False]
    assert {one.method for one in recording.requests} == {"GET", "POST"}


def test_rows_fail_one_by_one_inside_a_200(sf: ExternalTimeSimulator) -> None:
    sf.company.users["3"]["status"] = "f"
    with opened(sf) as connector:
        entries = [hours(employee=who) for who in ("1", "999", "2", "3", "4")]
        receipts = [*connector.push([change(connector, one) for one in entries])]
    assert [one.outcome is Outcome.ACCEPTED for one in receipts] == [True, False, True, False, True]
    assert receipts[1].reason == ("User id 999, 2026-10-05: SuccessFactors refused it: invalid value 999 for userId.")
    assert len(sf.company.external) == 3


def test_an_upsert_has_as_many_rows_as_the_settings_say(sf: ExternalTimeSimulator) -> None:
    recording = Recording()
    with opened(sf, recording, upsert_size=30) as connector:
        written(connector, *(hours(employee=who) for who in NUMBERS))
    assert [len(body) for body in sent(recording, "upsert")] == [30, 30, 10]
    asked = [one.url.params for one in recording.requests if one.url.path.endswith("upsert")]
    assert {tuple(one.items()) for one in asked} == {(("$format", "json"),)}  # and never a purge type


def test_who_does_not_record_positively_is_told_before_hours_lie_about(sf: ExternalTimeSimulator) -> None:
    sf.company.hire("900", "NEGATIVE")
    with opened(sf, recording_profiles=["POSITIVE"]) as connector:
        entries = [hours(employee="1"), hours(employee="900")]
        receipts = {one.key: one for one in connector.push([change(connector, one) for one in entries])}
        assert receipts[entries[0].key].outcome is Outcome.ACCEPTED
        assert "positive time recording only" in receipts[entries[1].key].reason
        finding = next(one for one in connector.check() if one.subject == "time recording")
        assert (finding.severity, finding.message[:7]) == ("warning", "1 of 71")
    assert len(sf.company.external) == 1


def test_hours_that_no_time_sheet_takes_are_listed_as_undelivered(world: World, sf: ExternalTimeSimulator) -> None:
    for job in sf.company.jobs:
        if job["userId"] == "2":
            job["timeRecordingProfileCode"] = "NEGATIVE"
    for number in ("1", "2"):
        world.day(number, DAY, (480, 960))
    done = pushed(world)
    assert (done.counts["confirmed"], done.counts["unknown"]) == (1, 1)
    assert len(sf.company.external) == 2


def test_an_import_that_comes_at_night_is_confirmed_by_the_next_push(world: World, sf: ExternalTimeSimulator) -> None:
    sf.company.import_seconds = None
    world.day("1", DAY, (480, 960))
    assert pushed(world).counts["unknown"] == 1
    assert [row.reason for row in world.journal().values()] == ["the ERP has stored it and not carried it out yet"]
    sf.company.run_imports(all_of_them=True)
    done = pushed(world)
    assert (done.counts["confirmed"], done.counts["created"]) == (1, 0)
    assert [fact.payload.minutes for fact in sf.facts()] == [480]  # type: ignore[union-attr]


def test_what_is_not_wanted_any_more_is_taken_back_before_the_import_comes(
    world: World, sf: ExternalTimeSimulator
) -> None:
    sf.company.import_seconds = None
    world.day("1", DAY, (480, 960))
    world.day("2", DAY, (480, 960))
    pushed(world)
    world.day("1", DAY)
    world.day("2", DAY, (480, 900))
    pushed(world)
    sf.company.run_imports(all_of_them=True)
    assert [(fact.employee, fact.payload.minutes) for fact in sf.facts()] == [("2", 420)]  # type: ignore[union-attr]
    assert pushed(world).delivered


def test_what_is_wanted_again_before_its_removal_comes_stays(world: World, sf: ExternalTimeSimulator) -> None:
    world.day("1", DAY, (480, 960))
    assert pushed(world).delivered
    sf.company.import_seconds = None
    world.day("1", DAY)
    assert pushed(world).counts["withdrawn"] == 0  # the time sheet still has it
    with world.open() as connector:
        assert world.delivery(connector).reconcile(DAY, DAY) == []  # nobody has to look at what is on its way
    world.day("1", DAY, (480, 960))
    pushed(world)
    sf.company.run_imports(all_of_them=True)
    assert pushed(world).delivered
    assert [fact.payload.minutes for fact in sf.facts()] == [480]  # type: ignore[union-attr]


@pytest.mark.parametrize("fault", [Edge.CUT_AFTER, Edge.LATE, Edge.ERROR_AFTER, Edge.PAGE, Edge.STRANGE])
@pytest.mark.parametrize("position", [3, 4, 5])
def test_whatever_is_lost_hours_are_there_once(
    world: World, sf: ExternalTimeSimulator, fault: Edge, position: int
) -> None:
    world.day("1", DAY, (480, 960))
    world.day("2", DAY, (480, 720))
    sf.faults = faults.scripted(*[None] * position, fault)
    for _ in range(3):
        with suppress(HubError):  # a read that failed; the next push reads anew
            pushed(world)
        sf.clock.sleep(1000)
    sf.faults = faults.none
    assert pushed(world).delivered
    assert sorted(fact.payload.minutes for fact in sf.facts()) == [240, 480]  # type: ignore[union-attr]


def test_a_pair_over_midnight_counts_on_its_logical_date(sf: ExternalTimeSimulator) -> None:
    recording = Recording()
    night = pair(utc(DAY, 16, 30), utc(date(2026, 10, 6), 1), zone=INDIA)  # 22:00 to 06:30 there
    with opened(sf, recording, recording="clock_times") as connector:
        [made] = written(connector, night)
        assert made.refs == ("muster-1-2026-10-05T22-00-00",)
        sf.clock.sleep(15)
        [held] = connector.read_back(scope(night))
        assert (held.image, held.work_date) == (connector.render(night).image, DAY)
    [[body]] = sent(recording, "upsert")
    times = {name: body[name] for name in ("startDate", "startTime", "endDate", "endTime", "logicalDate")}
    assert times == {
        "startDate": "/Date(1791158400000)/", "startTime": "PT22H00M00S", "endDate": "/Date(1791244800000)/",
        "endTime": "PT06H30M00S", "logicalDate": "/Date(1791158400000)/",
    }  # fmt: skip
    assert sf.company.recordings["muster-1-2026-10-05T22-00-00"]["date"] == DAY


def test_a_night_shift_s_hours_are_on_the_work_date(sf: ExternalTimeSimulator) -> None:
    with opened(sf) as connector:
        written(connector, hours(510))
    [row] = sf.company.external.values()
    assert (row["startDate"], row["endDate"], row["hours"]) == (DAY, DAY, "8.50")


def test_a_row_of_somebody_else_or_one_that_was_moved_is_foreign(sf: ExternalTimeSimulator) -> None:
    with opened(sf) as connector:
        written(connector, hours())
        other = {**sf.company.external["muster-1-2026-10-05-CC10"], "externalCode": "payroll-7"}
        moved = {**other, "externalCode": "muster-1-2026-10-05-CC10", "costCenter": "CC20"}
        sf.company.put("ExternalTimeData", other)
        sf.company.put("ExternalTimeData", moved)
        sf.clock.sleep(15)
        keys = {one.natural_key for one in connector.read_back(scope(hours()))}
    assert keys == {"foreign:payroll-7", "foreign:muster-1-2026-10-05-CC10"}


def test_too_long_a_code_is_refused_before(sf: ExternalTimeSimulator) -> None:
    recording = Recording()
    with opened(sf, recording) as connector:
        [receipt] = connector.push([change(connector, hours(employee="x" * 120))])
    assert "of 100 at most" in receipt.reason or "of 128 at most" in receipt.reason
    assert recording.requests == []


def test_pages_are_followed_to_the_end(sf: ExternalTimeSimulator) -> None:
    entries = [hours(employee=who) for who in NUMBERS]
    with opened(sf) as connector:
        written(connector, *entries)
        sf.clock.sleep(15)
        sf.odata.page = 7
        assert len([*connector.read_back(scope(*entries))]) == 70


def test_results_are_told_apart_by_their_index(sf: ExternalTimeSimulator) -> None:
    class Turning(Recording):
        def handle_request(self, request: Any) -> Any:
            answer = super().handle_request(request)
            if request.url.path.endswith("upsert"):
                answer.read()
                turned = {"d": answer.json()["d"][::-1]}
                return type(answer)(200, json=turned)
            return answer

    with opened(sf, Turning()) as connector:
        entries = [hours(employee="999"), hours(employee="1"), hours(employee="2")]
        receipts = [*connector.push([change(connector, one) for one in entries])]
    assert [one.outcome is Outcome.ACCEPTED for one in receipts] == [False, True, True]


def test_a_missing_result_leaves_all_of_it_open(sf: ExternalTimeSimulator) -> None:
    class Losing(Recording):
        def handle_request(self, request: Any) -> Any:
            answer = super().handle_request(request)
            if request.url.path.endswith("upsert"):
                answer.read()
                return type(answer)(200, json={"d": answer.json()["d"][1:]})
            return answer

    with opened(sf, Losing()) as connector, pytest.raises(Uncertain, match="1 of 2 rows"):
        [*connector.push([change(connector, hours(employee=who)) for who in ("1", "2")])]


def test_a_field_that_the_company_does_not_have_is_named(
    sf: ExternalTimeSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = replace(EXTERNAL_TIME, properties=EXTERNAL_TIME.properties[:-3])
    monkeypatch.setattr("connectors.sap.successfactors.simulated.company.EXTERNAL_TIME", without)
    with opened(sf) as connector, pytest.raises(NotInstalled, match="Invalid property names"):
        [*connector.read_back(scope(hours()))]
    with opened(sf) as connector, pytest.raises(ContractBroken, match="unknown property"):
        [*connector.push([change(connector, hours())])]
    assert sf.company.external == {}


def test_all_that_is_sent_fits_the_vendor_s_specification(sf: ExternalTimeSimulator) -> None:
    known = vendor.document(SPEC)["definitions"]["ExternalTimeData"]["properties"]
    recording = Recording()
    with opened(sf, recording) as connector:
        [made] = written(connector, hours(477))
        [*connector.push([change(connector, hours(477), WITHDRAW, made.refs)])]
    with opened(sf, recording, recording="clock_times") as connector:
        written(connector, pair(utc(DAY, 8), utc(DAY, 12)))
    rows = [row for body in sent(recording, "upsert") for row in body]
    assert len(rows) == 3
    for row in rows:
        assert row.pop("__metadata") == {"uri": "ExternalTimeData", "type": "SFOData.ExternalTimeData"}
        assert row.keys() <= known.keys()
        for name, value in row.items():
            shape = known[name]
            assert ("boolean" in shape["type"]) is isinstance(value, bool)
            assert isinstance(value, bool) or len(value) <= shape.get("maxLength", 100), name
            if "example" in shape:
                assert value.startswith(shape["example"][:2])


def test_what_we_know_of_time_sheets_is_what_the_vendor_says() -> None:
    definitions = vendor.document(SPEC)["definitions"]
    for ours in (EXTERNAL_TIME, RECORDING, SHEET_ENTRY):
        known = definitions[ours.name]["properties"]
        for one in ours.properties:
            assert one.name in known, one.name
            assert known[one.name].get("maxLength", 0) in (one.length, 0), one.name


def test_only_hours_go_by_duration_and_only_pairs_by_clock_times(sf: ExternalTimeSimulator) -> None:
    with opened(sf) as connector:
        assert connector.capabilities.kinds == {Kind.HOURS}
        assert {one.code for one in connector.cost_objects()} == set(COSTS)
    with opened(sf, recording="clock_times") as connector:
        assert connector.capabilities.kinds == {Kind.INTERVAL}
        assert [*connector.cost_objects()] == []
