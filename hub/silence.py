"""Devices that sent punches and then no more."""

from sqlalchemy import Engine, select
from sqlmodel import col

from hub.database import reading
from hub.records import Device, Punch

BEFORE_SECONDS = 14 * 86_400
"""A device that has been still for so long is no longer missed."""


def silent_devices(engine: Engine, tenant: str, since: int) -> list[str]:
    """Serial numbers of devices with punches in the fortnight before `since` (UTC seconds) and none after."""
    device, punch = Device, Punch
    query = select(col(device.serial), col(device.door)).where(col(device.tenant) == tenant)
    of_device = (col(punch.tenant) == col(device.tenant), col(punch.device_id) == col(device.id))
    before = select(col(punch.id)).where(*of_device, col(punch.t_utc).between(since - BEFORE_SECONDS, since - 1))
    after = select(col(punch.id)).where(*of_device, col(punch.t_utc) >= since)
    query = query.where(before.exists(), ~after.exists()).order_by(col(device.serial))
    with reading(engine) as session:
        return [f"{door} {serial}" for serial, door in session.connection().execute(query)]
