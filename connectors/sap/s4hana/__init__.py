"""Worked hours by cost centre in SAP S/4HANA: the Workforce Timesheet API (`API_MANAGE_WORKFORCE_TIMESHEET`)."""

from connectors.sap.s4hana.connector import S4Connector
from hub.contract import ConnectorSpec

spec = ConnectorSpec("sap_s4hana", "SAP S/4HANA", S4Connector)

__all__ = ["spec"]
