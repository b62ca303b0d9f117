"""Attendance for applications: what is told, to whom, and that pages miss and repeat nothing."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, update
from sqlmodel import col, select

from hub import records
from hub.api.attendance_models import ProcessedQuery, RawQuery
from hub.api.attendance_processed import processed_page
from hub.api.attendance_raw import raw_page
from hub.api.cursors import written
from hub.api.security import ATTENDANCE_READ, new_key
from hub.database import reading, writing
from hub.doors.punch import IN, OUT
from hub.records import AttendanceDay, Correction, Punch

DAY = date(2026, 9, 1)
NINE = 1788233400  # 2026-09-01T09:00 in Kolkata
ZEROS = (
    "s1", "s2", "expected_min", "gross_min", "break_min", "paid_min", "pre_shift_min", "post_shift_min", "late_min",
    "early_out_min", "shortage_min", "ot_min", "lop_days", "duplicates_dropped", "day_type", "policy_version",
)  # fmt: skip
Get = Callable[..., Any]


class Attendance:
    """Makes punches and days of a tenant."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.made = 0

    def ids(self, table: Any, tenant: str) -> list[int]:
        with reading(self.engine) as session:
            return list(session.exec(select(table.id).where(table.tenant == tenant).order_by(table.id)))

    def punch(self, t_utc: int, *, tenant: str = "acme", user: str = "1001", device: int = 2, **more: Any) -> int:
        self.made += 1
        plain: dict[str, Any] = dict.fromkeys(("state_raw", "verify_raw", "work_code", "vendor_id"), "")
        given = {**plain, "direction": IN, "method": "finger", "flags": 0, "line": 1, "raw": "TEMPLATE", **more}
        row = Punch(
            tenant=tenant, dedupe_key=self.made.to_bytes(16, "big"), device_id=self.ids(records.Device, tenant)[device],
            user_id=user, local_text="as sent", tz_rule="utc", t_utc=t_utc, received_at=t_utc + 5, **given,
        )  # fmt: skip
        return self.add(row)

    def put(self, row: Any) -> None:
        with writing(self.engine) as session:
            session.add(row)

    def add(self, row: Any) -> int:
        self.put(row)
        return int(row.id)

    def correct(self, op: str, *, punch: int | None = None, **more: Any) -> int:
        [employee] = self.ids(records.Employee, "acme")
        given = {"reason_code": "FORGOT", "actor": "boss", "at": NINE, **more}
        return self.add(Correction(tenant="acme", employee_id=employee, punch_id=punch, op=op, **given))

    def day(self, day: date, change: int, *, tenant: str = "acme", **more: Any) -> None:
        [employee] = self.ids(records.Employee, tenant)
        zeros: dict[str, Any] = dict.fromkeys(ZEROS, 0)
        given = {**zeros, "flags": 0, "anomaly_codes": [], "payable_days": 100, "worked_min": 480, **more}
        self.put(AttendanceDay(
            tenant=tenant, employee_id=employee, work_date=day, revision=1, change=change, site="blr",
            zone="Asia/Kolkata", policy="p", status="P", blocks_posting=False, input_hash="", output_hash="",
            computed_at=NINE, **given,
        ))  # fmt: skip

    def written_again(self, day: date, change: int) -> None:
        there = (col(AttendanceDay.tenant) == "acme", col(AttendanceDay.work_date) == day)
        with writing(self.engine) as session:
            session.connection().execute(update(AttendanceDay).where(*there).values(change=change, revision=2))


@pytest.fixture
def attendance(engine: Engine, keys: Any) -> Attendance:
    return Attendance(engine)


@pytest.fixture
def get(client: TestClient, engine: Engine) -> Get:
    made = {}
    with writing(engine) as session:
        for tenant in ("acme", "hooli"):
            made[tenant], record = new_key(tenant, "reader", ATTENDANCE_READ)
            session.add(record)

    def ask(
        path: str, tenant: str = "acme", *, accept: str = "application/json", code: int = 200, **params: Any
    ) -> Any:
        renamed = {{"first": "from", "last": "to"}.get(name, name): value for name, value in params.items()}
        headers = {"Authorization": f"Bearer {made[tenant]}", "Accept": accept}
        answer = client.get(f"/v1/attendance/{path}", params=renamed, headers=headers)
        assert answer.status_code == code, answer.text
        assert "TEMPLATE" not in answer.text
        return answer if accept != "application/json" else answer.json()

    return ask


# Who may.


def test_a_key_with_the_scope_is_needed(client: TestClient, keys: dict[str, str]) -> None:
    for path in ("raw", "processed"):
        assert client.get(f"/v1/attendance/{path}").status_code == 401
        answer = client.get(f"/v1/attendance/{path}", headers={"Authorization": f"Bearer {keys['acme']}"})
        assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
        assert "attendance:read" in answer.json()["detail"]


