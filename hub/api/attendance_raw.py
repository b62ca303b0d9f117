"""Pages of punches as they came, with what supervisors changed beside them, in the order of their instants."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import Engine, Select, and_, literal, or_, select, union_all
from sqlmodel import Session, col

from hub.api.attendance_filters import device_ids, employee_id, require_site
from hub.api.attendance_models import RawPage, RawPunch, RawQuery
from hub.api.attendance_rows import added_row, correction_row, punch_row
from hub.api.cursors import place_in, written
from hub.api.instants import instant
from hub.database import reading
from hub.processing.people import with_employees
from hub.records import Badge, Correction, Device, Employee, Employment, Punch, Site
from hub.zones import local_date

LIST = "raw"
PUNCH, ADDED = 0, 1
_OF_BADGES = {
    "punch_id": pl.Int64,
    "badge_group": pl.String,
    "user_id": pl.String,
    "zone": pl.String,
    "t_utc": pl.Int64,
}


class Place(NamedTuple):
    """Where a row stands in the list."""

    t_utc: int
    kind: int
    number: int


def raw_page(engine: Engine, tenant: str, asked: RawQuery) -> RawPage:
    """The page that begins at the cursor; raises `Problem` for filters that name nothing."""
    after = Place(*place_in(asked.cursor, LIST, 3)) if asked.cursor else None
    with reading(engine) as session:
        employee = employee_id(session, tenant, asked.employee)
        query = _places(session, tenant, asked, employee, after)
        places = [Place(*row) for row in session.connection().execute(query)]
        shown = places[: asked.limit]
        rows = _Page(session, tenant, shown).rows()
    more = len(places) > len(shown)
    # Whose badge it was on that day is known only now: a page may be shorter than was asked for.
    items = [row for row in rows if asked.employee in (None, row.employee)]
    return RawPage(items=items, next_cursor=written(LIST, shown[-1]) if more else None)


def _places(session: Session, tenant: str, asked: RawQuery, employee: int | None, after: Place | None) -> Select[Any]:
    devices = device_ids(session, tenant, asked.device)
    require_site(session, tenant, asked.site)
    span = _span(session, tenant, asked)
    punch, device = Punch, Device
    of_device = and_(col(device.tenant) == col(punch.tenant), col(device.id) == col(punch.device_id))
    punches = select(col(punch.t_utc), literal(PUNCH).label("kind"), col(punch.id)).outerjoin(device, of_device)
    punches = punches.where(col(punch.tenant) == tenant, *_within(punch, PUNCH, span, after))
    if devices is not None:
        punches = punches.where(col(punch.device_id).in_(devices))
    if asked.site:
        punches = punches.where(col(device.site) == asked.site)
    if employee is not None:
        punches = punches.where(_may_be_theirs(employee))
    parts = [_first(punches, asked.limit)]
    if devices is None and not asked.site:
        parts.append(_first(_added(tenant, employee, span, after), asked.limit))
    both = union_all(*parts).subquery()
    return select(both).order_by(*both.columns).limit(asked.limit + 1)


def _added(tenant: str, employee: int | None, span: tuple[int | None, int | None], after: Place | None) -> Select[Any]:
    one = Correction
    query = select(col(one.t_utc), literal(ADDED).label("kind"), col(one.id)).where(
        col(one.tenant) == tenant, col(one.op) == "add", col(one.t_utc).is_not(None), *_within(one, ADDED, span, after)
    )
    return query if employee is None else query.where(col(one.employee_id) == employee)


def _first(query: Select[Any], limit: int) -> Select[Any]:
    """As many as a page may need; in a query of its own, which is what SQLite can limit."""
    return select(query.order_by(query.selected_columns[0], query.selected_columns[2]).limit(limit + 1).subquery())


def _span(session: Session, tenant: str, asked: RawQuery) -> tuple[int | None, int | None]:
    query = select(col(Site.zone)).where(col(Site.tenant) == tenant)
    if asked.site:
        query = query.where(col(Site.code) == asked.site)
    zones = session.connection().execute(query).scalars().all()
    begin = None if asked.begin is None else instant("from", asked.begin, zones)
    end = None if asked.end is None else instant("to", asked.end, zones)
    return begin, end


def _within(table: Any, kind: int, span: tuple[int | None, int | None], after: Place | None) -> list[Any]:
    begin, end = span
    conditions = [] if begin is None else [table.t_utc >= begin]
    conditions += [] if end is None else [table.t_utc < end]
    if after is not None:
        at_once = and_(table.t_utc == after.t_utc, table.id > after.number) if kind == after.kind else None
        at_once = table.t_utc == after.t_utc if kind > after.kind else at_once
        later = table.t_utc > after.t_utc
        conditions += [table.t_utc >= after.t_utc, later if at_once is None else or_(later, at_once)]
    return conditions


def _may_be_theirs(employee: int) -> Any:
    """Whether the badge was theirs at any time; of which dates is looked at afterwards."""
    badge, punch = Badge, Punch
    return (
        select(col(badge.id))
        .where(col(badge.tenant) == col(punch.tenant), col(badge.employee_id) == employee)
        .where(col(badge.badge_group) == col(Device.badge_group), col(badge.user_id) == col(punch.user_id))
        .exists()
    )


class _Page:
    """The rows at these places."""

    def __init__(self, session: Session, tenant: str, places: Sequence[Place]) -> None:
        self._session, self._tenant, self._places = session, tenant, places
        self._numbers = {kind: [one.number for one in places if one.kind == kind] for kind in (PUNCH, ADDED)}

    def rows(self) -> list[RawPunch]:
        punches, corrections = self._punches(), self._corrections()
        owners, added = self._owners(punches), self._added()
        zones = self._zones([row["employee_id"] for row in added.values()])
        names = self._names([*owners.values(), *(row["employee_id"] for row in added.values())])
        found = []
        for place in self._places:
            if place.kind == PUNCH:
                row = punches[place.number]
                beside = [correction_row(one, row["zone"] or "UTC") for one in corrections[place.number]]
                found.append(punch_row(row, names.get(owners.get(place.number, 0)), beside))
            else:
                row = added[place.number]
                zone = _zone_at(zones[row["employee_id"]], row["t_utc"])
                found.append(added_row(row, names.get(row["employee_id"]), zone))
        return found

    def _all(self, query: Any) -> Sequence[Any]:
        return self._session.connection().execute(query).mappings().all()

    def _punches(self) -> dict[int, Any]:
        punch, device, site = Punch, Device, Site
        of_device = and_(col(device.tenant) == col(punch.tenant), col(device.id) == col(punch.device_id))
        of_site = and_(col(site.tenant) == col(punch.tenant), col(site.code) == col(device.site))
        columns = (col(device.serial), col(device.door), col(device.badge_group), col(device.site), col(site.zone))
        query = select(punch.__table__, *columns).outerjoin(device, of_device).outerjoin(site, of_site)  # type: ignore[attr-defined]
        there = (col(punch.tenant) == self._tenant, col(punch.id).in_(self._numbers[PUNCH]))
        return {row["id"]: row for row in self._all(query.where(*there))}

    def _corrections(self) -> dict[int, list[Any]]:
        one = Correction
        there = (col(one.tenant) == self._tenant, col(one.punch_id).in_(self._numbers[PUNCH]))
        found: dict[int, list[Any]] = defaultdict(list)
        for row in self._all(select(one.__table__).where(*there).order_by(col(one.id))):  # type: ignore[attr-defined]
            found[row["punch_id"]].append(row)
        return found

    def _added(self) -> dict[int, Any]:
        one = Correction
        there = (col(one.tenant) == self._tenant, col(one.id).in_(self._numbers[ADDED]))
        return {row["id"]: row for row in self._all(select(one.__table__).where(*there))}  # type: ignore[attr-defined]

    def _owners(self, punches: dict[int, Any]) -> dict[int, int]:
        known = [row for row in punches.values() if row["badge_group"] and row["zone"]]
        rows = [(row["id"], row["badge_group"], row["user_id"], row["zone"], row["t_utc"]) for row in known]
        held = with_employees(self._session, self._tenant, pl.DataFrame(rows, _OF_BADGES, orient="row"))
        return dict(held.select("punch_id", "employee_key").iter_rows())

    def _names(self, employees: Sequence[int]) -> dict[int, str]:
        one = Employee
        there = (col(one.tenant) == self._tenant, col(one.id).in_(set(employees)))
        return {row["id"]: row["number"] for row in self._all(select(col(one.id), col(one.number)).where(*there))}

    def _zones(self, employees: Sequence[int]) -> dict[int, list[Any]]:
        """Where each of them worked, the latest first."""
        one, site = Employment, Site
        of_site = and_(col(site.tenant) == col(one.tenant), col(site.code) == col(one.site))
        query = select(col(one.employee_id), col(one.from_date), col(site.zone)).join(site, of_site)
        there = (col(one.tenant) == self._tenant, col(one.employee_id).in_(set(employees)))
        found: dict[int, list[Any]] = defaultdict(list)
        for row in self._all(query.where(*there).order_by(col(one.from_date).desc())):
            found[row["employee_id"]].append(row)
        return found


def _zone_at(employments: Sequence[Any], t_utc: int) -> str:
    """The zone of the site where somebody worked at that instant; UTC for who worked nowhere yet."""
    return next((row["zone"] for row in employments if row["from_date"] <= local_date(row["zone"], t_utc)), "UTC")
