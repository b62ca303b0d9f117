"""What a supervisor has set on a day, in plain Python: a field that is set holds, and what follows from it follows."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.rules.reference_amounts import Plan, Reckoning

FIELDS = ("worked_min", "late_min", "early_out_min", "s1", "s2", "ot_min")


def latest(told: Iterable[tuple[int, str, int]]) -> dict[str, int]:
    """By field: of several, the one with the highest number. Other fields are none of ours."""
    return {field: value for _, field, value in sorted(told) if field in FIELDS}


class Overridden(Reckoning):
    """A day of which some fields are set; minutes come before sessions, sessions before overtime and paid days."""

    def __init__(
        self, plan: Plan, pairs: list[tuple[int, int]], *rest: Any, told: Mapping[str, int], single: bool
    ) -> None:
        self.told = told
        super().__init__(plan, pairs, *rest, single=single)

    def _work(self) -> None:
        super()._work()
        self.worked = self.told.get("worked_min", self.worked)

    def late_and_early(self) -> tuple[int, int, bool, bool]:
        late, early, is_late, is_early = super().late_and_early()
        if "late_min" in self.told:
            late, is_late = self.told["late_min"], self.told["late_min"] > 0
        if "early_out_min" in self.told:
            early, is_early = self.told["early_out_min"], self.told["early_out_min"] > 0
        return late, early, is_late, is_early

    def sessions(self) -> list[int]:
        return [self.told.get(name, found) for name, found in zip(("s1", "s2"), super().sessions(), strict=True)]

    def overtime(self) -> tuple[int, int]:
        minutes, earned = super().overtime()
        return self.told.get("ot_min", minutes), earned
