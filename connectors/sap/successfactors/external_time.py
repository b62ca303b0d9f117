"""ExternalTimeData: hours that the time sheet imports after the answer.

A stored row is not paid yet. For employees who do not record time positively it stays lying for ever, and without
instant import until a job of SuccessFactors runs (SAP notes 2882091, 3413476). So what counts as there is what the
time sheet shows; what is stored and not imported is pending: not delivered, and not forgotten either.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from connectors.sap import odata_wire as wire
from connectors.sap.successfactors import external
from connectors.sap.successfactors.client import SfClient
from connectors.sap.successfactors.entities import EXTERNAL_TIME, RECORDING, SHEET_ENTRY
from connectors.sap.successfactors.external import Recorded
from connectors.sap.successfactors.people import any_of, chunks, profiles
from connectors.sap.successfactors.settings import SfSettings
from connectors.sap.successfactors.target import Target, accepted, rejected
from hub.contract import Capabilities, Change, Entry, Finding, Held, Kind, Operation, Receipt, Record, Scope, Severity
from hub.errors import ContractBroken

_ONE_DAY = timedelta(days=1)
NOT_POSITIVE = (
    "SuccessFactors takes external times for positive time recording only, and this employee's time recording profile "
    "is not among recording_profiles; change the profile there, or the settings."
)


def capabilities(settings: SfSettings) -> Capabilities:
    """What can be done; 429 is to be followed by five minutes of quiet (SAP note 3159263)."""
    kind = Kind.HOURS if settings.recording == "duration" else Kind.INTERVAL
    return Capabilities(
        kinds=frozenset({kind}), batch_size=settings.upsert_size, settle_seconds=300, lock_out_seconds=300
    )


class ExternalTime(Target):
    """The external times of a company."""

    def __init__(self, client: SfClient, settings: SfSettings) -> None:
        self.kinds = capabilities(settings).kinds
        self._client = client
        self._settings = settings

    def render(self, entry: Entry) -> Record:
        """How an entry looks as external time."""
        return external.render(entry)

    def held(self, scope: Scope) -> Iterator[Held]:
        """The rows around the scope's days, with what the time sheet makes of them."""
        there = self._recorded(self._entries(scope)) if self._settings.time_sheet == "entries" else None
        for users in chunks(sorted(scope.employees)):
            rows = [*self._client.rows(EXTERNAL_TIME, paging="cursor", **_of(users, "startDate", scope))]
            recorded = self._recorded(self._recordings(users, scope)) if self._reads_recordings else there
            for row in rows:
                try:
                    if found := self._held(row, recorded):
                        yield found
                except (KeyError, TypeError, ValueError) as error:
                    raise ContractBroken("A row of external time has an unknown shape.", detail=repr(error)) from error

    def _held(self, row: dict[str, Any], recorded: dict[str, Recorded] | None) -> Held | None:
        """A row, pending while the time sheet says something else; None for one that is gone there, too."""
        done = recorded is None or external.in_force(row, recorded.get(row["externalCode"]))
        if done and row.get("deleteExternalTime"):
            return None
        return external.held(row, self._settings, pending=not done)

    @staticmethod
    def _recorded(sheet: Iterable[dict[str, Any]]) -> dict[str, Recorded]:
        """What the time sheets have, by external code; a row may have become several entries."""
        found: defaultdict[str, list[Recorded]] = defaultdict(list)
        for row in sheet:
            if row.get("externalTimeCode"):
                found[row["externalTimeCode"]].append(_of_sheet(row))
        return {
            code: Recorded(sum(one.minutes for one in some), some[0].start, some[-1].end)
            for code, some in found.items()
        }

    @property
    def _reads_recordings(self) -> bool:
        return self._settings.time_sheet == "recordings"

    def _entries(self, scope: Scope) -> Iterator[dict[str, Any]]:
        """Of everybody: whose they are stands in the sheet around them."""
        return self._client.rows(SHEET_ENTRY, paging="cursor", **{"$filter": _days("startDate", scope)})

    def _recordings(self, users: list[str], scope: Scope) -> Iterator[dict[str, Any]]:
        return self._client.rows(RECORDING, paging="cursor", **_of(users, "date", scope))

    def push(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Upsert all of them; one result a row."""
        good: list[Change] = []
        wrong = self._unsendable(changes)
        for change in changes:
            if change.key in wrong:
                yield rejected(change, wrong[change.key])
            else:
                good.append(change)
        for at in range(0, len(good), self._settings.upsert_size):
            some = good[at : at + self._settings.upsert_size]
            results = self._client.upsert(EXTERNAL_TIME, [self._row(change) for change in some])
            for change, result in zip(some, results, strict=True):
                ref = external.code(change.natural_key, self._settings.namespace)
                yield rejected(change, result.reason) if result.reason else accepted(change, ref)

    def _row(self, change: Change) -> dict[str, Any]:
        if change.operation is Operation.WITHDRAW:
            return external.removal(change, self._settings)
        return external.row(change, self._settings)

    def _unsendable(self, changes: Sequence[Change]) -> dict[str, str]:
        """By key, what is wrong with a change before SuccessFactors sees it."""
        found = {
            change.key: f"{said}; correct the attendance or the mapping."
            for change in changes
            if (said := EXTERNAL_TIME.wrong(self._row(change)))
        }
        if not self._settings.recording_profiles:
            return found
        new = [change for change in changes if change.operation is not Operation.WITHDRAW]
        for day in sorted({change.work_date for change in new}):
            some = [change for change in new if change.work_date == day]
            there = profiles(self._client, (change.employee for change in some), day)
            lacking = (one for one in some if there.get(one.employee, "") not in self._settings.recording_profiles)
            found |= {change.key: NOT_POSITIVE for change in lacking}
        return found

    def findings(self) -> Iterator[Finding]:
        """Whether rows and time sheets can be read; asks for a code that nobody has."""
        [*self._client.rows(EXTERNAL_TIME, paging="cursor", **{"$filter": f"externalCode eq {wire.literal('-')}"})]
        if self._settings.time_sheet == "unread":
            text = "Stored rows count as delivered; whether the time sheets take them is not looked at."
            yield Finding("time sheets", Severity.WARNING, text)
            return
        entity = SHEET_ENTRY if self._settings.time_sheet == "entries" else RECORDING
        [*self._client.rows(entity, paging="cursor", **{"$filter": f"externalCode eq {wire.literal('-')}"})]
        yield Finding("time sheets", Severity.OK, f"External times and {entity.name} can be read.")


def _of(users: list[str], name: str, scope: Scope) -> dict[str, str]:
    return {"$filter": f"{any_of('userId', users)} and {_days(name, scope)}"}


def _days(name: str, scope: Scope) -> str:
    """A day more on both sides: a pair may begin on the day before or after its work date."""
    first, last = scope.first - _ONE_DAY, scope.last + _ONE_DAY
    return f"{name} ge {wire.day_literal(first)} and {name} le {wire.day_literal(last)}"


def _of_sheet(row: dict[str, Any]) -> Recorded:
    try:
        if "durationInMinutes" in row:
            minutes = int(row["durationInMinutes"] or 0)
        else:
            minutes = wire.minutes(wire.hundredths(row["quantityInHours"] or 0))
    except (KeyError, TypeError, ValueError) as error:
        raise ContractBroken("An entry of a time sheet has an unknown shape.", detail=repr(error)) from error
    return Recorded(minutes, row.get("startTime") or "", row.get("endTime") or "")
