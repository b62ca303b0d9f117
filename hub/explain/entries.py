"""What became of an employee-day in one ERP: its entries, each with its pushes, plans and receipts."""

from typing import Any

from sqlmodel import Session, col, select

from hub.contract import Kind
from hub.delivery.connections import ConnectionConfig
from hub.delivery.figures import Words, figures
from hub.explain.plain import readable
from hub.explain.rows import rows
from hub.records import JournalEntry, Push, ReceiptRow, SavedPlan


def entries(session: Session, config: ConnectionConfig, number: str, words: Words) -> list[dict[str, Any]]:
    """All entries of the employee and `words.day`, withdrawn ones too."""
    one, stem = JournalEntry, f"{config.tenant}:{number}:{words.day}:"
    query = select(one.entry_key).where(one.tenant == config.tenant, one.connection == config.name)
    query = query.where(one.work_date == words.day, col(one.entry_key).startswith(stem, autoescape=True))
    keys = session.exec(query.order_by(col(one.id))).all()
    return [_entry(session, config, key, words) for key in keys]


def _entry(session: Session, config: ConnectionConfig, key: str, words: Words) -> dict[str, Any]:
    names: dict[str, Any] = {"connection": config.name, "entry_key": key}
    [entry] = rows(session, JournalEntry, config.tenant, **names)
    receipts = rows(session, ReceiptRow, config.tenant, **names)
    pushes = sorted({entry["push_id"], *(row["push_id"] for row in receipts)})
    return {
        **readable(entry, words.zone),
        "figures": figures(Kind(entry["kind"]), {}, entry["image"], words),
        "receipts": [readable(row, words.zone) for row in receipts],
        "pushes": [_numbered("push", row, words) for row in rows(session, Push, config.tenant, id=pushes)],
        "plans": [
            _numbered("plan", row, words)
            for row in rows(session, SavedPlan, config.tenant, connection=config.name, push_id=pushes)
        ],
    }


_WHOLE_PLAN = frozenset({"lines", "inputs", "state"})


def _numbered(name: str, row: dict[str, Any], words: Words) -> dict[str, Any]:
    """Of a plan only who made and approved it, and when: its lines are about other people too."""
    said = {column: value for column, value in row.items() if column not in _WHOLE_PLAN}
    return {name: row["id"], **readable(said, words.zone)}
