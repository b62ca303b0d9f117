"""The requests: 64 terminals with punches to tell, in the dialect of each server; no punch is told twice."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from itertools import count

from bench.load import CONNECTIONS, Exchange, request
from hub import records
from hub.api.security import new_key
from hub.database import connect, migrate, writing

SERIALS = [f"BENCH{number:08}" for number in range(CONNECTIONS)]
TENANT = "bench"
USERS = 90_000
_NOW = int(time.time())


@dataclass(frozen=True, slots=True)
class Batch:
    """What one terminal tells in one request: users, and when each of them punched (UTC seconds)."""

    serial: str
    punches: list[tuple[int, int]]


def batches(size: int) -> Iterator[Batch]:
    """Endless: single punches of this minute, or (above one a request) a backlog spread over the last 24 hours."""
    for number in count():
        ages = [number // USERS] if size == 1 else [86_400 - line * (86_400 // size) for line in range(size)]
        punches = [(10_000 + (number + line) % USERS, _NOW - age) for line, age in enumerate(ages)]
        yield Batch(SERIALS[number % len(SERIALS)], punches)


Dialect = Callable[[Batch], Exchange]


@lru_cache(maxsize=100_000)
def _time(utc: int) -> str:
    return datetime.fromtimestamp(utc, UTC).strftime("%Y-%m-%d %H:%M:%S")


def adms(batch: Batch) -> Exchange:
    """ATTLOG lines from a terminal whose clock shows UTC."""
    lines = "".join(f"{user}\t{_time(at)}\t0\t1\t0\t0\t0\n" for user, at in batch.punches)
    path, size = f"/iclock/cdata?SN={batch.serial}&table=ATTLOG&Stamp=9999", len(batch.punches)
    return Exchange(request(path, lines.encode(), "text/plain"), 200, b"OK:%d" % size, size)


def _document(batch: Batch) -> list[dict[str, str]]:
    device = batch.serial
    return [
        {"device": device, "user": str(user), "time": f"{_time(at)}Z", "direction": "in", "method": "finger"}
        for user, at in batch.punches
    ]


def json_with(key: str) -> Dialect:
    """A JSON array for `POST /v1/punches`."""

    def dialect(batch: Batch) -> Exchange:
        body, size = json.dumps(_document(batch)).encode(), len(batch.punches)
        sent = request("/v1/punches", body, "application/json", f"Authorization: Bearer {key}")
        return Exchange(sent, 202, b'{"stored":%d,"quarantined":[]}' % size, size)

    return dialect


def usual(batch: Batch) -> Exchange:
    """What the usual route takes: one object, or an array of them."""
    document, size = _document(batch), len(batch.punches)
    path, body = ("/punches", document[0]) if size == 1 else ("/punches/batch", document)
    return Exchange(request(path, json.dumps(body).encode(), "application/json"), 200, b'{"stored":%d}' % size, size)


def echoed(dialect: Dialect) -> Dialect:
    """The same request to the echo, which answers `OK`."""
    return lambda batch: replace(dialect(batch), status=200, answer=b"OK")


def claim_devices(url: str) -> str:
    """Migrate the hub's database and claim the terminals; returns an API key."""
    engine = connect(url)
    migrate(engine)
    key, record = new_key(TENANT, "bench", "punches:write")
    with writing(engine) as session:
        session.add(records.Tenant(tenant=TENANT, name="Bench"))
        session.add(records.Site(tenant=TENANT, code="site", name="Site", zone="UTC", holiday_calendar=""))
        session.add(record)
        for door in ("adms", "json"):
            for serial in SERIALS:
                session.add(records.Device(tenant=TENANT, door=door, serial=serial, site="site", badge_group="main"))
    engine.dispose()
    return key
