"""ADMS beside ATTLOG: handshake, every other table, commands; exact bytes and nothing personal."""

from datetime import UTC, datetime

import pytest

from hub.doors import adms
from hub.doors.punch import Parsed, Source

SOURCE = Source("TEST-1", "Asia/Kolkata")
SUMMER = int(datetime(2026, 7, 1, tzinfo=UTC).timestamp())
WINTER = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def upload(table: str, body: str | bytes, **more: str) -> Parsed:
    return adms.upload(table, body.encode() if isinstance(body, str) else body, SOURCE, SUMMER, **more)  # type: ignore[arg-type]


def test_handshake_bytes() -> None:
    body = (
        b"GET OPTION FROM: TEST-1\nATTLOGStamp=0\nOPERLOGStamp=0\nATTPHOTOStamp=0\nErrorDelay=30\nDelay=10\n"
        b"TransTimes=00:00;14:05\nTransInterval=1\nTransFlag=TransData AttLog\tOpLog\nRealtime=1\nEncrypt=None\n"
        b"PushOptionsFlag=1\nTimeZone=330\nServerVer=2.4.1\nPushProtVer=2.4.1\n"
    )
    assert adms.handshake(SOURCE, SUMMER, "2.4.1") == (200, "text/plain", body)


@pytest.mark.parametrize(
    ("zone", "now", "value"),
    [
        ("Asia/Kolkata", SUMMER, "330"),
        ("Asia/Kathmandu", SUMMER, "345"),
        ("America/St_Johns", WINTER, "-210"),
        ("America/St_Johns", SUMMER, "-150"),
        ("Asia/Shanghai", SUMMER, "8"),
        ("America/New_York", WINTER, "-5"),
        ("America/New_York", SUMMER, "-4"),
        ("UTC", SUMMER, "0"),
    ],
)
def test_time_zone_unit(zone: str, now: int, value: str) -> None:
    reply = adms.handshake(Source("TEST-1", zone), now, "2.4.1")
    assert f"\nTimeZone={value}\n".encode() in reply.body


@pytest.mark.parametrize(
    ("said", "answered"),
    [("", "2.2.14"), ("2.2.14", "2.2.14"), ("2.3.9", "2.3.9"), ("2.4.1", "2.4.1"), ("3.1.2", "2.4.1"), ("x", "2.2.14")],
)
def test_the_lower_version_is_spoken(said: str, answered: str) -> None:
    body = adms.handshake(SOURCE, SUMMER, said).body.decode()
    assert f"PushProtVer={answered}\n" in body
    assert ("\nStamp=0\n" in body) == (said == "")


def test_operlog_keeps_operations_and_drops_secrets() -> None:
    body = (
        "OPLOG 21\t0\t2026-06-13 12:51:22\t26\t0\t0\t0\n"
        "USER PIN=1\tName=Asha\tPri=0\tPasswd=12 34=5\tCard=[E7D26100]\tGrp=1\tViceCard=88\n"
        f"FP PIN=1\tFID=0\tSize=440\tValid=1\tTMP={'QUJD' * 100}\n"
        f"BIOPHOTO PIN=1\tFileName=1.jpg\tContent={'/9j/' * 5000}==\n"
        f"FACE PIN=1\tOther={'QUJD' * 100}\n"
    )
    parsed = upload("OPERLOG", body)
    assert parsed.reply == (200, "text/plain", b"OK:5")
    assert [event.kind for event in parsed.events] == ["oplog", "user", "template", "photo", "template"]
    operation, user, template, photo, unnamed = parsed.events
    assert (operation.fields["op"], operation.fields["time"]) == ("21", "2026-06-13 12:51:22")
    assert user.fields["PIN"] == "1"
    assert user.fields["Passwd"] == "<removed:7>"
    assert "Card=<removed:10>" in user.raw
    assert "ViceCard=<removed:2>" in user.raw
    assert template.raw == "FP PIN=1\tFID=0\tSize=440\tValid=1\tTMP=<removed:400>"
    assert photo.raw.endswith("Content=<removed:20002>")
    assert unnamed.raw == "FACE PIN=1\tOther=<removed:400>"


@pytest.mark.parametrize("line", [b"USER PIN=1\tName=\xd5\xc5\tPasswd=4711", b"USER PIN=1\tName=\0\tPasswd=4711"])
def test_a_name_in_another_encoding_does_not_uncover_the_password(line: bytes) -> None:
    (event,) = upload("OPERLOG", line).events
    assert "4711" not in event.raw
    event.raw.encode()


def test_empty_password_is_left_as_it_is() -> None:
    assert upload("OPERLOG", "USER PIN=1\tPasswd=\tCard=").events[0].raw == "USER PIN=1\tPasswd=\tCard="


def test_biodata() -> None:
    parsed = upload("BIODATA", f"BIODATA Pin=1\tNo=0\tType=9\tTmp={'QUJD' * 9}\n")
    assert parsed.reply.body == b"OK:1"
    assert parsed.events[0].raw == "BIODATA Pin=1\tNo=0\tType=9\tTmp=<removed:36>"


def test_photo_upload_keeps_its_name_only() -> None:
    parsed = upload(
        "ATTPHOTO", b"PIN=20260901090002-1001.jpg\nSN=TEST-1\nsize=4\nCMD=uploadphoto\0\xff\xd8SECRET" + b"\n" * 9000
    )
    assert parsed.reply == (200, "text/plain", b"OK")
    (event,) = parsed.events
    assert event.fields == {"PIN": "20260901090002-1001.jpg", "size": "4", "CMD": "uploadphoto"}
    assert "SECRET" not in event.raw


