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
        post(url, [json.loads(one["row"]) for one in items])

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline("bench", pipelines_dir=folder, destination=erp)
        data = ({"row": json.dumps(row)} for row in rows)
        _until_done(lambda again: pipeline.load() if again else pipeline.run(data, table_name="attendance"))


class ErpSink(BatchSink):
    """One batch, one request."""

    max_size = BATCH

    def process_batch(self, context: dict[str, Any]) -> None:
        """Send it, three times if need be."""
        rows = [json.loads(one["row"]) for one in context["records"]]
        for left in (2, 1, 0):
            try:
                return post(self.config["url"], rows)
            except httpx.HTTPError:
                if not left:
                    raise
        return None


class ErpTarget(Target):
    """A Singer target of that sink."""

    name = "target-erp"
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(th.Property("url", th.StringType)).to_dict()
    default_sink_class = ErpSink


def by_singer(url: str, rows: Rows) -> None:
    """A target that reads messages, started again from the last state that it gave out."""
    text = "\n".join(_messages(rows))
    _until_done(lambda _again: ErpTarget(config={"url": url}).listen(StringIO(text)))


def _messages(rows: Rows) -> Iterator[str]:
    schema = {"properties": {"row": {"type": "string"}}}
    yield json.dumps({"type": "SCHEMA", "stream": "attendance", "schema": schema, "key_properties": []})
    for row in rows:
        record = {"row": json.dumps(row)}
        yield json.dumps({"type": "RECORD", "stream": "attendance", "record": record})


def _until_done(attempt: Any) -> None:
    for number in range(STARTS):
        try:
            attempt(number > 0)
        except Exception:  # noqa: BLE001 - whatever it is, an operator starts it again
            continue
        return
    raise RuntimeError(f"It was started {STARTS} times and never came to its end.")
