"""From the pairs of a shift to payable days in plain Python, one day at a time, from the specification.

Stages 8 to 12, 14 and 16 for one segment a day: snapping, rounding, what counts, breaks, late and early, the calendar,
sessions and status, the default overtime, night, compensatory days, payable and lost days. No counters over dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from hub.rules import Policy
from hub.rules.policy import Rounding
from tests.rules.reference import instant

WORKED, PAID, UNPAID, OFF, HOLIDAY, ABSENT = range(6)
LEAVES, NOT_DUE = (PAID, UNPAID), (OFF, HOLIDAY)
Portion = Literal["full", "first", "second", "minutes"]


@dataclass(frozen=True)
class Plan:
    """What is known of a date beforehand: the shift's minutes of the day, its break, and the calendar."""

    day: date
    start: int
    end: int
    expected: int
    unpaid_break: int = 0
    break_times: tuple[int, int] | None = None
    off: bool = False
    holiday: Portion | None = None
    leave: Portion | None = None
    leave_paid: int = 100
    leave_min: int = 0
    exempt: bool = False


class Reckoning:
    """One date of one person; `pairs` are instants of in and out, `single` whether one more punch has no partner."""

    def __init__(self, plan: Plan, pairs: list[tuple[int, int]], policy: Policy, zone: str, *, single: bool) -> None:
        self.plan, self.policy, self.zone = plan, policy, zone
        self.s0, self.s1 = instant(zone, plan.day, plan.start), instant(zone, plan.day, plan.end, late=True)
        self.single = single
        self.bases = [self._base(half) for half in ("first", "second")]
        self.due = sum(base is None for base in self.bases)
        self.on_leave = sum(base in LEAVES for base in self.bases if base is not None)
        self._expect()
        self.ins = [self._rounded(a, self.s0, policy.grace_snap_in_min, policy.round_in) for a, _ in pairs]
        self.outs = [self._rounded(b, self.s1, policy.grace_snap_out_min, policy.round_out) for _, b in pairs]
        self._count()
        self._work()

    def _base(self, half: str) -> int | None:
        plan = self.plan
        if plan.off and plan.holiday != "full":
            return OFF
        if plan.holiday in ("full", half):
            return HOLIDAY
        if plan.leave in ("full", half):
            return PAID if plan.leave_paid > 0 else UNPAID
        return None

    def _expect(self) -> None:
        stretched = (self.s1 - self.s0) // 60 - (self.plan.end - self.plan.start)
        self.whole = self.plan.expected + (stretched if self.policy.dst_expected == "elapsed" else 0)
        minutes = self.plan.leave_min if self.plan.leave == "minutes" else 0
        self.expected = max(0, self.whole * self.due // 2 - minutes)
        self.full = self.whole * (self.due + self.on_leave) // 2
        self.excused = self.expected == 0 and minutes > 0

    def _rounded(self, t: int, border: int, snap_min: int, rule: Rounding) -> int:
        snapped = border if snap_min and abs(t - border) <= snap_min * 60 else t
        local = datetime.fromtimestamp(t, UTC).astimezone(ZoneInfo(self.zone)).utcoffset()
        assert local is not None
        shift = int(local.total_seconds()) if self.policy.round_basis == "local" else 0
        return raster(snapped + shift, rule, self.policy.round_half) - shift

    def _count(self) -> None:
        """The counted span of each pair, and the seconds beside it."""
        self.paid, self.pre, self.post = [], 0, 0
        for begin, out in zip(self.ins, self.outs, strict=True):
            end = begin + max(0, raster(max(0, out - begin), self.policy.round_pair, self.policy.round_half))
            a, b = begin, end
            if self.due and not self._counts("early_in", self.s0 - begin):
                a = min(max(begin, self.s0), end)
            if self.due and not self._counts("late_out", end - self.s1):
                b = max(min(end, self.s1), a)
            self.paid.append((a, b))
            self.pre += a - begin
            self.post += end - b
        self.gross = sum(b - a for a, b in self.paid)

    def _counts(self, name: str, beyond: int) -> bool:
        mode = getattr(self.policy, f"{name}_counts")
        return mode is True or (mode == "after_min" and beyond >= getattr(self.policy, f"{name}_after_min") * 60)

    def _work(self) -> None:
        taken, back = self._break()
        self.break_min = taken
        seconds = raster(self.gross + (back - taken) * 60, self.policy.round_day, self.policy.round_half)
        self.worked = max(0, seconds) // 60

    def _break(self) -> tuple[int, int]:
        """Whole minutes taken off, and paid back."""
        policy, gross, gap, before = self.policy, self.gross // 60, 0, None
        for a, b in self.paid:
            if before is not None:
                gap += max(0, min(a, self.s1) - max(before, self.s0))
            before = b
        gap //= 60
        back = min(gap, policy.paid_break_min) if self.paid and gross >= policy.paid_break_after_min else 0
        if policy.break_mode == "schedule":
            return min(self._inside_breaks() // 60, gross), back
        wants = policy.break_mode == "auto_deduct" or (policy.break_mode == "punched_or_auto" and gap == 0)
        size, after = self.plan.unpaid_break, policy.break_after_min
        if policy.break_tiers:
            reached = [tier for tier in policy.break_tiers if gross >= tier.after_min]
            size = max(reached, key=lambda tier: tier.after_min).break_min if reached else 0
            after = 0
        if not (wants and self.paid and gross >= after):
            return 0, back
        return min(max(0, size - (gap if policy.credit_punched else 0)), gross), back

    def _inside_breaks(self) -> int:
        if self.plan.break_times is None or not self.due:
            return 0
        a0, b0 = self.plan.break_times
        low, high = instant(self.zone, self.plan.day, a0), instant(self.zone, self.plan.day, b0, late=True)
        return sum(max(0, min(b, high) - max(a, low)) for a, b in self.paid)

    def late_and_early(self) -> tuple[int, int, bool, bool]:
        """Minutes late and early, and whether either is flagged; from the half that is due."""
        if not self.ins or not self.due or self.plan.exempt:
            return 0, 0, False, False
        policy, start, end = self.policy, self.s0, self.s1
        middle, half = (self.s0 + self.s1) // 2, self.whole // 2 * 60
        by_shift = policy.half_split == "shift"
        if self.bases[0] is not None:
            start = max(start, middle if by_shift else self.s1 - half)
        if self.bases[1] is not None:
            end = min(end, middle if by_shift else self.s0 + half)
        first, last = self.ins[0], self.outs[-1]
        if policy.late_whole_minutes:
            first, last = first // 60 * 60, last // 60 * 60
        is_late = first - start > policy.grace_in_min * 60
        is_early = end - last > policy.grace_out_min * 60 and not self.single  # who punched no out may have stayed
        forgiven = policy.grace_in_min if policy.late_count_from == "end_of_grace" else 0
        late = (first - start) // 60 - forgiven if is_late else 0
        return late, (end - last) // 60 if is_early else 0, is_late, is_early

    def sessions(self) -> list[int]:
        """What became of both halves."""
        level = self._level()
        middle = (self.s0 + self.s1) // 2
        before = sum(max(0, min(b, middle) - a) for a, b in self.paid)
        better = 1 if self.gross - before > before else 0
        found = []
        for n, base in enumerate(self.bases):
            mine = level == "full" or (level == "half" and (n == better or self.due == 1))
            found.append(base if base is not None else WORKED if mine else ABSENT)
        if self.policy.leave_vs_work == "work_wins" and self.on_leave == 2 and self._worked_share("half_day"):
            return [WORKED, WORKED if self._worked_share("full_day") else found[1]]
        return found

    def _worked_share(self, name: str) -> bool:
        """Whether that share of what the shift would be without leave was worked."""
        return self.worked > 0 and self.worked * 100 >= self.whole * int(getattr(self.policy, f"{name}_pct"))

    def _level(self) -> str:
        policy = self.policy
        some = self.worked > 0 and self.worked >= policy.min_presence_min
        if self.plan.exempt or self.excused or (some and self._reached("full_day")):
            return "full"
        if some and self.due == 2 and self._reached("half_day"):
            return "half"
        if self.single and self.worked == 0:
            return {"present": "full", "half": "half"}.get(policy.single_punch, "none")
        return "none"

    def _reached(self, name: str) -> bool:
        minutes = getattr(self.policy, f"{name}_min")
        if minutes is not None:
            return bool(self.worked >= minutes)
        return bool(self.worked * 100 >= self.expected * getattr(self.policy, f"{name}_pct"))

    def overtime(self) -> tuple[int, int]:
        """Minutes of overtime by the default rule, and hundredths of compensatory days."""
        policy, plan = self.policy, self.plan
        if not self._free():
            over = self.worked - self.full
            return (over if over > 0 and over >= policy.ot_threshold_min else 0), 0
        mode = policy.holiday_work if plan.holiday == "full" else policy.off_work
        minutes = self.worked if mode in ("ot", "ot_or_comp_off") else 0
        if mode not in ("comp_off", "ot_or_comp_off"):
            return minutes, 0
        return minutes, 50 * ((self.worked >= policy.comp_half_from_min) + (self.worked >= policy.comp_full_from_min))

    def _free(self) -> bool:
        return self.plan.off or self.plan.holiday == "full"

    def night(self) -> int:
        """Whole minutes of counted time inside the night of any date."""
        window, seconds = self.policy.night_window, 0
        end = window.end_min if window.end_min > window.start_min else window.end_min + 1440
        for k in (-1, 0, 1):
            day = self.plan.day + timedelta(days=k)
            low, high = instant(self.zone, day, window.start_min), instant(self.zone, day, end)
            seconds += sum(max(0, min(b, high) - max(a, low)) for a, b in self.paid)
        return seconds // 60

    def row(self) -> Mapping[str, Any]:
        """What the engine's day row must say."""
        late, early, is_late, is_early = self.late_and_early()
        first, second = self.sessions()
        over, earned = self.overtime()
        short = max(0, self.expected - self.worked)
        payable, lost = (
            sum(pair) for pair in zip(self._days(first, "first"), self._days(second, "second"), strict=True)
        )
        return {
            "expected_min": self.expected, "gross_min": self.gross // 60, "break_min": self.break_min,
            "worked_min": self.worked, "pre_shift_min": self.pre // 60, "post_shift_min": self.post // 60,
            "late_min": late, "early_out_min": early, "late": is_late, "early": is_early, "s1": first, "s2": second,
            "status": self._status({first, second}), "ot_min": over, "comp_off_days": earned,
            "paid_min": self.worked - over, "night_min": self.night(),
            "shortage_min": short if short > self.policy.shortage_tolerance_min else 0,
            "payable_days": payable, "lop_days": lost,
        }  # fmt: skip

    def _days(self, session: int, half: str) -> tuple[int, int]:
        """Hundredths payable and lost of one half; a leave by hand, of which no request tells, is paid in full."""
        if session == PAID:
            paid = 50 * (self.plan.leave_paid if self.plan.leave in ("full", half) else 100) // 100
            return paid, 50 - paid
        return (0, 50) if session in (ABSENT, UNPAID) else (50, 0)

    def _status(self, halves: set[int]) -> str:
        if halves == {OFF}:
            return "WOW" if self.worked else "WO"
        if halves <= {*NOT_DUE}:
            return "HW" if self.worked else "H"
        if halves & {*LEAVES}:
            return "L" if halves <= {*LEAVES, *NOT_DUE} else "HL"
        if WORKED in halves:
            return "P" if halves <= {WORKED, *NOT_DUE} else "HD"
        return "A"


def raster(seconds: int, rule: Rounding, half: str) -> int:
    """The multiple of the rule's interval that stands for the seconds."""
    step, grace = rule.interval_min * 60, rule.grace_min * 60
    if not step:
        return seconds
    below = seconds // step * step
    if rule.dir == "down":
        return (seconds + grace) // step * step
    if rule.dir == "up":
        return -(-(seconds - grace) // step) * step
    missing = below + step - seconds
    if half.startswith("minute") and step > 60:
        # Half the interval, in whole minutes, may be missing to the next multiple.
        most = step // 2 // 60 if half == "minute_down" else -(-step // 2 // 60)
        return below + step if missing <= most * 60 else below
    up = 2 * missing < step if half == "down" else 2 * missing <= step
    return below + step if up else below
