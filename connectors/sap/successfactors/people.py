"""Who and where: employees from users, employments and jobs; cost centres. All as of today, as SuccessFactors does."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from connectors.sap import odata_wire as wire
from connectors.sap.successfactors.client import SfClient
from connectors.sap.successfactors.entities import COST_CENTRE, EMPLOYMENT, JOB, USER
from connectors.sap.successfactors.settings import SfSettings
from hub.contract import CostObject, Person
from hub.errors import ContractBroken

ALL_USERS = "status in 't','f','T','F','e','d'"
"""Without a filter only active users are given."""
ACTIVE = ("t", "T", "active")
_FIELDS = {"user_id": "userId", "emp_id": "empId", "username": "username"}
AT_ONCE = 50
"""User ids named in one filter: addresses have a longest length."""


def employees(client: SfClient, settings: SfSettings, today: date) -> Iterator[Person]:
    """Everybody with an employment; active is who may log in, whose employment has not ended, and who has a job."""
    users = {row["userId"]: row for row in _named(client.rows(USER, paging="snapshot", **{"$filter": ALL_USERS}))}
    working = jobs(client.rows(JOB, paging="snapshot")).keys()
    for row in _named(client.rows(EMPLOYMENT, paging="snapshot")):
        user = users.get(row["userId"])
        if user is None:
            continue
        ended = row.get("endDate") is not None and wire.day(row["endDate"]) < today
        active = user.get("status") in ACTIVE and not ended and row["userId"] in working
        field = _FIELDS.get(settings.number_field)
        number = user.get(field) if field else row.get("personIdExternal")
        yield Person(row["userId"], str(number or ""), active)


def jobs(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The job of each user; of several on one day the highest number counts."""
    found: dict[str, dict[str, Any]] = {}
    for row in _named(rows):
        there = found.get(row["userId"])
        if there is None or int(row["seqNumber"]) > int(there["seqNumber"]):
            found[row["userId"]] = row
    return found


def profiles(client: SfClient, users: Iterable[str], on: date) -> dict[str, str]:
    """The time recording profile of each of these users on a day."""
    found: dict[str, str] = {}
    for some in chunks(sorted(set(users))):
        asked = {"$filter": any_of("userId", some), "asOfDate": on.isoformat()}
        rows = jobs(client.rows(JOB, paging="snapshot", **asked))
        found |= {user: str(row.get("timeRecordingProfileCode") or "") for user, row in rows.items()}
    return found


def cost_objects(client: SfClient) -> Iterator[CostObject]:
    """The cost centres that are valid and active today."""
    for row in client.rows(COST_CENTRE, paging="cursor", **{"$filter": "status eq 'A'"}):
        code = str(row.get("externalCode") or "")
        if code:
            yield CostObject(code, code, str(row.get("name") or ""))


def any_of(name: str, values: Iterable[str]) -> str:
    """SuccessFactors' own word for a list."""
    return f"{name} in {','.join(wire.literal(value) for value in values)}"


def chunks(values: list[str]) -> Iterator[list[str]]:
    """So many that an address holds them."""
    yield from (values[at : at + AT_ONCE] for at in range(0, len(values), AT_ONCE))


def _named(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        if not isinstance(row.get("userId"), str):
            raise ContractBroken("A row of SuccessFactors has no user id; give the user the permission to see it.")
        yield row