def test_a_tenant_sees_its_own_only(get: Get, attendance: Attendance) -> None:
    for tenant in ("acme", "hooli"):
        attendance.punch(NINE, tenant=tenant)
        attendance.day(DAY, 1, tenant=tenant)
    attendance.punch(NINE + 9, tenant="hooli")
    assert (len(get("raw")["items"]), len(get("raw", "hooli")["items"])) == (1, 2)
    assert len(get("processed")["items"]) == 1
    cursor = get("raw", "hooli", limit=1)["next_cursor"]
    assert get("raw", cursor=cursor)["items"] == []  # it leads to a place, and not to a tenant


# Raw.


def test_a_punch_is_told_as_it_came_with_what_was_made_of_it(get: Get, attendance: Attendance) -> None:
    number = attendance.punch(NINE, flags=1 | 8)
    correction = attendance.correct("retime", punch=number, t_utc=NINE + 60, direction=OUT)
    attendance.punch(NINE + 1, user="9999")
    known, unknown = get("raw")["items"]
    assert known == {
        "kind": "punch", "id": number, "employee": "E1", "at_utc": NINE, "at": "2026-09-01T09:00:00+05:30",
        "zone": "Asia/Kolkata", "site": "blr", "door": "json", "device": "gate", "user_id": "1001",
        "time_as_sent": "as sent", "direction": "in", "method": "finger", "work_code": "", "vendor_id": "",
        "flags": ["tz_ambiguous", "replay"], "received_at_utc": NINE + 5,
        "corrections": [{
            "id": correction, "op": "retime", "at_utc": NINE + 60, "at": "2026-09-01T09:01:00+05:30",
            "direction": "out", "reason_code": "FORGOT", "note": "", "actor": "boss", "made_at_utc": NINE,
        }],
    }  # fmt: skip
    assert (unknown["employee"], unknown["user_id"]) == (None, "9999")


def test_what_a_supervisor_added_stands_where_it_belongs(get: Get, attendance: Attendance) -> None:
    [employee] = attendance.ids(records.Employee, "acme")
    attendance.add(
        records.Employment(
            tenant="acme", employee_id=employee, from_date=DAY, site="blr", department="d", policy="p", weekly_off="w"
        )
    )
    attendance.punch(NINE)
    attendance.correct("add", t_utc=NINE + 60, direction=OUT)
    attendance.correct("add", t_utc=NINE - 10 * 86_400)
    attendance.punch(NINE + 120)
    items = get("raw")["items"]
    assert [(one["kind"], one["at_utc"] - NINE) for one in items] == [
        ("added", -864_000), ("punch", 0), ("added", 60), ("punch", 120),
    ]  # fmt: skip
    assert (items[2]["employee"], items[2]["at"], items[2]["direction"]) == ("E1", "2026-09-01T09:01:00+05:30", "out")
    assert items[0]["zone"] == "UTC"  # worked nowhere yet
    assert [one["kind"] for one in get("raw", site="blr")["items"]] == ["punch", "punch"]


RAW_FILTERS: list[tuple[dict[str, str], list[int]]] = [
    ({"first": "2026-09-01T09:00:00+05:30", "last": "2026-09-01T09:00:01+05:30"}, [0]),
    ({"first": "2026-09-01T09:00:01"}, [3600, 86_400]),
    ({"first": "2026-09-01", "last": "2026-09-01"}, [0, 3600]),
    ({"last": "2026-09-01T03:30:00Z"}, []),
    ({"device": "gate"}, [0, 86_400]),
    ({"device": "ST1"}, [3600]),
    ({"site": "blr", "first": "2026-09-02"}, [86_400]),
    ({"employee": "E1"}, [0, 86_400]),
]


def test_raw_filters(get: Get, attendance: Attendance) -> None:
    attendance.punch(NINE)
    attendance.punch(NINE + 3600, device=1, user="1002")
    attendance.punch(NINE + 86_400)
    for params, seen in RAW_FILTERS:
        assert [one["at_utc"] - NINE for one in get("raw", **params)["items"]] == seen, params


def test_a_badge_that_was_handed_on_is_whose_it_was_that_day(get: Get, attendance: Attendance, engine: Engine) -> None:
    second = attendance.add(records.Employee(tenant="acme", number="E2", name="Somebody else"))
    attendance.add(records.Badge(tenant="acme", badge_group="main", user_id="1001", employee_id=second, from_date=DAY))
    attendance.punch(NINE - 86_400)
    attendance.punch(NINE)
    assert [one["employee"] for one in get("raw")["items"]] == ["E1", "E2"]
    assert [one["at_utc"] for one in get("raw", employee="E1")["items"]] == [NINE - 86_400]
    assert [one["at_utc"] for one in get("raw", employee="E2")["items"]] == [NINE]


