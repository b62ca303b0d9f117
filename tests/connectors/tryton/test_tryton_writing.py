"""What is made, corrected and taken back, and rows that Tryton refuses."""

from datetime import date, datetime, timedelta

import httpx
import pytest

from connectors.tryton.connector import TrytonConnector
from hub.contract import (
    Kind,
    Operation,
    Outcome,
    Receipt,
    digest,
)
from hub.errors import Uncertain
from tests.connectors.conftest import LATE, LEFT, Counting, Tryton
from tests.connectors.tryton.company import HOUR, change_of, create, hours, interval, scope, written


def test_a_withdrawal_removes_exactly_its_lines(tryton: Tryton, connector: TrytonConnector) -> None:
    day = date(2026, 1, 7)
    who = tryton.employee(42)
    kept, gone = interval(who, day, 3, 4 * HOUR), interval(who, day, 8, 4 * HOUR)
    booked = hours(who, day, tryton.site.works["CC10"])
    written(connector, [kept, gone, booked])
    held = {one.natural_key: one for one in connector.read_back(scope([kept]))}
    change = change_of(held[connector.render(gone).natural_key], Operation.WITHDRAW)
    assert [*connector.push([change])] == [Receipt(change.key, Outcome.ACCEPTED)]
    left = {one.natural_key for one in connector.read_back(scope([kept]))}
    assert left == {connector.render(kept).natural_key, connector.render(booked).natural_key}
    # Done already, by us or by a person: the wanted state is there.
    assert [*connector.push([change])] == [Receipt(change.key, Outcome.ACCEPTED)]


def test_a_withdrawal_takes_what_a_person_left_of_it(tryton: Tryton, connector: TrytonConnector) -> None:
    entry = interval(tryton.employee(43), date(2026, 1, 7))
    written(connector, [entry])
    [held] = connector.read_back(scope([entry]))
    tryton.admin.write("model.attendance.line.delete", [int(held.refs[1])])
    [receipt] = connector.push([change_of(held, Operation.WITHDRAW)])
    assert receipt.outcome is Outcome.ACCEPTED
    assert [*connector.read_back(scope([entry]))] == []


def test_an_update_changes_the_end_and_the_duration(tryton: Tryton, connector: TrytonConnector) -> None:
    day = date(2026, 1, 8)
    who, work = tryton.employee(44), tryton.site.works["CC10"]
    written(connector, [interval(who, day), hours(who, day, work)])
    after = [interval(who, day, length=9 * HOUR), hours(who, day, work, minutes=541)]
    held = {one.natural_key: one for one in connector.read_back(scope(after))}
    changes = [
        create(connector, one)._replace(operation=Operation.UPDATE, refs=held[connector.render(one).natural_key].refs)
        for one in after
    ]
    assert {one.outcome for one in connector.push(changes)} == {Outcome.ACCEPTED}
    now = {one.natural_key: one for one in connector.read_back(scope(after))}
    for entry in after:
        record = connector.render(entry)
        assert digest(now[record.natural_key].image) == digest(record.image)
        assert now[record.natural_key].refs == held[record.natural_key].refs


def test_an_interval_that_lost_its_out_line_is_seen_and_mended(tryton: Tryton, connector: TrytonConnector) -> None:
    entry = interval(tryton.employee(45), date(2026, 1, 8))
    written(connector, [entry])
    [whole] = connector.read_back(scope([entry]))
    tryton.admin.write("model.attendance.line.delete", [int(whole.refs[1])])
    [lone] = connector.read_back(scope([entry]))
    assert lone.natural_key == whole.natural_key
    assert lone.image == {"start": whole.image["start"]}
    [receipt] = connector.push([create(connector, entry)._replace(operation=Operation.UPDATE, refs=lone.refs)])
    [mended] = connector.read_back(scope([entry]))
    assert digest(mended.image) == digest(whole.image)
    assert receipt.refs == mended.refs


def test_a_record_deleted_meanwhile_refuses_its_update(tryton: Tryton, connector: TrytonConnector) -> None:
    entry = hours(tryton.employee(46), date(2026, 1, 8), tryton.site.works["CC10"])
    written(connector, [entry])
    [held] = connector.read_back(scope([entry]))
    tryton.admin.write("model.timesheet.line.delete", [int(held.refs[0])])
    [receipt] = connector.push([change_of(held, Operation.UPDATE, Kind.HOURS)])
    assert receipt.outcome is Outcome.REJECTED
    assert "deleted in Tryton" in receipt.reason


