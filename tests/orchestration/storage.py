"""All that Dagster has written below a folder, as one text."""

import sqlite3
from contextlib import closing
from pathlib import Path


def everything_in(folder: Path) -> str:
    """Every row of every SQLite file, and every other file."""
    return "\n".join(_text(path) for path in sorted(folder.rglob("*")) if path.is_file())


def _text(path: Path) -> str:
    if path.suffix != ".db":
        return path.read_bytes().decode(errors="replace")
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())
