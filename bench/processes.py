"""Processes that a process has started, and the memory they take, as Linux tells."""

import os
from collections.abc import Iterator
from pathlib import Path


def children(number: int) -> list[int]:
    """Those that it has started itself, in any of its threads."""
    tasks = Path(f"/proc/{number}/task").glob("*/children")
    return [int(one) for task in tasks for one in task.read_text().split()]


def descendants(number: int) -> Iterator[int]:
    """Those, and what they have started."""
    for child in children(number):
        yield child
        yield from descendants(child)


def memory_mib() -> float:
    """MiB of all that this process has started, shared pages counted once; 0 where the system does not tell."""
    rollups = [Path(f"/proc/{one}/smaps_rollup") for one in descendants(os.getpid())]
    lines = [line for rollup in rollups if rollup.exists() for line in rollup.read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
