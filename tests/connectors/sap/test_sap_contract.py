"""The test class for connector authors, on each target of SAP."""

from functools import partial

from connectors.sap.s4hana.simulator import S4Simulator
from connectors.sap.successfactors.simulator import (
    EmployeeTimeSimulator,
    ExternalTimeSimulator,
    TimeEventsSimulator,
)
from hub.testing.connector_contract import ConnectorContract


class TestS4(ConnectorContract):
    target = S4Simulator
    seeds = 4


class TestTimeEvents(ConnectorContract):
    target = TimeEventsSimulator
    seeds = 4


class TestExternalTime(ConnectorContract):
    target = ExternalTimeSimulator
    seeds = 4


class TestExternalClockTimes(ConnectorContract):
    target = partial(ExternalTimeSimulator, recording="clock_times")
    seeds = 4


class TestEmployeeTime(ConnectorContract):
    target = EmployeeTimeSimulator
    seeds = 4
