"""The simulated Odoo springs the traps of the real one; each was recorded on Odoo 19.0."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from connectors.odoo.simulator import DATABASE, KEY, LOGIN, OdooSimulator
from hub.testing.edge import Edge
from hub.testing.faults import none, scripted

CASSETTE = Path(__file__).parents[1] / "cassettes" / "odoo" / "one_bad_row.yaml"
ATTENDANCE = "hr.attendance"
FIELDS = ["id", "employee_id/.id", "check_in", "check_out"]
INSERT_ONLY: dict[str, Any] = {"tz": "UTC", "noupdate": True, "mode": "update"}


class Odoo:
    """Calls of the simulator as any client could make them."""

    def __init__(self, simulator: OdooSimulator) -> None:
        self.simulator = simulator
        self.database = simulator.database
        self.refs = simulator.reset(["E1", "E2", "E3"], ["CC1"])
        self.people = [int(ref) for ref in self.refs.employees.values()]
        self.http = httpx.Client(base_url=simulator.url, trust_env=False)

    def send(self, model: str, method: str, body: Any, **headers: str) -> httpx.Response:
        given = {"Authorization": f"bearer {KEY}", "X-Odoo-Database": DATABASE, **headers}
        return self.http.post(f"/json/2/{model}/{method}", json=body, headers=given)

    def call(self, model: str, method: str, **body: Any) -> Any:
        response = self.send(model, method, body)
        return response.json() if response.is_success else (response.status_code, response.json()["name"])

    def load(self, *rows: list[Any], model: str = ATTENDANCE, fields: list[str] = FIELDS, **context: Any) -> Any:
        return self.call(model, "load", fields=fields, data=[*rows], context=context)

    def times(self) -> list[tuple[str, str]]:
        return [(row["check_in"][11:16], (row["check_out"] or "")[11:16]) for row in self.database.rows(ATTENDANCE)]

    def create(self, begun: str, ended: str | None = None, person: int = 0, **values: Any) -> Any:
        row = {"employee_id": self.people[person], "check_in": f"2026-10-05 {begun}:00", **values}
        if ended:
            row["check_out"] = f"2026-10-05 {ended}:00"
        return self.call(ATTENDANCE, "create", vals_list=[row])

    def row(self, name: str, begun: str, ended: str, person: int = 0) -> list[Any]:
        return [name, str(self.people[person]), f"2026-10-05 {begun}:00", f"2026-10-05 {ended}:00"]


@pytest.fixture(scope="module")
def served() -> Iterator[OdooSimulator]:
    with (simulator := OdooSimulator()).running():
        yield simulator


@pytest.fixture
def odoo(served: OdooSimulator) -> Iterator[Odoo]:
    one = Odoo(served)
    yield one
    one.http.close()
    served.faults = none
    served.methods.racing = served.methods.conflicts = 0


REFUSED = (422, "odoo.exceptions.ValidationError")


def test_load_takes_moments_in_the_users_zone_and_create_in_utc(odoo: Odoo) -> None:
    odoo.load(odoo.row("hub.a", "09:00", "10:00"))
    odoo.load(odoo.row("hub.b", "09:00", "10:00", person=1), tz="UTC")
    odoo.create("09:00", "10:00", person=2)
    assert odoo.times() == [("03:30", "04:30"), ("09:00", "10:00"), ("09:00", "10:00")]


def test_the_overlap_rule_is_odoos(odoo: Odoo) -> None:
    assert odoo.create("03:00", "06:00") == [odoo.database.rows(ATTENDANCE)[0]["id"]]
    assert odoo.create("03:00", "06:00") == REFUSED
    assert odoo.create("04:00", "05:00") == REFUSED
    assert odoo.create("02:00", "07:00") == REFUSED
    assert isinstance(odoo.create("06:00", "07:00"), list), "touching is no overlap"
    assert odoo.create("09:00", "08:00") == REFUSED
    assert isinstance(odoo.create("10:00"), list)
    assert odoo.create("11:00") == REFUSED
    assert isinstance(odoo.create("11:00", "12:00"), list), "a closed one after an open one"


def test_a_start_that_is_not_given_is_now(odoo: Odoo) -> None:
    odoo.call(ATTENDANCE, "create", vals_list=[{"employee_id": odoo.people[0]}])
    [row] = odoo.database.rows(ATTENDANCE)
    assert (row["check_in"], row["check_out"]) == ("2027-01-15 08:00:00", False)


@pytest.mark.parametrize("moment", ["2026-10-05T03:30:00", "2026-10-05 03:30:00Z", "2026-10-05 03:30:00.5"])
def test_wrong_payloads_answer_500(odoo: Odoo, moment: str) -> None:
    row = {"employee_id": odoo.people[0], "check_in": moment}
    assert odoo.call(ATTENDANCE, "create", vals_list=[row]) == (500, "builtins.ValueError")
    assert odoo.call(ATTENDANCE, "search_read", domain=[["nofield", "=", 1]]) == (500, "builtins.ValueError")
    assert odoo.load(["1"], fields=["checkin"]) == (500, "builtins.ValueError")


def test_a_batch_is_all_or_nothing_and_row_0_is_blamed_falsely(odoo: Odoo) -> None:
    rows = [
        odoo.row("hub.a", "03:00", "04:00"),
        odoo.row("hub.b", "03:00", "04:00", 1),
        odoo.row("hub.c", "03:30", "05:00", 1),
    ]
    answer = odoo.load(*rows, tz="UTC")
    assert answer["ids"] is False
    assert [one["record"] for one in answer["messages"]] == [0, 2]
    assert len({one["message"] for one in answer["messages"]}) == 1
    assert odoo.times() == []


def test_its_messages_are_those_that_were_recorded(odoo: Odoo) -> None:
    """The exchange of a batch with a bad row, in the cassette that the connector is tested with."""
    told = yaml.safe_load(CASSETTE.read_text(encoding="utf-8"))["interactions"][2]
    body, recorded = (json.loads(text) for text in (told["request"]["body"], told["response"]["body"]["string"]))
    for name, person in zip(("Employee One", "Employee Two"), odoo.people, strict=False):
        odoo.database.put("hr.employee", {**odoo.database.get("hr.employee", person), "name": name})
    for row in body["data"]:
        row[1] = str(odoo.people[int(row[1]) - 2])
    assert odoo.call(ATTENDANCE, "load", **body) == recorded


def test_odoo_stops_looking_after_ten_errors(odoo: Odoo) -> None:
    odoo.create("03:00", "09:00")
    answer = odoo.load(*[odoo.row(f"hub.{n}", f"04:{n:02}", "05:00") for n in range(20)], tz="UTC")
    assert answer["messages"][-1]["type"] == "warning"
    assert len(answer["messages"]) == 12


def test_insert_only_changes_nothing_and_an_upsert_forgets_approvals(odoo: Odoo) -> None:
    row = odoo.row("hub.a", "03:00", "04:00")
    first = odoo.load(row, **INSERT_ONLY)
    odoo.database.put(ATTENDANCE, {**odoo.database.rows(ATTENDANCE)[0], "overtime_status": "approved"})
    assert odoo.load([*row[:3], "2026-10-05 05:00:00"], **INSERT_ONLY) == first
    assert (odoo.times(), odoo.database.rows(ATTENDANCE)[0]["overtime_status"]) == ([("03:00", "04:00")], "approved")
    assert odoo.load(row, tz="UTC") == first
    assert odoo.database.rows(ATTENDANCE)[0]["overtime_status"] == "to_approve"


def test_told_twice_without_an_external_id_it_makes_two(odoo: Odoo) -> None:
    line = {
        "employee_id": odoo.people[0],
        "project_id": odoo.database.rows("project.project")[0]["id"],
        "unit_amount": 8.0,
    }
    for _ in range(2):
        odoo.call("account.analytic.line", "create", vals_list=[{**line, "date": "2026-10-05"}])
    assert len(odoo.database.rows("account.analytic.line")) == 2
    odoo.simulator.methods.racing = 2
    assert isinstance(odoo.create("03:00", "04:00"), list)
    assert isinstance(odoo.create("03:00", "04:00"), list)
    assert odoo.times() == [("03:00", "04:00")] * 2
    assert len({(one.subject) for one in odoo.simulator.facts()}) == 2
    assert len([*odoo.simulator.facts()]) == 4


def test_external_ids_go_with_their_record_and_take_no_blank(odoo: Odoo) -> None:
    [ref] = odoo.load(odoo.row("hub.a", "03:00", "04:00"), **INSERT_ONLY)["ids"]
    assert odoo.call(ATTENDANCE, "get_external_id", ids=[ref]) == {str(ref): "hub.a"}
    odoo.call(ATTENDANCE, "unlink", ids=[ref])
    assert odoo.call(ATTENDANCE, "unlink", ids=[ref]) == (404, "odoo.exceptions.MissingError")
    [again] = odoo.load(odoo.row("hub.a", "03:00", "04:00"), **INSERT_ONLY)["ids"]
    assert again != ref
    assert odoo.load(odoo.row("hub.a b", "05:00", "06:00"))["ids"] is False
    assert odoo.call(ATTENDANCE, "read", ids=[ref]) == [], "what is gone is left out silently"


def test_leaves_are_approved_at_once_and_then_stay(odoo: Odoo) -> None:
    kind = str(odoo.database.rows("hr.leave.type")[0]["id"])
    fields = ["id", "employee_id/.id", "holiday_status_id/.id", "request_date_from", "request_date_to"]
    row = ["hub.l", str(odoo.people[0]), kind, "2026-10-05", "2026-10-05"]
    [ref] = odoo.load(row, model="hr.leave", fields=fields)["ids"]
    assert odoo.load(row, model="hr.leave", fields=fields)["ids"] is False
    assert odoo.call("hr.leave", "unlink", ids=[ref]) == (422, "odoo.exceptions.UserError")
    assert odoo.load(["hub.m", *row[1:]], model="hr.leave", fields=fields)["ids"] is False, "an overlap"
    odoo.call("hr.leave", "action_refuse", ids=[ref])
    assert odoo.load(["hub.m", *row[1:]], model="hr.leave", fields=fields)["ids"] != [ref]


def test_an_array_for_a_body_reads_everything(odoo: Odoo) -> None:
    odoo.create("03:00", "04:00")
    body = odoo.send(ATTENDANCE, "search_read", [{"domain": [["id", "=", 0]]}]).json()
    assert len(body) == 1
    assert "in_mode" in body[0]


def test_archived_people_are_hidden_but_may_attend(odoo: Odoo) -> None:
    gone = odoo.database.get("hr.employee", odoo.people[0])
    odoo.database.put("hr.employee", {**gone, "active": False})
    assert len(odoo.call("hr.employee", "search_read", domain=[])) == 2
    assert odoo.call("hr.employee", "search_count", domain=[], context={"active_test": False}) == 3
    assert isinstance(odoo.create("03:00", "04:00"), list)


def test_a_cookie_beside_the_database_header_is_refused(odoo: Odoo) -> None:
    assert odoo.http.get("/web/version").json()["version"] == "19.0"
    assert odoo.http.cookies
    refused = odoo.send("res.users", "context_get", {})
    assert (refused.status_code, refused.headers["content-type"]) == (403, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "bearer wrong"}, 401),
        ({"X-Odoo-Database": "nope"}, 404),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_the_doors_are_shut_as_odoo_shuts_them(odoo: Odoo, headers: dict[str, str], status: int) -> None:
    assert odoo.send("res.users", "context_get", {}, **headers).status_code == status


def test_errors_have_odoos_shape_and_its_traceback(odoo: Odoo) -> None:
    answer = odoo.send("no.such", "search_read", {})
    assert (answer.status_code, answer.headers["connection"]) == (404, "close")
    assert set(answer.json()) == {"name", "message", "arguments", "context", "debug"}
    assert odoo.call(ATTENDANCE, "nope") == (404, "werkzeug.exceptions.NotFound")
    assert odoo.call(ATTENDANCE, "_search") == (403, "odoo.exceptions.AccessError")
    assert odoo.call(ATTENDANCE, "search_count") == (422, "werkzeug.exceptions.UnprocessableEntity")
    assert odoo.call(ATTENDANCE, "search_count", ids=[1], domain=[]) == (422, "werkzeug.exceptions.UnprocessableEntity")


def rpc(odoo: Odoo, service: str, method: str, *args: Any) -> dict[str, Any]:
    params = {"service": service, "method": method, "args": [*args]}
    answer = odoo.http.post("/jsonrpc", json={"jsonrpc": "2.0", "method": "call", "id": 7, "params": params})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_json_rpc_answers_200_for_everything(odoo: Odoo) -> None:
    assert rpc(odoo, "common", "authenticate", DATABASE, LOGIN, KEY, {})["result"] == 5
    assert rpc(odoo, "common", "authenticate", DATABASE, LOGIN, "wrong", {})["result"] is False
    missing = rpc(odoo, "common", "authenticate", "nowhere", LOGIN, KEY, {})
    assert missing["error"]["data"]["name"] == "psycopg2.OperationalError"
    refused = rpc(odoo, "object", "execute_kw", DATABASE, 5, "wrong", ATTENDANCE, "search_count", [[]])
    assert refused["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"
    counted = rpc(odoo, "object", "execute_kw", DATABASE, 5, KEY, ATTENDANCE, "search_count", [[]])
    assert counted["result"] == 0
    unknown = rpc(odoo, "object", "execute_kw", DATABASE, 5, KEY, "no.model", "search_count", [[]])
    assert unknown["error"]["data"]["name"] == "odoo.exceptions.UserError"


def test_a_request_that_is_cut_after_it_was_read_is_carried_out(odoo: Odoo) -> None:
    odoo.simulator.faults = scripted(Edge.CUT_AFTER)
    with pytest.raises(httpx.HTTPError):
        odoo.create("03:00", "04:00")
    assert odoo.times() == [("03:00", "04:00")]


def test_a_row_that_an_extension_refuses_is_named(odoo: Odoo) -> None:
    odoo.simulator.faults = scripted(Edge.PART_REFUSED)
    answer = odoo.load(*[odoo.row(f"hub.{person}", "03:00", "04:00", person) for person in range(3)], tz="UTC")
    assert [one["record"] for one in answer["messages"]] == [0, 1]
    assert odoo.times() == []
