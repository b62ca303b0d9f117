"""Entries as records of the package and back, in JSON and in CSV; the metadata that is deployed fits them."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce import attendance, bulk, soql, wire
from connectors.salesforce.links import Link
from connectors.salesforce.simulated.metadata import PACKAGE, deployed
from connectors.salesforce.simulated.schema import Field
from hub.contract import Day, Entry, Hours, Interval, Kind, Punch

DAY = date(2026, 10, 5)
NUMBERED = Link("Worker__c", "Worker__c", "Employee_Number__c"), Link("Cost_Center__c", "Cost_Center__c", "Code__c")
BY_ID = Link("Worker__c", "Worker__c"), Link("Cost_Center__c", "Cost_Center__c")
MINUTES, HUNDREDTHS, MOMENTS = st.integers(0, 1440), st.integers(0, 400), st.integers(0, 4_000_000_000)
PAYLOADS = st.one_of(
    st.builds(Day, st.sampled_from(attendance.STATUSES), MINUTES, MINUTES, HUNDREDTHS, HUNDREDTHS),
    st.builds(Hours, st.text(min_size=1, max_size=9), MINUTES),
    st.builds(Interval, MOMENTS, MOMENTS),
    st.builds(Punch, MOMENTS, st.sampled_from(["in", "out"])),
)
KINDS = {Day: Kind.DAY, Hours: Kind.HOURS, Interval: Kind.INTERVAL, Punch: Kind.PUNCH}


def entry(payload: Any, employee: str = "E1") -> Entry:
    return Entry("k", KINDS[type(payload)], employee, DAY, "UTC", payload)


def as_told(cells: dict[str, Any]) -> dict[str, Any]:
    """A record as a query shows it: through JSON, moments with their offset."""
    row = wire.loads(wire.dumps({"Id": "a0B5g000003ZxCvEAK", **wire.nested(cells)}))
    found: dict[str, Any] = {
        name: cell.replace("Z", ".000+0000") if name.endswith(("_At__c", "Start__c", "End__c")) else cell
        for name, cell in row.items()
    }
    return found


@given(PAYLOADS, st.text(min_size=1, max_size=20), st.sampled_from([NUMBERED, BY_ID]))
def test_what_is_written_is_what_is_read(payload: Any, employee: str, links: tuple[Link, Link]) -> None:
    one = entry(payload, employee)
    record = attendance.render(one)
    row = as_told(attendance.cells(one.kind, employee, record.image, *links))
    held = attendance.held(one.kind, row, *links)
    assert (held.natural_key, held.image, held.employee, held.work_date) == (
        record.natural_key,
        record.image,
        employee,
        DAY,
    )
    assert json.loads(json.dumps(dict(record.image))) == dict(record.image)


@given(PAYLOADS, st.text(min_size=1, max_size=20).filter(str.isprintable))
def test_csv_says_the_same_as_json(payload: Any, employee: str) -> None:
    one = entry(payload, employee)
    cells = attendance.cells(one.kind, employee, attendance.render(one).image, *NUMBERED)
    text = bulk.table([cells, cells]).decode("utf-8")
    assert "\r" not in text.replace(employee, "").replace(str(getattr(payload, "cost_centre", "")), "")
    rows = [*csv.DictReader(io.StringIO(text, newline=""))]
    assert len(rows) == 2
    assert rows[0] == {name: str(cell).lower() if isinstance(cell, bool) else str(cell) for name, cell in cells.items()}
    assert "" not in rows[0].values(), "an empty cell would leave the field alone"


def test_records_name_people_by_number_or_by_id() -> None:
    image = attendance.render(entry(Hours("CC10", 60))).image
    numbered = wire.nested(attendance.cells(Kind.HOURS, "E1", image, *NUMBERED))
    assert (numbered["Worker__r"], numbered["Cost_Center__r"]) == ({"Employee_Number__c": "E1"}, {"Code__c": "CC10"})
    by_id = wire.nested(attendance.cells(Kind.HOURS, "a0B5g000003ZxCvEAK", image, *BY_ID))
    assert (by_id["Worker__c"], by_id["Cost_Center__c"]) == ("a0B5g000003ZxCvEAK", "CC10")


def test_what_people_leave_empty_is_read_as_nothing() -> None:
    row: dict[str, Any] = {"Id": "a0", "External_Key__c": None, "Work_Date__c": "2026-10-05", "Worker__r": None}
    empty = dict.fromkeys(("Status__c", "Worked_Minutes__c", "Overtime_Minutes__c", "Payable_Days__c", "LOP_Days__c"))
    held = attendance.held(Kind.DAY, {**row, **empty}, *NUMBERED)
    assert (held.employee, held.image["worked"], held.image["lop"]) == ("", None, None)
    hours = attendance.held(Kind.HOURS, {**row, "Cost_Center__r": None, "Minutes__c": Decimal("7.0")}, *NUMBERED)
    assert (hours.natural_key, hours.image["minutes"]) == ("foreign:hours:a0", 7)


def test_texts_in_queries_are_escaped() -> None:
    assert soql.text("O'Neil\\") == "'O\\'Neil\\\\'"
    assert soql.among("A", {"b", "a"}) == "A IN ('a','b')"
    assert soql.fits("x" * 14_000)
    assert not soql.fits("'" * 5_000), "it is the encoded length that counts"


def fields(name: str) -> dict[str, Field]:
    return {thing.name: thing for thing in deployed()}[name].fields


@pytest.mark.parametrize("kind", attendance.OBJECTS)
def test_the_package_has_every_field_that_is_written(kind: Kind) -> None:
    there = fields(attendance.OBJECTS[kind])
    lookups = {"Worker__c", "User__c", "Contact__c"} | ({"Cost_Center__c"} if kind is Kind.HOURS else set())
    assert {attendance.KEY, attendance.DATE, attendance.VOID, *attendance.COLUMNS[kind], *lookups} <= there.keys()
    key = there[attendance.KEY]
    assert (key.external_id, key.unique, key.case_sensitive, key.required, key.length) == (True, True, True, True, 120)


def test_the_picklists_have_the_hubs_words() -> None:
    assert fields("Attendance_Day__c")["Status__c"].values == attendance.STATUSES
    assert fields("Punch__c")["Direction__c"].values == ("in", "out")


def permissions() -> ET.Element:
    return ET.parse(PACKAGE / "permissionsets" / "Muster_Attendance.permissionset-meta.xml").getroot()


def texts(root: ET.Element, path: str) -> list[str]:
    namespace = {"m": "http://soap.sforce.com/2006/04/metadata"}
    return [str(node.text) for node in root.findall("/".join(f"m:{name}" for name in path.split("/")), namespace)]


def test_the_permission_set_names_every_field_that_may_be_named() -> None:
    """A required field must not be named there: the deployment would be refused."""
    named = set(texts(permissions(), "fieldPermissions/field"))
    standard = {"Id", "Name", "CreatedDate", "LastModifiedDate"}
    wanted = {
        f"{thing.name}.{one.name}"
        for thing in deployed()
        for one in thing.fields.values()
        if one.name not in standard and not one.required
    }
    assert named == wanted


def test_the_permission_set_lets_nothing_be_deleted() -> None:
    root = permissions()
    assert set(texts(root, "objectPermissions/object")) == {thing.name for thing in deployed()}
    assert set(texts(root, "objectPermissions/allowDelete")) == {"false"}
    assert set(texts(root, "objectPermissions/modifyAllRecords")) == {"false"}


def test_the_package_is_a_project_of_the_sf_command() -> None:
    project = json.loads((Path(PACKAGE).parents[2] / "sfdx-project.json").read_text(encoding="utf-8"))
    assert [(Path(PACKAGE).parents[2] / one["path"] / "main" / "default") for one in project["packageDirectories"]] == [
        PACKAGE
    ]
    names = {path.stem.removesuffix(".field-meta"): path for path in PACKAGE.rglob("*.field-meta.xml")}
    assert all(path.read_text(encoding="utf-8").count(f"<fullName>{name}</fullName>") for name, path in names.items())
