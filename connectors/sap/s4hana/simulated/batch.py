"""The simulated Gateway's side of `$batch`: requests out of their parts, answers into theirs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

_REASONS = {200: "OK", 201: "Created"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of a batch; its path is within the service."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


def operation(raw: bytes, root: str) -> Operation:
    """The request; its address may be relative or absolute, as SAP's own client writes it."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    method, target, _ = head.split(b"\n", 1)[0].decode().split(" ", 2)
    address = urlsplit(target)
    path = address.path.removeprefix(root).strip("/")
    return Operation(method, path, dict(parse_qsl(address.query)), body.strip())


def answer_of(boundary: str, answers: Sequence[tuple[int, Any]], *, changeset: bool) -> bytes:
    """The part of a changeset that succeeded, or the one part of a read or of a failure."""
    if not changeset:
        return f"--{boundary}\r\n".encode() + _http(*answers[0])
    inner = f"changeset_{boundary}"
    parts = b"".join(f"--{inner}\r\n".encode() + _http(*one) for one in answers)
    head = f"--{boundary}\r\nContent-Type: multipart/mixed; boundary={inner}\r\n\r\n".encode()
    return head + parts + f"--{inner}--\r\n\r\n".encode()


def _http(status: int, body: Any) -> bytes:
    content = json.dumps(body).encode()
    head = (
        "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Bad Request')}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\ndataserviceversion: 2.0\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"
