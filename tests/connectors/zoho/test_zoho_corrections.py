"""What is taken back."""

import pytest

from connectors.zoho.connector import ZohoConnector
from hub.contract import (
    Operation,
    Outcome,
)
from tests.connectors.zoho.organisation import Site, absent, change, held, interval, pushed, scope


@pytest.mark.parametrize("by_report", [True, False])
def test_a_withdrawn_entry_is_found_and_deleted_alone(site: Site, by_report: bool) -> None:
    entries = [interval(site.ref(), 9, 12), interval(site.ref(), 13)]
    other = interval(site.ref(1))
    with site.connector(total_hours_without_breaks=by_report) as connector:
        pushed(connector, *entries, other)
        for gone in (entries[0], other):
            [there] = [
                one
                for one in connector.read_back(scope([gone]))
                if one.natural_key == connector.render(gone).natural_key
            ]
            [receipt] = connector.push([change(connector, gone, Operation.WITHDRAW, *there.refs)])
            assert receipt.outcome is Outcome.ACCEPTED
        assert held(connector, *entries, other).keys() == {connector.render(entries[1]).natural_key}


def test_what_is_gone_already_is_withdrawn(site: Site, connector: ZohoConnector) -> None:
    for entry in (interval(site.ref()), absent(site.ref())):
        [receipt] = connector.push([change(connector, entry, Operation.WITHDRAW, "123456000000999999")])
        assert receipt.outcome is Outcome.ACCEPTED
    [receipt] = connector.push([change(connector, interval(site.ref()), Operation.WITHDRAW)])
    assert receipt.outcome is Outcome.ACCEPTED


def test_without_corrections_nothing_is_ever_deleted(site: Site) -> None:
    with site.connector(corrections=False) as connector:
        assert not connector.capabilities.withdraws
        assert not connector.capabilities.updates
