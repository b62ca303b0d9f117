"""Punches and corrections from the database, as they are answered."""

from collections.abc import Sequence
from typing import Any, Final

from hub.api.attendance_models import Direction, RawCorrection, RawPunch
from hub.doors.punch import BREAK_IN, BREAK_OUT, IN, OUT, UNKNOWN, PunchFlag
from hub.zones import local_text

_DIRECTIONS: Final[dict[int, Direction]] = {
    IN: "in",
    OUT: "out",
    BREAK_OUT: "break_out",
    BREAK_IN: "break_in",
    UNKNOWN: "unknown",
}


def correction_row(row: Any, zone: str) -> RawCorrection:
    """A correction beside a punch in that zone."""
    return RawCorrection(
        id=row["id"],
        op=row["op"],
        at_utc=row["t_utc"],
        at=None if row["t_utc"] is None else local_text(zone, row["t_utc"]),
        direction=None if row["direction"] is None else _DIRECTIONS[row["direction"]],
        reason_code=row["reason_code"],
        note=row["note"],
        actor=row["actor"],
        made_at_utc=row["at"],
    )


def punch_row(row: Any, employee: str | None, corrections: Sequence[RawCorrection]) -> RawPunch:
    """A stored punch; without its line, which may hold more than anybody asked for."""
    zone = row["zone"] or "UTC"
    return RawPunch(
        kind="punch",
        id=row["id"],
        employee=employee,
        at_utc=row["t_utc"],
        at=local_text(zone, row["t_utc"]),
        zone=zone,
        site=row["site"],
        door=row["door"],
        device=row["serial"],
        user_id=row["user_id"],
        time_as_sent=row["local_text"],
        direction=_DIRECTIONS[row["direction"]],
        method=row["method"],
        work_code=row["work_code"],
        vendor_id=row["vendor_id"],
        flags=[flag.name.lower() for flag in PunchFlag(row["flags"]) if flag.name],
        received_at_utc=row["received_at"],
        corrections=list(corrections),
    )


def added_row(row: Any, employee: str | None, zone: str) -> RawPunch:
    """A punch that a supervisor added."""
    direction = None if row["direction"] is None else _DIRECTIONS[row["direction"]]
    return RawPunch(
        kind="added",
        id=row["id"],
        employee=employee,
        at_utc=row["t_utc"],
        at=local_text(zone, row["t_utc"]),
        zone=zone,
        site=None,
        door=None,
        device=None,
        user_id=None,
        time_as_sent=None,
        direction=direction or "unknown",
        method=None,
        work_code=None,
        vendor_id=None,
        flags=[],
        received_at_utc=None,
        corrections=[correction_row(row, zone)],
    )
