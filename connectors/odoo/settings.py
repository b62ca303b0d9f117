"""What one must know to reach an Odoo database and to write attendance into it."""

from typing import Self

from pydantic import Field, model_validator

from hub.contract import Kind, SecretRef, Settings


class OdooSettings(Settings):
    """One Odoo database, and the Odoo user that Muster writes as."""

    url: str = Field(
        pattern=r"^https?://[^/\s]+(/\S*)?$",
        description="Address of Odoo as in the browser, up to the host: https://odoo.example.com.",
    )
    database: str = Field(
        pattern=r"^[A-Za-z0-9_.-]+$", description="Name of the Odoo database; on Odoo Online the part before .odoo.com."
    )
    key: SecretRef = Field(description="Where the API key of the Odoo user made for Muster is kept.")
    user: str = Field(
        default="",
        pattern=r"^\S*$",
        description="Log-in of that user; needed up to Odoo 18, later versions know the user by the key.",
    )
    company: str = Field(
        default="",
        description="Name of the company in Odoo whose people are meant; empty: all that the user sees.",
    )
    number_field: str = Field(
        default="barcode",
        pattern=r"^(barcode|pin|identification_id|work_email|registration_number|x_[a-z0-9_]+)$",
        description="Field of the Odoo employee that holds the employee number: barcode (Badge ID, letters and digits "
        "only, up to 18), pin, identification_id, work_email, registration_number, or a field of your own (x_...).",
    )
    time_zone: str = Field(
        default="",
        description="Time zone of the sites, such as Asia/Kolkata; Odoo's working schedules are checked against it.",
    )
    remove_absence_marks: bool = Field(
        default=True,
        description="Whether the one-second attendances that Odoo makes for absent people (mode Technical) are removed "
        "where the person has attendance after all; otherwise such a day is refused by Odoo or shows too little.",
    )
    keep_approved_overtime: bool = Field(
        default=True,
        description="Whether a correction is held back when a manager approved the overtime of that attendance: Odoo "
        "forgets the approval with the change. Where off, corrections go through and overtime is to be approved anew.",
    )
    project: str = Field(
        default="",
        description="Name of the Odoo project that takes the hours by cost centre as timesheets; empty: no timesheets.",
    )
    plan: str = Field(
        default="",
        description="Name of the analytic plan in Odoo whose accounts are the cost centres; goes with the project.",
    )
    leave_type: str = Field(
        default="",
        description="Name of the time off type in Odoo that books loss of pay and nothing else; empty: not booked.",
    )
    label: str = Field(
        default="Muster",
        pattern=r"^\S(.{0,78}\S)?$",
        description="Description put on timesheets and time off that Muster writes, so that people recognise them.",
    )
    requests_per_minute: int = Field(
        default=0,
        ge=0,
        description="Requests a minute at most; 60 on Odoo Online, where more is against its terms; 0: no limit.",
    )
    namespace: str = Field(
        default="atthub",
        pattern=r"^[a-z][a-z0-9_]{2,39}$",
        description="First part of the external ids that Muster gives; never the name of an Odoo module, as Odoo "
        "deletes records under such a name when that module is upgraded. Not to be changed later.",
    )

    @model_validator(mode="after")
    def _together(self) -> Self:
        if bool(self.project) != bool(self.plan):
            msg = "project and plan go together: hours are booked in the project, on accounts of the plan"
            raise ValueError(msg)
        return self

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of entry that these settings let through."""
        chosen = {Kind.INTERVAL: True, Kind.HOURS: bool(self.project), Kind.DAY: bool(self.leave_type)}
        return frozenset(kind for kind, on in chosen.items() if on)

    @property
    def models(self) -> tuple[str, ...]:
        """The Odoo models that are written."""
        return tuple(MODELS[kind] for kind in MODELS if kind in self.kinds)


MODELS: dict[Kind, str] = {
    Kind.INTERVAL: "hr.attendance",
    Kind.HOURS: "account.analytic.line",
    Kind.DAY: "hr.leave",
}
"""The model that holds the records of a kind."""
