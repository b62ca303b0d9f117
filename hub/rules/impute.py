"""Stage 6, optional: what stands in for an out or an in that is missing, once the window is over."""

from typing import Final

import polars as pl

from hub.rules.columns import starts
from hub.rules.direction import IN, OUT
from hub.rules.instances import Plan, with_facts

_FACTS: Final = ("w1", "expected_min", "missing_out_min")


def imputed(single: pl.DataFrame, planned: Plan, as_of: int) -> pl.DataFrame:
    """Adds the partner of lonely punches as rows of their own, with `stands_in` and no punch id.

    A stand-in never lies beyond the next punch, and the day must be over: nobody is paid for hours yet to come.
    """
    single = single.with_columns(stands_in=pl.lit(value=False))
    wanted = (pl.col("missing_out_policy") != "none") | (pl.col("missing_in_policy") != "none")
    if not single.select(wanted.any()).item():
        return single
    over = as_of > pl.col("w1")
    single = with_facts(single, planned, _FACTS).with_columns(
        _run_next=pl.col("run").shift(-1), _dir_next=pl.col("dir").shift(-1)
    )
    answered = (pl.col("_run_next") == pl.col("run")) & (pl.col("_dir_next") == OUT)
    no_out = (pl.col("dir") == IN) & ~answered.fill_null(value=False) & over
    no_in = (pl.col("dir") == OUT) & (starts("run") | (pl.col("dir").shift(1) == OUT)) & over
    same = pl.col("employee_key") == pl.col("employee_key").shift(-1)
    limit = pl.when(same).then(pl.col("t").shift(-1))
    outs = single.with_columns(_t=pl.min_horizontal(_out_at(), limit), _wanted=no_out & _out_at().is_not_null())
    ins = single.with_columns(_t=pl.when(pl.col("missing_in_policy") == "shift_start").then("s0"), _wanted=no_in)
    made = [_rows(outs, "_t", OUT), _rows(ins, "_t", IN)]
    names = [name for name in single.columns if not name.startswith("_")]
    return pl.concat([single.select(names), *(rows.select(names) for rows in made)]).sort("run", "t", "dir")


def _out_at() -> pl.Expr:
    mode = pl.col("missing_out_policy")
    end = (
        pl.when(mode == "shift_end").then("s1")
        .when(mode == "in_plus_expected").then(pl.col("t") + pl.col("expected_min") * 60)
        .when(mode == "in_plus_min").then(pl.col("t") + pl.col("missing_out_min") * 60)
    )  # fmt: skip
    return pl.when(end > pl.col("t")).then(end)


def _rows(frame: pl.DataFrame, t: str, direction: int) -> pl.DataFrame:
    later = pl.col(t) > pl.col("t") if direction == OUT else pl.col(t) < pl.col("t")
    made = frame.filter(pl.col("_wanted") & later)
    return made.with_columns(
        t=pl.col(t),
        dir=pl.lit(direction, pl.Int8),
        punch_id=pl.lit(None, pl.Int64),
        stands_in=pl.lit(value=True),
        rounded=pl.col(t),
    )
