"""Stored punches to stored attendance days: read the tables, run `hub.rules`, write what changed."""

from hub.processing.process import process
from hub.processing.write import Processed

__all__ = ["Processed", "process"]
