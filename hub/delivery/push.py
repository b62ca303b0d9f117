"""One push: plan, send, settle, read back; over again until nothing is left to do."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Engine

from hub.contract import Connector, Scope
from hub.database import writing
from hub.delivery import confirm
from hub.delivery.agreed import note_push, require_approved, require_same
from hub.delivery.apply import Progress, apply
from hub.delivery.bindings import EMPLOYEE, bindings
from hub.delivery.clock import Clock
from hub.delivery.connections import ConnectionConfig
from hub.delivery.due import newest_change
from hub.delivery.forecast import forecast
from hub.delivery.journal import HEARTBEAT_SECONDS, Journal, Verdict, note
from hub.delivery.known import standings
from hub.delivery.lines import CHANGES, Action, Item, Known, State, settled_at
from hub.delivery.outcome import Planned, Pushed, result
from hub.delivery.periods import note_adjustments
from hub.delivery.planning import Planning
from hub.delivery.reconcile import Difference, differences
from hub.errors import HubError
from hub.events.causes import delivery_ended
from hub.garbage import collected_rarely
from hub.lease import Held as HeldLease
from hub.lease import LeaseTaken, lease
from hub.records import SavedPlan

PASSES = 4
"""A lost answer needs a second pass, a moved entry too; what is not done after these is listed."""


def _quiet(_done: int, _total: int) -> None:
    pass


class Delivery:
    """Delivery of one connection for a range of work dates. The connector is open while the object is in use."""

    def __init__(
        self, engine: Engine, config: ConnectionConfig, connector: Connector[Any], clock: Clock | None = None
    ) -> None:
        self._engine = engine
        self._config = config
        self._connector = connector
        self._clock = clock or Clock()
        self._now = self._clock.started()
        self._planning = Planning(engine, config, connector, self._now)

    def plan(self, first: date, last: date, *, only_changed: bool = False) -> Planned:
        """Desired state against the ERP's present state; changes nothing. Raises the errors of reaching the ERP.

        `only_changed`: see `push`.
        """
        with collected_rarely():
            return self._planning.plan(first, last, frozenset() if only_changed else None)

    def reconcile(self, first: date, last: date) -> list[Difference]:
        """The ERP against the journal; changes nothing. Raises the errors of reaching the ERP."""
        first = max(first, self._config.starts_on)
        known = self._planning.around(first, last)
        bound = bindings(self._engine, self._config, EMPLOYEE).refs
        employees = frozenset(bound) | {one.employee for one in known.values()}
        scope = Scope(first, last, self._connector.capabilities.kinds, employees)
        found = differences(known, self._connector.read_back(scope)) if employees else []
        return [one for one in found if first <= one.work_date <= last]

    def push(
        self,
        first: date,
        last: date,
        progress: Progress = _quiet,
        agreed: SavedPlan | None = None,
        *,
        only_changed: bool = False,
    ) -> Pushed:
        """Bring the ERP to the desired state and read it back; with `agreed`, only if that is still the plan.

        With `only_changed`, nothing is asked, and nothing told, of employee-days that the journal shows as confirmed
        just as they are wanted: a correction costs requests by its own size. What people change in the ERP shows when
        all days are pushed, or planned.

        Raises `PlanRefused`, `hub.lease.LeaseTaken`, the errors of reaching the ERP for the first plan, and what is
        unexpected; a later error of the ERP is in the result, beside all that was done before it.
        """
        require_approved(self._config, agreed)
        name = f"push {self._config.name}"
        with collected_rarely(), lease(self._engine, self._config.tenant, name, self._now) as held:
            seen = newest_change(self._engine, self._config.tenant)
            run = _Run(self._first_plan(first, last, frozenset() if only_changed else None))
            journal = self._begun(run, held, first, last, agreed)
            try:
                self._passes(run, journal, first, last, progress)
            except LeaseTaken:
                raise
            except HubError as error:
                run.error = error
            note_adjustments(self._engine, self._config, self._connector, run.latest, self._now())
            stand = standings(self._engine, self._config, max(first, self._config.starts_on), last)
            done = result(run.planned, run.latest, stand, run.arrived, run.error)
            journal.finish(done.counts, seen if run.error is None else 0, run.error)
            return done

    def _begun(self, run: "_Run", held: HeldLease, first: date, last: date, agreed: SavedPlan | None) -> Journal:
        """The journal of this push, with what needs no sending noted; nothing is noted when the plan is refused."""
        if agreed is not None:
            require_same(agreed, run.planned)
        journal = Journal(self._engine, self._config, held, first, last)
        if agreed is not None:
            note_push(self._engine, agreed, journal.push_id)
        note(run.latest.items, run.latest.journal, journal)
        return journal

    def _first_plan(self, first: date, last: date, only: frozenset[str] | None) -> Planned:
        """The plan to begin with; what prevents it is told here, as there is no push yet that could end."""
        try:
            return self._planning.plan(first, last, only)
        except HubError as error:
            told: dict[str, Any] = {"name": self._config.name, "span": (first, last), "counts": {}, "error": error}
            with writing(self._engine) as session:
                delivery_ended(session.connection(), self._config.tenant, self._now(), **told)
            raise

    def _passes(self, run: "_Run", journal: Journal, first: date, last: date, progress: Progress) -> None:
        self._require_room(run)
        while run.error is None and run.passes < PASSES and (run.todo() or run.in_flight()):
            run.passes += 1
            if run.todo():
                self._send(run, journal, progress)
            else:
                self._settle(self._planning.around(first, last), journal)
            if run.complete():
                return
            run.latest = self._planning.plan(first, last, run.latest.days)
            note(run.latest.items, run.latest.journal, journal)

    def _require_room(self, run: "_Run") -> None:
        """Raises `Throttled`, with nothing sent, when the ERP's day has no room left for all of it."""
        calls = forecast(len(run.todo()), self._connector.capabilities, self._now()).calls
        self._connector.meter.require(calls)

    def _send(self, run: "_Run", journal: Journal, progress: Progress) -> None:
        attempts = {key: known.attempts for key, known in run.latest.journal.items() if known.attempts}
        sent, run.error = apply(run.todo(), attempts, self._connector, journal, progress)
        settled = self._now() + self._connector.capabilities.settle_seconds
        told = sent.verdicts
        run.refused |= {key for key, verdict in told.items() if verdict.state is State.REJECTED}
        unread = [item for item in sent.items if told[item.key].state in _UNREAD]
        try:
            if unread:
                self._confirm(run, unread, told, settled, journal)
        except HubError:
            _note_accepted(unread, told, journal)
            raise

    def _confirm(
        self, run: "_Run", items: list[Item], told: Mapping[str, Verdict], settled: int, journal: Journal
    ) -> None:
        found = self._read_back(items)
        if late := [item for item in items if found[item.key].state not in confirm.ARRIVED]:
            _note_accepted(late, told, journal)
            if self._wait(settled, journal):
                found = self._read_back(items)
        journal.answered(items, found)
        there = [item for item in items if found[item.key].state in confirm.ARRIVED]
        run.arrived += Counter(item.action for item in there)
        run.found |= {item.key for item in there}

    def _read_back(self, items: list[Item]) -> dict[str, Verdict]:
        return confirm.verdicts(items, self._connector.read_back(confirm.scope_of(items)))

    def _settle(self, known: Mapping[str, Known], journal: Journal) -> None:
        """Wait until a read-back tells what became of these."""
        capabilities = self._connector.capabilities
        times = (settled_at(one, capabilities) for one in known.values() if one.state in _UNSETTLED)
        self._wait(max(times, default=0), journal)

    def _wait(self, until: int, journal: Journal) -> bool:
        """Wait until then, keeping the lease; whether there was anything to wait."""
        started = self._now()
        while (left := until - self._now()) > 0:
            self._clock.sleep(min(left, HEARTBEAT_SECONDS))
            journal.alive()
        return until > started


