"""Days as work entries (`hr.work.entry`, Odoo 19 and later): hours of a date, a record for each type. Pure.

The hours are part of the natural key, as parts of a day cannot be changed, made and removed in one call. Other hours
are another record: the parts of the old one are removed in one call, those of the new one made in another, and each
call is one transaction of Odoo's. So a day is never there in part.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from connectors.odoo import wire
from connectors.odoo.settings import PARTS, OdooSettings
from connectors.odoo.site import Site
from hub.contract import Change, Day, Entry, Held, Record

Row = dict[str, Any]
LONGEST = 24 * 60
"""Minutes of one work entry at most ("Duration must be positive and cannot exceed 24 hours.", 19.0)."""
_WHOLE = 100


def parts(day: Day, settings: OdooSettings) -> dict[str, int]:
    """The minutes of each part of the day that these settings book; nothing of those that have none."""
    types = settings.work_codes
    overtime = day.overtime_min if "overtime" in types else 0
    unpaid = (day.lop * settings.day_minutes + _WHOLE // 2) // _WHOLE if "unpaid" in types else 0
    minutes = {"worked": max(day.worked_min - overtime, 0), "overtime": overtime, "unpaid": unpaid}
    return {part: count for part, count in minutes.items() if count}


def render(entry: Entry, settings: OdooSettings) -> Record:
    """How a day looks as work entries."""
    assert isinstance(entry.payload, Day)
    return _record(entry.employee, entry.work_date.isoformat(), parts(entry.payload, settings))


def _record(employee: str, day: str, minutes: Mapping[str, int]) -> Record:
    amounts = "-".join(str(minutes.get(part, 0)) for part in PARTS)
    return Record(f"work:{employee}:{day}:{amounts}", {"date": day, **minutes})


def names(change: Change, external: str) -> dict[str, str]:
    """The external id of each part of the day."""
    return {part: f"{external}:{part}" for part in PARTS if part in change.image}


def rows(change: Change, external: str, site: Site) -> list[Row]:
    """The cells of the parts, for `load`; Odoo finds the version (contract) by itself, and makes a draft."""
    return [
        {
            "id": name,
            "employee_id/.id": change.employee,
            "date": change.image["date"],
            "work_entry_type_id/.id": str(site.work_types[part]),
            "duration": str(wire.hours(change.image[part])),
            "name": site.settings.label,
        }
        for part, name in names(change, external).items()
    ]


def held(found: Iterable[Row], types: Mapping[str, int]) -> Iterator[Held]:
    """The days of these work entries, which come in the order of their ids.

    A type that is there twice makes a second record under the same key: those hours are paid twice.
    """
    part_of = {ref: part for part, ref in types.items()}
    layers: defaultdict[tuple[str, str], list[dict[str, Row]]] = defaultdict(list)
    for row in found:
        day, part = layers[str(row["employee_id"]), row["date"]], part_of[row["work_entry_type_id"]]
        free = next((layer for layer in day if part not in layer), None)
        if free is None:
            day.append(free := {})
        free[part] = row
    for (employee, day_), day in layers.items():
        made = [_record(employee, day_, _minutes(layer)) for layer in day]
        for record, layer in zip(made, day, strict=True):
            refs = tuple(str(layer[part]["id"]) for part in PARTS if part in layer)
            yield Held(made[0].natural_key, record.image, refs, employee, date.fromisoformat(day_))


def _minutes(layer: Mapping[str, Row]) -> dict[str, int]:
    return {part: wire.minutes(layer[part]["duration"]) for part in PARTS if part in layer}
