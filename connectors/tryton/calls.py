"""Changes to calls of Tryton: which can share a call, what the call says, which ids come back. Pure.

Tryton carries out a call in one transaction: all its rows or none (trytond 8.2, protocols/dispatcher).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from connectors.tryton.faults import RowRefusedError
from connectors.tryton.mapping import Company, attendance_rows, attendance_values, timesheet_row, timesheet_values
from hub.contract import Change, Kind, Operation

_MODELS = {Kind.INTERVAL: "attendance.line", Kind.HOURS: "timesheet.line"}
_PARTS = {Kind.INTERVAL: 2, Kind.HOURS: 1}


def model(change: Change) -> str:
    """The model that holds the change's records."""
    return _MODELS[change.kind]


def grouped(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Changes that one call can carry; the order of operations is kept, within one the models are gathered."""
    for _, same in groupby(changes, key=lambda change: change.operation):
        groups: dict[tuple[str, str], list[Change]] = {}
        for change in same:
            groups.setdefault((model(change), _verb(change)), []).append(change)
        yield from groups.values()


def _verb(change: Change) -> str:
    if change.operation is Operation.WITHDRAW:
        return "delete"
    # An interval whose `out` is gone is mended by creating just that line.
    return "write" if len(change.refs) == _PARTS[change.kind] else "create"


def call(changes: Sequence[Change], company: Company, label: str) -> tuple[str, list[Any]]:
    """Method and parameters of the call for one group."""
    verb = _verb(changes[0])
    for change in changes:
        _check(change)
    if verb == "delete":
        params: list[Any] = [[ref for change in changes for ref in _ids(change)]]
    elif verb == "write":
        params = [part for change in changes for part in ([_ids(change)[-1]], _values(change))]
    else:
        params = [[row for change in changes for row in _rows(change, company, label)]]
    return f"model.{model(changes[0])}.{verb}", params


def refs(changes: Sequence[Change], result: Any) -> list[tuple[str, ...]]:
    """The ids that each change of a group has in Tryton after the call."""
    if not isinstance(result, list):
        return [() if change.operation is Operation.WITHDRAW else change.refs for change in changes]
    made = iter(result)
    return [
        (*change.refs, *(str(next(made)) for _ in range(_PARTS[change.kind] - len(change.refs)))) for change in changes
    ]


def _check(change: Change) -> None:
    numbers = [change.employee, *change.refs, *([change.image["work"]] if "work" in change.image else [])]
    if not all(number.isascii() and number.isdecimal() for number in numbers):
        raise RowRefusedError("its employee, work or record is not an id of Tryton; correct the mapping.")
    if change.operation is not Operation.CREATE and not change.refs:
        raise RowRefusedError("it is not known which record of Tryton is meant; the next run reads them anew.")
    if "start" in change.image and change.image.get("end", change.image["start"] + 1) <= change.image["start"]:
        raise RowRefusedError("the interval ends before it begins; correct the punches.")


def _ids(change: Change) -> list[int]:
    return [int(ref) for ref in change.refs]


def _rows(change: Change, company: Company, label: str) -> list[dict[str, Any]]:
    if change.kind is Kind.HOURS:
        return [timesheet_row(change, company, label)]
    return attendance_rows(change, company)[len(change.refs) :]


def _values(change: Change) -> dict[str, Any]:
    return timesheet_values(change.image) if change.kind is Kind.HOURS else attendance_values(change.image)
