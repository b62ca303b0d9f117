"""Devices and device clouds, claimed and not yet claimed, and what they tell besides punches."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel


class Device(SQLModel, table=True):
    """A claimed sender. `serial`: its number or service tag; `settings`: what its door needs (secrets by name)."""

    __table_args__ = (UniqueConstraint("tenant", "door", "serial"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    door: str
    serial: str = Field(index=True)
    site: str
    badge_group: str
    direction: str = "device"
    settings: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class UnclaimedDevice(SQLModel, table=True):
    """A sender that was refused because nobody claimed it. `tenant` is empty when its address names none."""

    __table_args__ = (UniqueConstraint("tenant", "door", "serial"),)
    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    door: str
    serial: str
    first_seen: int = Field(sa_type=BigInteger)
    last_seen: int = Field(sa_type=BigInteger)
    attempts: int = 1


class DeviceEvent(SQLModel, table=True):
    """Something that is not a punch (set-up, user change, operation log), secrets and templates taken out."""

    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    device_id: int = Field(index=True)
    received_at: int = Field(sa_type=BigInteger)
    kind: str
    raw: str
