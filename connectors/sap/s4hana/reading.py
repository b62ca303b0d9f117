"""Reading time sheets back.

The service sorts nothing, counts nothing, and compares dates rightly only by `ge`, `le` and `eq` (SAP note 3744148).
Pages of an unsorted list may lose an entry, and an entry that is not seen would be made again. So nothing is
paged: a question whose answer may be cut is asked again in halves.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from connectors.sap import odata_wire as wire
from connectors.sap.s4hana import mapping
from connectors.sap.s4hana.client import PAGE, S4Client
from connectors.sap.s4hana.entities import SERVICE, TIME_SHEET
from hub.contract import Held, Scope
from hub.errors import ContractBroken

AT_ONCE = 20
"""Work agreements named in one question: addresses have a longest length."""


def held(client: S4Client, mark: str, scope: Scope) -> Iterator[Held]:
    """The entries of the scope that book something, whoever wrote them."""
    rows = [row for row in _rows(client, scope) if row.get("TimeSheetStatus") not in mapping.OVER]
    replaced = {row.get("TimeSheetPredecessorRecord") for row in rows}
    try:
        for row in rows:
            if row["TimeSheetRecord"] not in replaced:
                yield mapping.held(row, mark)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContractBroken("A time sheet entry has an unknown shape; report it.", detail=repr(error)) from error


def _rows(client: S4Client, scope: Scope) -> Iterator[mapping.Row]:
    people = sorted(mapping.agreement_of(one) for one in scope.employees)
    for company, same in groupby(people, key=lambda one: one[0]):
        agreements = [agreement for _, agreement in same]
        for at in range(0, len(agreements), AT_ONCE):
            yield from _some(client, company, agreements[at : at + AT_ONCE], scope.first, scope.last)


def _some(client: S4Client, company: str, agreements: Sequence[str], first: date, last: date) -> Iterator[mapping.Row]:
    rows = client.rows(
        f"{SERVICE}/{TIME_SHEET.collection}",
        "time sheets",
        **{"$filter": _filter(company, agreements, first, last), "$top": str(PAGE)},
    )
    if len(rows) < PAGE:
        yield from rows
        return
    if len(agreements) > 1:
        middle = len(agreements) // 2
        for half in (agreements[:middle], agreements[middle:]):
            yield from _some(client, company, half, first, last)
        return
    if first == last:
        raise ContractBroken(f"S/4HANA holds {PAGE} entries of one employee on {first}; look at them there.")
    half_way = first + timedelta(days=(last - first).days // 2)
    yield from _some(client, company, agreements, first, half_way)
    yield from _some(client, company, agreements, half_way + timedelta(days=1), last)


def _filter(company: str, agreements: Sequence[str], first: date, last: date) -> str:
    return " and ".join(
        [
            wire.one_of("PersonWorkAgreementExternalID", [*agreements]),
            f"CompanyCode eq {wire.literal(company)}",
            f"TimeSheetDate ge {wire.day_literal(first)}",
            f"TimeSheetDate le {wire.day_literal(last)}",
        ]
    )
