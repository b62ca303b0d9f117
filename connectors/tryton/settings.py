"""What one must know to reach a Tryton database and to write into one of its companies."""

from typing import Literal

from pydantic import Field

from hub.contract import Kind, SecretRef, Settings

Records = Literal["attendance", "timesheet"]

KIND_OF: dict[Records, Kind] = {"attendance": Kind.INTERVAL, "timesheet": Kind.HOURS}
MODEL_OF: dict[Records, str] = {"attendance": "attendance.line", "timesheet": "timesheet.line"}


class TrytonSettings(Settings):
    """One company of one Tryton database, and the Tryton user that Muster writes as."""

    url: str = Field(
        pattern=r"^https?://[^/\s]+(/\S*)?$",
        description="Address of the Tryton server without the database, such as https://tryton.example.com.",
    )
    database: str = Field(
        pattern=r"^[A-Za-z0-9_.-]+$", description="Name of the Tryton database, as in Tryton's log-in window."
    )
    user: str = Field(
        pattern=r"^[^:\s]+$",
        description="Log-in of the Tryton user made for Muster; an ordinary user, not an administrator.",
    )
    password: SecretRef = Field(description="Where the password of that user is kept.")
    company: str = Field(
        min_length=1, description="Name of the company in Tryton, exactly as Tryton writes it on the company's party."
    )
    label: str = Field(
        default="Muster",
        pattern=r"^\S(.{0,78}\S)?$",
        description="Description put on the timesheet lines that Muster writes, so that people recognise them.",
    )
    records: frozenset[Records] = Field(
        default=frozenset({"attendance", "timesheet"}),
        min_length=1,
        description="What to write: attendance (in and out lines), timesheet (hours on works), or both.",
    )

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of entry that these settings let through."""
        return frozenset(KIND_OF[one] for one in self.records)

    @property
    def models(self) -> tuple[str, ...]:
        """The Tryton models that are written."""
        return tuple(MODEL_OF[one] for one in sorted(self.records))
