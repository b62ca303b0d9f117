"""Row digests that do not depend on the process, the chunking or the order of rows.

A row's digest is a sum of column values times odd constants, modulo 2**64: a change of any one column always changes
it. Text enters by blake2b of its distinct values. Rows of a set are spread by a square before they are added up, so
that two of them cannot trade values unnoticed.
"""

from collections.abc import Iterable

import polars as pl

from hub.rules.columns import coded, in_order_of, sums
from hub.rules.parameters import digest

_NULL = digest("null")


def row_hash(frame: pl.DataFrame, names: Iterable[str]) -> pl.Series:
    """A u64 per row over the named columns."""
    terms = [_number(frame, name) * pl.lit(digest(name) | 1, pl.UInt64) for name in names]
    total = sum(terms, pl.lit(digest("row"), pl.UInt64))
    return frame.select(total.alias("hash")).to_series()


def set_hash(frame: pl.DataFrame, key: str, names: Iterable[str]) -> pl.DataFrame:
    """Per key a u64 `hash` over the set of its rows."""
    rows = frame.select(key, hash=row_hash(frame, names))
    spread = pl.col("hash") * (pl.col("hash") ^ pl.lit(digest("spread"), pl.UInt64))
    return sums(in_order_of(rows.with_columns(spread), key), key, ["hash"])


def _number(frame: pl.DataFrame, name: str) -> pl.Expr:
    """The column as u64, nulls as a constant of their own."""
    dtype, column = frame.schema[name], pl.col(name)
    null, lacking = pl.lit(_NULL, pl.UInt64), frame[name].null_count()
    if lacking and lacking == frame.height:
        return null
    if dtype in (pl.String, pl.Enum):
        column = pl.lit(_digests(frame[name]))
    elif dtype != pl.UInt64:
        column = column.cast(pl.Int64).reinterpret(signed=False)
    return column.fill_null(null) if lacking else column


def _digests(texts: pl.Series) -> pl.Series:
    distinct, numbers = coded(texts)
    digests = [None if text is None else digest(text) for text in distinct]
    return pl.Series(digests, dtype=pl.UInt64).gather(numbers)
