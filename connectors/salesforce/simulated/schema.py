"""Objects and fields as `describe` shows them; the standard ones that attendance needs (Object reference)."""

from dataclasses import dataclass, field, replace
from typing import Any

_SOAP = {
    "id": "tns:ID", "reference": "tns:ID", "string": "xsd:string", "picklist": "xsd:string", "textarea": "xsd:string",
    "email": "xsd:string", "boolean": "xsd:boolean", "double": "xsd:double", "int": "xsd:int", "date": "xsd:date",
    "datetime": "xsd:dateTime",
}  # fmt: skip
TEXTS = frozenset({"string", "textarea", "email"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `values` are those of a picklist; `to` and `relation` those of a lookup."""

    name: str
    label: str
    type: str = "string"
    length: int = 255
    precision: int = 0
    scale: int = 0
    required: bool = False
    createable: bool = True
    updateable: bool = True
    external_id: bool = False
    unique: bool = False
    case_sensitive: bool = False
    id_lookup: bool = False
    calculated: bool = False
    values: tuple[str, ...] = ()
    to: str = ""
    relation: str = ""
    default: Any = None

    def describe(self) -> dict[str, Any]:
        """Its part of a describe."""
        picks = [{"value": one, "label": one, "active": True, "defaultValue": False, "validFor": None}
                 for one in self.values]  # fmt: skip
        return {
            "name": self.name, "label": self.label, "type": self.type, "soapType": _SOAP[self.type],
            "length": self.length if self.type in TEXTS else 0, "precision": self.precision, "scale": self.scale,
            "digits": 0, "nillable": not self.required, "createable": self.createable, "updateable": self.updateable,
            "defaultedOnCreate": self.type == "boolean", "unique": self.unique, "caseSensitive": self.case_sensitive,
            "externalId": self.external_id, "idLookup": self.id_lookup or self.external_id, "autoNumber": False,
            "calculated": self.calculated, "custom": self.name.endswith("__c"),
            "referenceTo": [self.to] if self.to else [], "relationshipName": self.relation or None,
            "picklistValues": picks, "restrictedPicklist": bool(picks), "nameField": self.name == "Name",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Thing:
    """One sObject."""

    name: str
    label: str
    prefix: str
    fields: dict[str, Field] = field(default_factory=dict)
    plural: str = ""

    def with_fields(self, *more: Field) -> "Thing":
        """The same with these fields."""
        return replace(self, fields={**self.fields, **{one.name: one for one in more}})

    def by_relation(self, name: str) -> Field | None:
        """The lookup of that relationship."""
        return next((one for one in self.fields.values() if one.relation == name and name), None)


def system_fields(*, auto_name: bool = False) -> list[Field]:
    """What every object has; `auto_name`: its name is a number that Salesforce gives."""
    read_only: dict[str, Any] = {"createable": False, "updateable": False}
    return [
        Field("Id", "Record ID", "id", **read_only, id_lookup=True),
        Field("Name", "Name", length=80, createable=not auto_name, updateable=not auto_name, required=False),
        Field("CreatedDate", "Created Date", "datetime", **read_only),
        Field("LastModifiedDate", "Last Modified Date", "datetime", **read_only),
    ]


def standard() -> dict[str, Thing]:
    """The standard objects, with the fields that matter here."""
    return {one.name: one for one in (_user(), _contact(), _organization(), _resource(), _sheet(), _entry())}


def _thing(name: str, label: str, prefix: str, *fields: Field, auto_name: bool = False) -> Thing:
    return Thing(name, label, prefix, plural=f"{label}s").with_fields(*system_fields(auto_name=auto_name), *fields)


def _user() -> Thing:
    return _thing(
        "User", "User", "005",
        Field("Username", "Username", length=80, required=True, id_lookup=True, unique=True),
        Field("EmployeeNumber", "Employee Number", length=20),
        Field("IsActive", "Active", "boolean", default=True),
    )  # fmt: skip


def _contact() -> Thing:
    return _thing(
        "Contact", "Contact", "003",
        Field("LastName", "Last Name", length=80, required=True),
        Field("Email", "Email", "email", length=80, id_lookup=True),
        Field("Employee_Number__c", "Employee Number", length=40, external_id=True, unique=True),
    )  # fmt: skip


def _organization() -> Thing:
    return _thing(
        "Organization", "Organization", "00D",
        Field("OrganizationType", "Edition", "picklist", values=("Developer Edition", "Enterprise Edition")),
        Field("IsSandbox", "Is Sandbox", "boolean"),
        Field("InstanceName", "Instance Name", length=5),
        Field("NamespacePrefix", "Namespace Prefix", length=15),
        Field("TrialExpirationDate", "Trial Expiration Date", "datetime"),
    )  # fmt: skip


def _resource() -> Thing:
    return _thing(
        "ServiceResource", "Service Resource", "0Hn",
        Field("RelatedRecordId", "User", "reference", to="User", relation="RelatedRecord"),
        Field("ResourceType", "Resource Type", "picklist", values=("T", "C"), required=True),
        Field("IsActive", "Active", "boolean", default=True),
        Field("Employee_Number__c", "Employee Number", length=40, external_id=True, unique=True),
    )  # fmt: skip


_STATES = ("New", "Submitted", "Approved")


def _sheet() -> Thing:
    return _thing(
        "TimeSheet", "Time Sheet", "0hX",
        Field("ServiceResourceId", "Service Resource", "reference", to="ServiceResource", relation="ServiceResource"),
        Field("StartDate", "Start Date", "date", required=True),
        Field("EndDate", "End Date", "date", required=True),
        Field("Status", "Status", "picklist", values=_STATES, default="New"),
        auto_name=True,
    )  # fmt: skip


def _entry() -> Thing:
    return _thing(
        "TimeSheetEntry", "Time Sheet Entry", "0hY",
        Field("TimeSheetId", "Time Sheet", "reference", to="TimeSheet", relation="TimeSheet", required=True,
              updateable=False),
        Field("StartTime", "Start Time", "datetime"),
        Field("EndTime", "End Time", "datetime"),
        Field("DurationInMinutes", "Duration", "double", precision=18, scale=2, createable=False, updateable=False,
              calculated=True),
        Field("Type", "Type", "picklist", values=("Direct", "Indirect")),
        Field("Status", "Status", "picklist", values=_STATES, default="New"),
        Field("Subject", "Subject", length=255),
        Field("Description", "Description", "textarea", length=32_000),
        auto_name=True,
    )  # fmt: skip
