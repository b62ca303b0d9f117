"""Attendance and timesheets of Tryton (the modules `attendance` and `timesheet`)."""

from connectors.tryton.connector import TrytonConnector
from hub.contract import ConnectorSpec

spec = ConnectorSpec("tryton", "Tryton", TrytonConnector)

__all__ = ["spec"]
