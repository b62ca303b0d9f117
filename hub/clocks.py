"""Terminals whose clocks are wrong: what they sent came before its time, or always some minutes after it."""

from typing import Final

from sqlalchemy import Engine, func, select
from sqlmodel import col

from hub.database import reading
from hub.records import Device, Punch

AHEAD_SECONDS: Final = 60
"""A clock that is further ahead dates punches into the future."""

BEHIND_SECONDS: Final = (120, 3600)
"""Within these, even the fastest punch was late: the clock is slow. What is later still was uploaded, not sent."""


def wrong_clocks(engine: Engine, tenant: str, since: int, until: int) -> list[str]:
    """Devices by door and serial, with what their clocks are off by, from punches of [since, until) in UTC seconds.

    The drift is the least time between a punch and its arrival: the network only adds to it.
    """
    punch, device = Punch, Device
    least = func.min(col(punch.received_at) - col(punch.t_utc))
    query = (
        select(col(device.door), col(device.serial), least)
        .join(device, (col(device.id) == col(punch.device_id)) & (col(device.tenant) == col(punch.tenant)))
        .where(col(punch.tenant) == tenant, col(punch.t_utc) >= since, col(punch.t_utc) < until)
        .group_by(col(device.door), col(device.serial))
        .order_by(col(device.serial))
    )
    with reading(engine) as session:
        rows = session.connection().execute(query).all()
    return [f"{door} {serial}: {_told(delay)}" for door, serial, delay in rows if _is_wrong(delay)]


def _is_wrong(delay: int) -> bool:
    slowest, uploaded = BEHIND_SECONDS
    return delay < -AHEAD_SECONDS or slowest < delay < uploaded


def _told(delay: int) -> str:
    way = "ahead" if delay < 0 else "behind"
    return f"{abs(delay) // 60} min {abs(delay) % 60} s {way}; set its clock, or its time server"
