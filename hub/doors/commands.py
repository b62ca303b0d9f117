"""Commands for ADMS terminals, as lines of the `getrequest` answer. Only those that destroy nothing are offered."""

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

Verb = Literal[
    "DATA UPDATE USERINFO",
    "DATA DELETE USERINFO",
    "DATA QUERY ATTLOG",
    "DATA QUERY USERINFO",
    "VERIFY SUM ATTLOG",
    "CHECK",
    "INFO",
    "REBOOT",
]
"""`DATA QUERY ATTLOG` sends a range again; `VERIFY SUM ATTLOG` counts it; `CHECK` re-reads the options."""

_ID: Final = re.compile(r"[A-Za-z0-9]{1,16}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")


def command(command_id: str, verb: Verb, fields: Mapping[str, str] | None = None) -> str:
    """`C:<id>:<verb> key=value…`, with control characters taken out of the values.

    TAB separates fields and LF commands, so an employee's name that held one could give orders to the terminal.
    """
    if not _ID.fullmatch(command_id):
        raise ValueError(f"a command id is 1 to 16 letters and digits, not {command_id!r}")
    if verb not in get_args(Verb):
        raise ValueError(f"{verb!r} is not one of {', '.join(get_args(Verb))}")
    shown = "\t".join(f"{key}={_CONTROL.sub(' ', value)}" for key, value in (fields or {}).items())
    return f"C:{command_id}:{verb} {shown}".rstrip(" ")