def _note_accepted(items: Iterable[Item], told: Mapping[str, Verdict], journal: Journal) -> None:
    """What the ERP said of these, where no read-back is about to say more."""
    if accepted := [item for item in items if told[item.key].state is State.ACCEPTED]:
        journal.answered(accepted, {item.key: told[item.key] for item in accepted})


_UNREAD = frozenset({State.ACCEPTED, State.UNKNOWN})
_UNSETTLED = _UNREAD | {State.SENDING}
_AT_ONCE = frozenset({Action.CREATE, Action.UPDATE, Action.UNCHANGED, Action.FOREIGN})


@dataclass(slots=True)
class _Run:
    """What has happened in a push so far."""

    planned: Planned
    latest: Planned = field(init=False)
    passes: int = 0
    arrived: Counter[Action] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)
    error: HubError | None = None

    def __post_init__(self) -> None:
        self.latest = self.planned

    def complete(self) -> bool:
        """Whether all that the latest plan asked for was read back, so that another look would find nothing to do.

        A plan that makes room before it takes it needs that other look, and so does one that had to hold back.
        """
        actions = {item.action for item in self.latest.items}
        return actions <= _AT_ONCE and all(item.key in self.found for item in self.todo())

    def todo(self) -> list[Item]:
        """The changes that are left; a row that the ERP refused is not offered to it again in the same push."""
        return [item for item in self.latest.items if item.action in CHANGES and item.key not in self.refused]

    def in_flight(self) -> bool:
        """Whether something was sent of which it is too early to say what it did."""
        return self.latest.count(Action.IN_FLIGHT) > 0
