"""Records that are made, voided and found again."""

from connectors.salesforce import attendance
from hub.contract import Kind, Operation
from tests.connectors.salesforce.org import DAY, Counted, changes, connected, data, outcomes, scope, told


def test_days_go_in_calls_of_200(org: Counted) -> None:
    org.reset([str(number) for number in range(450)], [])
    with connected(org) as connector:
        receipts, error = told(connector, changes(connector, *range(450)))
    assert (error, set(outcomes(receipts)), len(receipts)) == (None, {"accepted"}, 450)
    assert data(org) == [f"PATCH /composite/sobjects/{DAY}/External_Key__c"] * 3
    assert len(org.org.rows(DAY)) == 450


def test_a_day_says_all_that_the_hub_says(org: Counted) -> None:
    with connected(org) as connector:
        told(connector, changes(connector, 1, status="HD", payable=50, lop=50))
    [row] = org.org.rows(DAY).values()
    shown = {name: row[name] for name in attendance.COLUMNS[Kind.DAY]}
    assert [str(cell) for cell in shown.values()] == ["HD", "480", "30", "0.50", "0.50"]
    assert (row["External_Key__c"], row["Is_Void__c"]) == ("day:E1:2026-10-05", False)


def test_told_twice_it_is_one_record(org: Counted) -> None:
    with connected(org) as connector:
        first, again = (told(connector, changes(connector, 1))[0] for _ in range(2))
    assert first == again
    assert len(org.org.rows(DAY)) == 1


def test_a_withdrawn_record_stays_as_a_void_one_that_sums_to_nothing(org: Counted) -> None:
    with connected(org) as connector:
        [made], _ = told(connector, changes(connector, 1))
        gone, _ = told(connector, changes(connector, 1, operation=Operation.WITHDRAW, ref=made.refs[0]))
        assert (outcomes(gone), [*connector.read_back(scope("E1"))]) == (["accepted"], [])
        [row] = org.org.rows(DAY).values()
        assert (row["Is_Void__c"], row["Worked_Minutes__c"], row["Payable_Days__c"]) == (True, 0, 0)
        [again], _ = told(connector, changes(connector, 1))
        assert (again.refs, len([*connector.read_back(scope("E1"))])) == (made.refs, 1)


def test_what_is_gone_already_is_withdrawn(org: Counted) -> None:
    with connected(org) as connector:
        [made], _ = told(connector, changes(connector, 1))
        org.org.remove(DAY, made.refs[0])
        receipts, error = told(connector, changes(connector, 1, operation=Operation.WITHDRAW, ref=made.refs[0]))
    assert (error, outcomes(receipts)) == (None, ["accepted"])


def test_a_record_whose_key_somebody_changed_is_read_as_another(org: Counted) -> None:
    with connected(org) as connector:
        [change] = changes(connector, 1)
        told(connector, [change])
        [row] = org.org.rows(DAY).values()
        org.org.put(DAY, {**row, "External_Key__c": "mine"})
        [held] = connector.read_back(scope("E1"))
    assert held.natural_key == change.natural_key
    assert held.image != change.image
