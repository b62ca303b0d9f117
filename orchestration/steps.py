"""What each asset does, as plain functions: an engine, a connection and a work date in, counts out."""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from sqlalchemy import Engine, func, select
from sqlmodel import col

from hub import database
from hub.connecting import public_url
from hub.delivery.agreed import save_plan, waiting_plan
from hub.delivery.bindings import bind
from hub.delivery.connections import ConnectionConfig, connector_of, open_connector, register
from hub.delivery.known import standing
from hub.delivery.lines import CHANGES, Action
from hub.delivery.outcome import Planned, Pushed, result
from hub.delivery.push import Delivery
from hub.delivery.wanted import mapped_days
from hub.errors import Fix, SettingsWrong
from hub.lease import LeaseTaken
from hub.links import day_page, plan_page
from hub.mapping import Mapped
from hub.processing import Processed, process
from hub.processing.read import utc
from hub.records import Punch

NIGHT = "the nightly run"
"""Who made a plan that no person made."""

TURN_SECONDS, TURN_EVERY_SECONDS = 60, 0.2
"""A date is processed in less than a second, so whoever is in the way is soon done."""


@cache
def engine() -> Engine:
    """The hub's database, one engine a process; its URL stays in the environment, out of Dagster's storage."""
    return database.connect(database.url_from_environment())


def day_of(partition_key: str) -> date:
    """The work date of a partition."""
    return date.fromisoformat(partition_key)


def now() -> int:
    """UTC seconds."""
    return int(time.time())


def count_punches(tenant: str, day: date) -> int:
    """Punches received for the UTC date."""
    query = select(func.count()).select_from(Punch).where(col(Punch.tenant) == tenant)
    between = (col(Punch.t_utc) >= utc(day), col(Punch.t_utc) < utc(day + timedelta(days=1)))
    with database.reading(engine()) as session:
        return int(session.connection().execute(query.where(*between)).scalar() or 0)


def process_day(tenant: str, day: date) -> Processed:
    """Compute the attendance days of one work date; the runs of a tenant's connections take turns at it.

    Raises `LeaseTaken` when the turn does not come.
    """
    until = time.monotonic() + TURN_SECONDS
    while True:
        try:
            return process(engine(), tenant, day, day, now)
        except LeaseTaken:
            if time.monotonic() > until:
                raise
            time.sleep(TURN_EVERY_SECONDS)


@dataclass(frozen=True, slots=True)
class Bound:
    """How many employees and cost centres got a new binding, and how many had theirs already."""

    new: int
    known: int


def bind_people(config: ConnectionConfig) -> Bound:
    """Make the connection known to the hub, and its ERP's employees and cost objects to the connection."""
    register(engine(), config)
    with open_connector(config, engine()) as connector:
        tally = bind(engine(), config, connector)
    return Bound(tally.created + tally.changed, tally.unchanged)


def map_day(config: ConnectionConfig, day: date) -> Mapped:
    """The entries of one work date, and what is held back."""
    return mapped_days(engine(), config, connector_of(config), day, day)


def plan_day(config: ConnectionConfig, day: date, *, only_changed: bool = False) -> Planned:
    """What a push would do now."""
    with open_connector(config, engine()) as connector:
        return Delivery(engine(), config, connector).plan(day, day, only_changed=only_changed)


def push_day(config: ConnectionConfig, day: date, *, only_changed: bool = False) -> Pushed:
    """Send, settle, read back. Where plans are approved: keep one, and raise `Fix` that says what to do with it."""
    return push_days(config, day, day, only_changed=only_changed)


def push_days(config: ConnectionConfig, first: date, last: date, *, only_changed: bool = False) -> Pushed:
    """The same for several work dates at once."""
    with open_connector(config, engine()) as connector:
        delivery = Delivery(engine(), config, connector)
        if not config.approval:
            return delivery.push(first, last, only_changed=only_changed)
        planned = delivery.plan(first, last)
    if planned.count(*CHANGES):
        raise Fix(_for_approval(config, planned))
    return result(planned, planned, {key: standing(one) for key, one in planned.journal.items()}, {}, None)


def _for_approval(config: ConnectionConfig, planned: Planned) -> str:
    there = waiting_plan(engine(), config, planned)
    number = there.id if there else save_plan(engine(), config, planned, NIGHT, now())
    approved = f"is approved by {there.approved_by}: " if there and there.approved_by else ""
    ask = approved or f"waits for a second person: muster approve {number}, then "
    return f"Plan {number} with {planned.count(*CHANGES)} changes {ask}muster apply {number}."


def page_of(config: ConnectionConfig, planned: Planned) -> str:
    """Where people see the plan, if it was saved and `MUSTER_PUBLIC_URL` is set. It carries no right to look."""
    there = waiting_plan(engine(), config, planned)
    return public(plan_page(there.id)) if there and there.id else ""


def explanations_of(config: ConnectionConfig, day: date) -> str:
    """Where people choose an employee-day of the work date to have it explained, likewise."""
    return public(day_page(config.name, day))


def public(path: str) -> str:
    """The address of a page of the hub; empty where browsers are not told how to reach it."""
    try:
        return f"{public_url()}{path}"
    except SettingsWrong:  # a link is not worth a failed night
        return ""


def differences(planned: Planned) -> dict[str, int]:
    """What a fresh read-back finds that is not as it should be, by action; empty when all is well."""
    fine = (Action.UNCHANGED, Action.GONE, Action.KEPT, Action.FOREIGN)
    return {action: count for action, count in by_action(planned).items() if action not in fine}


def by_action(planned: Planned) -> dict[str, int]:
    """How many items of the plan have each action."""
    return dict(Counter(item.action.value for item in planned.items))
