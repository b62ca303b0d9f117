"""Attendance in SAP SuccessFactors: time events or external times for the time sheet, and absences."""

from connectors.sap.successfactors.connector import SfConnector
from hub.contract import ConnectorSpec

spec = ConnectorSpec("sap_successfactors", "SAP SuccessFactors", SfConnector)

__all__ = ["spec"]
