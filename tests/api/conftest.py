from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from hub import records
from hub.api.app import create_app
from hub.api.security import new_key
from hub.database import reading, writing

SERIAL = "AAAA000000001"


def a_tenant(session: Session, tenant: str, secret: str) -> None:
    """One site, a terminal, a cloud account and an application's device; user 1001 is employee E1."""
    session.add(records.Tenant(tenant=tenant, name=tenant.title()))
    session.add(records.Site(tenant=tenant, code="blr", name="B", zone="Asia/Kolkata", holiday_calendar="in"))
    employee = records.Employee(tenant=tenant, number="E1", name="Somebody")
    session.add(employee)
    session.flush()
    assert employee.id is not None
    session.add(
        records.Badge(
            tenant=tenant, badge_group="main", user_id="1001", employee_id=employee.id, from_date=date(2026, 1, 1)
        )
    )
    common: dict[str, Any] = {"tenant": tenant, "site": "blr", "badge_group": "main"}
    session.add(records.Device(door="adms", serial=f"{SERIAL}{tenant}", **common))
    settings = {"token": {"env": secret}, "secret": {"env": secret}, "profile": "cams"}
    session.add(records.Device(door="cams", serial="ST1", settings=settings, **common))
    session.add(records.Device(door="json", serial="gate", **common))


@pytest.fixture
def keys(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Two tenants with devices; the API key of each."""
    monkeypatch.setenv("ACME_CAMS", "acme-word")
    monkeypatch.setenv("HOOLI_CAMS", "hooli-word")
    made = {}
    with writing(engine) as session:
        for tenant in ("acme", "hooli"):
            a_tenant(session, tenant, f"{tenant.upper()}_CAMS")
            made[tenant], record = new_key(tenant, "test", "punches:write")
            session.add(record)
    return made


@pytest.fixture
def client(database_url: str, keys: dict[str, str]) -> Iterator[TestClient]:
    with TestClient(create_app(database_url), raise_server_exceptions=False) as client:
        yield client


class Stored:
    """What is in the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def rows(self, table: type[Any], tenant: str = "acme") -> list[Any]:
        with reading(self._engine) as session:
            return list(session.exec(select(table).where(table.tenant == tenant).order_by(table.id)))

    def punches(self, tenant: str = "acme") -> list[records.Punch]:
        return self.rows(records.Punch, tenant)

    def quarantine(self, tenant: str = "acme") -> list[records.Quarantine]:
        return self.rows(records.Quarantine, tenant)


@pytest.fixture
def stored(engine: Engine) -> Stored:
    return Stored(engine)


@pytest.fixture
def attlog() -> str:
    """Where the terminal of acme posts its punches."""
    return f"/iclock/cdata?SN={SERIAL}acme&table=ATTLOG&Stamp=9999"
