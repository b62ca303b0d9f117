"""What one must know to reach a Zoho People organisation and to bring attendance into it."""

from typing import Literal

from pydantic import Field

from connectors.zoho.centres import Hosts, hosts_of
from hub.contract import Kind, SecretRef, Settings

_ADDRESS = r"^(https?://[^/\s]+)?$"


class ZohoSettings(Settings):
    """One Zoho People organisation, and the person who authorised Muster there."""

    data_centre: Literal["us", "eu", "in", "au", "jp", "ca", "sa", "uk", "cn", "sg", "ae"] = Field(
        description="Where the Zoho account lives, by the end of its address: us is zoho.com, in is zoho.in, ca is "
        "zohocloud.ca. It cannot be told from mail addresses."
    )
    client_id: str = Field(
        pattern=r"^\S+$", description="Client ID of the application made for Muster in Zoho's API console (1000.…)."
    )
    client_secret: SecretRef = Field(
        description="Where its client secret is kept; with Multi-DC the secret of this data centre."
    )
    refresh_token: SecretRef | None = Field(
        default=None,
        description="Where the refresh token of a self client is kept; none: a person authorises Muster in a browser.",
    )
    leave_type: str = Field(
        default="",
        description="Name of the unpaid leave type in Zoho People that books loss of pay and nothing else; empty: not "
        "booked.",
    )
    pay_period: str = Field(
        default="",
        description="Name of the pay period in Zoho People whose loss-of-pay report the check compares with the leave; "
        "empty: not compared.",
    )
    new_attendance: Literal["bulk_import", "v3"] = Field(
        default="bulk_import",
        description="How new attendance goes in: by the bulk import that all editions have, or by the entries of API "
        "v3, which tell Zoho the time zone.",
    )
    corrections: bool = Field(
        default=True,
        description="Whether entries that were sent and are wrong now are deleted and sent anew, by API v3; where off "
        "they are listed for a person.",
    )
    total_hours_without_breaks: bool = Field(
        default=False,
        description="Whether Zoho's total hours leave out the time between a check-out and the next check-in (set "
        "in Zoho under Attendance, total hours calculation: every valid check-in and check-out). Then the report of "
        "100 people at once confirms most days; else entries are read person by person.",
    )
    time_zone: str = Field(
        default="",
        description="Time zone that API v3 is told, such as Asia/Kolkata; empty: none, and times are the site's. The "
        "bulk import always takes times as those of the employee's location in Zoho.",
    )
    number_field: str = Field(
        default="EmployeeID",
        pattern=r"^[A-Za-z][A-Za-z0-9_]*$",
        description="Field of Zoho's employee form that holds the employee number: EmployeeID, or one of your own.",
    )
    cost_form: str = Field(
        default="department",
        pattern=r"^[A-Za-z][A-Za-z0-9_]*$",
        description="Link name of the form that lists cost centres: department, or a custom form.",
    )
    cost_code_field: str = Field(
        default="ZP_Department_Code",
        pattern=r"^[A-Za-z][A-Za-z0-9_]*$",
        description="Field of that form with the cost-centre code.",
    )
    cost_name_field: str = Field(
        default="Department", pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="Field of that form with its name."
    )
    daily_reserve: int = Field(
        default=500,
        ge=0,
        description="Requests of the organisation's day that Muster leaves for other programs.",
    )
    url: str = Field(
        default="", pattern=_ADDRESS, description="Address of Zoho People; empty: the one of the data centre."
    )
    accounts_url: str = Field(
        default="", pattern=_ADDRESS, description="Address of Zoho Accounts; empty: the one of the data centre."
    )

    @property
    def hosts(self) -> Hosts:
        """The addresses to use."""
        there = hosts_of(self.data_centre)
        return Hosts(self.accounts_url or there.accounts, self.url or there.people)

    @property
    def told_zone(self) -> str:
        """The zone that times are written in; empty for that of each site."""
        return self.time_zone if self.new_attendance == "v3" else ""

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of entry that these settings let through."""
        return frozenset({Kind.INTERVAL, *([Kind.DAY] if self.leave_type else [])})
