"""`$batch` of OData V2: multipart/mixed within multipart/mixed (OData V2 batch processing, sections 2 and 3). Pure.

A changeset is atomic. Where it succeeds its answer holds one part an operation; where it fails, one part in all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

BATCH, CHANGESET = "muster_batch", "muster_changeset"
CONTENT_TYPE = f"multipart/mixed; boundary={BATCH}"
_END = b"\r\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One HTTP answer inside a batch."""

    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether it is a yes."""
        return 200 <= self.status < 300


def request(path: str, changesets: Sequence[Sequence[bytes]]) -> bytes:
    """The body of a batch that posts these JSON bodies to one path, a changeset after the other."""
    lines: list[bytes] = []
    for number, bodies in enumerate(changesets):
        inner = f"{CHANGESET}_{number}"
        lines += [f"--{BATCH}".encode(), f"Content-Type: multipart/mixed; boundary={inner}".encode(), b""]
        for position, body in enumerate(bodies):
            lines += _operation(inner, f"{number}.{position}", path, body)
        lines += [f"--{inner}--".encode(), b""]
    return _END.join([*lines, f"--{BATCH}--".encode(), b""])


def _operation(boundary: str, name: str, path: str, body: bytes) -> list[bytes]:
    head = [
        f"--{boundary}", "Content-Type: application/http", "Content-Transfer-Encoding: binary", f"Content-Id: {name}",
        "", f"POST {path} HTTP/1.1", "Content-Type: application/json", "Accept: application/json",
        f"Content-Length: {len(body)}", "",
    ]  # fmt: skip
    return [*(line.encode() for line in head), body, b""]


def answers(content_type: str, content: bytes) -> list[list[Part]]:
    """The answers, changeset by changeset; raises `ValueError` when it is not a batch."""
    return [[_part(one) for one in group] for group in messages(content_type, content)]


def messages(content_type: str, content: bytes) -> list[list[bytes]]:
    """The HTTP messages of a batch, those of a changeset together; raises `ValueError` when it is none."""
    whole = message_from_bytes(b"Content-Type: " + content_type.encode("ascii", "replace") + b"\r\n\r\n" + content)
    if not whole.is_multipart():
        msg = "no multipart answer"
        raise ValueError(msg)
    return [_group(part) for part in _parts(whole)]


def _group(part: Message) -> list[bytes]:
    return [_raw(one) for one in _parts(part)] if part.is_multipart() else [_raw(part)]


def _parts(message: Message) -> list[Message]:
    found = message.get_payload()
    return [one for one in found if isinstance(one, Message)] if isinstance(found, list) else []


def _raw(message: Message) -> bytes:
    found = message.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _part(raw: bytes) -> Part:
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    words = head.split(b"\n", 1)[0].split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        msg = "a part that is no HTTP answer"
        raise ValueError(msg)
    return Part(int(words[1]), body.strip())
