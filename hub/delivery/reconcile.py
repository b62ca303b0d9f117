"""The ERP against the journal, whatever is wanted now: what is gone, changed, doubled, or not ours."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.contract import Held, digest
from hub.delivery.lines import Known


class Found(StrEnum):
    """How ERP and journal differ."""

    MISSING = "missing"
    DRIFTED = "drifted"
    DOUBLED = "doubled"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Difference:
    """One of them; `key` is empty for what is not ours."""

    found: Found
    key: str
    natural_key: str
    employee: str
    work_date: date
    refs: tuple[str, ...] = ()


def differences(journal: Mapping[str, Known], held: Iterable[Held]) -> list[Difference]:
    """All differences, by natural key. What was never confirmed is not missed."""
    by_record: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        by_record[one.natural_key].append(one)
    ours = {known.natural_key: known for known in journal.values() if known.confirmed}
    found = [_of_ours(known, by_record.get(key, [])) for key, known in ours.items()]
    sent = {known.natural_key for known in journal.values()}
    foreign = [
        Difference(Found.FOREIGN, "", key, one.employee, one.work_date, one.refs)
        for key, holds in by_record.items()
        if key not in sent
        for one in holds
    ]
    return sorted([one for one in found if one] + foreign, key=lambda one: (one.natural_key, one.refs))


def _of_ours(known: Known, holds: list[Held]) -> Difference | None:
    refs = tuple(ref for one in holds for ref in one.refs)
    if not holds:
        found = Found.MISSING
    elif len(holds) > 1:
        found = Found.DOUBLED
    elif not holds[0].pending and digest(holds[0].image) != known.confirmed:
        found = Found.DRIFTED
    else:
        return None
    return Difference(found, known.key, known.natural_key, known.employee, known.work_date, refs)
