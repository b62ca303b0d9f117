"""TimeTrex: scenarios in steps, each with the rows of days that follow from it."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import polars as pl

from hub.rules.conformance.runner import Case, NotApplicableError, Reason, Verdict
from hub.rules.conformance.timetrex_functions import function
from hub.rules.conformance.timetrex_policy import breaks, rules
from hub.rules.conformance.world import Shift, World, day_row, instant, local, punch
from hub.rules.tables import Outputs

KINDS: Final = {("in", "work"): 0, ("out", "work"): 1, ("out", "meal"): 2, ("out", "break"): 2, ("in", "meal"): 3,
                ("in", "break"): 3}  # fmt: skip
ADJUSTED: Final = ("meal_adjustment", "break_adjustment")


def adapt(case: Case) -> Verdict:
    """A function of the peer or a scenario."""
    if "fn" in case:
        return function(case)
    if {one["type"] for step in case["steps"] for one in step["expect"].get("suggest", [])} - {"work"}:
        raise NotApplicableError(Reason.TERMINAL)
    kinds = {row.get("kind") for step in case["steps"] for day in step["expect"].get("days", {}).values()
             for row in day.get("rows", [])}  # fmt: skip
    if "premium" in kinds:
        raise NotApplicableError(Reason.PREMIUM)
    return _scenario(case)


def _scenario(case: Case) -> Verdict:
    state = State(case)
    wanted: dict[str, Any] = {}
    got: dict[str, Any] = {}
    for number, step in enumerate(case["steps"]):
        for operation in step["do"]:
            state.apply(operation)
        state.now = step["do"]
        for name, expected in step["expect"].items():
            w, g = state.compared(name, expected)
            wanted[f"{number}.{name}"], got[f"{number}.{name}"] = w, g
    return Verdict(wanted, got)


class State:
    """What has been entered so far."""

    def __init__(self, case: Case) -> None:
        self.zone = case["tz"]
        self.policy = case["policy"]
        self.world = World(policy=rules(case["policy"]), zone=self.zone)
        self.world.as_of = instant(case["now"])
        self.holidays = [date.fromisoformat(one["date"]) for one in self.policy.get("holidays", [])]
        self.world.holidays = self.holidays
        self.absences: dict[str, tuple[date, int, str]] = {}
        self.schedules: dict[str, Any] = {}
        self.punches: list[dict[str, Any]] = []
        self.now: list[Mapping[str, Any]] = []  # operations of the step

    def apply(self, do: Mapping[str, Any]) -> None:
        """One operation."""
        handler = getattr(self, f"_{do['op']}", None)
        if handler is None:
            raise NotApplicableError(Reason.RECORD)
        handler(do)

    def _punch_pair(self, do: Mapping[str, Any]) -> None:
        rows = [punch(instant(do[side]), KINDS[side, do[f"{side}_type"]]) for side in ("in", "out") if do.get(side)]
        if do.get("result") == "rejected" and len(rows) == 2 and rows[0]["t_utc"] >= rows[1]["t_utc"]:
            return
        self.punches += rows

    def _punch(self, do: Mapping[str, Any]) -> None:
        known = (do["direction"], do["type"])
        said = "auto" in known and {"in": 0, "out": 1}[self._next(do["at"])[1]]
        self.punches.append(punch(instant(do["at"]), KINDS.get(known, int(said))))

    def _edit_punch(self, do: Mapping[str, Any]) -> None:
        if do.get("result") == "rejected":
            return
        day = date.fromisoformat(do["day"])
        mine = self._run(day, day).dispositions.filter(pl.col("business_date") == day)
        numbers = mine.sort("punch_id")["punch_id"].to_list()
        times = sorted(numbers, key=lambda n: self.punches[n - 1]["t_utc"])
        row = self.punches[times[do["punch_index_in_shift"]] - 1]
        new = instant(do["set_time"], self.zone)
        row |= {"t_utc": new, "received_at": new}

    def _recalculate(self, do: Mapping[str, Any]) -> None:
        """Everything is computed anew anyhow."""

    def _absence(self, do: Mapping[str, Any]) -> None:
        self.absences[do["id"]] = (date.fromisoformat(do["date"]), do["seconds"] // 60, do["pay_code"])

    def _delete_absence(self, do: Mapping[str, Any]) -> None:
        self.absences.pop(do["id"], None)

    def _delete_punch(self, do: Mapping[str, Any]) -> None:
        """The punch of a shift, by its place in order of time."""
        day = date.fromisoformat(do["day"])
        mine = self._run(day, day).dispositions.filter(pl.col("business_date") == day)["punch_id"].to_list()
        times = sorted(mine, key=lambda n: self.punches[n - 1]["t_utc"])
        del self.punches[times[do.get("punch_index_in_shift", 0)] - 1]

    def _schedule(self, do: Mapping[str, Any]) -> None:
        self.schedules[do["id"]] = do
        meals = [one for one in do.get("meal", []) if isinstance(one, Mapping)]
        if meals and not self.policy.get("meal"):
            self.world.policy = {**self.world.policy, **breaks({"meal": meals})}

    def _run(self, first: date, last: date) -> Outputs:
        self.world.punches = self.punches
        self.world.leaves = []
        for n, (day, minutes, code) in enumerate(self.absences.values()):
            self.world.leave(day, n, portion="minutes", minutes=minutes, type_code=code)
        self.world.shifts, self.world.rosters = [], []
        for name, do in self.schedules.items():
            shift, day = _shift(name, do)
            self.world.shifts.append(shift)
            self.world.roster(name, day, day)
        return self.world.run(first, last)

    def compared(self, name: str, expected: Any) -> tuple[Any, Any]:
        """What a step names, and what the engine says of it."""
        if name == "schedule_seconds":
            return expected, {key: self._scheduled(key) for key in expected}
        if name == "days":
            pairs = {day: self._day(date.fromisoformat(day), facts) for day, facts in expected.items()}
            return {day: w for day, (w, _) in pairs.items()}, {day: g for day, (_, g) in pairs.items()}
        if name in {"days_with_totals", "days_with_punches"}:
            return expected, self._days_with(name, expected)
        if name == "exceptions":
            pairs = {day: self._exceptions(date.fromisoformat(day), facts) for day, facts in expected.items()}
            return {day: w for day, (w, _) in pairs.items()}, {day: g for day, (_, g) in pairs.items()}
        if name == "suggest":
            return [(one["at"], one["direction"]) for one in expected], [self._next(one["at"]) for one in expected]
        raise NotApplicableError(Reason.RECORD)

    def _next(self, at: str) -> tuple[str, str]:
        """In or out, for a punch that says neither."""
        t = instant(at)
        kept, self.punches = self.punches, [*self.punches, punch(t)]
        day = local(t, self.zone).date()
        out = self._run(day - timedelta(days=2), day + timedelta(days=1))
        self.punches = kept
        alone = out.anomalies.filter(pl.col("code") == "MISSING_IN")["punch_id"].to_list()
        closes = len(kept) + 1 in [*out.pairs["out_punch_id"].to_list(), *alone]
        return at, "out" if closes else "in"

    def _scheduled(self, name: str) -> int:
        _, day = _shift(name, self.schedules[name])
        row = day_row(self._run(day, day), day)
        return int(row["expected_min"]) * 60

    def _days_with(self, name: str, expected: Any) -> Any:
        texts = [do[key][:10] for do in self.now for key in ("in", "out", "at", "start_local") if do.get(key)]
        days = sorted(map(date.fromisoformat, texts)) or [local(self.world.as_of).date()]
        out = self._run(days[0], days[-1])
        if name == "days_with_totals":
            found = out.days.filter(pl.col("gross_min") > 0)["business_date"].to_list()
        else:
            # What the peer refuses leaves punches without a partner, and a note why.
            refused = out.anomalies.filter(pl.col("code").is_in(["LONG_SHIFT", "DUPLICATE"]))["business_date"].to_list()
            paired = out.pairs["business_date"].to_list()
            found = [day for day in out.dispositions["business_date"].unique().sort().to_list()
                     if day in paired or day not in refused]  # fmt: skip
        texts = [day.isoformat() for day in found]
        return len(texts) if isinstance(expected, int) else texts

    def _day(self, day: date, facts: Mapping[str, Any]) -> tuple[Any, Any]:
        out = self._run(day, day)
        row = day_row(out, day)
        absent = sum(minutes for when, minutes, _ in self.absences.values() if when == day)
        got: dict[str, Any] = {
            "pair_count": self._pairs(out, day), "has_totals": row["gross_min"] + absent > 0,
            "has_punches": bool(out.dispositions.filter(pl.col("business_date") == day).height),
            "pairs_in_shift": self._first_shift(out, day),
        }  # fmt: skip
        wanted = {name: facts[name] for name in got if name in facts}
        got = {name: got[name] for name in wanted}
        if "rows" in facts:
            whole = facts.get("row_count", len(facts["rows"])) == len(facts["rows"])
            wanted["rows"] = _sums(facts["rows"], whole=whole)
            got["rows"] = self._rows(out, day, wanted["rows"])
        return wanted, got

    def _pairs(self, out: Outputs, day: date) -> int:
        """Pairs of the date, and punches without a partner, which the peer keeps as half a pair."""
        alone = out.dispositions.filter(pl.col("business_date") == day, pl.col("disposition") == "unpaired").height
        return out.pairs.filter(pl.col("business_date") == day).height + alone

    def _first_shift(self, out: Outputs, day: date) -> int:
        """Pairs up to the first pause that begins another shift; after a break there is none."""
        gap = self.policy["day"]["new_shift_gap_s"]
        rows = out.pairs.filter(pl.col("business_date") == day).rows(named=True)
        kinds = {n: row["direction"] for n, row in enumerate(self.punches, 1)}
        ends = [row["out_at"] if kinds.get(row["out_punch_id"]) == 1 else row["out_at"] + 10**9 for row in rows]
        fresh = [n for n, row in enumerate(rows) if n and row["in_at"] - ends[n - 1] >= gap]
        return min(fresh, default=len(rows))

    def _rows(self, out: Outputs, day: date, wanted: Mapping[Any, int]) -> dict[Any, int]:
        row = day_row(out, day)
        buckets = out.overtime.filter(pl.col("business_date") == day).group_by("bucket").agg(pl.col("minutes").sum())
        over = {f"overtime:{bucket}": minutes for bucket, minutes in buckets.iter_rows()}
        absent: dict[str, int] = {}
        for when, minutes, code in self.absences.values():
            if when == day:
                absent[f"absence:{code}"] = absent.get(f"absence:{code}", 0) + minutes
        gross = self._unsettled() and row["gross_min"] - row["worked_min"]
        holiday = self._holiday_pay(row) | self._undertime(row)
        absent |= {f"absence:{code}": minutes for code, minutes in holiday.items()}
        found: dict[Any, int] = {
            "total": row["worked_min"] + gross + sum(absent.values()),
            "regular": row["worked_min"] + gross - sum(over.values()),
            "adjusted": row["worked_min"] - row["gross_min"], **over, **absent,
        }  # fmt: skip
        if not wanted or list(wanted) == ["total"]:
            return {name: found[name] for name in wanted}
        return {name: minutes for name, minutes in found.items() if minutes or name in wanted}

    def _unsettled(self) -> bool:
        """Whether the peer lists the meal beside hours from which it is not yet taken off."""
        own = {meal["pay_code"] for meal in self.policy.get("meal", []) if meal["mode"] == "auto_deduct"}
        counted = [code for rule in self.policy.get("regular", []) for code in rule["counts"].get("pay_codes", [])]
        return bool(own - set(counted))

    def _holiday_pay(self, row: Mapping[str, Any]) -> dict[str, int]:
        """A paid holiday in the peer's hours: its fixed time for as much of the date as is payable."""
        rules = self.policy.get("holiday", [])
        if not rules or row["day_type"] != 2 or 4 not in (row["s1"], row["s2"]):
            return {}
        minutes = rules[0]["minimum_time"] * row["payable_days"] // 100 // 60
        barred = str(rules[0].get("shift_on_holiday", "")).startswith("must_not_work") and row["worked_min"] > 0
        return {rules[0]["absence_pay_code"]: minutes} if minutes and not barred else {}

    def _undertime(self, row: Mapping[str, Any]) -> dict[str, int]:
        """What is short of the schedule, where the schedule says which pay code takes it."""
        part = "partial_shift_undertime_pay_code" if row["worked_min"] else "full_shift_undertime_pay_code"
        taken = [do[part] for do in self.schedules.values() if do.get(part) and row["shift_code"]]
        return {taken[0]: row["shortage_min"]} if taken and row["shortage_min"] else {}

    def _exceptions(self, day: date, facts: Mapping[str, Any]) -> tuple[Any, Any]:
        out = self._run(day, day)
        notes = out.anomalies.filter(pl.col("business_date") == day)
        found = {
            name: state for code, state in notes.select("code", "state").iter_rows() for name in CODES.get(code, ())
        }
        wanted = {name: facts[name] for name in ("present", "absent", "state") if name in facts}
        states = {"provisional": "pre_mature", "final": "active"}
        got = {
            "present": [code for code in facts.get("present", []) if code in found],
            "absent": [code for code in facts.get("absent", []) if code not in found],
            "state": {code: states[found[code]] for code in facts.get("state", {}) if code in found},
        }
        return wanted, {name: got[name] for name in wanted}


