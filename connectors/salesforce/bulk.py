"""One upsert as a Bulk API 2.0 job: opened, filled, closed, looked at, and its results fetched (Bulk guide).

Until a job is closed it changes nothing, so whatever fails before is only to be tried again. From then on whatever
fails leaves open what the job did; it is aborted if that goes, and only a read-back tells.
"""

import csv
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from connectors.salesforce import wire
from connectors.salesforce.client import JSON, Result, SalesforceClient
from connectors.salesforce.faults import Said
from hub.errors import ContractBroken, HubError, Locked, NotInstalled, NotPermitted, Throttled, Unavailable, Uncertain

CSV = {"Content-Type": "text/csv; charset=UTF-8"}
DONE = frozenset({"JobComplete", "Failed", "Aborted"})
OURS = frozenset({"sf__Id", "sf__Created", "sf__Error"})
Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a job is waited for, how often it is looked at, and how one waits."""

    wait_seconds: int
    look_seconds: int
    sleep: Callable[[float], None] = time.sleep


class BulkUpsert:
    """One job for one object; `key` is the external id, by which the results are told apart."""

    def __init__(self, client: SalesforceClient, patience: Patience, name: str, key: str) -> None:
        self._client, self._patience, self._name, self._key = client, patience, name, key
        self._jobs = f"{client.base}/jobs/ingest"

    def results(self, rows: Sequence[Cells]) -> Iterator[tuple[str, Result]]:
        """What became of each row, by key, in any order.

        Raises an error at the end when some rows have no result: `Uncertain` when they may have been saved.
        """
        with _not_started():
            job = self._opened()
            self._write("PUT", f"{job}/batches", content=table(rows), headers=CSV)
        info = self._carried_out(job)
        with _under_way():
            told = dict(self._told(job, info))
        yield from told.items()
        if len(told) < len(rows):
            raise _left(info, len(rows) - len(told))

    def _opened(self) -> str:
        asked = {
            "object": self._name, "operation": "upsert", "externalIdFieldName": self._key, "contentType": "CSV",
            "lineEnding": "LF", "columnDelimiter": "COMMA",
        }  # fmt: skip
        told = self._write("POST", self._jobs, content=wire.dumps(asked), headers=JSON)
        match _object(told.content):
            case {"id": str(ref)} if ref.isalnum():
                return f"{self._jobs}/{ref}"
        raise Unavailable("Salesforce's answer about a new bulk job has an unknown shape; nothing was sent in it.")

    def _carried_out(self, job: str) -> Mapping[str, Any]:
        """Close the job, and look at it until it is done."""
        try:
            with _under_way():
                self._write("PATCH", job, content=wire.dumps({"state": "UploadComplete"}), headers=JSON)
                return self._seen_done(job)
        except Uncertain:
            with suppress(HubError):
                self._write("PATCH", job, content=wire.dumps({"state": "Aborted"}), headers=JSON)
            raise

    def _seen_done(self, job: str) -> Mapping[str, Any]:
        for look in range(max(2, self._patience.wait_seconds // max(1, self._patience.look_seconds))):
            if look:
                self._patience.sleep(self._patience.look_seconds)
            info = _object(self._client.read("GET", job).content)
            if info.get("state") in DONE:
                return info
        raise Uncertain("Salesforce did not finish a bulk job in time; raise bulk_wait_seconds if that is usual.")

    def _told(self, job: str, info: Mapping[str, Any]) -> Iterator[tuple[str, Result]]:
        processed, failed = (int(info.get(f"numberRecords{what}") or 0) for what in ("Processed", "Failed"))
        if processed > failed:  # the first number includes the second
            for row in self._rows(f"{job}/successfulResults"):
                yield row[self._key], Result(row["sf__Id"])
        if failed:
            for row in self._rows(f"{job}/failedResults"):
                yield row[self._key], Result(said=_said(row["sf__Error"]))

    def _rows(self, path: str) -> list[dict[str, str]]:
        text = self._client.read("GET", path, headers={"Accept": "text/csv"}).content.decode("utf-8")
        rows = [*csv.DictReader(io.StringIO(text, newline=""))]
        if any(self._key not in row or not OURS & row.keys() or None in row.values() for row in rows):
            raise ContractBroken("The results of a bulk job have an unknown shape; report it.")
        return rows

    def _write(self, method: str, path: str, **request: Any) -> Any:
        return self._client.write(method, path, **request)


def table(rows: Sequence[Cells]) -> bytes:
    """Rows as CSV: UTF-8 without a mark, LF; false and true in words; an empty cell would leave the field alone."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*rows[0]], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(cell) for name, cell in row.items()} for row in rows)
    return text.getvalue().encode("utf-8")


def _cell(cell: Any) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _said(text: str) -> Said:
    """`CODE:message:fields --`: the message may hold colons."""
    code, _, rest = text.partition(":")
    return Said(code, rest.rpartition(":")[0])


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        found = wire.loads(content)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _left(info: Mapping[str, Any], count: int) -> HubError:
    """Why rows have no result; only of a job that failed before its first row it is known that it changed nothing."""
    said = str(info.get("errorMessage", ""))
    if info.get("state") != "Failed" or info.get("numberRecordsProcessed"):
        return Uncertain(f"Salesforce ended a bulk job ({info.get('state')}) and says nothing of {count} rows. {said}")
    for words, (error, message) in _FAILED.items():
        if words in said:
            return error(f"{message} {said}")
    return Unavailable(f"A bulk job failed in Salesforce before its first row. {said}")


_FAILED: dict[str, tuple[type[HubError], str]] = {
    "Field name not found": (NotInstalled, "Deploy the package, and assign its permission set to Muster's user."),
    "InvalidUser": (NotPermitted, "Muster's user may not run bulk jobs."),
    "TooManyLockFailure": (Locked, "Somebody else works on the same records in Salesforce; they are sent again later."),
    "ExceededQuota": (Throttled, "Salesforce takes no more bulk jobs for now."),
    "ClientInputError": (ContractBroken, "Salesforce cannot read a bulk job; report it."),
}
"""What the message of a failed job means (Bulk guide)."""


@contextmanager
def _not_started() -> Iterator[None]:
    """A job that was not closed changes nothing, though an answer was lost."""
    try:
        yield
    except Uncertain as error:
        raise Unavailable("A bulk job could not be started; nothing was changed.", detail=error.detail) from error


@contextmanager
def _under_way() -> Iterator[None]:
    """A job that was closed may do its work, whatever is asked of it and refused."""
    try:
        yield
    except Uncertain:
        raise
    except (HubError, ValueError, TypeError, csv.Error) as error:  # the latter: of a strange answer
        message = str(error)
        raise Uncertain(f"It is not known what a bulk job did: {message}", detail=message) from error
