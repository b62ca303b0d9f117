"""OrangeHRM: in/out records that must not overlap. A record that cannot be shows as a repeated direction."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from hub.rules.conformance.runner import Case, Verdict
from hub.rules.conformance.world import IN, OUT, RECORDS, World, instant, interval, local, punch


def adapt(case: Case) -> Verdict:
    """A change of a record, or a sum of records."""
    if "query" in case:
        return _summary(case)
    records = {row["record"]: [instant(row["in_utc"]), _at(row.get("out_utc"))] for row in case["existing"]}
    return _judged(case["expected"], case["do"], records)


def _at(text: str | None) -> int | None:
    return instant(text) if text else None


def _judged(expected: Any, do: Any, records: dict[int, list[int | None]]) -> Verdict:
    opened = [number for number, (_, end) in records.items() if end is None]
    if do["op"] == "edit_record":
        changed: list[int | None] = [_at(do.get("in")) or records[do["record"]][0], _at(do.get("out"))]
    elif do["op"] == "punch_in":
        changed = [instant(do["at"]), None]
    else:
        changed = [records[opened[0]][0] if opened else None, instant(do["at"])]
    others = [row for number, row in records.items() if number != do.get("record")]
    if do["op"] == "edit_record":  # of another open record only its beginning can be in the way
        others = [[begin, end or (begin or 0) + 1] for begin, end in others]
    if do["op"] == "punch_out" and opened:
        others = [row for number, row in records.items() if number != opened[0]]
    refused = refusal(changed, others)
    if "overlap" in expected:
        return Verdict({"overlap": expected["overlap"]}, {"overlap": refused == "overlap"})
    if "rejected" in expected:
        return Verdict({"refused": True}, {"refused": refused is not None})
    got = {"accepted": refused is None, "in_utc": _text(changed[0]), "out_utc": _text(changed[1])}
    return Verdict(expected, {name: got[name] for name in expected})


def refusal(changed: list[int | None], others: list[list[int | None]]) -> str | None:
    """Whether a record can be: it leaves no punch without a partner, and no two of one kind in a row."""
    begin, end = changed
    made = [*([] if begin is None else [punch(begin, IN)]), *([] if end is None else [punch(end, OUT)])]
    stream = [*_intervals(others), *made]
    days = sorted(local(row["t_utc"]).date() for row in stream)
    before, after = (_troubles(rows, days[0], days[-1]) for rows in (_intervals(others), stream))
    alone = _troubles(made, days[0], days[-1])
    return "overlap" if after > before or alone else None


def _intervals(records: Iterable[list[int | None]]) -> list[dict[str, Any]]:
    return [row for begin, end in records if begin is not None for row in _record(begin, end)]


def _record(begin: int, end: int | None) -> list[dict[str, Any]]:
    return interval(begin, end) if end != begin else []  # what has no length is in nobody's way


def _troubles(rows: list[dict[str, Any]], first: date, last: date) -> int:
    """Repeats of a direction and outs without an in: where every record stands by itself there are none."""
    outputs = World(policy=dict(RECORDS), punches=rows).run(first, last)
    return outputs.anomalies.filter(pl.col("code").is_in(["REPEAT_IN", "REPEAT_OUT", "MISSING_IN"])).height


def _text(t: int | None) -> str | None:
    return None if t is None else datetime.fromtimestamp(t, UTC).isoformat().replace("+00:00", "Z")


def _summary(case: Case) -> Verdict:
    """Closed records by the local date of their in, at the offset of the record."""
    query, offset = case["query"], 0
    rows = []
    for row in case["existing"]:
        sign, text = row.get("in_offset", "+00:00")[0], row.get("in_offset", "+00:00")[1:]
        offset = (int(text[:2]) * 60 + int(text[3:])) * 60 * (-1 if sign == "-" else 1)
        rows += interval(instant(row["in_utc"]) + offset, instant(row["out_utc"]) + offset if row["out_utc"] else None)
    first = date.fromisoformat(query.get("date") or query["fromDate"])
    last = date.fromisoformat(query.get("date") or query["toDate"])
    minutes = World(policy=dict(RECORDS), punches=rows).run(first, last).days["worked_min"].sum()
    label = Decimal(minutes * 100 + 30) // 60 * Decimal("0.01")
    got = {
        "hours": minutes // 60,
        "minutes": minutes % 60,
        "decimal_label": f"{label:.2f}",
    }
    return Verdict({name: case["expected"][name] for name in got if name in case["expected"]}, got)
