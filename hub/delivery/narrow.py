"""Which employee-days a correction concerns: those that the journal does not show as delivered just so. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain

from hub.delivery.lines import Known, State, Wanted, day_of


def concerned(
    wanted: Sequence[Wanted], journal: Mapping[str, Known], keep: AbstractSet[str], before: AbstractSet[str]
) -> frozenset[str]:
    """Employee-days as `hub.delivery.lines.day_of` names them: `before`, what changed, and who shares their records.

    Of a day that is held back (`keep`) nothing is wanted, and what is confirmed of it stays as it is.
    """
    found = before | {day_of(one) for one in wanted if not _delivered(journal.get(one.key), one)}
    keys = {one.key for one in wanted}
    for key, known in journal.items():
        if key not in keys and not (known.state is State.CONFIRMED and day_of(known) in keep):
            found |= {day_of(known)}
    return _with_sharers(frozenset(found), chain(wanted, journal.values()))


def _delivered(known: Known | None, one: Wanted) -> bool:
    if known is None or known.state is not State.CONFIRMED:
        return False
    return known.natural_key == one.natural_key and known.confirmed == one.digest


def _with_sharers(days: frozenset[str], lines: Iterable[Wanted | Known]) -> frozenset[str]:
    """These and all that have a record in common with one of them, and so on: a record is planned as a whole."""
    by_record: dict[str, set[str]] = defaultdict(set)
    for one in lines:
        by_record[one.natural_key].add(day_of(one))
    shared = [group for group in by_record.values() if len(group) > 1]
    while more := {day for group in shared if not days.isdisjoint(group) for day in group} - days:
        days |= more
    return days
