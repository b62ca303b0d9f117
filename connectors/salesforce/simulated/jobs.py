"""Bulk API 2.0 ingest (Bulk guide): a job is opened, filled by one upload, closed, and carried out later."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from connectors.salesforce.simulated import ids
from connectors.salesforce.simulated.calls import CSV, Call, Reply
from connectors.salesforce.simulated.collecting import LARGEST, Collecting, Work
from connectors.salesforce.simulated.errors import ApiError, RowError, not_found
from connectors.salesforce.simulated.org import Org
from connectors.salesforce.simulated.tables import Row

DUE_SECONDS = 60
"""After so long a closed job is carried out, whether anybody looks at it or not."""
_DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "PIPE": "|", "CARET": "^", "BACKQUOTE": "`"}
_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
CLEARED = "#N/A"
_OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
_SHORT = ("lineEnding", "columnDelimiter", "contentUrl")


class JobFailed(Exception):  # noqa: N818 - a state
    """The job as a whole cannot be carried out."""


@dataclass
class Job:
    """One job; `told` is what its object says."""

    told: dict[str, Any]
    content: str | None = None
    fault: bool = False
    looks: int = 0
    due: int = 0
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    good: list[tuple[Row, list[str]]] = field(default_factory=list)
    bad: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def delimiter(self) -> str:
        """Between cells."""
        return _DELIMITERS[self.told["columnDelimiter"]]


@dataclass
class Jobs:
    """Handlers of ingest jobs.

    `looks` is how often a job is seen under way before it is done; `fails` makes the next job that is carried out fail
    with that message, after the first `keeps` of its rows.
    """

    org: Org
    collecting: Collecting
    now: Callable[[], int]
    looks: int = 1
    fails: str = ""
    keeps: int = 0
    jobs: dict[str, Job] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def create(self, call: Call) -> Reply:
        """`POST /jobs/ingest`: 200."""
        asked = call.json()
        operation, thing = asked.get("operation"), self.org.thing(str(asked.get("object")))
        if operation not in _OPERATIONS:
            raise ApiError(400, "INVALIDJOB", f"Unsupported operation: {operation}")
        if operation == "upsert" and not asked.get("externalIdFieldName"):
            raise ApiError(400, "INVALIDJOB", "External ID field name is required for upsert")
        ref, at = ids.made("750", next(self.numbers)), _stamp(self.now())
        told = {
            "id": ref, "operation": operation, "object": thing.name, "createdById": "0055g00000Hk2LmAAJ",
            "createdDate": at, "systemModstamp": at, "state": "Open", "concurrencyMode": "Parallel",
            "contentType": "CSV", "apiVersion": float(call.version),
            "contentUrl": f"{call.base[1:]}/jobs/ingest/{ref}/batches",
            "lineEnding": asked.get("lineEnding", "LF"), "columnDelimiter": asked.get("columnDelimiter", "COMMA"),
        }  # fmt: skip
        if operation == "upsert":
            told["externalIdFieldName"] = asked["externalIdFieldName"]
        self.jobs[ref] = Job(told)
        return Reply(200, told)

    def upload(self, call: Call, ref: str) -> Reply:
        """`PUT .../batches`: 201, once."""
        job = self._job(ref)
        if job.told["state"] != "Open":
            raise ApiError(400, "INVALIDJOBSTATE", f"Cannot upload to a job in state {job.told['state']}")
        if job.content is not None:
            text = (
                f"Found multiple contents for job: <{ref}>, please 'Close' / 'Abort' / 'Delete' the current Job then "
                "create a new Job and make sure you only do 'PUT' once on a given Job."
            )
            self._fail(job, text)
            raise ApiError(400, "INVALIDJOBSTATE", text)
        job.content, job.fault = call.content.decode(), job.fault or call.fault
        return Reply(201)

    def change(self, call: Call, ref: str) -> Reply:
        """`PATCH`: close or abort; the answer is the short object."""
        job, state = self._job(ref), call.json().get("state")
        if state == "Aborted" and job.told["state"] in ("JobComplete", "Failed", "Aborted"):
            raise ApiError(400, "INVALIDJOBSTATE", "Aborting already Completed Job not allowed")
        if state == "UploadComplete" and (job.told["state"] != "Open" or job.content is None):
            raise ApiError(400, "INVALIDJOBSTATE", f"Closing job in state {job.told['state']} not allowed")
        if state not in ("Aborted", "UploadComplete"):
            raise ApiError(400, "INVALIDJOBSTATE", f"Unknown state: {state}")
        job.fault, job.due = job.fault or call.fault, self.now() + DUE_SECONDS
        job.told["state"] = state
        return Reply(200, {name: one for name, one in job.told.items() if name not in _SHORT})

    def info(self, _call: Call, ref: str) -> Reply:
        """`GET`: the whole object; a job is carried out after it was looked at `looks` times."""
        job = self._job(ref)
        if job.told["state"] in ("UploadComplete", "InProgress"):
            job.looks += 1
            job.told["state"] = "InProgress"
            if job.looks > self.looks:
                self._carry_out(job)
        return Reply(200, job.told)

    def delete(self, _call: Call, ref: str) -> Reply:
        """`DELETE`: 204."""
        if self._job(ref).told["state"] in ("Open", "InProgress"):
            raise ApiError(400, "INVALIDJOBSTATE", "Deleting an open job is not allowed")
        del self.jobs[ref]
        return Reply(204)

    def listed(self, _call: Call) -> Reply:
        """`GET /jobs/ingest`."""
        return Reply(200, {"done": True, "nextRecordsUrl": None, "records": [one.told for one in self.jobs.values()]})

    def successful(self, _call: Call, ref: str) -> Reply:
        """`GET .../successfulResults`: in another order than sent."""
        job = self._job(ref)
        rows = [[row["id"], str(row.get("created", False)).lower(), *cells] for row, cells in reversed(job.good)]
        return _table(job, ["sf__Id", "sf__Created"], rows)

    def failed(self, _call: Call, ref: str) -> Reply:
        """`GET .../failedResults`."""
        job = self._job(ref)
        return _table(job, ["sf__Id", "sf__Error"], [["", said, *cells] for said, cells in reversed(job.bad)])

    def unprocessed(self, _call: Call, ref: str) -> Reply:
        """`GET .../unprocessedrecords`: the caller's own lines."""
        job = self._job(ref)
        done = len(job.good) + len(job.bad)
        lines = [job.delimiter.join(cells) for cells in ([job.header, *job.rows[done:]] if job.header else [])]
        return Reply(200, text="".join(f"{line}\n" for line in lines), media=CSV)

    def carry_out_due(self) -> None:
        """Carry out what was closed long enough ago."""
        for job in self.jobs.values():
            if job.told["state"] in ("UploadComplete", "InProgress") and job.due <= self.now():
                self._carry_out(job)

    def _job(self, ref: str) -> Job:
        if ref not in self.jobs:
            raise not_found()
        return self.jobs[ref]

    def _carry_out(self, job: Job) -> None:
        try:
            self._read(job)
            self._run(job)
        except JobFailed as failed:
            self._fail(job, str(failed))
        done = {"numberRecordsProcessed": len(job.good) + len(job.bad), "numberRecordsFailed": len(job.bad)}
        times = {"retries": 0, "totalProcessingTime": 812, "apiActiveProcessingTime": 604, "apexProcessingTime": 0}
        job.told |= {"jobType": "V2Ingest", **done, **times}

    def _run(self, job: Job) -> None:
        works = self._works(job)
        failing, self.fails = self.fails, ""
        self._results(job, works[: self.keeps] if failing else works)
        if failing:
            raise JobFailed(failing)
        job.told["state"] = "JobComplete"

    def _fail(self, job: Job, message: str) -> None:
        job.told |= {"state": "Failed", "errorMessage": message}

    def _read(self, job: Job) -> None:
        content, ending = job.content or "", job.told["lineEnding"]
        unquoted = "".join(content.split('"')[::2])
        if ("\r\n" in unquoted) != (ending == "CRLF"):
            raise JobFailed(
                f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {ending}"
            )
        rows = [*csv.reader(io.StringIO(content, newline=""), delimiter=job.delimiter)]
        job.header, job.rows = (rows[0], rows[1:]) if rows else ([], [])

    def _works(self, job: Job) -> "list[Work]":
        thing = self.org.thing(job.told["object"])
        for name in job.header:
            self._require_column(job, name)
        records = [self._record(job, cells) for cells in job.rows]
        operation = job.told["operation"]
        works: list[Work] = []
        if operation == "upsert":
            name = job.told["externalIdFieldName"]
            for at in range(0, len(records), LARGEST):
                works += self.collecting.upserting(thing, name, records[at : at + LARGEST], csv=True)
        else:
            works = [self.collecting.working(operation, thing, one) for one in records]
        return self.collecting.with_a_refusal(works) if job.fault and works else works

    def _require_column(self, job: Job, name: str) -> None:
        thing = self.org.thing(job.told["object"])
        relation, _, key = name.partition(".")
        lookup = thing.by_relation(relation) if key else None
        known = self.org.fields(self.org.thing(lookup.to) if lookup else thing)
        if (key and lookup is None) or (key or name) not in known:
            raise JobFailed(f"InvalidBatch : Field name not found : {name}")

    @staticmethod
    def _record(job: Job, cells: list[str]) -> Row:
        """An empty cell leaves the field alone, `#N/A` empties it."""
        record: Row = {}
        for name, cell in zip(job.header, cells, strict=False):
            if cell == "":
                continue
            relation, _, key = name.partition(".")
            value = None if cell == CLEARED else cell
            record[relation] = {key: value} if key else value
        return record

    def _results(self, job: Job, works: "list[Work]") -> None:
        for cells, result in zip(job.rows, self.collecting.results(works), strict=False):
            if result["success"]:
                job.good.append((result, cells))
            else:
                [error] = result["errors"]
                said = RowError(error["statusCode"], error["message"], tuple(error["fields"])).cell()
                job.bad.append((said, cells))


def _table(job: Job, ours: list[str], rows: list[list[str]]) -> Reply:
    """Our headers are quoted, the caller's are as they were sent, all cells are quoted."""
    header = job.delimiter.join([*(f'"{name}"' for name in ours), *job.header])
    lines = [job.delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows]
    return Reply(200, text="".join(f"{line}\n" for line in [header, *lines]), media=CSV)


def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
