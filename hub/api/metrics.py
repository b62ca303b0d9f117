"""What Prometheus reads. No label carries a serial, a name or a tenant's data."""

import logging

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response

REGISTRY = CollectorRegistry()
PUNCHES = Counter("muster_punches_received", "Punches stored or already known.", ["door"], registry=REGISTRY)
QUARANTINED = Counter("muster_rows_quarantined", "Rows put in quarantine.", ["door", "reason"], registry=REGISTRY)
REFUSED = Counter("muster_requests_refused", "Requests not acknowledged.", ["door", "reason"], registry=REGISTRY)
UNREADABLE = Counter("muster_http_unreadable", "Requests that were not HTTP to the server.", registry=REGISTRY)
STORE_SECONDS = Histogram("muster_store_seconds", "From a parsed request to its commit.", registry=REGISTRY)


class CountUnreadable(logging.Filter):
    """Counts what the server itself answers with 400: such requests never reach the application."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Count the server's message, and let every record pass."""
        if "Invalid HTTP request" in record.getMessage():
            UNREADABLE.inc()
        return True


async def metrics(_request: Request) -> Response:
    """`GET /metrics`."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
