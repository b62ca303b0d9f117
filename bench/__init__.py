"""Benchmarks: `python -m bench` measures, prints a table and keeps the figures in `bench/results.json`."""
