"""Policies as a table, so that a parameter is a column beside the day it governs."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

import polars as pl

from hub.rules.policy import Policy

FALLBACK: Final = ""  # code under which the default policy stands for one that is not known
# Lists and shapes are worked through policy by policy, where they apply.
_SHAPES: Final = {
    "round_in", "round_out", "round_pair", "round_day", "round_half", "round_basis", "break_tiers", "ot_rules",
    "night_window", "late_tiers", "arrival_bands", "sandwich_kinds", "sandwich_exempt", "amendments",
}  # fmt: skip
_TEXTS: Final = {"early_in_counts", "late_out_counts"}
_DATE: Final = date(1, 1, 1)


def policy_table(policies: Mapping[str, Policy]) -> pl.DataFrame:
    """One row per policy code and version: scalar parameters, `effective_from`, row number `policy`, `policy_hash`."""
    versions = ordered(policies)
    rows = [{"policy_code": code, "effective_from": since, **_row(policy)} for code, since, policy in versions]
    hashes = pl.Series("policy_hash", [digest(policy.model_dump_json()) for *_, policy in versions], pl.UInt64)
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(hashes).with_row_index("policy")
    return frame.with_columns(pl.col("version", "full_day_min", "half_day_min").cast(pl.Int32))


def with_parameters(frame: pl.DataFrame, params: pl.DataFrame, names: Collection[str], by: pl.Series) -> pl.DataFrame:
    """`frame` with these parameters; `by` numbers the policy of each row, null where none governs it.

    Most tenants have one value of most parameters: that is a single value beside the frame and no column of copies.
    """
    governed = by.null_count() == 0
    same = {name: params[name] for name in names if governed and params[name].n_unique() == 1}
    literals = (pl.lit(values[0], values.dtype).alias(name) for name, values in same.items())
    return frame.with_columns(*literals, *(params[name].gather(by) for name in names if name not in same))


def ordered(policies: Mapping[str, Policy]) -> list[tuple[str, date, Policy]]:
    """Code, first date and parameters of every version, in the order of `policy`: the fallback first."""
    codes = sorted({**policies, FALLBACK: Policy()}.items())
    return [(code, max(since, _DATE), version) for code, policy in codes for since, version in policy.versions()]


def digest(text: str) -> int:
    """64 bits of a text, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _row(policy: Policy) -> dict[str, int | str | bool | None]:
    row = policy.model_dump(exclude=_SHAPES)
    words = {True: "yes", False: "no"}
    return row | {name: words.get(row[name], row[name]) for name in _TEXTS}
