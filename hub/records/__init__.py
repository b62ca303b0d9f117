"""The tables, a file a subject. Every table carries the tenant; every query names it."""

from hub.records.access import ApiKey
from hub.records.calendar import Holiday, Leave, PatternDay, Roster, Shift, ShiftSegment, WeeklyOff
from hub.records.days import Anomaly, AttendanceDay, AttendancePair, Dirty
from hub.records.delivery import (
    ALWAYS,
    Adjustment,
    Alert,
    Binding,
    Connection,
    JournalEntry,
    Lease,
    Period,
    Push,
    ReceiptRow,
    SavedPlan,
    Spent,
)
from hub.records.devices import Device, DeviceEvent, UnclaimedDevice
from hub.records.events import OutgoingEvent, Webhook
from hub.records.people import (
    Badge,
    CostAllocation,
    CostCentre,
    Department,
    Employee,
    Employment,
    PolicyVersion,
    Site,
    Tenant,
)
from hub.records.punches import Correction, Punch, Quarantine
from hub.records.secrets import ConnectLink, SealedSecret, SealedToken

__all__ = [
    "ALWAYS",
    "Adjustment",
    "Alert",
    "Anomaly",
    "ApiKey",
    "AttendanceDay",
    "AttendancePair",
    "Badge",
    "Binding",
    "ConnectLink",
    "Connection",
    "Correction",
    "CostAllocation",
    "CostCentre",
    "Department",
    "Device",
    "DeviceEvent",
    "Dirty",
    "Employee",
    "Employment",
    "Holiday",
    "JournalEntry",
    "Lease",
    "Leave",
    "OutgoingEvent",
    "PatternDay",
    "Period",
    "PolicyVersion",
    "Punch",
    "Push",
    "Quarantine",
    "ReceiptRow",
    "Roster",
    "SavedPlan",
    "SealedSecret",
    "SealedToken",
    "Shift",
    "ShiftSegment",
    "Site",
    "Spent",
    "Tenant",
    "UnclaimedDevice",
    "Webhook",
    "WeeklyOff",
]
