"""What one must know to reach a SuccessFactors company and to write attendance into it."""

from typing import Literal, Self

from pydantic import Field, model_validator

from hub.contract import SecretRef, Settings

CODE = r"^[\w-]{1,20}$"
TERMINAL = r"^\w+([\s-]\w+)*$"
TIME_TYPE = r"^([\dA-Za-z_*-][\dA-Za-z_* -]{0,127})?$"


class SfSettings(Settings):
    """One company (tenant), the OAuth client registered for Muster, and the user it acts as."""

    url: str = Field(
        pattern=r"^https?://[^/\s]+(/\S*)?$",
        description="API address of your data centre, such as https://api4.successfactors.com; never the address of "
        "the pages. SAP lists them, and moves companies now and then.",
    )
    company_id: str = Field(min_length=1, description="Company id, with capitals as SuccessFactors writes it.")
    client_id: str = Field(min_length=1, description="API key of the OAuth2 client registered in the Admin Center.")
    user: str = Field(
        min_length=1,
        description="User that Muster acts as. For time events the technical user that SAP prescribes.",
    )
    user_is: Literal["user_id", "username", "email"] = Field(
        default="user_id", description="What was given as user: the user id, the log-in name, or the e-mail address."
    )
    private_key: SecretRef = Field(description="Where the private key (PEM) of that OAuth2 client is kept.")
    certificate: SecretRef = Field(description="Where the X.509 certificate (PEM) that was registered for it is kept.")
    token_url: str = Field(
        default="", pattern=r"^(https?://\S+)?$", description="Token endpoint; empty: /oauth/token at the API address."
    )
    attendance: Literal["time_events", "external_time", "none"] = Field(
        description="How attendance gets into the time sheet: time_events (each in and out, Clock In Clock Out), "
        "external_time (hours), or none. Never both for the same people: hours would be there twice."
    )
    event_in: str = Field(default="C10", pattern=CODE, description="Code of the time event type for coming (START).")
    event_out: str = Field(default="C20", pattern=CODE, description="Code of the time event type for going (STOP).")
    terminal: str = Field(
        default="Muster", pattern=TERMINAL, max_length=30, description="Terminal id that time events show."
    )
    time_type: str = Field(
        default="",
        pattern=TIME_TYPE,
        description="Time type of worked time, such as WORKING_TIME; empty: the default of the employee's profile.",
    )
    recording: Literal["duration", "clock_times"] = Field(
        default="duration",
        description="For external_time: hours by cost centre, or in/out pairs with clock times and no cost centre; as "
        "the time recording variant of the employees demands.",
    )
    time_sheet: Literal["recordings", "entries", "unread"] = Field(
        default="recordings",
        description="For external_time: where the time sheet keeps what it imported, TimeRecording (recordings) or "
        "EmployeeTimeSheetEntry (entries). Only what is there counts as delivered. unread: what was stored counts.",
    )
    recording_profiles: tuple[str, ...] = Field(
        default=(),
        description="For external_time: codes of the time recording profiles that take it (positive recording). Others "
        "are refused with a reason, as SuccessFactors would leave their hours lying. Empty: not looked at.",
    )
    lop_time_type: str = Field(
        default="", pattern=TIME_TYPE, description="Unpaid time type that books loss of pay; empty: not booked."
    )
    leave_time_type: str = Field(
        default="",
        pattern=TIME_TYPE,
        description="Time type that books days of leave; empty: not booked, as when leave comes from SuccessFactors.",
    )
    number_field: Literal["person_id", "user_id", "emp_id", "username"] = Field(
        default="person_id",
        description="Which id of SuccessFactors is your employee number: person_id (personIdExternal of the "
        "employment), user_id, emp_id or username.",
    )
    namespace: str = Field(
        default="muster",
        pattern=r"^[a-z0-9]{2,12}$",
        description="Begins the external codes of all that Muster writes. Not to be changed later; two connections to "
        "one company need different ones.",
    )
    upsert_size: int = Field(
        default=200, ge=1, le=1000, description="Records in one upsert; SAP takes 1000, big ones run into time-outs."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.attendance == "none" and not (self.lop_time_type or self.leave_time_type):
            msg = "nothing would be written: choose attendance, or a time type for loss of pay or leave"
            raise ValueError(msg)
        if self.event_in == self.event_out:
            msg = "event_in and event_out must differ"
            raise ValueError(msg)
        return self

    @property
    def token_endpoint(self) -> str:
        """Where tokens are asked for."""
        return self.token_url or f"{self.url.rstrip('/')}/oauth/token"
