"""JSON bodies of the CAMS family: reading them, and what may be kept of them."""

import json
from typing import Any, Final

_KEPT: Final = 2000
_DEPTH: Final = 12
_LONG: Final = 120
_PERSONAL: Final = ("token", "pass", "pwd", "secret", "data", "photo", "image", "template", "card")
"""Parts of member names whose text or number is a credential, a template or a picture."""


class NotAnObjectError(ValueError):
    """The body is JSON, but not an object."""


def read_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object, a byte-order mark allowed; raises `ValueError` for anything else."""
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error
    if not isinstance(document, dict):
        raise NotAnObjectError("the JSON is not an object")
    return document


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def dumped(value: object) -> str:
    """The value as JSON in ASCII, without tokens, templates and pictures; their sizes stay."""
    return json.dumps(_cleaned(value, "", 0), separators=(",", ":"))[:_KEPT]


def _cleaned(value: object, name: str, depth: int) -> object:
    if isinstance(value, dict | list) and depth > _DEPTH:
        return "<removed>"
    if isinstance(value, dict):
        return {key: _cleaned(member, key.casefold(), depth + 1) for key, member in value.items()}
    if isinstance(value, list):
        return [_cleaned(member, name, depth + 1) for member in value]
    text = str(value)
    personal = value is not None and any(part in name for part in _PERSONAL)
    return f"<removed:{len(text)}>" if personal or len(text) > _LONG else value


def text_of(value: object) -> str:
    """A member that may be a string or a whole number; anything else counts as absent."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
