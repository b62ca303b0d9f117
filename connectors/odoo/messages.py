"""The messages of a `load` that stored nothing: which rows are to blame. Pure.

Recorded on 19.0: `ids` is false, `messages` name rows by `record`, counted from 0. When a batch fails as a whole its
error is put first and blames row 0; the row that caused it follows with the same text. After ten errors Odoo stops
looking. A lost conflict with another transaction comes as such a message, too, with HTTP 200.
"""

import re
from typing import Any

_CONFLICT = re.compile(
    r"could not serialize access|deadlock detected|current transaction is aborted|lock not available"
)


def errors(messages: list[Any]) -> list[tuple[int | None, str]]:
    """Row and text of each error; a warning is none. The row is None where Odoo names none."""
    found = [one for one in messages if isinstance(one, dict) and one.get("type", "error") == "error"]
    return [(_row(one.get("record")), str(one.get("message", ""))) for one in found]


def _row(record: Any) -> int | None:
    return record if isinstance(record, int) and not isinstance(record, bool) else None


def is_conflict(found: list[tuple[int | None, str]]) -> bool:
    """Whether the database refused the whole of it for now; these texts are PostgreSQL's and name nobody."""
    return any(_CONFLICT.search(text) for _, text in found)


def blamed(found: list[tuple[int | None, str]]) -> dict[int, str]:
    """Row to text of the rows that are bad by themselves, without the false blame of row 0."""
    if len(found) > 1 and found[0][0] == 0:
        row0 = [text for row, text in found[1:] if row == 0]
        others = [text for row, text in found[1:] if row != 0]
        if not row0 and found[0][1] in others:
            found = found[1:]
    bad: dict[int, str] = {}
    for row, text in found:
        if row is not None:
            bad.setdefault(row, text)
    return bad
