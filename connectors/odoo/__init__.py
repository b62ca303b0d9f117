"""Attendance, timesheets, loss of pay and work entries in Odoo 16 and later."""

from connectors.odoo.connector import OdooConnector
from hub.contract import ConnectorSpec

spec = ConnectorSpec("odoo", "Odoo", OdooConnector)

__all__ = ["spec"]
