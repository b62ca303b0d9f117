"""Nights, corrections and checks in Dagster: the only place that imports it."""
