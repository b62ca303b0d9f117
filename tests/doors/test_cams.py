"""CAMS, Minop and nialabs callbacks: tokens, spellings, times, acknowledgements, refusals, redaction."""

import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.doors import cams
from hub.doors.punch import Parsed, PunchFlag, RawPunch, Source

TOKEN = "t0ken-of-the-test-account-0000000"
SOURCE = Source("ST-TEST-1", "Asia/Kolkata", token=TOKEN)
RECEIVED = int(datetime(2026, 1, 8, 11, 9, 12, tzinfo=UTC).timestamp())
PUNCHED = RECEIVED - 3


def realtime(**log: Any) -> dict[str, Any]:
    punch = {"Type": "CheckIn", "InputType": "Face", "UserId": "EMP_001", "LogTime": "2026-01-08T11:09:09Z", **log}
    return {"RealTime": {"OperationID": "op-1", "PunchLog": punch, "AuthToken": TOKEN, "Time": "2026-01-08T11:09:10Z"}}


def call(document: Any, source: Source = SOURCE) -> Parsed:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return cams.callback(body, source, RECEIVED)


def one(source: Source = SOURCE, **log: Any) -> RawPunch:
    parsed = call(realtime(**log), source)
    assert (parsed.refused, parsed.events, parsed.error) == ([], [], "")
    (punch,) = parsed.punches
    return punch


def test_a_punch() -> None:
    punch = one()
    assert punch[1:12] == (
        "EMP_001",
        "2026-01-08T11:09:09Z",
        "utc",
        PUNCHED,
        0,
        "CheckIn",
        "face",
        "Face",
        "",
        "op-1",
        0,
    )
    assert punch.line == 1
    assert TOKEN not in punch.raw
    assert json.loads(punch.raw)["PunchLog"]["UserId"] == "EMP_001"


@pytest.mark.parametrize(
    ("text", "t_utc", "rule"),
    [
        ("2026-01-08T11:09:09Z", PUNCHED, "utc"),
        ("2026-01-08T11:09:09.615Z", PUNCHED, "utc"),
        ("2026-01-08 16:39:09 GMT +0530", PUNCHED, "offset-in-payload"),
        ("2026-01-08 16:54:09 GMT +05:45", PUNCHED, "offset-in-payload"),
        ("2026-01-08 07:39:09 GMT -0330", PUNCHED, "offset-in-payload"),
        ("2026-01-08T16:39:09+05:30", PUNCHED, "offset-in-payload"),
        ("2026-01-08 11:09:09 GMT", PUNCHED, "utc"),
        ("2026-01-08 16:39:09", PUNCHED, "device-zone:Asia/Kolkata"),
        ("2025-12-31 23:59:59 GMT +0000", 1_767_225_599, "offset-in-payload"),
        ("2024-02-29 12:00:00 GMT +0000", 1_709_208_000, "offset-in-payload"),
    ],
)
def test_every_form_of_time(text: str, t_utc: int, rule: str) -> None:
    punch = one(LogTime=text)
    assert (punch.t_utc, punch.tz_rule, punch.local_text) == (t_utc, rule, text)


@pytest.mark.parametrize(("month", "day", "t_utc"), [(3, 29, 1_774_747_800), (10, 25, 1_792_888_200)])
def test_a_time_without_offset_in_a_clock_change(month: int, day: int, t_utc: int) -> None:
    source = Source("ST-TEST-1", "Europe/Berlin", token=TOKEN)
    punch = one(source, LogTime=f"2026-{month:02}-{day:02} 02:30:00")
    assert punch.t_utc == t_utc
    assert punch.flags & PunchFlag.TZ_AMBIGUOUS


@pytest.mark.parametrize(
    ("name", "value", "user"), [("UserID", "007", "007"), ("UserId", 259623, "259623"), ("UserID", 7, "7")]
)
def test_user_spellings(name: str, value: Any, user: str) -> None:
    document = realtime()
    log = document["RealTime"]["PunchLog"]
    del log["UserId"]
    log[name] = value
    assert call(document).punches[0].user == user


@pytest.mark.parametrize(
    ("kind", "direction"),
    [
        ("CheckIn", 0),
        ("CheckOut", 1),
        ("BreakOut", 2),
        ("BreakIn", 3),
        ("OverTimeIn", 0),
        ("OverTimeOut", 1),
        ("MealOut", 2),
        ("MealIn", 3),
        ("checkout", 1),
        (1, 1),
        ("1", 1),
        (8, -1),
        ("", -1),
        (None, -1),
    ],
)
def test_types(kind: Any, direction: int) -> None:
    assert one(Type=kind).direction == direction


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("Fingerprint", "finger"),
        ("Palm", "palm"),
        ("Card", "card"),
        ("Password", "password"),
        (15, "face"),
        ("4", "card"),
        (0, "unknown"),
    ],
)
def test_input_types(kind: Any, method: str) -> None:
    assert one(InputType=kind).method == method


