"""The same rows by dlt and by the Singer SDK, as their documentation shows it: batches to an HTTP endpoint.

Both retry a batch that failed, and are started again until they say that all is done. Neither asks the ERP what it
holds.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any, ClassVar, Final

import dlt
import httpx
from singer_sdk import typing as th
from singer_sdk.sinks import BatchSink
from singer_sdk.target_base import Target

BATCH: Final = 100
STARTS: Final = 40
Rows = Sequence[dict[str, Any]]


def post(url: str, rows: Rows) -> None:
    """One batch; raises when it is not answered with success."""
    _CLIENT.post(f"{url}/changes", json=list(rows)).raise_for_status()


_CLIENT: Final = httpx.Client(timeout=5, trust_env=False)


def by_dlt(url: str, rows: Rows) -> None:
    """A custom destination."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}

    @dlt.destination(batch_size=BATCH, name="erp", max_table_nesting=0)
    def erp(items: Any, table: Any) -> None:  # noqa: ARG001 - dlt's signature
        post(url, items)

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline("bench", pipelines_dir=folder, destination=erp)
        _until_done(lambda again: pipeline.load() if again else pipeline.run(iter(rows), table_name="attendance"))


class ErpSink(BatchSink):
    """One batch, one request."""

    max_size = BATCH

    def process_batch(self, context: dict[str, Any]) -> None:
        """Send it, three times if need be."""
        rows = [self._row(one) for one in context["records"]]
        for left in (2, 1, 0):
            try:
                return post(self.config["url"], rows)
            except httpx.HTTPError:
                if not left:
                    raise
        return None

    def _row(self, record: dict[str, Any]) -> dict[str, Any]:
        image = {name: record[name] for name in _FIELDS[self.stream_name]}
        return {"operation": "create", "kind": self.stream_name, "employee": record["employee"], "image": image}


class ErpTarget(Target):
    """A Singer target of that sink."""

    name = "target-erp"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(th.Property("url", th.StringType)).to_dict()
    default_sink_class = ErpSink


def by_singer(url: str, rows: Rows, **config: Any) -> None:
    """A target that reads messages, started again when it failed."""
    text = "\n".join(_messages(rows))
    _until_done(lambda _again: ErpTarget(config={"url": url, **config}).listen(StringIO(text)))


def by_singer_unvalidated(url: str, rows: Rows) -> None:
    """The same with the SDK's check of each record against its schema switched off."""
    by_singer(url, rows, validate_records=False)


_FIELDS: Final[dict[str, dict[str, th.JSONTypeHelper[Any]]]] = {
    "interval": {"start": th.IntegerType(), "end": th.IntegerType()},
    "hours": {"date": th.StringType(), "cost_centre": th.StringType(), "minutes": th.IntegerType()},
}


def _messages(rows: Rows) -> Iterator[str]:
    for stream, fields in _FIELDS.items():
        properties = {"employee": th.StringType(), **fields}
        schema = th.PropertiesList(*(th.Property(name, kind) for name, kind in properties.items())).to_dict()
        yield json.dumps({"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": []})
    for row in rows:
        record = {"employee": row["employee"], **row["image"]}
        yield json.dumps({"type": "RECORD", "stream": row["kind"], "record": record})


def _until_done(attempt: Any) -> None:
    for number in range(STARTS):
        try:
            attempt(number > 0)
        except Exception:  # noqa: BLE001 - whatever it is, an operator starts it again
            continue
        return
    raise RuntimeError(f"It was started {STARTS} times and never came to its end.")
