"""Filters name things; those that are not there are an error, as an empty answer would look like no attendance."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from hub.api.problems import Problem
from hub.records import Device, Employee, Site


def employee_id(session: Session, tenant: str, number: str | None) -> int | None:
    """The key of an employee number; 422 for one that the tenant does not have."""
    return _id(session, tenant, col(Employee.id), col(Employee.number) == number, "employee") if number else None


def device_ids(session: Session, tenant: str, serial: str | None) -> list[int] | None:
    """The keys of the devices of that serial (one at each door at most); 422 when there is none."""
    if not serial:
        return None
    query = select(col(Device.id)).where(col(Device.tenant) == tenant, col(Device.serial) == serial)
    found = [int(number) for number in session.connection().execute(query).scalars() if number]
    if not found:
        raise Problem(422, f"`device`: there is no device {serial[:64]!r}.")
    return found


def require_site(session: Session, tenant: str, code: str | None) -> None:
    """422 for a site that the tenant does not have."""
    if code:
        _id(session, tenant, col(Site.id), col(Site.code) == code, "site")


def _id(session: Session, tenant: str, number: Any, which: Any, name: str) -> int:
    query = select(number).where(number.class_.tenant == tenant, which)
    found = session.connection().execute(query).scalar()
    if found is None:
        raise Problem(422, f"`{name}`: there is no {name} {str(which.right.value)[:64]!r}.")
    return int(found)