@pytest.mark.parametrize(
    "body", ["~DeviceName=K90,UserCount=86,ComPwd=12,34\n", "~DeviceName=K90\r\nUserCount=86\r\nComPwd=12"]
)
def test_options(body: str) -> None:
    parsed = upload("options", body)
    assert parsed.reply.body == b"OK"
    assert parsed.events[0].fields == {"~DeviceName": "K90", "UserCount": "86", "ComPwd": "<removed:2>"}
    assert "34" not in parsed.events[0].raw


def test_identity_cards_are_counted_only() -> None:
    parsed = upload("IDCARD", "PIN=1\tIDNum=110101199003070000\tName=Asha\n")
    assert parsed.reply.body == b"OK:1"
    assert "Asha" not in parsed.events[0].raw
    assert "1101" not in parsed.events[0].raw


def test_an_unknown_table_is_kept_and_acknowledged() -> None:
    parsed = upload("NEWTABLE", "a=1\tpassword=4711\n" * 9000)
    assert parsed.reply.body == b"OK"
    (event,) = parsed.events
    assert (event.kind, event.fields) == ("unknown_table", {"table": "NEWTABLE"})
    assert event.raw.startswith("a=1\tpassword=<removed:4>\na=1")
    assert len(event.raw) <= 2000


@pytest.mark.parametrize("body", [b"\x1f\x8b\x08\xff", b"a\0b"])
def test_an_unknown_binary_upload_is_only_measured(body: bytes) -> None:
    assert upload("", body).events[0].raw == f"<removed:{len(body)}>"


RTLOG = "time=2026-07-01 05:29:32\tpin=0101\tcardno=77\teventaddr=1\tevent=0\tinoutstatus={}\tverifytype=15\tindex={}"


def test_rtlog_is_a_punch() -> None:
    parsed = upload("rtlog", RTLOG.format(1, 42) + "\r\n")
    assert parsed.reply.body == b"OK"
    (punch,) = parsed.punches
    assert (punch.user, punch.direction, punch.method, punch.vendor_id) == ("0101", 1, "face", "42")
    assert punch.t_utc == SUMMER - 28
    assert "cardno=<removed:2>" in punch.raw


def test_rtlog_codes_and_keys() -> None:
    first, again, other, sideless = upload(
        "rtlog", "\n".join(RTLOG.format(*it) for it in [(0, 1), (0, 1), (0, 2), (2, 3)])
    ).punches
    assert first.key == again.key != other.key
    assert (first.direction, sideless.direction) == (0, -1)


def test_rtlog_rows_that_are_not_punches() -> None:
    body = "\n".join(
        [
            "time=2026-07-01 05:29:32\tpin=0\tevent=206\tindex=1",
            "time=2026-07-01 05:29:32\tpin=7\tevent=23\tindex=2",
            "time=2026-02-30 05:29:32\tpin=7\tevent=0\tindex=3",
            "time=2026-07-01 05:29:32\tevent=0",
            "noise",
            f"time=2026-07-01 05:29:32\tpin={'7' * 65}\tevent=0",
        ]
    )
    parsed = upload("rtlog", body)
    assert parsed.punches == []
    assert [event.kind for event in parsed.events] == ["device_event", "access_event"]
    assert [row.reason for row in parsed.refused] == [
        "unparsable_time",
        "missing_user",
        "too_few_fields",
        "field_too_long",
    ]


def test_which_access_events_are_attendance_is_a_setting() -> None:
    source = Source("TEST-1", "Asia/Kolkata", granted_events=frozenset({"0", "1"}))
    line = RTLOG.format(0, 1).replace("event=0", "event=1").encode()
    assert len(adms.upload("rtlog", line, source, SUMMER).punches) == 1


def test_tabledata_is_answered_with_the_name_of_its_table() -> None:
    parsed = upload("tabledata", "user uid=1\tpin=1\tpassword=4711\nuser uid=2\tpin=2\tpassword=\n", tablename="user")
    assert parsed.reply == (200, "text/plain", b"user=2")
    assert parsed.events[0].fields == {"uid": "1", "pin": "1", "password": "<removed:4>"}
    assert upload("tabledata", "a=1", tablename="x\r\ny").reply.body == b"OK"


@pytest.mark.parametrize(("table", "reply"), [("rtstate", b"OK"), ("ERRORLOG", b"OK:1")])
def test_tables_that_only_tell_something(table: str, reply: bytes) -> None:
    parsed = upload(table, "time=2026-07-01 00:00:00\tsensor=01")
    assert (parsed.reply.body, parsed.events[0].fields["sensor"]) == (reply, "01")


def test_ping() -> None:
    assert adms.ping() == (200, "text/plain", b"OK")


def test_getrequest() -> None:
    assert adms.getrequest() == (200, "text/plain", b"OK")


def test_command_results() -> None:
    parsed = adms.devicecmd(b"ID=101&Return=0&CMD=DATA\nID=102&Return=-10&CMD=DATA\r\n")
    assert parsed.reply.body == b"OK"
    assert [event.fields for event in parsed.events] == [
        {"ID": "101", "Return": "0", "CMD": "DATA"},
        {"ID": "102", "Return": "-10", "CMD": "DATA"},
    ]


def test_command_result_over_several_lines() -> None:
    (event,) = adms.devicecmd(b"ID=104\nReturn=0\nCMD=VERIFY SUM\nAttlogSum=172\n").events
    assert event.fields == {"ID": "104", "Return": "0", "CMD": "VERIFY SUM", "AttlogSum": "172"}
