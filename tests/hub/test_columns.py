"""Columns into rows, the same on both databases."""

from datetime import date
from itertools import repeat
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import col, select

from hub.columns import Columns, insert_rows, update_rows, upsert_rows
from hub.database import reading, writing
from hub.records import JournalEntry

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


def test_columns_are_set_where_the_keys_are(engine: Engine) -> None:
    with writing(engine) as session:
        insert_rows(session.connection(), JournalEntry, lines(["a", "b", "c"]))
        changed: Columns = {"reason": ODD[:2], "refs": [(), ("9",)], "changed_at": repeat(7)}
        keys = {"tenant": repeat("t"), "connection": repeat("c"), "entry_key": ["a", "c"]}
        update_rows(session.connection(), JournalEntry, changed, keys)
        update_rows(session.connection(), JournalEntry, {"reason": []}, {**keys, "tenant": repeat("another")})
    assert [(one.reason, one.refs, one.changed_at) for one in held(engine)] == [
        (ODD[0], [], 7), ("", ["1", "2"], 0), (ODD[1], ["9"], 7),
    ]  # fmt: skip


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
