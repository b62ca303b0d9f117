"""Attendance, timesheets and loss of pay in Odoo 16 and later (`hr_attendance`, `hr_timesheet`, `hr_holidays`)."""

from connectors.odoo.connector import OdooConnector
from hub.contract import ConnectorSpec

spec = ConnectorSpec("odoo", "Odoo", OdooConnector)

__all__ = ["spec"]
