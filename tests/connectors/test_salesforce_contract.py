"""The test class for connector authors, on both targets of the Salesforce connector."""

from connectors.salesforce.simulator import SalesforceSimulator, TimeSheetSimulator
from hub.testing.connector_contract import ConnectorContract


class TestPackage(ConnectorContract):
    target = SalesforceSimulator
    seeds = 8


class TestTimeSheets(ConnectorContract):
    target = TimeSheetSimulator
    seeds = 8
