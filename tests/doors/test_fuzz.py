"""Whatever bytes come, a door answers; nothing it hands on can break a UTF-8 database."""

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from hub.doors import adms, cams
from hub.doors.punch import MAX_FIELD, Parsed, Source

SOURCE = Source("TEST-1", "Europe/Berlin")
RECEIVED = 1_788_235_200

TABLES = st.sampled_from(
    ["ATTLOG", "rtlog", "OPERLOG", "BIODATA", "ATTPHOTO", "options", "IDCARD", "tabledata", "rtstate", "", "?"]
)
PIECES = st.sampled_from(
    [
        b"1",
        b"007",
        b"\t",
        b"\n",
        b"\r\n",
        b"\0",
        b"\xff",
        b"=",
        b",",
        b" ",
        b"pin=1",
        b"event=0",
        b"time=",
        b"PIN=",
        b"OPLOG 5",
        b"2026-09-01 09:00:02",
        b"2026-10-25 02:30:00",
        b"2026-02-30 09:00:00",
        b"9998-12-31 23:59:59",
        b"1788235200",
        b"+19800",
    ]
)
BODIES = st.binary(max_size=200) | st.lists(PIECES, max_size=40).map(b"".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["UserId", "UserID", "LogTime", "Type", "InputType", "Photo"])
TIMES = st.sampled_from(
    ["2026-09-01 09:00:02", "2026-09-01T09:00:02Z", "2026-09-01 09:00:02 GMT +0530", "9998-12-31 23:59:59 GMT -1400"]
)


def sound(parsed: Parsed) -> None:
    for punch in parsed.punches:
        assert len(punch.key) == 16
        assert (
            max(map(len, (punch.user, punch.state_raw, punch.verify_raw, punch.work_code, punch.vendor_id)))
            <= MAX_FIELD
        )
    if parsed.error:
        assert parsed.reply.status >= 400
        assert (parsed.punches, parsed.refused) == ([], [])
    for row in (*parsed.punches, *parsed.refused, *parsed.events):
        for value in row:
            for text in value.values() if isinstance(value, dict) else [value]:
                assert "\0" not in text.encode().decode() if isinstance(text, str) else True


@given(TABLES, BODIES)
@example("options", b"a=\xff")
@example("tabledata", b"\xff=\xff")
def test_adms_uploads(table: str, body: bytes) -> None:
    sound(adms.upload(table, body, SOURCE, RECEIVED, tablename="user"))


@given(BODIES)
def test_every_attlog_line_is_a_punch_or_a_refusal(body: bytes) -> None:
    parsed = adms.upload("ATTLOG", body, SOURCE, RECEIVED)
    numbers = [punch.line for punch in parsed.punches] + [row.line for row in parsed.refused]
    assert len(numbers) == len(set(numbers))
    assert parsed.reply.body == b"OK:%d" % len(numbers)


@given(st.text(st.characters(), max_size=20), BODIES)
def test_adms_text_from_the_url(text: str, body: bytes) -> None:
    sound(adms.upload(text, body, SOURCE, RECEIVED, tablename=text))
    sound(adms.devicecmd(body))
    adms.handshake(SOURCE, RECEIVED, text)


@given(BODIES)
def test_cams_bytes(body: bytes) -> None:
    sound(cams.callback(body, SOURCE, RECEIVED))


@given(st.dictionaries(NAMES, JSON | TIMES, max_size=6), st.booleans(), JSON)
def test_cams_documents(log: dict[str, Any], flat: bool, other: Any) -> None:
    document = log if flat else {"RealTime": {"PunchLog": log, "OperationID": other, "UserUpdated": other}}
    sound(cams.callback(json.dumps(document).encode(), SOURCE, RECEIVED))
    sound(cams.callback(json.dumps({"RealTime": other, "AuthToken": other}).encode(), SOURCE, RECEIVED))
