"""Facts and errors in Dagster's words. Counts only: names, hours and secrets stay out of its storage."""

from collections import Counter
from collections.abc import Callable
from typing import NoReturn, TypeVar

import dagster as dg

from hub.errors import HubError, Wait
from hub.mapping import Mapped

T = TypeVar("T")
# Bare: Dagster does not recognise the subscripted class in the signature of an asset with checks.
Result = dg.MaterializeResult
MAX_WAITS = 3
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
        raise dg.RetryRequested(max_retries=MAX_WAITS, seconds_to_wait=error.after) from error
    raise dg.Failure(description=error.message, allow_retries=False) from error


def unmapped_table(mapped: Mapped) -> dg.TableMetadataValue:
    """Who and what has no counterpart in the ERP: employee numbers and cost-centre codes, the first hundred."""
    rows = [dg.TableRecord({"what": reason, "code": code}) for reason, code in sorted(mapped.unmapped())[:SHOWN]]
    columns = [dg.TableColumn("what", "string"), dg.TableColumn("code", "string")]
    return dg.MetadataValue.table(rows, schema=dg.TableSchema(columns))


def held_back(mapped: Mapped) -> dict[str, int]:
    """Employee-days held back, by reason."""
    return dict(Counter(one.reason for one in mapped.blocked))
