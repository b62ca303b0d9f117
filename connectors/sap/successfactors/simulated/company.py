"""What the simulated company holds: people, cost centres, external times, the time sheets that import them, absences.

Documented: the import comes after the answer and takes positive recorders only, the same code is the same row, a new
one is more hours, overlapping absences are refused. Texts and how long an import takes are guesses.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from connectors.sap import odata_wire as wire
from connectors.sap.odata_types import Entity
from connectors.sap.successfactors.entities import (
    ABSENCE,
    COST_CENTRE,
    EMPLOYMENT,
    EXTERNAL_TIME,
    JOB,
    RECORDING,
    SHEET_ENTRY,
    TIME_TYPE,
    USER,
)
from connectors.sap.successfactors.simulated.errors import RowError

Row = dict[str, Any]
BEGUN, FOR_EVER = date(2020, 1, 1), date(9999, 12, 31)
POSITIVE = "POSITIVE"
WORKING, UNPAID, HOURLY = "WORKING_TIME", "UNPAID_LEAVE", "HOURLY_LEAVE"
_OVER = ("CANCELLED", "REJECTED")


@dataclass
class Company:
    """All rows by entity. `import_seconds`: when the time sheet has what was stored; None: only when a job runs.

    `revives`: whether a cancelled absence can be approved again.
    """

    now: Callable[[], int]
    import_seconds: int | None = 15
    revives: bool = False
    users: dict[str, Row] = field(default_factory=dict)
    employments: list[Row] = field(default_factory=list)
    jobs: list[Row] = field(default_factory=list)
    centres: list[Row] = field(default_factory=list)
    types: list[Row] = field(default_factory=list)
    external: dict[str, Row] = field(default_factory=dict)
    recordings: dict[str, Row] = field(default_factory=dict)
    absences: dict[str, Row] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)

    def empty(self) -> None:
        """Nothing but the time types."""
        for held in (self.users, self.external, self.recordings, self.absences, self.due):
            held.clear()
        for rows in (self.employments, self.jobs, self.centres):
            rows.clear()
        units = {WORKING: "HOURS", UNPAID: "DAYS", HOURLY: "HOURS"}
        self.types = [{"externalCode": name, "unit": unit, "category": "ABSENCE"} for name, unit in units.items()]

    def hire(self, number: str, profile: str = POSITIVE) -> str:
        """A person with a job; the user id."""
        user = number
        self.users[user] = {"userId": user, "username": f"u{number}", "empId": number, "status": "t"}
        dates = {"startDate": BEGUN, "endDate": None}
        self.employments.append({"personIdExternal": number, "userId": user, **dates})
        for seq, kept in ((1, "OLD"), (2, profile)):  # two changes on one day: the later one counts
            self.jobs.append({
                "seqNumber": seq, "startDate": BEGUN, "endDate": FOR_EVER, "userId": user,
                "timeRecordingProfileCode": kept,
            })  # fmt: skip
        return user

    def add_centre(self, code: str, status: str = "A") -> None:
        """A cost centre."""
        dates = {"startDate": BEGUN, "endDate": FOR_EVER}
        self.centres.append({"externalCode": code, **dates, "name": f"Centre {code}", "status": status})

    def sets(self) -> dict[str, tuple[Entity, list[Row]]]:
        """The entity sets with their rows."""
        self.run_imports()
        held: list[tuple[Entity, list[Row]]] = [
            (USER, [*self.users.values()]), (EMPLOYMENT, self.employments), (JOB, self.jobs),
            (COST_CENTRE, self.centres), (TIME_TYPE, self.types), (EXTERNAL_TIME, [*self.external.values()]),
            (RECORDING, [*self.recordings.values()]), (SHEET_ENTRY, [_entry(row) for row in self.recordings.values()]),
            (ABSENCE, [*self.absences.values()]),
        ]  # fmt: skip
        return {one.collection: (one, rows) for one, rows in held}

    def put(self, entity: str, values: Row) -> None:
        """Insert or change one row; raises `RowError`."""
        {EXTERNAL_TIME.name: self._put_external, ABSENCE.name: self._put_absence}[entity](values)

    def _require_user(self, values: Row) -> None:
        user = self.users.get(values.get("userId") or "")
        if user is None or user["status"] != "t":
            raise RowError(f"invalid value {values.get('userId')} for userId")
        if values.get("timeType") and values["timeType"] not in {one["externalCode"] for one in self.types}:
            raise RowError(f"invalid value {values['timeType']} for timeType")

    def _put_external(self, values: Row) -> None:
        code = values["externalCode"]
        empty: Row = {one.name: None for one in EXTERNAL_TIME.properties} | {"deleteExternalTime": False}
        row = {**self.external.get(code, empty), **values}
        self._require_user(row)
        if row["startDate"] is None or (row["hours"] is None) == (row["startTime"] is None):
            raise RowError("Either hours or start and end time must be given")
        self.external[code] = {**row, "status": "New"}
        if self.import_seconds is not None:
            self.due[code] = self.now() + self.import_seconds

    def run_imports(self, *, all_of_them: bool = False) -> None:
        """Take over what is due; with `all_of_them`, as the nightly job of SuccessFactors does."""
        done = [*self.external] if all_of_them else [code for code, at in self.due.items() if at <= self.now()]
        for code in done:
            self.due.pop(code, None)
            row = self.external[code]
            if self._profile(row["userId"]) != POSITIVE:
                continue  # it stays lying, and nobody is told
            row["status"] = "Processed"
            self.recordings.pop(code, None)
            if not row["deleteExternalTime"]:
                self.recordings[code] = _recording(row)

    def _profile(self, user: str) -> str:
        jobs = [row for row in self.jobs if row["userId"] == user]
        return str(max(jobs, key=lambda row: row["seqNumber"])["timeRecordingProfileCode"]) if jobs else ""

    def _put_absence(self, values: Row) -> None:
        code = values["externalCode"]
        there = self.absences.get(code)
        row = {**(there or {one.name: None for one in ABSENCE.properties}), **values}
        self._require_user(row)
        if there and there["approvalStatus"] == "CANCELLED" and not self.revives:
            raise RowError("A cancelled absence cannot be changed")
        others = (one for name, one in self.absences.items() if name != code and one["userId"] == row["userId"])
        if row["approvalStatus"] not in _OVER and any(_collides(one, row) for one in others):
            raise RowError("The absence collides with an absence that exists already")
        self.absences[code] = row


def _collides(one: Row, row: Row) -> bool:
    apart = one["endDate"] < row["startDate"] or one["startDate"] > row["endDate"]
    return one["approvalStatus"] not in _OVER and not apart


def _recording(row: Row) -> Row:
    """What the time sheet makes of a row: minutes on its logical date."""
    day = row["logicalDate"] or row["startDate"]
    if row["hours"] is not None:
        minutes = wire.minutes(wire.hundredths(Decimal(row["hours"])))
    else:
        minutes = (_second(row["endDate"], row["endTime"]) - _second(row["startDate"], row["startTime"])) // 60
    times = {"startTime": row["startTime"], "endTime": row["endTime"]}
    return {
        "externalCode": f"TR-{row['externalCode']}", "userId": row["userId"], "date": day,
        "durationInMinutes": minutes, **times, "externalTimeCode": row["externalCode"],
    }  # fmt: skip


def _second(day: date, clock: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + wire.clock_seconds(clock)


def _entry(row: Row) -> Row:
    """The same in the older storage."""
    return {
        "EmployeeTimeSheet_externalCode": f"TS-{row['userId']}", "externalCode": row["externalCode"],
        "startDate": row["date"], "startTime": row["startTime"], "endTime": row["endTime"],
        "quantityInHours": Decimal(row["durationInMinutes"]) / 60, "externalTimeCode": row["externalTimeCode"],
    }  # fmt: skip
