"""What one must know to reach a Salesforce org and to write attendance into it."""

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from hub.contract import Kind, SecretRef, Settings

_NAME = r"^[A-Za-z][A-Za-z0-9_]*$"
_PATH = r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?$"
_ADDRESS = r"^https?://[^/\s]+/?$"
OLDEST = 46
LOOKUPS = {"Worker__c": "Worker__c", "User": "User__c", "Contact": "Contact__c"}
"""The lookup of our objects that leads to an employee, by the employee's object."""


class SalesforceSettings(Settings):
    """One Salesforce org, and the app and the user that Muster writes as."""

    url: str = Field(
        pattern=_ADDRESS,
        description="My Domain address of the org, such as https://acme.my.salesforce.com; of a sandbox "
        "https://acme--test.sandbox.my.salesforce.com. Not the one with lightning in it.",
    )
    api_version: str = Field(
        default="66.0",
        pattern=r"^\d{2}\.0$",
        description="Version of Salesforce's API; it stays the same when Salesforce is upgraded. 46.0 or later.",
    )
    grant: Literal["client_credentials", "jwt_bearer", "authorization_code"] = Field(
        default="client_credentials",
        description="How Muster logs in: client_credentials (the app's secret, with a run-as user), jwt_bearer (a "
        "certificate, for a user), or authorization_code (a person signs in once in the browser).",
    )
    client_id: str = Field(pattern=r"^\S+$", description="Consumer key of the External Client App made for Muster.")
    client_secret: SecretRef | None = Field(
        default=None, description="Where the consumer secret of that app is kept; not needed for jwt_bearer."
    )
    user: str = Field(default="", pattern=r"^\S*$", description="For jwt_bearer: user name of Muster's user.")
    private_key: SecretRef | None = Field(
        default=None, description="For jwt_bearer: where the private key (PEM) of the app's certificate is kept."
    )
    login_url: str = Field(
        default="https://login.salesforce.com",
        pattern=_ADDRESS,
        description="For jwt_bearer: https://login.salesforce.com, or https://test.salesforce.com for a sandbox.",
    )
    target: Literal["package", "time_sheet"] = Field(
        default="package",
        description="What is written: Muster's own objects (package), or time sheets of Field Service (time_sheet).",
    )
    kinds: frozenset[Kind] = Field(
        default=frozenset({Kind.DAY}),
        description="What is written into Muster's own objects: day (payable days), hours (time by cost centre), "
        "interval (pairs of in and out), punch (every in and out). Time sheets take intervals only.",
    )
    employee_object: str = Field(
        default="Worker__c",
        pattern=_NAME,
        description="Object of the employees: Worker__c, User, Contact, or one of your own. Time sheets always use "
        "ServiceResource.",
    )
    employee_field: str = Field(
        default="Employee_Number__c",
        pattern=_PATH,
        description="Field that holds the employee number, such as Employee_Number__c, EmployeeNumber, or by way of "
        "the resource's user RelatedRecord.EmployeeNumber.",
    )
    employee_lookup: str = Field(
        default="",
        pattern=r"^(\w+__c)?$",
        description="Lookup of Muster's objects that leads to the employee; only needed for an object of your own.",
    )
    cost_object: str = Field(default="Cost_Center__c", pattern=_NAME, description="Object of the cost centres.")
    cost_field: str = Field(default="Code__c", pattern=_NAME, description="Field that holds the cost-centre code.")
    cost_lookup: str = Field(
        default="Cost_Center__c", pattern=r"^\w+__c$", description="Lookup of the hours that leads to the cost centre."
    )
    linked_by: Literal["number", "id"] = Field(
        default="number",
        description="How records name their employee and cost centre: by number (the field is an external id), or by "
        "id of Salesforce (any field, such as EmployeeNumber of User). Not to be changed later.",
    )
    bulk_from: int = Field(
        default=2000,
        ge=1,
        description="From so many records of one object on, a push is a Bulk API job and not calls of 200 records.",
    )
    bulk_wait_seconds: int = Field(
        default=240,
        ge=10,
        le=280,  # the hub's lease lasts 300
        description="Seconds to wait for a Bulk API job; then it is aborted, and smaller ones follow.",
    )
    bulk_look_seconds: int = Field(
        default=5, ge=0, le=60, description="Seconds between two looks at a Bulk API job; each look is a request."
    )
    sheet_period: Literal["week", "month"] = Field(
        default="week", description="How long a time sheet is that Muster makes, where there is none for the day."
    )
    label: str = Field(
        default="Muster",
        pattern=r"^\S(.{0,78}\S)?$",
        description="Subject of time sheet entries that Muster writes, so that people recognise them.",
    )
    timeout_seconds: int = Field(
        default=120,
        ge=1,
        le=600,
        description="Seconds to wait for an answer; the triggers and flows of the org run within. A later one is lost.",
    )
    requests_per_minute: int = Field(default=0, ge=0, description="Requests a minute at most; 0: no limit.")
    requests_per_day: int = Field(
        default=0, ge=0, description="Requests a UTC day at most; 0: only the org's own limit counts."
    )
    daily_percent: int = Field(
        default=80,
        ge=1,
        le=100,
        description="Muster stops when the org has used so much of its daily API requests, by whomever, in percent.",
    )

    @field_validator("api_version")
    @classmethod
    def _knows_upserts(cls, version: str) -> str:
        if int(version.partition(".")[0]) < OLDEST:
            msg = f"{OLDEST}.0 is the first version whose answers say what an upsert did"
            raise ValueError(msg)
        return version

    @field_validator("url")
    @classmethod
    def _my_domain(cls, url: str) -> str:
        if ".lightning." in url:
            msg = "give the My Domain address: my.salesforce.com in place of lightning.force.com"
            raise ValueError(msg)
        return url.rstrip("/")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.grant == "client_credentials" and self.client_secret is None:
            msg = "client_credentials needs client_secret"
            raise ValueError(msg)
        if self.grant == "client_credentials" and str(urlsplit(self.url).hostname).startswith(("login.", "test.")):
            msg = "client_credentials works at the My Domain address only; set url to it"
            raise ValueError(msg)
        if self.grant == "jwt_bearer" and (self.private_key is None or not self.user):
            msg = "jwt_bearer needs user and private_key"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.target == "package" and not self.lookup:
            msg = f"name the employee_lookup that leads to {self.employee_object}"
            raise ValueError(msg)
        if self.linked_by == "number" and "." in self.employee_field:
            msg = "employees that are found by way of another record are linked by id; set linked_by to id"
            raise ValueError(msg)
        return self

    @property
    def lookup(self) -> str:
        """The lookup of our objects that leads to the employee."""
        return self.employee_lookup or LOOKUPS.get(self.employee_object, "")

    @property
    def carried(self) -> frozenset[Kind]:
        """The kinds of entry that these settings let through."""
        return self.kinds if self.target == "package" else frozenset({Kind.INTERVAL})
