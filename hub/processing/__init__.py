"""Stored punches to stored attendance days: read the tables, run `hub.rules`, write what changed."""

from hub.processing.process import Processed, process

__all__ = ["Processed", "process"]