def test_swapped_type_and_input_type_are_put_right_and_marked() -> None:
    punch = one(Type="Face", InputType="In")
    assert (punch.direction, punch.state_raw, punch.method, punch.verify_raw) == (0, "In", "face", "Face")
    assert punch.flags == PunchFlag.SWAPPED


def test_the_source_rule_beats_the_type() -> None:
    assert one(Source("ST-TEST-1", "UTC", direction="out", token=TOKEN)).direction == 1


def test_the_key_is_the_physical_punch() -> None:
    key = one().key
    again = realtime(LogTime="2026-01-08 16:39:09 GMT +0530", InputType="Card", Temperature="36.8")
    again["RealTime"]["OperationID"] = "op-2"
    assert call(again).punches[0].key == key
    assert one(LogTime="2026-01-08 16:39:09").key == key
    assert int.from_bytes(key[:4], "big") == PUNCHED // 60
    others = [one(Type="CheckOut"), one(UserId="EMP_002"), one(LogTime="2026-01-08T11:09:10Z")]
    others.append(one(Source("ST-TEST-2", "Asia/Kolkata", token=TOKEN)))
    assert len({key, *(punch.key for punch in others)}) == 5


@pytest.mark.parametrize(
    ("source", "ack"),
    [
        (Source("S", "UTC", profile="cams"), ("application/json", b'{"status":"done"}')),
        (Source("S", "UTC", profile="minop"), ("application/json", b'{"status":"1"}')),
        (Source("S", "UTC", profile="nialabs"), ("application/json", b'{"status":"done"}')),
        (Source("S", "UTC", profile="minop", ack="ok"), ("text/plain", b"ok")),
        (Source("S", "UTC", profile="cams", ack="1"), ("application/json", b'{"status":"1"}')),
    ],
)
def test_the_acknowledgement_is_the_sources(source: Source, ack: tuple[str, bytes]) -> None:
    assert call(realtime(), source).reply == (200, *ack)


FLAT = {"stgid": "ST-TEST-1", "UserID": "0123", "LogTime": "2026-01-08 16:39:09", "Type": "1", "Temperature": "36.5"}


def test_minops_flat_webhook() -> None:
    parsed = call(FLAT, Source("ST-TEST-1", "Asia/Kolkata", profile="minop"))
    assert parsed.reply == (200, "text/plain", b"ok")
    assert parsed.punches[0][1:6] == ("0123", "2026-01-08 16:39:09", "device-zone:Asia/Kolkata", PUNCHED, 1)
    assert call(FLAT, Source("ST-TEST-1", "UTC", profile="minop", ack="done")).reply.body == b'{"status":"done"}'


def test_the_flat_webhook_of_another_source_is_refused() -> None:
    parsed = call(FLAT, Source("ST-TEST-2", "Asia/Kolkata"))
    assert (parsed.reply.status, parsed.error, parsed.punches) == (403, "wrong_source", [])


def test_token_at_the_top_inside_or_both() -> None:
    inside, top, both = realtime(), realtime(), realtime()
    top["AuthToken"] = both["AuthToken"] = TOKEN
    del top["RealTime"]["AuthToken"]
    assert all(len(call(document).punches) == 1 for document in (inside, top, both))


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", None, 7, ["x"], "\ud800", "é"])
@pytest.mark.parametrize("place", ["top", "inside", "both"])
def test_a_wrong_token_anywhere_is_refused(token: Any, place: str) -> None:
    document = realtime()
    if place != "top":
        document["RealTime"]["AuthToken"] = token
    if place != "inside":
        document["AuthToken"] = token
    parsed = call(document)
    if token is None and place == "top":
        assert len(parsed.punches) == 1  # null at the top is no token; the one inside is right
        return
    assert (parsed.reply.status, parsed.error) == (403, "wrong_token")
    assert (parsed.punches, parsed.refused, parsed.events) == ([], [], [])


def test_the_token_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def compare(given: bytes, wanted: bytes) -> bool:
        seen.append((given, wanted))
        return True

    monkeypatch.setattr(hmac, "compare_digest", compare)
    call(realtime())
    assert seen == [(TOKEN.encode(), TOKEN.encode())]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'"text"',
        b"null",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"RealTime":{"PunchLog":{"UserId":' + b"9" * 5000 + b"}}}",
        b'{"a":NaN}',
        b'{"a":"\xff"}',
        b'{"a":"b\0"}',
        b"\0",
        b'{"a":1} trailing',
    ],
)
def test_what_is_not_a_json_object_is_not_acknowledged(body: bytes) -> None:
    parsed = call(body)
    assert (parsed.reply.status, parsed.reply.content_type, parsed.error) == (400, "application/json", "invalid_json")
    assert json.loads(parsed.reply.body)["status"] == "error"
    assert not parsed.punches


