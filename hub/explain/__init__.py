"""Every number in the ERP explained back to its punches: one function for the command line and the pages."""

from hub.explain.day import NothingKnownError, explain
from hub.explain.record import day_of_record
from hub.explain.text import text_of

__all__ = ["NothingKnownError", "day_of_record", "explain", "text_of"]
