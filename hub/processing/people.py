"""Whose punch is it: device user ids to employees, by badge group and date."""

from datetime import date

import polars as pl
from sqlalchemy import select
from sqlmodel import Session, col

from hub.frames import read_frame
from hub.records import Badge
from hub.zones import DAY, offset_s

QUARTER = 900
"""Zones change their clocks on whole quarters of an hour, so all punches of a quarter have one offset."""

_BADGES = {
    "badge_group": pl.String,
    "user_id": pl.String,
    "employee_key": pl.Int32,
    "from_date": pl.Date,
    "to_date": pl.Date,
}


def with_employees(session: Session, tenant: str, punches: pl.DataFrame) -> pl.DataFrame:
    """The punches whose badge belongs to somebody on that local date, with `employee_key`.

    Takes `punch_id`, `badge_group`, `user_id`, `zone` and `t_utc`. Punches of unknown badges are left out; they stay
    stored, and count from the moment that the badge is known. Where two hold a badge, it was handed on: the later
    `from_date` holds.
    """
    columns = [col(getattr(Badge, name)) for name in ("badge_group", "user_id", "employee_id", "from_date", "to_date")]
    badges = read_frame(session, select(*columns).where(col(Badge.tenant) == tenant), _BADGES)
    joined = _with_local_date(punches).join(badges, on=["badge_group", "user_id"], how="inner")
    # Who works a last night goes home on the day after it.
    until = (pl.col("to_date") + pl.duration(days=1)).fill_null(date.max)
    holders = joined.filter(pl.col("local_date").is_between(pl.col("from_date"), until))
    return holders.sort("punch_id", "from_date").unique("punch_id", keep="last", maintain_order=True)


def _with_local_date(punches: pl.DataFrame) -> pl.DataFrame:
    """Adds `local_date`; the offset is looked up once per zone and quarter of an hour."""
    punches = punches.with_columns(quarter=pl.col("t_utc") // QUARTER)
    quarters = punches.select("zone", "quarter").unique()
    offsets = [offset_s(zone, quarter * QUARTER) for zone, quarter in quarters.iter_rows()]
    joined = punches.join(
        quarters.with_columns(offset=pl.Series(offsets, dtype=pl.Int64)), on=["zone", "quarter"], how="left"
    )
    local_day = ((pl.col("t_utc") + pl.col("offset")) // DAY).cast(pl.Int32).cast(pl.Date)
    return joined.with_columns(local_date=local_day)
