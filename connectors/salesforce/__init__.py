"""Attendance in Salesforce: in a package of our own objects, or as time sheets of Field Service."""

from connectors.salesforce.connector import SalesforceConnector
from hub.contract import ConnectorSpec

spec = ConnectorSpec("salesforce", "Salesforce", SalesforceConnector)

__all__ = ["spec"]
