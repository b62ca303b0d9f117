"""Facts and errors in Dagster's words. Counts only: names, hours and secrets stay out of its storage."""

from collections import Counter
from collections.abc import Callable
from typing import NoReturn, TypeVar

import dagster as dg

from hub.errors import HubError, Wait
from hub.lease import SECONDS as LEASE_SECONDS
from hub.lease import LeaseTaken
from hub.mapping import UNMAPPED_COST_CENTRE, UNMAPPED_EMPLOYEE, Mapped

T = TypeVar("T")
# Bare: Dagster does not recognise the subscripted class in the signature of an asset with checks.
Result = dg.MaterializeResult
MAX_WAITS = 3
KIND = "kind"
SHOWN = 100


def guarded(action: Callable[[], T]) -> T:
    """The result of a step; a known error becomes a retry or a failure with the sentence to act on."""
    try:
        return action()
    except HubError as error:
        give_up(error)


def give_up(error: HubError) -> NoReturn:
    """Ask for a later retry when waiting helps, else fail without one."""
    if isinstance(error, Wait):
        # A worker that was lost holds its lease until it ends; to give up before that would help nobody.
        waits = 1 + LEASE_SECONDS // error.after if isinstance(error, LeaseTaken) else MAX_WAITS
        raise dg.RetryRequested(max_retries=waits, seconds_to_wait=error.after) from error
    kind = {KIND: type(error).__name__}
    raise dg.Failure(description=error.message, metadata=kind, allow_retries=False) from error


def unmapped_facts(mapped: Mapped) -> dict[str, int | dg.TableMetadataValue]:
    """How many have no counterpart in the ERP, and the first hundred employee numbers and cost-centre codes."""
    found = sorted(mapped.unmapped())
    rows = [dg.TableRecord({"what": reason, "code": code}) for reason, code in found[:SHOWN]]
    columns = [dg.TableColumn("what", "string"), dg.TableColumn("code", "string")]
    counts = Counter(reason for reason, _ in found)
    return {
        "unmapped_employees": counts[UNMAPPED_EMPLOYEE],
        "unmapped_cost_centres": counts[UNMAPPED_COST_CENTRE],
        "unmapped": dg.MetadataValue.table(rows, schema=dg.TableSchema(columns)),
    }


def held_back(mapped: Mapped) -> dict[str, int]:
    """Employee-days held back, by reason."""
    return dict(Counter(one.reason for one in mapped.blocked))


def linked(**pages: str) -> dict[str, dg.UrlMetadataValue]:
    """Links to the hub's pages, of those that have an address."""
    return {name: dg.MetadataValue.url(page) for name, page in pages.items() if page}
