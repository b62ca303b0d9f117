"""Columns into rows, the same on both databases."""

from datetime import date
from itertools import repeat
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import col, select

from hub.columns import Columns, insert_rows, insert_rows_then, upsert_rows
from hub.database import reading, writing
from hub.records import JournalEntry, ReceiptRow

MANY = 250
KEY = ("tenant", "connection", "entry_key")
ODD = ['a "quoted" word', "back\\slash", "line\nend", "50 % {of} it", "zwölf", "", "null"]
IMAGE = {"text": ODD, "minutes": 480, "none": None, "deep": [{"a": [1, 2]}], "yes": True}


def lines(keys: list[str], **more: Any) -> Columns:
    return {
        "tenant": repeat("t"), "connection": repeat("c"), "entry_key": keys, "kind": repeat("day"),
        "employee": repeat("E"), "work_date": repeat(date(2024, 2, 29)), "natural_key": iter(keys),
        "operation": repeat("create"), "state": repeat("sending"), "image": repeat(IMAGE), "sent": repeat("s"),
        "confirmed": repeat(""), "refs": repeat(("1", "2")), "attempts": repeat(1), "reason": repeat(""),
        "push_id": repeat(1), "sent_at": repeat(2**40), "changed_at": repeat(0), **more,
    }  # fmt: skip


def held(engine: Engine) -> list[JournalEntry]:
    with reading(engine) as session:
        query = select(JournalEntry).where(col(JournalEntry.tenant) == "t").order_by(col(JournalEntry.entry_key))
        return [*session.exec(query)]


def test_rows_are_written_as_they_are(engine: Engine) -> None:
    keys = [*ODD, *(f"key {number:03}" for number in range(MANY))]
    with writing(engine) as session:
        insert_rows(session.connection(), JournalEntry, lines(keys))
        insert_rows(session.connection(), JournalEntry, lines([]))
    found = held(engine)
    assert sorted(one.entry_key for one in found) == sorted(keys)
    assert all(one.natural_key == one.entry_key and one.image == IMAGE and one.refs == ["1", "2"] for one in found)
    assert {(one.work_date, one.sent_at, one.attempts) for one in found} == {(date(2024, 2, 29), 2**40, 1)}


def test_what_is_there_is_changed_and_what_is_counted_is_added(engine: Engine) -> None:
    for keys, state in (["a", "b"], "sending"), (["b", "c"], "drifted"):
        with writing(engine) as session:
            columns = lines(keys, state=repeat(state))
            upsert_rows(session.connection(), JournalEntry, columns, KEY, added=("attempts",))
    assert [(one.entry_key, one.state, one.attempts) for one in held(engine)] == [
        ("a", "sending", 1), ("b", "drifted", 2), ("c", "drifted", 1),
    ]  # fmt: skip


def test_rows_are_written_and_others_follow_these_alone(engine: Engine) -> None:
    then = """UPDATE journalentry SET reason = given.reason, refs = given.refs FROM given
        WHERE journalentry.tenant = given.tenant AND journalentry.entry_key = given.entry_key"""
    with writing(engine) as session:
        insert_rows(session.connection(), JournalEntry, lines(["a", "b", "c"]))
        for keys, reasons, refs in (
            (["a", "b"], ODD[:2], [("8",), ()]),
            (["c", "a"], ODD[2:4], [(), ("9",)]),
            ([], [], []),
        ):
            receipts: Columns = {
                "tenant": repeat("t"), "connection": repeat("c"), "entry_key": keys, "push_id": repeat(1),
                "operation": repeat("create"), "outcome": repeat("confirmed"), "digest": repeat("d"), "refs": refs,
                "reason": reasons, "at": repeat(7),
            }  # fmt: skip
            insert_rows_then(session.connection(), ReceiptRow, receipts, then)
    assert [(one.reason, one.refs) for one in held(engine)] == [(ODD[3], ["9"]), (ODD[1], []), (ODD[2], [])]
    with reading(engine) as session:
        found = session.exec(select(ReceiptRow).where(col(ReceiptRow.tenant) == "t").order_by(col(ReceiptRow.id)))
        assert [(one.entry_key, one.reason) for one in found] == [*zip("abca", ODD, strict=False)]


def test_a_line_is_found_by_its_key_before_there_are_statistics(engine: Engine) -> None:
    """Each line would be looked for among all of its connection otherwise."""
    keys = [f"{number:05}" for number in range(20 * MANY)]
    with writing(engine) as session:
        insert_rows(session.connection(), JournalEntry, lines(keys))
        there = "tenant = 't' AND connection = 'c' AND entry_key = '00007'"
        how = "QUERY PLAN" if engine.dialect.name == "sqlite" else ""
        told = session.connection().execute(text(f"EXPLAIN {how} UPDATE journalentry SET reason = '' WHERE {there}"))
        plan = str(told.all())
    assert "entry_key=?" in plan or "journalentry_tenant_connection_entry_key_key" in plan
