"""The API process: uvicorn with httptools, which takes what terminals send; no access log, it would name serials."""

import logging
import sys

import structlog
import uvicorn


def configure_logs() -> None:
    """One JSON object a line on standard error, from our own loggers and everybody else's."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(renderer)
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


def serve(host: str, port: int) -> None:
    """Serve until stopped."""
    configure_logs()
    uvicorn.run(
        "hub.api.app:create_app",
        factory=True,
        host=host,
        port=port,
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
    )
