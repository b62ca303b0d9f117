"""The simulated Salesforce as any client sees it."""

from typing import Any

import httpx

from connectors.salesforce.simulator import CLIENT_ID, SECRET, SalesforceSimulator

V = "/services/data/v66.0"


DAY, KEY = "Attendance_Day__c", "External_Key__c"


class Salesforce:
    """Calls of the simulator as any client could make them."""

    def __init__(self, simulator: SalesforceSimulator) -> None:
        self.simulator, self.org = simulator, simulator.org
        self.refs = simulator.reset(["1", "2", "3"], ["CC10"])
        self.http = httpx.Client(base_url=simulator.url, trust_env=False)
        self.log_in()

    def log_in(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET}
        self.login = self.http.post("/services/oauth2/token", data=form)
        self.http.headers["Authorization"] = f"Bearer {self.login.json()['access_token']}"

    def send(self, method: str, path: str, body: Any = None, **request: Any) -> httpx.Response:
        given = {"json": body} if body is not None else {}
        return self.http.request(method, f"{V}{path}", **given, **request)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        response = self.send(method, path, body)
        return (response.status_code, response.json()) if response.content else response.status_code

    def upsert(self, *rows: Any, all_or_none: bool = False) -> Any:
        typed = [{"attributes": {"type": DAY}, **row} for row in rows]
        body = {"allOrNone": all_or_none, "records": typed}
        return self.send("PATCH", f"/composite/sobjects/{DAY}/{KEY}", body).json()

    def query(self, soql: str) -> Any:
        return self.call("GET", f"/query?q={httpx.QueryParams({'q': soql})['q']}")

    def rows(self) -> list[dict[str, Any]]:
        return [*self.org.rows(DAY).values()]

    def job(self, text: str, *, key: str = KEY, **given: Any) -> dict[str, Any]:
        """A whole upsert job; what it says at its end."""
        asked = {"object": DAY, "operation": "upsert", "externalIdFieldName": key, **given}
        opened = self.send("POST", "/jobs/ingest", asked)
        assert opened.status_code == 200
        path = f"/jobs/ingest/{opened.json()['id']}"
        assert opened.json()["contentUrl"] == f"{V[1:]}{path}/batches"
        assert (
            self.send("PUT", f"{path}/batches", content=text.encode(), headers={"Content-Type": "text/csv"}).status_code
            == 201
        )
        self.call("PATCH", path, {"state": "UploadComplete"})
        states = [self.send("GET", path).json()["state"] for _ in range(2)]
        assert states[0] == "InProgress"
        found: dict[str, Any] = self.send("GET", path).json()
        return found

    def results(self, job: dict[str, Any], name: str) -> str:
        return self.send("GET", f"/jobs/ingest/{job['id']}/{name}").text


def row(number: int = 1, key: str | None = None, **cells: Any) -> dict[str, Any]:
    key = f"day:E{number}:2026-10-05" if key is None else key
    link = {"Employee_Number__c": f"E{number}"}
    return {KEY: key, "Worker__r": link, "Work_Date__c": "2026-10-05", "Status__c": "P", **cells}


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1][0]["errorCode"]


def refused(result: dict[str, Any]) -> str:
    assert (result["success"], "created" in result) == (False, False)
    return str(result["errors"][0]["statusCode"])
