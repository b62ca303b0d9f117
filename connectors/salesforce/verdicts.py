"""What is said of each change, and what is raised once every change has had its say."""

from connectors.salesforce.client import Result
from connectors.salesforce.faults import FOREIGN_KEY, Said, Way, error_of, way_of
from hub.contract import Change, Operation, Outcome, Receipt
from hub.errors import Fix, HubError

MISSING = "it was deleted in Salesforce meanwhile; the next run reads anew."
_WORDS = {
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "a validation rule of your Salesforce refuses it: {}",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "add the value to the picklist in Salesforce: {}",
    "ENTITY_IS_LOCKED": "the record is locked for approval in Salesforce; recall the approval, or correct it there.",
    "DUPLICATE_VALUE": "another record in Salesforce has this key already: {}",
    "DUPLICATE_EXTERNAL_ID": "several records in Salesforce have this key; remove all but one: {}",
    "DUPLICATES_DETECTED": "a duplicate rule of your Salesforce refuses it; switch the rule off for Muster's user: {}",
    "INVALID_CROSS_REFERENCE_KEY": (
        "its employee or cost centre is not in Salesforce, or not shown to Muster's user; correct the mapping."
    ),
}


class Verdicts:
    """Receipts of rows. A row that is to be sent another time has none; `settle` raises why, at the end."""

    def __init__(self) -> None:
        self._error: HubError | None = None

    def receipt(self, change: Change, result: Result) -> Receipt | None:
        """The receipt of a change, or None when it is to be sent again."""
        said = result.said
        if said is None:
            withdrawn = change.operation is Operation.WITHDRAW
            return Receipt(change.key, Outcome.ACCEPTED, () if withdrawn else (result.ref,))
        way = way_of(said)
        if way is Way.GONE and change.operation is Operation.WITHDRAW:
            return Receipt(change.key, Outcome.ACCEPTED)
        if way in (Way.LATER, Way.STOP):
            self.later(error_of(said))
            return None
        return rejected(change, _reason(change, said))

    def later(self, error: HubError) -> None:
        """Remember an error for the end; one that somebody must mend comes before one that passes."""
        if self._error is None or isinstance(error, Fix):
            self._error = error

    def settle(self) -> None:
        """Raise what is to be raised."""
        if self._error is not None:
            raise self._error


def rejected(change: Change, reason: str) -> Receipt:
    """The receipt of a refused change."""
    where = f"Employee {change.employee}, {change.work_date.isoformat()}"
    return Receipt(change.key, Outcome.REJECTED, change.refs, f"{where}: {reason}")


def _reason(change: Change, said: Said) -> str:
    if FOREIGN_KEY in said.text:
        return f"its employee or cost centre is not in Salesforce; add it there, or correct the mapping. {said.line}"
    if way_of(said) is Way.GONE and change.operation is Operation.UPDATE:
        return MISSING
    return _WORDS.get(said.code, f"Salesforce refused it ({said.code}): {{}}").format(said.line)
