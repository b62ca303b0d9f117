"""Policies as a table, so that a parameter is a column beside the day it governs."""

import hashlib
from collections.abc import Mapping
from typing import Final

import polars as pl

from hub.rules.policy import Policy

FALLBACK: Final = ""  # code under which the default policy stands for one that is not known
_ROUNDINGS: Final = {"round_in", "round_out", "round_pair", "round_day", "round_half", "round_basis"}


def policy_table(policies: Mapping[str, Policy]) -> pl.DataFrame:
    """One row per policy code: its scalar parameters, its row number `policy`, its digest `policy_hash`."""
    rows = [{"policy_code": code, **_row(policy)} for code, policy in ordered(policies)]
    hashes = pl.Series("policy_hash", [digest(policy.model_dump_json()) for _, policy in ordered(policies)], pl.UInt64)
    return (
        pl.DataFrame(rows).with_columns(hashes).with_row_index("policy").with_columns(pl.col("version").cast(pl.Int32))
    )


def ordered(policies: Mapping[str, Policy]) -> list[tuple[str, Policy]]:
    """The policies in the order of `policy`, the fallback first."""
    return sorted({**policies, FALLBACK: Policy()}.items())


def digest(text: str) -> int:
    """64 bits of a text, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _row(policy: Policy) -> dict[str, int | str | bool]:
    return policy.model_dump(exclude=_ROUNDINGS)
