"""The test class for connector authors, on each target of SAP."""

from functools import partial

from connectors.sap.s4hana.simulator import S4Simulator
from connectors.sap.successfactors.simulated.clock import Guesses
from connectors.sap.successfactors.simulator import (
    EmployeeTimeSimulator,
    ExternalTimeSimulator,
    TimeEventsSimulator,
)
from hub.testing.conformance import Kit
from hub.testing.connector_contract import ConnectorContract


class TestS4(ConnectorContract):
    target = S4Simulator
    seeds = 4


class TestTimeEvents(ConnectorContract):
    target = TimeEventsSimulator
    seeds = 4


class TestTimeEventsOtherwise(ConnectorContract):
    target = partial(
        TimeEventsSimulator,
        guesses=Guesses(any_sixty_seconds=False, pattern_refuses_call=False, types_share_a_second=True),
    )
    seeds = 2


class TestExternalTime(ConnectorContract):
    target = ExternalTimeSimulator
    seeds = 4


class TestExternalClockTimes(ConnectorContract):
    target = partial(ExternalTimeSimulator, recording="clock_times")
    seeds = 4


class TestEmployeeTime(ConnectorContract):
    target = EmployeeTimeSimulator
    seeds = 4


def test_no_limit_of_time_events_is_broken_whatever_goes_wrong() -> None:
    """Lost and late requests count too, and the hub's clock jumps."""
    company = TimeEventsSimulator()
    with Kit(company) as kit:
        kit.run(range(8))
    assert company.events.calls
    assert company.events.breaches == 0
