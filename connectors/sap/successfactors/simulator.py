"""A simulated SuccessFactors on a loopback port, for tests and for trying a connection; one class a target.

Assertions are really verified, tokens last a day of the simulated clock, time sheets import after the answer. Where the
documentation leaves a choice open, `company` and `events` have it as a field.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fastapi import FastAPI

from connectors.sap import odata_wire as wire
from connectors.sap.successfactors import spec
from connectors.sap.successfactors.simulated.clock import Events, Guesses
from connectors.sap.successfactors.simulated.company import UNPAID, WORKING, Company
from connectors.sap.successfactors.simulated.odata import OData
from connectors.sap.successfactors.simulated.tokens import Tokens
from hub.contract import Day, Entry, Hours, Interval, Punch
from hub.testing.clock import SimulatedClock
from hub.testing.edge import Edge
from hub.testing.simulator import Simulator
from hub.testing.target import Fact, Refs, fact_of

KEY, CERTIFICATE = "key.pem", "certificate.pem"
COMPANY, CLIENT, USER = "ACMEtest", "c2ltdWxhdGVk", "API_ATTENDANCE"
_DAY, _HALF = 100, 50


class SfSimulator(Simulator):
    """One company. Tests look into `company` and `events`, and meddle with `odata` and `tokens`."""

    spec = spec
    name: ClassVar[str]
    chosen: ClassVar[dict[str, Any]]
    row_faults = frozenset({Edge.PART_REFUSED})

    def __init__(self, clock: SimulatedClock | None = None, **options: Any) -> None:
        super().__init__(clock)
        self.options = options
        self.folder = Path()
        self.company = Company(lambda: self.now)
        self.tokens = Tokens(COMPANY, CLIENT, lambda: frozenset({USER}), lambda: self.now)
        self.odata = OData(self.company, self.tokens)
        self.events = Events(self.tokens, self._active, lambda: self.arrived)

    @contextmanager
    def running(self, port: int = 0) -> Iterator[None]:
        """Serve, and have key and certificate where the settings say."""
        key, self.tokens.certificate = key_pair()
        with TemporaryDirectory(prefix="muster-successfactors-") as folder, super().running(port):
            self.folder = Path(folder)
            (self.folder / KEY).write_text(key, encoding="ascii")
            (self.folder / CERTIFICATE).write_text(self.tokens.certificate, encoding="ascii")
            yield

    def routes(self, app: FastAPI) -> None:
        """SuccessFactors' doors."""
        for doors in (self.tokens, self.odata, self.events):
            doors.routes(app)

    def settings(self) -> dict[str, Any]:
        """The settings of a connection to it."""
        access = {
            "url": self.url, "company_id": COMPANY, "client_id": CLIENT, "user": USER,
            "private_key": {"file": str(self.folder / KEY)}, "timeout_seconds": 1,
            "certificate": {"file": str(self.folder / CERTIFICATE)},
        }  # fmt: skip
        return {**access, **self.chosen, **self.options}

    def reset(self, numbers: Sequence[str], costs: Sequence[str]) -> Refs:
        """Empty it, and make these people and cost centres."""
        self.forget()
        self.company.empty()
        self.tokens.given.clear()
        self.tokens.asked.clear()
        self.events.empty()
        for code in costs:
            self.company.add_centre(code)
        return Refs({number: self.company.hire(number) for number in numbers}, {code: code for code in costs})

    def _active(self) -> frozenset[str]:
        return frozenset(user for user, row in self.company.users.items() if row["status"] == "t")

    def facts(self) -> Iterator[Fact]:
        """What the time sheets and absences say."""
        self.catch_up()
        self.company.run_imports()
        yield from map(_of_event, self.events.held.values())
        for code, row in self.company.recordings.items():
            yield _of_recording(row, self.company.external[code], ZoneInfo(self.zone))
        for row in self.company.absences.values():
            if row["approvalStatus"] not in ("CANCELLED", "REJECTED"):
                amount = _DAY if row["fractionQuantity"] is None else _HALF
                yield Fact(row["userId"], row["startDate"], _lop(amount))

    def fact(self, entry: Entry) -> Fact | None:
        """Of a day there is an absence, or nothing."""
        if isinstance(entry.payload, Day):
            return Fact(entry.employee, entry.work_date, _lop(entry.payload.lop)) if entry.payload.lop else None
        return fact_of(entry)


class TimeEventsSimulator(SfSimulator):
    """A company with Clock In Clock Out."""

    name = "sap_time_events"
    chosen: ClassVar[dict[str, Any]] = {"attendance": "time_events", "time_type": WORKING}

    def __init__(self, clock: SimulatedClock | None = None, *, guesses: Guesses | None = None, **options: Any) -> None:
        super().__init__(clock, **options)
        self.events.guesses = guesses or Guesses()


class ExternalTimeSimulator(SfSimulator):
    """A company whose time sheets import external times."""

    name = "sap_external_time"
    chosen: ClassVar[dict[str, Any]] = {"attendance": "external_time", "time_type": WORKING}


class EmployeeTimeSimulator(SfSimulator):
    """A company that takes absences only."""

    name = "sap_employee_time"
    chosen: ClassVar[dict[str, Any]] = {"attendance": "none", "lop_time_type": UNPAID}


def _lop(hundredths: int) -> Day:
    return Day("", 0, 0, 0, hundredths)


def _of_event(row: dict[str, Any]) -> Fact:
    at: datetime = row["timestampUTC"]
    direction = "in" if row["timeEventTypeCode"] == "C10" else "out"
    return Fact(row["workAssignmentId"], at.date(), Punch(int(at.timestamp()), direction))  # type: ignore[arg-type]


def _of_recording(row: dict[str, Any], source: dict[str, Any], place: ZoneInfo) -> Fact:
    """Hours, or a pair, whose times are those of a clock where the people are."""
    if source["startTime"] is None:
        return Fact(row["userId"], row["date"], Hours(source["costCenter"], row["durationInMinutes"]))
    start = _instant(source["startDate"], source["startTime"], place)
    end = _instant(source["endDate"], row["endTime"], place)
    return Fact(row["userId"], datetime.fromtimestamp(start, UTC).date(), Interval(start, end))


def _instant(day: date, clock: str, place: ZoneInfo) -> int:
    shown = datetime.combine(day, time()) + timedelta(seconds=wire.clock_seconds(clock))
    return int(shown.replace(tzinfo=place).timestamp())


@cache
def key_pair() -> tuple[str, str]:
    """A private key and its certificate in PEM, made for this process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulated")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=365))
    certificate = dated.serial_number(x509.random_serial_number()).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private.decode(), certificate.public_bytes(Encoding.PEM).decode()
