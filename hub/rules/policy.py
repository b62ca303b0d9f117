"""The parameters a customer sets; one `Policy` per policy code, with the defaults of the specification.

A policy carries its history: `amendments` change parameters from a date on. So one code stays one policy, and a date is
computed by what was in force on it.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic import Field, model_validator

from hub.rules.policy_days import DayParameters
from hub.rules.policy_punches import PunchParameters
from hub.rules.policy_rules import OtRule, Part, Rounding

__all__ = ["Amendment", "OtRule", "Policy", "Rounding"]


class Amendment(Part):
    """What changes from a date on; everything else stays as it was."""

    effective_from: date = Field(description="First date on which it holds.")
    version: int = Field(ge=1, description="Number carried to every day row computed with it.")
    changes: dict[str, Any] = Field(description="Parameters with their new values.")


class Policy(PunchParameters, DayParameters):
    """All parameters of one policy code, and how they change over time."""

    version: int = Field(1, ge=1, description="Number of this version, carried to every day row computed with it.")
    amendments: tuple[Amendment, ...] = Field((), description="Later versions, by date.")

    @model_validator(mode="after")
    def _amendments_are_sound(self) -> "Policy":
        dates = [one.effective_from for one in self.amendments]
        if dates != sorted(set(dates)):
            raise ValueError("amendments must be in order of effective_from, one a date")
        if any({"amendments", "version"} & one.changes.keys() for one in self.amendments):
            raise ValueError("an amendment cannot change amendments or version; give its own version")
        list(self.versions())
        return self

    def versions(self) -> Iterator[tuple[date, "Policy"]]:
        """Each version with the date from which it holds."""
        values = self.model_dump(exclude={"amendments"})
        yield date.min, Policy.model_construct(**_kept(self)) if self.amendments else self
        for one in self.amendments:
            values |= {**one.changes, "version": one.version}
            yield one.effective_from, Policy.model_validate(values)


def _kept(policy: Policy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in Policy.model_fields if name != "amendments"} | {"amendments": ()}