def test_a_punch_stays_when_its_device_is_gone(get: Get, attendance: Attendance, engine: Engine) -> None:
    attendance.punch(NINE)
    with writing(engine) as session:
        session.connection().execute(delete(records.Device).where(col(records.Device.tenant) == "acme"))
    [one] = get("raw")["items"]
    assert (one["device"], one["employee"], one["at"]) == (None, None, "2026-09-01T03:30:00+00:00")


def test_local_times_need_one_zone(get: Get, attendance: Attendance) -> None:
    attendance.add(records.Site(tenant="acme", code="ber", name="B", zone="Europe/Berlin", holiday_calendar="de"))
    attendance.punch(NINE)
    assert "2 zones" in get("raw", first="2026-09-01", code=422)["detail"]
    assert len(get("raw", first="2026-09-01", site="blr")["items"]) == 1
    assert len(get("raw", first="2026-09-01T03:30:00Z")["items"]) == 1


WRONG: list[dict[str, Any]] = [
    {"site": "x"}, {"employee": "x"}, {"device": "x"}, {"first": "soon"}, {"limit": 0}, {"limit": 5001},
    {"cursor": "x"}, {"cursor": "W10"}, {"cursor": "WyJyYXciLDEsMiwiMyJd"}, {"emploee": "E1"}, {"site": ""}, {"site": "\x00"},
]  # fmt: skip


def test_what_does_not_fit_is_a_problem_and_not_an_empty_answer(get: Get) -> None:
    for path in ("raw", "processed"):
        for params in WRONG:
            assert get(path, code=422, **params)["status"] == 422


def test_a_cursor_of_one_list_is_none_of_the_other(get: Get, attendance: Attendance) -> None:
    attendance.punch(NINE)
    attendance.punch(NINE)
    cursor = get("raw", limit=1)["next_cursor"]
    assert "cursor" in get("processed", cursor=cursor, code=422)["detail"]


@pytest.mark.parametrize("place", [(1, 2**31, 1), (1, 1, 0), (1, 1, date.max.toordinal() + 1), (1, 1)])
def test_a_cursor_that_no_day_can_have_is_refused(get: Get, place: tuple[int, ...]) -> None:
    assert "begin anew" in get("processed", cursor=written("processed", place), code=422)["detail"]


# Processed.


def test_a_day_is_told_with_instants_in_both_ways(get: Get, attendance: Attendance) -> None:
    attendance.day(DAY, 7, in_at_utc=NINE, flags=1 | 4, s2=1, day_type=2, anomaly_codes=["LATE_IN"], lop_days=50)
    page = get("processed")
    [day] = page["items"]
    assert (day["employee"], day["work_date"], day["change"], day["revision"]) == ("E1", "2026-09-01", 7, 1)
    assert (day["in_at_utc"], day["in_at"], day["out_at"]) == (NINE, "2026-09-01T09:00:00+05:30", None)
    assert (day["day_type"], day["first_half"], day["second_half"]) == ("holiday", "worked", "paid_leave")
    assert (day["flags"], day["anomalies"]) == (["late", "overtime"], ["LATE_IN"])
    assert (day["worked_min"], day["payable_days"], day["lop_days"]) == (480, 100, 50)
    assert (page["next_cursor"], page["changed_after"]) == (None, 7)


DAY_FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({"first": "2026-09-02"}, [1, 2]),
    ({"last": "2026-09-01"}, [0]),
    ({"changed_after": 1}, [2]),
    ({"changed_after": 2}, []),
    ({"site": "blr", "employee": "E1"}, [0, 1, 2]),
    ({"device": "gate"}, [1]),
    ({"device": "ST1"}, []),
]


def test_processed_filters(get: Get, attendance: Attendance) -> None:
    for number, change in enumerate((1, 1, 2)):
        attendance.day(DAY + timedelta(days=number), change)
    punch = attendance.punch(NINE + 86_400)
    [employee] = attendance.ids(records.Employee, "acme")
    attendance.put(
        records.AttendancePair(
            tenant="acme", employee_id=employee, work_date=DAY + timedelta(days=1), seq=0, in_punch_id=punch, in_at=0,
            out_at=0, in_paid=0, out_paid=0, kind="open", imputed=False, rounded_in_s=0, rounded_out_s=0,
        )
    )  # fmt: skip
    for params, seen in DAY_FILTERS:
        page = get("processed", **params)
        assert [(date.fromisoformat(one["work_date"]) - DAY).days for one in page["items"]] == seen, params
        newest = max([params.get("changed_after", 0), *(one["change"] for one in page["items"])])
        assert page["changed_after"] == newest


