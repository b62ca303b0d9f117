"""Stage 4: every punch to the one slot whose window holds it, or else to the open day around it."""

import polars as pl

from hub.rules.columns import EMPLOYEE_STEP, gather, starts
from hub.rules.direction import is_in


def match(punches: pl.DataFrame, slots: pl.DataFrame, scheduled: int, base: int) -> pl.DataFrame:
    """Adds `slot`, `day` and `date`; null where the employee has no day at that time. Rows keep their order."""
    segments = _keyed(slots[:scheduled], base).with_row_index("segment").select("key0", "key1", "segment")
    opens = _keyed(slots[scheduled:], base).select("key0", open_key1="key1", open_day="day").sort("key0")
    # Windows are disjoint, so the last one that has begun is the only candidate.
    hit = punches.join_asof(segments, left_on="key", right_on="key0")
    hit = hit.join_asof(opens, left_on="key", right_on="key0")
    own = pl.when(pl.col("key") <= pl.col("key1")).then("segment")
    other = pl.when(pl.col("key") <= pl.col("open_key1")).then(pl.col("open_day") + scheduled)
    hit = hit.with_columns(slot=pl.coalesce(own, other)).drop("segment", "key1", "open_day", "open_key1")
    hit = _by_direction(hit, slots, scheduled) if slots["both0"].is_not_null().any() else hit
    return gather(hit, slots, "slot", ["day", "date"])


def _by_direction(hit: pl.DataFrame, slots: pl.DataFrame, scheduled: int) -> pl.DataFrame:
    """Where two windows reach, an in belongs to the later shift and an out to the earlier one."""
    inside = pl.col("t").is_between("both0", "both1")
    known = pl.col("direction") >= 0
    hit = gather(hit, slots, "slot", ["both0", "both1"])
    back = inside & known & ~is_in()
    ahead = slots[:scheduled].select(next0=pl.col("both0").shift(-1), next1=pl.col("both1").shift(-1))
    padded = pl.concat([ahead, ahead.clear(slots.height - scheduled)])
    hit = gather(hit, padded, "slot", ["next0", "next1"])
    forth = pl.col("t").is_between("next0", "next1") & known & is_in()
    moved = pl.when(back).then(pl.col("slot") - 1).when(forth).then(pl.col("slot") + 1).otherwise("slot")
    return hit.with_columns(slot=moved).drop("both0", "both1", "next0", "next1")


def _keyed(slots: pl.DataFrame, base: int) -> pl.DataFrame:
    employee = pl.col("employee_key").cast(pl.Int64) * EMPLOYEE_STEP
    keyed = slots.with_columns(key0=employee + pl.col("w0") - base, key1=employee + pl.col("w1") - base)
    return keyed.with_columns(pl.col("key0").set_sorted()) if keyed["key0"].is_sorted() else keyed


def shared(kept: pl.DataFrame, slots: pl.DataFrame, scheduled: int) -> pl.DataFrame:
    """Handover: a punch at the instant where a segment touches the next one opens that one as well."""
    touching = slots[:scheduled].select(
        next_slot=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
        touch=pl.when(
            pl.col("handover") == "share",
            pl.col("employee_key") == pl.col("employee_key").shift(-1),
            pl.col("s1") == pl.col("s0").shift(-1),
        ).then("s1"),
    )
    if touching["touch"].null_count() == touching.height:
        return kept
    opened = gather(kept.filter(pl.col("slot") < scheduled), touching, "slot", ["next_slot", "touch"])
    opened = opened.filter(pl.col("t") == pl.col("touch")).with_columns(slot="next_slot").select(kept.columns)
    copies = gather(opened, slots, "slot", ["day", "date"])
    return pl.concat([kept, copies]).sort("key", "slot", "source_rank", "punch_id")


def in_runs(kept: pl.DataFrame) -> pl.DataFrame:
    """Adds `run`: a dense number per stretch of punches of one slot and visit. Everything later is keyed by it."""
    if "both0" in kept.columns and kept["both0"].is_not_null().any():
        # Two shifts at once: their punches alternate in time, and each shift's own must stand together.
        kept = kept.sort("employee_key", "slot", "key", maintain_order=True)
    return kept.with_columns(run=(starts("slot") | starts("visit")).cum_sum())
