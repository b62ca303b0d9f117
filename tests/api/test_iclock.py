import gzip
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hub import records

LINE = "1001\t2026-09-01 09:00:02\t0\t1\t0\t0\t0\n"


def test_a_punch_is_stored_before_it_is_acknowledged(client: TestClient, stored: Any, attlog: str) -> None:
    answer = client.post(attlog, content=LINE)
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
        200,
        "OK:1",
        "text/plain; charset=utf-8",
    )
    (punch,) = stored.punches()
    assert (punch.user_id, punch.local_text, punch.raw) == ("1001", "2026-09-01 09:00:02", LINE.rstrip("\n"))
    assert punch.t_utc == 1788233402
    assert stored.punches("hooli") == []


def test_the_same_body_a_hundred_times_in_parallel_is_one_punch(client: TestClient, stored: Any, attlog: str) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: client.post(attlog, content=LINE).text, range(100)))
    assert set(answers) == {"OK:1"}
    assert len(stored.punches()) == 1


def test_good_rows_are_stored_and_bad_ones_quarantined_with_their_line(
    client: TestClient, stored: Any, attlog: str
) -> None:
    body = LINE + "broken\n\t2026-09-01 09:00:02\t0\t1\n1002\tnot-a-date\t0\t1\n1003\t2026-02-30 09:00:00\t0\t1\n"
    body += "1004\t2026-09-01 09:00:09\t255\t15\t0\t0\t0\n1005\t2099-01-01 00:00:00\t0\t1\n1\x0006\t2026-09-01 09:00:00\t0\n"
    assert client.post(attlog, content=body).text == "OK:8"
    assert client.post(attlog, content=body).text == "OK:8"
    assert [punch.user_id for punch in stored.punches()] == ["1001", "1004", "1005"]
    assert [punch.flags & 2 for punch in stored.punches()] == [0, 0, 2]
    assert sorted(row.line for row in stored.quarantine()) == [2, 3, 4, 5, 8]
    assert all(row.reason and row.detail for row in stored.quarantine())


def test_an_unknown_serial_is_refused_and_listed(client: TestClient, stored: Any) -> None:
    for _ in range(2):
        answer = client.post("/iclock/cdata?SN=NOBODYS&table=ATTLOG", content=LINE)
        assert answer.status_code == 403
    (unclaimed,) = stored.rows(records.UnclaimedDevice, "")
    assert (unclaimed.serial, unclaimed.attempts) == ("NOBODYS", 2)


def test_two_tenants_with_one_serial_are_told_apart_by_path(client: TestClient, stored: Any, engine: Any) -> None:
    from hub.database import writing

    with writing(engine) as session:
        for tenant in ("acme", "hooli"):
            session.add(records.Device(tenant=tenant, door="adms", serial="SAME", site="blr", badge_group="main"))
    assert client.post("/iclock/cdata?SN=SAME&table=ATTLOG", content=LINE).status_code == 403
    assert client.post("/t/hooli/iclock/cdata?SN=SAME&table=ATTLOG", content=LINE).text == "OK:1"
    assert (len(stored.punches("acme")), len(stored.punches("hooli"))) == (0, 1)


@pytest.mark.parametrize("path", ["/iclock/cdata", "/iclock/cdata.aspx", "/iclock//cdata"])
def test_the_handshake_sets_the_clock_in_the_right_unit(client: TestClient, path: str) -> None:
    answer = client.get(f"{path}?SN=AAAA000000001acme&options=all&pushver=2.4.1")
    assert "TimeZone=330\n" in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


def test_an_oversized_body_is_refused_whole(client: TestClient, stored: Any, attlog: str) -> None:
    assert client.post(attlog, content=LINE * 260_000).status_code == 413
    assert client.post(attlog, content=LINE * 6000).status_code == 413
    assert stored.punches() == []


def test_a_compressed_body_is_not_unpacked(client: TestClient, stored: Any, attlog: str) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert client.post(attlog, content=bomb, headers={"Content-Encoding": "gzip"}).status_code == 415
    assert client.post(attlog, content=bomb).text.startswith("OK:")
    assert stored.punches() == []


def test_other_tables_are_acknowledged_and_kept_without_secrets(client: TestClient, stored: Any) -> None:
    url = "/iclock/cdata?SN=AAAA000000001acme&table="
    assert client.post(url + "OPERLOG", content="USER PIN=1\tName=Test\tPasswd=9876\n").text == "OK:1"
    assert client.post(url + "NEWTABLE", content="x=1\n").text == "OK"
    kept = [event.raw for event in stored.rows(records.DeviceEvent)]
    assert len(kept) == 2
    assert "9876" not in "".join(kept)
    assert client.get("/iclock/getrequest?SN=AAAA000000001acme").text == "OK"
    assert client.get("/iclock/ping").text == "OK"


def test_nothing_is_acknowledged_while_the_database_is_away(
    client: TestClient, stored: Any, attlog: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/iclock/getrequest?SN=AAAA000000001acme")
    with monkeypatch.context() as broken:
        broken.setattr("hub.intake.store", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        assert client.post(attlog, content=LINE).status_code == 503
    assert client.post(attlog, content=LINE).text == "OK:1"
    assert len(stored.punches()) == 1
