"""What one must know to reach S/4HANA and to write time sheets into it."""

from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from connectors.sap.odata_types import wrong
from connectors.sap.s4hana.entities import DATA_FIELDS
from hub.contract import SecretRef, Settings

OURS = frozenset({"ReceiverCostCenter", "RecordedHours", "RecordedQuantity", "HoursUnitOfMeasure", "TimeSheetNote"})
"""Data fields that the connector fills itself."""


class S4Settings(Settings):
    """One S/4HANA tenant and company code, and the communication user that Muster writes as."""

    url: str = Field(
        pattern=r"^https?://[^/\s]+(/\S*)?$",
        description="Address of the API host, in the cloud the one with -api: https://my300000-api.s4hana.cloud.sap.",
    )
    company_code: str = Field(
        pattern=r"^[A-Z0-9]{1,4}$", description="Company code whose work agreements and cost centres are meant: 1710."
    )
    controlling_area: str = Field(
        default="",
        pattern=r"^[A-Z0-9]{0,4}$",
        description="Controlling area of the cost centres, such as A000; empty: of the company code, whichever it is.",
    )
    sap_client: str = Field(
        default="", pattern=r"^(\d{3})?$", description="SAP client, such as 100; on premise only, empty in the cloud."
    )
    user: str = Field(default="", pattern=r"^\S*$", description="Communication user, when it logs in with a password.")
    password: SecretRef | None = Field(default=None, description="Where the password of that user is kept.")
    token_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Token endpoint, when a token is asked for with client credentials (a destination on SAP BTP).",
    )
    client_id: str = Field(default="", description="Client id at that endpoint.")
    client_secret: SecretRef | None = Field(default=None, description="Where the secret of that client is kept.")
    api_key: SecretRef | None = Field(
        default=None, description="Where the key of SAP's public sandbox is kept; the sandbox can only be read."
    )
    work_agreements: Path | None = Field(
        default=None,
        description="CSV file of the employees: number, work_agreement (the external id) and, if not that of the "
        "settings, company_code. Empty: S/4HANA's availability service is asked, and the external id is the number.",
    )
    data_fields: dict[str, str] = Field(
        default_factory=dict,
        description="Further fields of every entry, by SAP's names: TimeSheetTaskType, ActivityType, WBSElement and "
        "others, as your task types demand.",
    )
    release: bool = Field(
        default=True, description="Whether entries are released for approval at once; otherwise they stay drafts."
    )
    mark: str = Field(
        default="MUSTER",
        pattern=r"^[A-Z0-9]{2,10}$",
        description="Begins the note of every entry that Muster writes, by which it finds them again. Not to be "
        "changed later; two connections to one tenant need different marks.",
    )
    batches: bool = Field(
        default=True, description="Whether many entries travel in one request ($batch); otherwise one request each."
    )
    operations_per_changeset: int = Field(
        default=1,
        ge=1,
        le=50,
        description="Entries that stand or fall together within a batch. 1 is safe: many SAP services take no more.",
    )

    @field_validator("data_fields")
    @classmethod
    def _known(cls, given: dict[str, str]) -> dict[str, str]:
        if ours := sorted(given.keys() & OURS):
            msg = f"{', '.join(ours)}: filled from attendance, leave it out"
            raise ValueError(msg)
        if found := next(wrong(given, DATA_FIELDS.fields, "a time sheet entry"), ""):
            raise ValueError(found)
        return given

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        ways = [bool(self.user and self.password), bool(self.token_url and self.client_id and self.client_secret)]
        if sum([*ways, self.api_key is not None]) != 1:
            msg = "give one way to log in: user and password, or token_url with client_id and client_secret, or api_key"
            raise ValueError(msg)
        return self