def test_who_polls_misses_nothing_even_in_the_middle_of_a_write(get: Get, attendance: Attendance) -> None:
    days = [DAY + timedelta(days=number) for number in range(5)]
    for day in days:
        attendance.day(day, 1)
    first = get("processed", limit=2)
    assert (len(first["items"]), first["changed_after"]) == (2, None)
    attendance.written_again(days[0], 2)  # was read already
    attendance.written_again(days[4], 2)  # was not
    rest = get("processed", cursor=first["next_cursor"])
    assert [(one["work_date"], one["change"]) for one in rest["items"]] == [
        ("2026-09-03", 1), ("2026-09-04", 1), ("2026-09-01", 2), ("2026-09-05", 2),
    ]  # fmt: skip
    assert rest["changed_after"] == 2
    attendance.written_again(days[1], 3)
    again = get("processed", changed_after=rest["changed_after"])
    assert [one["work_date"] for one in again["items"]] == ["2026-09-02"]


# Streams.


def test_a_stream_has_everything_and_says_that_it_is_whole(
    get: Get, attendance: Attendance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.api.attendance.STREAMED", 2)
    for number in range(5):
        attendance.punch(NINE + number)
        attendance.day(DAY + timedelta(days=number), number + 1)
    for path, after in (("raw", None), ("processed", 5)):
        answer = get(path, accept="application/x-ndjson", limit=1)
        assert answer.headers["content-type"] == "application/x-ndjson"
        *rows, end = map(json.loads, answer.text.splitlines())
        assert rows == get(path)["items"]
        assert end == {"kind": "end", "rows": 5, "changed_after": after}
    assert get("raw", accept="application/x-ndjson", site="x", code=422).json()["status"] == 422


def test_the_page_of_the_api_tells_units(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    day = document["components"]["schemas"]["ProcessedDay"]["properties"]
    assert "Minutes" in day["worked_min"]["description"]
    assert "Hundredths" in day["payable_days"]["description"]
    answers = document["paths"]["/v1/attendance/raw"]["get"]["responses"]
    assert {"application/json", "application/x-ndjson"} <= set(answers["200"]["content"])
    assert "application/problem+json" in answers["422"]["content"]


# Pages under concurrent writes.


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.integers(0, 6), min_size=1, max_size=8),
    meanwhile=st.lists(st.lists(st.integers(0, 6), max_size=3), max_size=8),
    added=st.lists(st.integers(0, 6), max_size=3),
    limit=st.integers(1, 3),
)
def test_every_punch_is_paged_once_while_others_arrive(
    engine: Engine, attendance: Attendance, before: list[int], meanwhile: list[list[int]], added: list[int], limit: int
) -> None:
    with writing(engine) as session:
        for table in (Punch, Correction):
            session.connection().execute(delete(table).where(col(table.tenant) == "acme"))
    there = {("punch", attendance.punch(NINE + second)) for second in before}
    there |= {("added", attendance.correct("add", t_utc=NINE + second)) for second in added}
    seen: list[tuple[str, int]] = []
    arriving, cursor = iter(meanwhile), None
    while True:
        page = raw_page(engine, "acme", RawQuery(limit=limit, cursor=cursor))
        seen += [(one.kind, one.id) for one in page.items]
        if (cursor := page.next_cursor) is None:
            break
        for second in next(arriving, []):
            attendance.punch(NINE + second)
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=8), limit=st.integers(1, 3), pages=st.integers(1, 3))
def test_every_day_is_paged_once_while_others_are_written(
    engine: Engine, attendance: Attendance, sizes: list[int], limit: int, pages: int
) -> None:
    with writing(engine) as session:
        session.connection().execute(delete(AttendanceDay).where(col(AttendanceDay.tenant) == "acme"))
    writes, number = iter(enumerate(sizes, 1)), 0

    def write() -> None:
        nonlocal number
        change, size = next(writes, (0, 0))
        for _ in range(size):
            number += 1
            attendance.day(DAY + timedelta(days=number), change)

    write()
    seen: list[str] = []
    cursor, after, count = None, None, 0
    while True:
        whole = number == sum(sizes)
        asked = {"limit": limit, "cursor": cursor} if cursor else {"limit": limit, "changed_after": after}
        page = processed_page(engine, "acme", ProcessedQuery.model_validate(asked))
        seen += [str(one.work_date) for one in page.items]
        cursor, after, count = page.next_cursor, page.changed_after, count + 1
        if whole and cursor is None:
            break
        if count % pages == 0:
            write()
    assert seen == [str(DAY + timedelta(days=one)) for one in range(1, number + 1)]
