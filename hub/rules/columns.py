"""Frame idioms the stages share: gather by dense number, sums by prefix difference, notes, ordering keys."""

from collections.abc import Iterable

import polars as pl

from hub.rules.tables import Schema

EMPLOYEE_STEP = 2**31  # room for the seconds of 68 years below each employee in an ordering key

NOTES: Schema = {
    "employee_key": pl.Int32,
    "business_date": pl.Date,
    "code": pl.String,
    "punch_id": pl.Int64,
    "detail": pl.String,
}


def ordering(t: pl.Expr, base: int) -> pl.Expr:
    """One integer that sorts by employee, then time; `base` is the earliest instant of the run."""
    return pl.col("employee_key").cast(pl.Int64) * EMPLOYEE_STEP + (t - base)


def gather(frame: pl.DataFrame, source: pl.DataFrame, by: str, names: Iterable[str]) -> pl.DataFrame:
    """`frame` with columns of `source`, whose row number stands in column `by`; replaces a join."""
    found = source.select(names)
    return frame.with_columns(found[frame[by]].get_columns()) if found.width else frame


def spread(rows: pl.Series, values: pl.Series, height: int) -> pl.Series:
    """`height` rows with each value in the row named for it, null elsewhere; of several for one row the last holds."""
    return pl.repeat(None, height, dtype=values.dtype, eager=True).scatter(rows, values)


def beside(days: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """`days` with the columns of `rows`, at most one a day, null where there is none; replaces a left join.

    `day` is the row number of `days`, which must all be there.
    """
    number = pl.int_range(rows.height, dtype=pl.UInt32, eager=True)
    return days.with_columns(rows.drop("day")[spread(rows["day"], number, days.height)].get_columns())


def starts(key: str) -> pl.Expr:
    """True on the first row of each stretch of equal keys."""
    return (pl.col(key) != pl.col(key).shift(1)).fill_null(value=True)


def ends(key: str) -> pl.Expr:
    """True on the last row of each stretch of equal keys."""
    return (pl.col(key) != pl.col(key).shift(-1)).fill_null(value=True)


def sums(frame: pl.DataFrame, key: str, names: Iterable[str], keep: Iterable[str] = ()) -> pl.DataFrame:
    """One row per stretch of equal keys: `names` summed by prefix difference, `keep` as on the stretch's last row."""
    names = list(names)
    last = frame.select(key, *keep, *(pl.col(name).cum_sum() for name in names), _end=ends(key)).filter("_end")
    before = (pl.col(name) - pl.col(name).shift(1, fill_value=0) for name in names)
    return last.drop("_end").with_columns(before)


def in_order_of(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Sorted by `key`, else as it was; what is in order already, as nearly everything is, is not touched."""
    ordered = frame if frame[key].is_sorted() else frame.sort(key, maintain_order=True)
    return ordered.with_columns(pl.col(key).set_sorted())


def in_turn(frame: pl.DataFrame, first: str, *others: str) -> pl.DataFrame:
    """Sorted by these columns; where the first one rises with every row, as it mostly does, nothing is touched."""
    rises = (frame[first] > frame[first].shift(1)).all()
    return frame if rises else frame.sort(first, *others)


def together(frame: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Rows of equal keys together, the keys in their order, else as the rows came.

    What comes in order of time is then nearly sorted by key and time, and sorting that costs little.
    """
    rows = frame.select(*keys, row=pl.int_range(pl.len(), dtype=pl.UInt32)).group_by(keys).agg("row")
    return frame[rows.sort(keys)["row"].explode(empty_as_null=False)]


def sorted_by(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Sorted by columns of numbers, dates or enumerations without nulls.

    They are packed into one number, if that has room for them: one column sorts several times as fast as several.
    """
    key, room = pl.lit(0, pl.Int64), 1
    for name in names:
        number = frame[name].to_physical().cast(pl.Int64)
        low, high = (int(end or 0) for end in (number.min(), number.max()))  # type: ignore[arg-type]
        key, room = key * (high - low + 1) + (number - low), room * (high - low + 1)
    return frame.sort(key, maintain_order=True) if room < 2**63 else frame.sort(*names)


def coded(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct texts, and for each row the number of its own; each run of equal ones is looked at once."""
    run = texts.rle_id()
    each = texts.filter((run != run.shift(1)).fill_null(value=True)).cast(pl.String)
    distinct = each.unique()
    numbers = pl.int_range(distinct.len(), dtype=pl.UInt32, eager=True)
    return distinct, each.replace_strict(distinct, numbers).cast(pl.UInt32).gather(run)


def ordinal(key: str) -> pl.Expr:
    """0, 1, 2 ... within each stretch of equal keys."""
    row = pl.int_range(pl.len(), dtype=pl.Int64)
    return row - pl.when(starts(key)).then(row).forward_fill()


def note(
    frame: pl.DataFrame,
    code: str,
    where: pl.Expr | str | None = None,
    *,
    punch: bool = False,
    detail: pl.Expr | str = "{}",
) -> pl.DataFrame:
    """Anomaly rows of one code, one for each row (or each `where` something holds) with `employee_key` and `date`."""
    # Lazy, so that of wide frames only what is selected is filtered.
    rows = frame.lazy() if where is None else frame.lazy().filter(where)
    return rows.select(
        "employee_key",
        business_date="date",
        code=pl.lit(code),
        punch_id="punch_id" if punch else pl.lit(None, dtype=pl.Int64),
        detail=pl.lit(detail) if isinstance(detail, str) else detail,
    ).collect()
