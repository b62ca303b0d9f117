"""Every case of a file to a verdict: passed, failed, or not applicable for one of a closed list of reasons."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Case = Mapping[str, Any]
Found = Mapping[str, Any]


class Reason(StrEnum):
    """Why a case says nothing about this engine."""

    PREMIUM = "premium pay: which minutes earn a premium, and how much, is the ERP's to price"
    TERMINAL = "guesses what a person at a terminal means to punch next; this engine reads what was punched"
    RECORD = "about documents of the peer (cancelling, linking, requests, its API), not about attendance"
    BALANCE = "leave balances and accruals are the ERP's to keep"
    COST = "splits a day by branch, department or pay code of the peer"
    CLOSING = "closes an open record by the clock; here a missing out is filled by a person or by missing_out_policy"
    QUIRK = "called a quirk of the peer's code by the corpus itself, so no rule that anybody meant"
    WORDS = "states its input in words, not in data"


class NotApplicableError(Exception):
    """Raised by an adapter for a case that says nothing about this engine."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an adapter was to find and what it found, key by key."""

    expected: Found
    got: Found

    @property
    def passed(self) -> bool:
        return dict(self.expected) == dict(self.got)


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that came out differently."""

    file: str
    case: str
    input: Any
    expected: Any
    got: Any


@dataclass(slots=True)
class Report:
    """The figures of one file."""

    file: str
    passed: int = 0
    failures: list[Failure] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, int]:
        """As the command prints them."""
        skipped = sum(self.reasons.values())
        return {"passed": self.passed, "failed": len(self.failures), "not_applicable": skipped}


def run_file(name: str, cases: list[Case], adapter: Callable[[Case], Verdict]) -> Report:
    """All cases through one adapter; an adapter that stumbles over a case fails it and nothing else."""
    report = Report(name)
    for case in cases:
        _judge(report, case, adapter)
    return report


def _judge(report: Report, case: Case, adapter: Callable[[Case], Verdict]) -> None:
    given = {key: value for key, value in case.items() if key not in {"id", "expected", "peer_test"}}
    try:
        verdict = adapter(case)
    except NotApplicableError as skipped:
        report.reasons[skipped.reason.value] += 1
    except Exception as problem:  # noqa: BLE001 - cases come from outside
        got = f"{type(problem).__name__}: {problem}"
        report.failures.append(Failure(report.file, case["id"], given, case.get("expected"), got))
    else:
        if verdict.passed:
            report.passed += 1
        else:
            failure = Failure(report.file, case["id"], given, dict(verdict.expected), dict(verdict.got))
            report.failures.append(failure)
