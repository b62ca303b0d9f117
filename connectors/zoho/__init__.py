"""Attendance and loss of pay in Zoho People (API v1, v2 and v3), from where Zoho Payroll takes them by its own sync."""

from connectors.zoho.connector import ZohoConnector
from hub.contract import ConnectorSpec

spec = ConnectorSpec("zoho", "Zoho People", ZohoConnector)

__all__ = ["spec"]
