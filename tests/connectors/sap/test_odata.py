"""OData V2 on the wire: dates, decimals, filters, types and batches."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sap import odata_batch as batch
from connectors.sap import odata_wire as wire
from connectors.sap.odata_types import Entity, flag, moment, number, text
from connectors.sap.simulated.query import BadFilterError, condition
from hub.mapping import WHOLE, shared

THING = Entity("Thing", "Things", (text("Name", 4, required=True), number("Amount", 4, 2), moment("On"), flag("Yes")))


def test_a_date_is_midnight_utc_of_the_calendar_date():
    assert wire.day_json(date(2026, 2, 3)) == "/Date(1770076800000)/"
    assert wire.day("/Date(1770076800000)/") == date(2026, 2, 3)
    assert wire.day("/Date(1770076800000+0330)/") == date(2026, 2, 3)  # the offset is never added
    assert wire.day("/Date(-86400000)/") == date(1969, 12, 31)
    assert wire.day("/Date(253402214400000)/") == date(9999, 12, 31)
    with pytest.raises(ValueError, match="no date"):
        wire.day("2026-02-03")


def test_texts_in_addresses_are_quoted():
    assert wire.literal("O'Brien") == "'O''Brien'"
    assert wire.one_of("A", ["1", "2"]) == "(A eq '1' or A eq '2')"


def test_times_are_durations():
    assert wire.clock(22 * 3600 + 5) == "PT22H00M05S"
    assert wire.clock_seconds("PT08H30M") == 8 * 3600 + 1800
    with pytest.raises(ValueError, match="no time"):
        wire.clock_seconds("08:30")


@given(st.integers(-10_000, 10_000))
def test_hundredths_survive_the_wire(amount: int):
    assert wire.hundredths(wire.decimal(amount)) == amount


@pytest.mark.parametrize(("given_", "amount"), [("8.5", 850), ("8.50", 850), (8, 800), (Decimal("7.125"), 712)])
def test_decimals_of_any_scale_are_read(given_: str | int | Decimal, amount: int):
    assert wire.hundredths(given_) == amount


@given(st.integers(0, 1440), st.integers(0, 1440))
def test_minutes_are_told_from_the_hundredths_they_became(minutes: int, before: int):
    assert wire.minutes(wire.hours(minutes, before)) == minutes


@given(st.integers(1, 1440), st.lists(st.integers(1, 5000), min_size=1, max_size=6))
def test_the_parts_of_a_day_add_up_to_its_hours(worked: int, weights: list[int]):
    shares = [(f"C{at}", WHOLE * one // sum(weights)) for at, one in enumerate(weights)]
    shares[0] = (shares[0][0], WHOLE - sum(share for _, share in shares[1:]))
    before, parts = 0, []
    for _, minutes in shared(worked, shares):
        parts.append(wire.hours(minutes, before))
        before += minutes
    assert sum(parts) == wire.hours(worked)
    assert abs(wire.hours(worked) * 60 - worked * 100) < 60  # within a hundredth of the minutes


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"Name": "ABCD", "Amount": "99.99", "On": "/Date(0)/", "Yes": True}, ""),
        ({"Name": "ABCDE"}, "Name has 5 characters of 4 at most"),
        ({}, "Name is missing"),
        ({"Name": None}, "Name must not be empty"),
        ({"Name": "A", "Nmae": "B"}, "Thing has no field Nmae"),
        ({"Name": "A", "Amount": "100.00"}, "Amount does not fit"),
        ({"Name": "A", "Amount": "1.234"}, "Amount does not fit"),
        ({"Name": "A", "Amount": 1.5}, "Amount is no Edm.Decimal"),
        ({"Name": "A", "On": "2026-02-03"}, "On is no Edm.DateTime"),
        ({"Name": "A", "Yes": "true"}, "Yes is no Edm.Boolean"),
        ({"Name": 1}, "Name is no Edm.String"),
    ],
)
def test_what_is_wrong_with_a_payload_is_said(payload: dict[str, object], said: str):
    found = THING.wrong(payload)
    assert found.startswith(said)
    assert bool(found) is bool(said)


def test_a_batch_has_a_changeset_each_and_answers_are_told_apart():
    body = batch.request("Things", [[b'{"a":1}'], [b'{"b":"\xc3\xa4"}', b"{}"]])
    groups = batch.messages(batch.CONTENT_TYPE, body)
    assert [len(group) for group in groups] == [1, 2]
    assert groups[0][0].startswith(b"POST Things HTTP/1.1\r\n")
    assert groups[1][0].rstrip().endswith(b'{"b":"\xc3\xa4"}')


def test_what_is_no_batch_is_refused():
    with pytest.raises(ValueError, match="multipart"):
        batch.answers("text/html", b"<html>")
    strange = b"--x\r\nContent-Type: application/http\r\n\r\nhello\r\n--x--\r\n"
    with pytest.raises(ValueError, match="no HTTP answer"):
        batch.answers("multipart/mixed; boundary=x", strange)


ROW = {"a": "1", "on": date(2026, 2, 3), "n": 3, "yes": True, "none": None}


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("a eq '1'", True),
        ("a eq '1' and on ge datetime'2026-02-03T00:00:00' and on le datetime'2026-02-03T00:00:00'", True),
        ("(a eq '2' or a eq '1') and not n eq 4L", True),
        ("a in '2','1'", True),
        ("a in '2','3'", False),
        ("yes eq true", True),
        ("none eq 'x'", False),
        ("", True),
    ],
)
def test_the_simulated_filter(asked: str, answer: bool):
    assert condition(asked)(ROW) is answer


@pytest.mark.parametrize("asked", ["a like '1'", "a eq", "(a eq '1'", "a eq '1' b", "a eq ?"])
def test_what_the_simulated_filter_does_not_understand(asked: str):
    with pytest.raises((BadFilterError, ValueError)):
        condition(asked)
