"""What one must know to reach an Odoo database and to write attendance into it."""

from typing import Self

from pydantic import Field, model_validator

from hub.contract import Kind, SecretRef, Settings

ATTENDANCE, TIMESHEET = "hr.attendance", "account.analytic.line"
LEAVE, WORK_ENTRY = "hr.leave", "hr.work.entry"
PARTS = ("worked", "overtime", "unpaid")
"""The parts of a day that are work entries of their own."""
CODE = r"^[A-Za-z0-9_.-]*$"


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
    work_entries: str = Field(
        default="",
        pattern=CODE,
        description="Code of the work entry type that takes the hours worked, such as WORK100; empty: no work entries "
        "are written. Only where Odoo generates none itself, and from Odoo 19 on.",
    )
    overtime_entries: str = Field(
        default="",
        pattern=CODE,
        description="Code of the work entry type that takes overtime, such as OVERTIME; empty: overtime is among the "
        "hours worked. Goes with work_entries.",
    )
    unpaid_entries: str = Field(
        default="",
        pattern=CODE,
        description="Code of the work entry type that takes loss of pay, such as LEAVE90; empty: not booked. Goes with "
        "work_entries, in place of leave_type.",
    )
    day_minutes: int = Field(
        default=480,
        ge=1,
        le=1440,
        description="Minutes of a whole day of loss of pay as a work entry; half a day is half of them.",
    )
    label: str = Field(
        default="Muster",
        pattern=r"^\S(.{0,78}\S)?$",
        description="Description put on timesheets, time off and work entries that Muster writes, so that people "
        "recognise them.",
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
        if (self.overtime_entries or self.unpaid_entries) and not self.work_entries:
            msg = "overtime_entries and unpaid_entries go with work_entries"
            raise ValueError(msg)
        if self.work_entries and self.leave_type:
            msg = "with work_entries, loss of pay is a work entry too: name its type in unpaid_entries, not leave_type"
            raise ValueError(msg)
        if len(set(self.work_codes.values())) < len(self.work_codes):
            msg = "work_entries, overtime_entries and unpaid_entries must be different types"
            raise ValueError(msg)
        return self

    @property
    def work_codes(self) -> dict[str, str]:
        """The codes of the work entry types, by the part of a day that each takes."""
        codes = (self.work_entries, self.overtime_entries, self.unpaid_entries)
        return {part: code for part, code in zip(PARTS, codes, strict=True) if code}

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of entry that these settings let through."""
        return frozenset(self.models)

    @property
    def models(self) -> dict[Kind, str]:
        """The Odoo model that holds the records of each kind that is written."""
        found = {Kind.INTERVAL: ATTENDANCE}
        if self.project:
            found[Kind.HOURS] = TIMESHEET
        if self.leave_type or self.work_entries:
            found[Kind.DAY] = LEAVE if self.leave_type else WORK_ENTRY
        return found