def test_a_byte_order_mark_is_accepted() -> None:
    assert len(call(b"\xef\xbb\xbf" + json.dumps(realtime()).encode()).punches) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"LogTime": "2026-02-30 09:00:00"}, "unparsable_time"),
        ({"LogTime": "not-a-date"}, "unparsable_time"),
        ({"LogTime": "2026-01-08 09:00:00 GMT +1500"}, "unparsable_time"),
        ({"LogTime": "2026-01-08 09:00:00 GMT +0575"}, "unparsable_time"),
        ({"LogTime": None}, "unparsable_time"),
        ({"LogTime": 1767870549}, "unparsable_time"),
        ({"UserId": ""}, "missing_user"),
        ({"UserId": None}, "missing_user"),
        ({"UserId": True}, "missing_user"),
        ({"UserId": ["1"]}, "missing_user"),
        ({"UserId": "1\0"}, "unreadable_field"),
        ({"UserId": "\ud800"}, "unreadable_field"),
        ({"Type": "Check\tIn"}, "unreadable_field"),
        ({"UserId": "1" * 65}, "field_too_long"),
        ({"UserId": 10**4000}, "field_too_long"),
    ],
)
def test_a_row_that_can_never_be_read_is_refused_and_acknowledged(change: dict[str, Any], reason: str) -> None:
    parsed = call(realtime(**change))
    assert parsed.punches == []
    (row,) = parsed.refused
    assert (row.line, row.reason, parsed.reply.body) == (1, reason, b'{"status":"done"}')
    assert TOKEN not in row.raw
    row.raw.encode()


def test_a_punch_log_that_is_a_list_is_refused() -> None:
    document = realtime()
    document["RealTime"]["PunchLog"] = []
    assert call(document).refused[0].reason == "not_an_object"


def test_far_times_are_stored_with_flags() -> None:
    assert one(LogTime="2099-01-01T00:00:00Z").flags == PunchFlag.FUTURE | PunchFlag.CLOCK_SUSPECT
    assert one(LogTime="2000-01-01T00:00:00Z").flags == PunchFlag.REPLAY | PunchFlag.CLOCK_SUSPECT
    assert one(LogTime="1970-01-01 00:00:00").t_utc == -19_800


def test_templates_and_photos_are_dropped_and_their_sizes_kept() -> None:
    user = {
        "FirstName": "A",
        "UserID": 3,
        "Photo": {"Type": "Base64", "Size": 49964, "Data": "PICTURE" * 9},
        "Template": [{"Type": "Fingerprint", "Size": "1176", "Index": "6", "Data": "FINGER" * 9}],
        "Unknown": "Q" * 500,
        "Password": 4711,
        "CardNumber": "12345678",
    }
    parsed = call({"RealTime": {"UserUpdated": user, "AuthToken": TOKEN, "OperationID": "op-1"}})
    (event,) = parsed.events
    assert (event.kind, event.fields, parsed.reply.status) == ("user_updated", {"UserID": "3"}, 200)
    kept = json.loads(event.raw)["UserUpdated"]
    assert (kept["Photo"]["Size"], kept["Template"][0]["Size"]) == (49964, "1176")
    assert kept["Photo"]["Data"] == "<removed:63>"
    for secret in ("PICTURE", "FINGER", "4711", "12345678", "QQQ", TOKEN):
        assert secret not in event.raw


def test_a_punch_photo_is_dropped() -> None:
    assert "/9j/" not in one(PunchPhoto="/9j/AAAA").raw


@pytest.mark.parametrize("member", [{"Other": {}}, {}, {"UserUpdated": None}])
def test_other_members_are_events_and_acknowledged(member: dict[str, Any]) -> None:
    parsed = call({"RealTime": {"AuthToken": TOKEN, **member}})
    assert parsed.reply.body == b'{"status":"done"}'
    assert len(parsed.events) == 1
    assert TOKEN not in parsed.events[0].raw


def test_deep_members_are_cut() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = {"a": deep}
    assert len(call({"RealTime": {"AuthToken": TOKEN, "Other": deep}}).events[0].raw) < 300


def test_real_time_that_is_no_object() -> None:
    assert call({"RealTime": [], "AuthToken": TOKEN}).events[0].kind == "unknown_member"
