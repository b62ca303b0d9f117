"""The test class for connector authors, on each target of SAP."""

from connectors.sap.s4hana.simulator import S4Simulator
from hub.testing.connector_contract import ConnectorContract


class TestS4(ConnectorContract):
    target = S4Simulator
    seeds = 8
