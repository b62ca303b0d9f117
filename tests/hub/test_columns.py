"""Columns into rows, the same on both databases."""

from datetime import date
from itertools import repeat

from sqlalchemy import Engine, text
from sqlmodel import Session, SQLModel, col, select

from hub.columns import TOGETHER, Columns, insert_rows, insert_rows_then, upsert_rows
from hub.database import reading, writing
from hub.records import JournalEntry, ReceiptRow

MANY = 250
KEY = ("tenant", "connection", "entry_key")
ODD = ['a "quoted" word', "back\\slash", "line\nend", "50 % {of} it", "zwölf", "", "null"]
IMAGE = {"text": ODD, "minutes": 480, "none": None, "deep": [{"a": [1, 2]}], "yes": True}


SAME = {
    "tenant": "t", "connection": "c", "kind": "day", "employee": "E", "work_date": date(2024, 2, 29), "operation": "create",
    "state": "sending", "image": IMAGE, "sent": "s", "confirmed": "", "refs": ("1", "2"), "attempts": 1, "reason": "",
    "push_id": 1, "sent_at": 2**40, "changed_at": 0,
}  # fmt: skip


def write(session: Session, keys: list[str]) -> None:
    insert_rows(session.connection(), JournalEntry, SAME, {"entry_key": keys, "natural_key": iter(keys)})


def held(engine: Engine) -> list[JournalEntry]:
    with reading(engine) as session:
        query = select(JournalEntry).where(col(JournalEntry.tenant) == "t").order_by(col(JournalEntry.entry_key))
        return [*session.exec(query)]


def test_rows_are_written_as_they_are(engine: Engine) -> None:
    keys = [*ODD, *(f"key {number:03}" for number in range(MANY))]
    with writing(engine) as session:
        write(session, keys)
        write(session, [])
    found = held(engine)
    assert sorted(one.entry_key for one in found) == sorted(keys)
    assert all(one.natural_key == one.entry_key and one.image == IMAGE and one.refs == ["1", "2"] for one in found)
    assert {(one.work_date, one.sent_at, one.attempts) for one in found} == {(date(2024, 2, 29), 2**40, 1)}


def test_columns_are_written_as_what_is_the_same_is(engine: Engine) -> None:
    columns = {name: [value] * MANY for name, value in SAME.items()} | {"attempts": range(MANY)}
    with writing(engine) as session:
        keys = [f"{number:03}" for number in range(MANY)]
        one_by_one: Columns = {**columns, "entry_key": keys, "natural_key": repeat("n", MANY)}
        insert_rows(session.connection(), JournalEntry, {}, one_by_one)
    found = [one.model_dump(exclude={"id", "entry_key", "natural_key"}) for one in held(engine)]
    assert found == [{**SAME, "refs": ["1", "2"], "attempts": number} for number in range(MANY)]


def test_what_is_there_is_changed_and_what_is_counted_is_added(engine: Engine) -> None:
    for keys, state in (["a", "b"], "sending"), (["b", "c"], "drifted"):
        with writing(engine) as session:
            same, columns = {**SAME, "state": state}, {"entry_key": keys, "natural_key": keys}
            upsert_rows(session.connection(), JournalEntry, same, columns, keys=KEY, added=("attempts",))
    assert [(one.entry_key, one.state, one.attempts) for one in held(engine)] == [
        ("a", "sending", 1), ("b", "drifted", 2), ("c", "drifted", 1),
    ]  # fmt: skip


def test_rows_are_written_and_others_follow_these_alone(engine: Engine) -> None:
    then = """UPDATE journalentry SET reason = written.reason, refs = written.refs FROM written
        WHERE journalentry.tenant = written.tenant AND journalentry.entry_key = written.entry_key"""
    told = {"tenant": "t", "connection": "c", "push_id": 1, "operation": "create", "outcome": "confirmed", "at": 7}
    same, some = {**told, "digest": "d"}, [f"key {number:03}" for number in range(3 * MANY)]
    with writing(engine) as session:
        write(session, ["a", "b", "c", *some])
        for keys, reasons, refs in (
            (["a", "b"], ODD[:2], [("8",), ()]),
            (["c", "a"], ODD[2:4], [(), ("9",)]),
            (some, some, [(one,) for one in some]),
            ([], [], []),
        ):
            columns: Columns = {"entry_key": keys, "reason": reasons, "refs": refs}
            insert_rows_then(session.connection(), ReceiptRow, same, columns, then)
    first, more = held(engine)[:3], held(engine)[3:]
    assert [(one.reason, one.refs) for one in more] == [(one, [one]) for one in some]
    assert [(one.reason, one.refs) for one in first] == [(ODD[3], ["9"]), (ODD[1], []), (ODD[2], [])]
    with reading(engine) as session:
        found = session.exec(select(ReceiptRow).where(col(ReceiptRow.tenant) == "t").order_by(col(ReceiptRow.id)))
        assert [(one.entry_key, one.reason) for one in found][:4] == [*zip("abca", ODD, strict=False)]


def test_a_line_is_found_by_its_key_before_there_are_statistics(engine: Engine) -> None:
    """Each line would be looked for among all of its connection otherwise."""
    keys = [f"{number:05}" for number in range(20 * MANY)]
    with writing(engine) as session:
        write(session, keys)
        there = "tenant = 't' AND connection = 'c' AND entry_key = '00007'"
        how = "QUERY PLAN" if engine.dialect.name == "sqlite" else ""
        told = session.connection().execute(text(f"EXPLAIN {how} UPDATE journalentry SET reason = '' WHERE {there}"))
        plan = str(told.all())
    assert "entry_key=?" in plan or "journalentry_tenant_connection_entry_key_key" in plan


def test_no_table_has_too_many_columns_for_one_statement() -> None:
    """SQLite takes 32,766 values (https://sqlite.org/limits.html)."""
    assert max(len(table.columns) for table in SQLModel.metadata.tables.values()) * TOGETHER <= 32_766
