"""ATTLOG: line shapes, times, codes, keys, refused rows, the acknowledgement."""

from datetime import UTC, datetime

import pytest

from hub.doors import adms
from hub.doors.punch import Parsed, PunchFlag, RawPunch, Source
from hub.zones import UnknownZoneError

SOURCE = Source("TEST-1", "Asia/Kolkata")
RECEIVED = int(datetime(2026, 9, 1, 4, 0, tzinfo=UTC).timestamp())
NINE = int(datetime(2026, 9, 1, 3, 30, 2, tzinfo=UTC).timestamp())


def upload(body: str | bytes, source: Source = SOURCE) -> Parsed:
    return adms.upload("ATTLOG", body.encode() if isinstance(body, str) else body, source, RECEIVED)


def one(line: str, source: Source = SOURCE) -> RawPunch:
    parsed = upload(line, source)
    assert not parsed.refused
    (punch,) = parsed.punches
    return punch


@pytest.mark.parametrize(
    "line",
    [
        "0042\t2026-09-01 09:00:02",
        "0042\t2026-09-01 09:00:02\t0",
        "0042\t2026-09-01 09:00:02\t0\t1\t",
        "0042\t2026-09-01 09:00:02\t0\t1\t7\t0\t0",
        "0042\t2026-09-01 09:00:02\t0\t1\t7\t0\t0\t",
        "0042\t2026-09-01 09:00:02\t0\t1\t7\t0\t0\t255\t0\t0",
        "0042\t2026-09-01 09:00:02\t0\t1\t7\t0\t0\t255\t36.5\t36.5\t\t",
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_every_number_of_fields_and_every_line_end(line: str, end: str) -> None:
    punch = one(line + end)
    assert (punch.user, punch.t_utc, punch.local_text) == ("0042", NINE, "2026-09-01 09:00:02")
    assert (punch.tz_rule, punch.raw, punch.line, punch.flags) == ("device-zone:Asia/Kolkata", line, 1, 0)


def test_all_columns_are_read() -> None:
    punch = one("0042\t2026-09-01 09:00:02\t1\t15\t7\t0\t0\t255\t0\t0")
    assert (punch.direction, punch.state_raw) == (1, "1")
    assert (punch.method, punch.verify_raw, punch.work_code, punch.vendor_id) == ("face", "15", "7", "")


@pytest.mark.parametrize(
    ("status", "direction"),
    [("0", 0), ("1", 1), ("2", 2), ("3", 3), ("4", 0), ("5", 1), ("255", -1), ("8", -1), ("", -1)],
)
def test_status(status: str, direction: int) -> None:
    assert one(f"1\t2026-09-01 09:00:02\t{status}\t1").direction == direction


@pytest.mark.parametrize(("rule", "direction"), [("in", 0), ("out", 1), ("unknown", -1), ("device", 1)])
def test_a_device_rule_beats_the_status_which_stays_readable(rule: str, direction: int) -> None:
    punch = one("1\t2026-09-01 09:00:02\t1\t1", Source("TEST-1", "Asia/Kolkata", direction=rule))  # type: ignore[arg-type]
    assert (punch.direction, punch.state_raw) == (direction, "1")


@pytest.mark.parametrize(
    ("code", "method"),
    [
        ("0", "unknown"),
        ("1", "finger"),
        ("2", "pin"),
        ("3", "password"),
        ("4", "card"),
        ("5", "unknown"),
        ("11", "card"),
        ("15", "face"),
        ("18", "face"),
        ("21", "vein"),
        ("25", "palm"),
        ("200", "other"),
        ("", "unknown"),
        ("x", "unknown"),
    ],
)
def test_verify_code(code: str, method: str) -> None:
    punch = one(f"1\t2026-09-01 09:00:02\t0\t{code}")
    assert (punch.method, punch.verify_raw) == (method, code)


@pytest.mark.parametrize("user", ["007", "EMP_001", "A" * 24, "0", "१२", "a b", " 7"])
def test_user_ids_stay_exact(user: str) -> None:
    assert one(f"{user}\t2026-09-01 09:00:02").user == user


def test_unix_seconds_are_utc() -> None:
    punch = one(f"1\t{NINE}\t0\t1\t")
    assert (punch.t_utc, punch.tz_rule, punch.local_text) == (NINE, "utc", str(NINE))


@pytest.mark.parametrize(
    ("offset", "t_utc", "rule", "flags"),
    [
        ("+7200", NINE + 12_600, "offset-in-payload", PunchFlag.FUTURE),
        ("19800", NINE, "offset-in-payload", 0),
        ("-12600", NINE + 32_400, "offset-in-payload", PunchFlag.FUTURE),
        ("+0", NINE + 19_800, "offset-in-payload", PunchFlag.FUTURE),
        ("0", NINE, "device-zone:Asia/Kolkata", 0),
        ("+99999", NINE, "device-zone:Asia/Kolkata", PunchFlag.TZ_AMBIGUOUS),
        ("east", NINE, "device-zone:Asia/Kolkata", PunchFlag.TZ_AMBIGUOUS),
    ],
)
def test_the_offset_of_field_11_beats_the_zone(offset: str, t_utc: int, rule: str, flags: int) -> None:
    punch = one(f"1\t2026-09-01 09:00:02\t0\t15\t0\t0\t0\t0\t36.5\t36.5\t{offset}\te30=")
    assert (punch.t_utc, punch.tz_rule, punch.flags) == (t_utc, rule, flags)


def test_odd_times_are_stored_and_flagged_never_now() -> None:
    body = "1\t2000-01-01 00:00:14\t0\t1\n1\t2099-01-01 00:00:00\t0\t1\n1\t1970-01-01 00:00:00\t0\t1"
    punches = upload(body).punches
    assert [punch.local_text[:4] for punch in punches] == ["2000", "2099", "1970"]
    assert all(punch.flags & PunchFlag.CLOCK_SUSPECT for punch in punches)
    assert abs(punches[1].t_utc - RECEIVED) > 10**9


def test_bad_rows_are_refused_with_their_line_and_the_others_stored() -> None:
    rows = [
        b"1001\t2026-09-01 09:00:02\t0\t1\t0",
        b"broken",
        b"\t2026-09-01 09:00:02\t0\t1",
        b"",
        b"1002\tnot-a-date\t0\t1",
        b"1003\t2026-02-30 09:00:00\t0\t1",
        b"10\x0004\t2026-09-01 09:00:02\t0\t1",
        b"10\xff05\t2026-09-01 09:00:02\t0\t1",
        b"9" * 65 + b"\t2026-09-01 09:00:02\t0\t1",
        b"1006\t2026-09-01 09:00:02\t0\t1\t" + b"x" * 5000,
        b"1007\t2026-09-01 09:00:09\t255\t15",
    ]
    parsed = upload(b"\n".join(rows))
    assert [(punch.user, punch.line) for punch in parsed.punches] == [("1001", 1), ("1007", 11)]
    assert sorted((row.line, row.reason) for row in parsed.refused) == [
        (2, "too_few_fields"),
        (3, "missing_user"),
        (5, "unparsable_time"),
        (6, "unparsable_time"),
        (7, "nul_byte"),
        (8, "invalid_utf8"),
        (9, "field_too_long"),
        (10, "line_too_long"),
    ]
    assert all(row.detail.endswith(".") for row in parsed.refused)
    raws = [row.raw for row in parsed.refused]
    assert "10\\x0004\t2026-09-01 09:00:02\t0\t1" in raws
    assert "10\\xff05\t2026-09-01 09:00:02\t0\t1" in raws
    assert max(map(len, raws)) < 3000


def test_the_ack_counts_every_line_received() -> None:
    reply = upload("1\t2026-09-01 09:00:02\r\n\r\nbroken\r\n1\t2026-09-01 09:00:02\r\n").reply
    assert (reply.status, reply.content_type, reply.body) == (200, "text/plain", b"OK:3")
    assert upload("").reply.body == b"OK:0"


def test_too_many_records_are_refused_whole() -> None:
    body = b"1\t2026-09-01 09:00:02\n" * 3
    parsed = adms.upload("ATTLOG", body, SOURCE, RECEIVED, max_records=2)
    assert (parsed.reply.status, parsed.error, parsed.punches) == (413, "too_many_records", [])
    assert len(adms.upload("ATTLOG", body, SOURCE, RECEIVED, max_records=3).punches) == 3


def test_the_key_does_not_change_when_a_punch_is_sent_again() -> None:
    key = one("1\t2026-09-01 09:00:02\t0\t1\t0").key
    later = adms.upload("attlog", b"\n1\t2026-09-01 09:00:02\t0\t15\t9\t0\t0\t255\t0\t0\r\n", SOURCE, RECEIVED + 10**6)
    assert later.punches[0].key == key
    assert int.from_bytes(key[:4], "big") * 60 == NINE + 19_800 - 2
    assert len(key) == 16


@pytest.mark.parametrize(
    ("line", "serial"),
    [
        ("1\t2026-09-01 09:00:02\t1\t1", "TEST-1"),
        ("1\t2026-09-01 09:00:02\t\t1", "TEST-1"),
        ("01\t2026-09-01 09:00:02\t0\t1", "TEST-1"),
        ("1\t2026-09-01 09:00:03\t0\t1", "TEST-1"),
        ("1\t2026-09-01 09:00:02\t0\t1", "TEST-2"),
    ],
)
def test_another_punch_has_another_key(line: str, serial: str) -> None:
    assert one(line, Source(serial, "Asia/Kolkata")).key != one("1\t2026-09-01 09:00:02\t0\t1").key


def test_the_key_of_a_release_is_the_key_of_the_next() -> None:
    assert one("1\t2026-09-01 09:00:02\t0\t1").key.hex() == "01c6c6bc10c4d7516c8cce54d76d8a4b"


def test_a_zone_that_is_none_is_refused_when_the_source_is_made() -> None:
    with pytest.raises(UnknownZoneError):
        Source("TEST-1", "Asia/Nowhere")


def test_a_token_is_not_shown() -> None:
    assert "s3cret" not in repr(Source("TEST-1", "UTC", token="s3cret"))
