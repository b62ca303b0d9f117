"""Where attendance goes within SuccessFactors: each target renders, reads back and writes entries of its kinds."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from hub.contract import Change, Entry, Finding, Held, Kind, Outcome, Receipt, Record, Scope


class Target(ABC):
    """One target of a connection; `kinds` are those it takes."""

    kinds: frozenset[Kind]

    def carries(self, entry: Entry) -> bool:  # noqa: ARG002 - most have a place for every entry of their kinds
        """Whether there is a place for such an entry. Pure."""
        return True

    @abstractmethod
    def render(self, entry: Entry) -> Record:
        """How the entry looks. Pure."""

    @abstractmethod
    def held(self, scope: Scope) -> Iterator[Held]:
        """What is there of the scope, whoever wrote it."""

    @abstractmethod
    def push(self, changes: Sequence[Change]) -> Iterator[Receipt]:
        """Carry out changes of its kinds, in order; receipts are yielded as they are earned."""

    @abstractmethod
    def findings(self) -> Iterator[Finding]:
        """Look at rights and set-up; may raise the errors of `hub.errors`."""


def accepted(change: Change, *refs: str) -> Receipt:
    """The receipt of a change that was carried out."""
    return Receipt(change.key, Outcome.ACCEPTED, refs)


def rejected(change: Change, reason: str) -> Receipt:
    """The receipt of a refused change."""
    where = f"User id {change.employee}, {change.work_date.isoformat()}"
    return Receipt(change.key, Outcome.REJECTED, change.refs, f"{where}: {reason}")