@pytest.mark.parametrize("poison", [0, 7, 19])
def test_one_bad_row_stops_no_other(tryton: Tryton, connector: TrytonConnector, poison: int) -> None:
    day = date(2026, 2, 2) + timedelta(days=poison)
    entries = [interval(tryton.employee(i), day) for i in range(20)]
    entries[poison] = interval(tryton.site.employees[LATE], day)
    receipts = {one.key: one for one in connector.push([create(connector, one) for one in entries])}
    assert len(receipts) == 20
    refused = [one for one in receipts.values() if one.outcome is Outcome.REJECTED]
    assert [one.key for one in refused] == [entries[poison].key]
    assert "starts in Tryton on 2030-01-01" in refused[0].reason
    assert len([*connector.read_back(scope(entries))]) == 19


def test_reasons_do_not_name_people(tryton: Tryton, connector: TrytonConnector) -> None:
    day = date(2026, 2, 1)
    changes = [
        create(connector, interval(tryton.site.employees[LEFT], day)),
        create(connector, interval("999999", day)),
        create(connector, hours(tryton.employee(1), day, "888888")),
        create(connector, hours(tryton.employee(2), day, "CC10")),
        create(connector, interval(tryton.employee(3), day, length=0)),
        create(connector, hours(tryton.employee(4), day, tryton.site.works["CC10"], minutes=-1)),
    ]
    reasons = {one.key: one.reason for one in connector.push(changes)}
    said = [reasons[change.key] for change in changes]
    for reason, part in zip(
        said,
        [
            "left in Tryton on 2020-01-01",
            "no such employee",
            'for field "Work"',
            "not an id",
            "ends before",
            "Duration",
        ],
        strict=True,
    ):
        assert part in reason
        assert "Zebediah" not in reason


def test_a_closed_period_refuses_its_rows_and_no_others(tryton: Tryton) -> None:
    old, new = date(2019, 6, 3), date(2026, 4, 1)
    [period] = tryton.admin.write(
        "model.attendance.period.create", [{"company": tryton.site.company_id, "ends_at": datetime(2019, 12, 31)}]
    )
    counting = Counting()
    with tryton.connector(counting) as connector:
        written(connector, [interval(tryton.employee(50), old)])
        tryton.admin.write("model.attendance.period.close", [period])
        assert "closed up to 2019-12-31 00:00 UTC" in connector.check()[-1].message
        [there] = connector.read_back(scope([interval(tryton.employee(50), old)]))
        entries = [interval(tryton.employee(i), old if i < 60 else new) for i in range(51, 70)]
        longer = {**there.image, "end": there.image["end"] + 60}
        changes = [
            change_of(there, Operation.WITHDRAW),
            change_of(there, Operation.UPDATE)._replace(key="update", image=longer),
            *[create(connector, one) for one in entries],
        ]
        counting.methods.clear()
        receipts = {one.key: one for one in connector.push(changes)}
        assert [receipts[change.key].outcome for change in changes] == [Outcome.REJECTED] * 11 + [Outcome.ACCEPTED] * 10
        assert "reopen the period" in receipts[changes[0].key].reason
        # Four calls that write (the last without the closed rows), and one look at the periods.
        assert len(counting.methods) == 5
    tryton.admin.write("model.attendance.period.draft", [period])


class Lost(Counting):
    """The server does the work, and its answer to a create is lost on the way."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if self.methods[-1] == "model.timesheet.line.create":
            response.close()
            raise httpx.ReadError("cut", request=request)
        return response


def test_a_lost_answer_keeps_the_receipts_earned_before_it(tryton: Tryton) -> None:
    day, who = date(2026, 6, 1), tryton.employee(70)
    entries = [interval(who, day), hours(who, day, tryton.site.works["CC10"])]
    earned: list[Receipt] = []
    with tryton.connector(Lost()) as connector:
        with pytest.raises(Uncertain):
            earned.extend(connector.push([create(connector, one) for one in entries]))
        held = [*connector.read_back(scope(entries))]
    assert [one.key for one in earned] == [entries[0].key]
    assert len(held) == 2, "the server did carry it out: only reading back tells"
