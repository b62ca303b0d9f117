"""Entries to Odoo's records and back, messages and refusals, without Odoo."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.odoo import faults, mapping, messages, push, reasons, wire
from connectors.odoo.faults import Called, RowRefusedError
from connectors.odoo.settings import OdooSettings
from hub.contract import Change, Entry, Hours, Interval, Kind, Operation, SecretRef
from hub.errors import ContractBroken, Locked, NotInstalled, NotPermitted, Reconnect, Unavailable, Uncertain

DAY = date(2026, 10, 5)
READ, WRITE = Called("hr.attendance", "search_read", write=False), Called("hr.attendance", "write", write=True)
NAME = "Zebediah Smith"
OVERLAP = (
    f"Cannot create new attendance record for {NAME}, the employee was already checked in on 08/05/2026 11:00:00 AM"
)


@given(st.integers(0, 4_000_000_000))
def test_moments_come_back_to_the_second(seconds: int) -> None:
    assert wire.seconds(wire.moment(seconds)) == seconds
    assert len(wire.moment(seconds)) == len("2026-10-05 03:30:00")


@given(st.integers(0, 100_000))
def test_minutes_come_back_through_odoos_floats(minutes: int) -> None:
    sent = wire.dumps({"unit_amount": wire.hours(minutes)})
    assert wire.minutes(wire.loads(sent)["unit_amount"]) == minutes
    assert wire.minutes(Decimal(str(wire.hours(minutes)))) == minutes


def test_only_a_decimal_becomes_a_float() -> None:
    with pytest.raises(TypeError):
        wire.dumps({"at": datetime(2026, 10, 5, tzinfo=UTC)})


def change(natural_key: str, **values: Any) -> Change:
    given = {"kind": Kind.INTERVAL, "employee": "2", "image": {"start": 0, "end": 60}, "refs": (), **values}
    return Change("key", given.pop("operation", Operation.CREATE), work_date=DAY, natural_key=natural_key, **given)


@given(st.text(max_size=30))
def test_external_ids_hold_no_blank_and_one_dot_before_the_name(key: str) -> None:
    external = mapping.external_id("atthub", change(key))
    assert external.startswith("atthub.")
    assert not any(one.isspace() for one in external)


@given(st.text(max_size=20), st.text(max_size=20), st.integers(0, 3), st.integers(0, 3))
def test_external_ids_differ_where_records_do(one: str, other: str, again: int, more: int) -> None:
    keys = {(one, again), (other, more)}
    made = {mapping.external_id("atthub", change(f"lop:{key}:100"), times) for key, times in keys}
    assert len(made) == len(keys)


def test_the_key_of_an_attendance_is_who_and_when() -> None:
    entry = Entry("k", Kind.INTERVAL, "2", DAY, "Asia/Kolkata", Interval(1000, 2000))
    record = mapping.render(entry)
    row = {
        "id": 9,
        "employee_id": 2,
        "check_in": wire.moment(1000),
        "check_out": wire.moment(2000),
        "in_mode": "manual",
    }
    assert record is not None
    held = mapping.attendance_held(row)
    assert (held.natural_key, held.image, held.refs) == (record.natural_key, record.image, ("9",))


def test_hours_that_a_person_booked_without_a_cost_centre_are_nobodys() -> None:
    row = {"id": 4, "employee_id": 2, "date": "2026-10-05", "unit_amount": 8, "x_plan2_id": False}
    assert mapping.timesheet_held(row, "x_plan2_id").natural_key == "foreign:timesheet:4"
    record = mapping.render(Entry("k", Kind.HOURS, "2", DAY, "UTC", Hours("6", 480)))
    assert record is not None
    assert mapping.timesheet_held({**row, "x_plan2_id": 6}, "x_plan2_id").image == record.image


@pytest.mark.parametrize(
    ("row", "lop"),
    [
        ({"request_date_from_period": "am", "request_date_to_period": "am"}, 50),
        ({"request_date_from_period": "pm", "request_date_to_period": "pm"}, 50),
        ({"request_date_from_period": "am", "request_date_to_period": "pm"}, 100),
        ({"request_date_from_period": "am", "request_unit_half": True}, 50),
        ({"request_date_from_period": "am", "request_unit_half": False}, 100),
    ],
)
def test_half_days_are_read_from_what_was_asked_for(row: dict[str, Any], lop: int) -> None:
    leave = {"id": 1, "employee_id": 2, "request_date_from": "2026-10-05", "request_date_to": "2026-10-05"}
    held = mapping.leave_held({**leave, "state": "confirm", "number_of_days": Decimal("0.25"), **row})
    assert held.image == {"date": "2026-10-05", "lop": lop, "approved": False}


CONFLICT = "could not serialize access due to concurrent update\n"


@pytest.mark.parametrize(
    ("said", "bad"),
    [
        ([(0, "x"), (125, "x")], {125}),
        ([(0, "x")], {0}),
        ([(0, "x"), (0, "x"), (7, "x")], {0, 7}),
        ([(0, "x"), (3, "y")], {0, 3}),
        ([(1, "no such id"), (0, "x"), (1, "x")], {0, 1}),
        ([(None, "too many")], set()),
        ([], set()),
    ],
)
def test_row_0_is_blamed_only_when_it_is_bad(said: list[tuple[int | None, str]], bad: set[int]) -> None:
    raw = [{"record": row, "type": "error", "message": text} for row, text in said]
    found = messages.errors([*raw, {"type": "warning", "message": "Found more than 10 errors"}])
    assert set(messages.blamed(found)) == bad
    assert not messages.is_conflict(found)
    assert messages.is_conflict([*found, (0, CONFLICT)])


@pytest.mark.parametrize(
    ("name", "called", "error"),
    [
        ("werkzeug.exceptions.Unauthorized", READ, Reconnect),
        ("odoo.exceptions.AccessDenied", WRITE, Reconnect),
        ("odoo.exceptions.AccessError", READ, NotPermitted),
        ("odoo.exceptions.AccessError", WRITE, RowRefusedError),
        ("odoo.exceptions.ValidationError", WRITE, RowRefusedError),
        ("odoo.exceptions.MissingError", WRITE, RowRefusedError),
        ("odoo.exceptions.UserError", READ, NotInstalled),
        ("odoo.exceptions.LockError", WRITE, Locked),
        ("psycopg2.errors.SerializationFailure", WRITE, Locked),
        ("psycopg2.errors.DeadlockDetected", READ, Locked),
        ("psycopg2.OperationalError", WRITE, Uncertain),
        ("psycopg2.OperationalError", READ, Unavailable),
        ("builtins.ValueError", WRITE, ContractBroken),
        ("builtins.TypeError", READ, ContractBroken),
        ("werkzeug.exceptions.UnprocessableEntity", READ, ContractBroken),
        ("werkzeug.exceptions.NotFound", READ, NotInstalled),
        ("", WRITE, Uncertain),
    ],
)
def test_errors_are_known_by_name(name: str, called: Called, error: type[Exception]) -> None:
    found = faults.of_error({"name": name, "message": OVERLAP, "debug": "Traceback /opt/odoo"}, called)
    assert type(found) is error
    shown = f"{found} {getattr(found, 'detail', '')}"
    assert NAME not in shown
    assert "Traceback" not in shown


@given(st.text(alphabet="ab \n\t", max_size=40), st.text(alphabet="ab \n", max_size=400))
def test_texts_are_passed_on_without_the_name_and_in_one_line(before: str, after: str) -> None:
    said = reasons.scrubbed(f"{before}{NAME}{after}", NAME)
    assert NAME not in said
    assert "\n" not in said
    assert len(said) <= reasons.LONGEST


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"employee": "e1"}, "not an id"),
        ({"employee": "٢"}, "not an id"),
        ({"refs": ("x",)}, "not an id"),
        ({"operation": Operation.UPDATE}, "not known which record"),
        ({"image": {"start": 60, "end": 0}}, "ends before"),
        ({"kind": Kind.HOURS, "image": {"cost_centre": "CC"}}, "not an id"),
        ({"kind": Kind.DAY, "image": {"lop": 33}}, "half days"),
        ({}, ""),
    ],
)
def test_what_odoo_could_not_take_is_not_sent(values: dict[str, Any], part: str) -> None:
    assert part in push.unsendable(change("k", **values))
    assert bool(push.unsendable(change("k", **values))) == bool(part)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"project": "Hours"}, "go together"),
        ({"plan": "Cost"}, "go together"),
        ({"namespace": "Hub"}, "namespace"),
        ({"number_field": "name"}, "number_field"),
        ({"url": "odoo.example.com"}, "url"),
        ({"password": "x"}, "password"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any], says: str) -> None:
    good = {"url": "https://odoo.example.com", "database": "works", "key": SecretRef(env="KEY")}
    assert OdooSettings.model_validate(good).kinds == {Kind.INTERVAL}
    with pytest.raises(ValidationError, match=says):
        OdooSettings.model_validate({**good, **wrong})