CODES: Final = {"MISSING_IN": ("M1",), "MISSING_OUT": ("M2",), "LATE_IN": ("S4",), "EARLY_OUT": ("S5",),
                "MISSED_BREAK": ("M3", "M4")}  # fmt: skip


def _sums(rows: list[Mapping[str, Any]], *, whole: bool) -> dict[str, int]:
    """Minutes by kind and pay code; of an incomplete list only the total says something about the day."""
    found: dict[str, int] = {}
    for row in rows:
        kind = row.get("kind", "")
        name = {"overtime": f"overtime:{row.get('pay_code')}", "absence": f"absence:{row.get('pay_code')}"}.get(
            kind, kind
        )
        name = "adjusted" if kind in ADJUSTED else name
        if kind == "absence_taken":  # the same minutes once more
            continue
        if "seconds" in row and (whole or kind == "total"):
            found[name] = found.get(name, 0) + row["seconds"]
    return {name: seconds // 60 for name, seconds in found.items()}


def _shift(name: str, do: Mapping[str, Any]) -> tuple[Shift, date]:
    begin, end = do["start_local"], do["end_local"]
    day, last = date.fromisoformat(begin[:10]), date.fromisoformat(end[:10])
    spans = [int(text[11:13]) * 60 + int(text[14:16]) for text in (begin, end)]
    window = do.get("match_window_s", 7200) // 60
    meals = [m for m in do.get("meal", []) if isinstance(m, Mapping) and m["mode"] == "auto_deduct"]
    length = spans[1] + 1440 * (last - day).days - spans[0]
    off = sum(m["amount_s"] // 60 for m in meals if length * 60 > m["active_after_s"])
    return Shift(name, [(spans[0], spans[0] + length)], before_min=window, after_min=window, break_min=off), day
