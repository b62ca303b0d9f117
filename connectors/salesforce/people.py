"""Employees and cost centres of the org, from the objects and fields of the settings."""

from collections.abc import Iterator

from connectors.salesforce import sheets, soql, wire
from connectors.salesforce.client import SalesforceClient
from connectors.salesforce.links import cost_link, employee_link
from connectors.salesforce.settings import SalesforceSettings
from hub.contract import CostObject, Person

ACTIVE = {"Worker__c": "Is_Active__c", "User": "IsActive", "ServiceResource": "IsActive"}
"""The field that says who is still there; objects of the customer's own are taken whole."""


def employee_object(settings: SalesforceSettings) -> str:
    """Time sheets belong to service resources."""
    return sheets.RESOURCE if settings.target == "time_sheet" else settings.employee_object


def rows(client: SalesforceClient, settings: SalesforceSettings) -> Iterator[tuple[str, str, bool]]:
    """Id, number and whether active, of everybody."""
    thing, number = employee_object(settings), settings.employee_field
    active = ACTIVE.get(thing)
    for row in client.query(soql.select(["Id", number, *([active] if active else [])], thing)):
        yield str(row["Id"]), str(wire.cell_of(row, number) or ""), row[active] is not False if active else True


def employees(client: SalesforceClient, settings: SalesforceSettings) -> Iterator[Person]:
    """Everybody; where they are known by number, those that have one."""
    by_number = bool(employee_link(settings).key)
    for ref, number, active in rows(client, settings):
        if number or not by_number:
            yield Person(number if by_number else ref, number, active=active)


def cost_objects(client: SalesforceClient, settings: SalesforceSettings) -> Iterator[CostObject]:
    """The cost centres that have a code."""
    field = settings.cost_field
    for row in client.query(soql.select(["Id", "Name", field], settings.cost_object)):
        if code := str(row[field] or ""):
            yield CostObject(code if cost_link(settings).key else str(row["Id"]), code, str(row["Name"]))
