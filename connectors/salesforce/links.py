"""How a record names its employee or cost centre: by that one's external id, or by its id of Salesforce.

By external id the record says `"Worker__r": {"Employee_Number__c": "E1001"}`, and the number is the hub's ref; so no id
of Salesforce is kept, and a restored org still fits.
"""

from dataclasses import dataclass

from connectors.salesforce.settings import SalesforceSettings

ID_LENGTHS = (15, 18)


@dataclass(frozen=True, slots=True)
class Link:
    """`lookup` is the field of our object, `thing` the object that it leads to, `key` its external id or empty."""

    lookup: str
    thing: str
    key: str = ""

    @property
    def column(self) -> str:
        """The path of the ref, in a query, in a record and in a CSV header."""
        return f"{self.lookup.removesuffix('__c')}__r.{self.key}" if self.key else self.lookup

    def obstacle(self, ref: str) -> str:
        """What is wrong with a ref before Salesforce sees it, or nothing."""
        if self.key:
            return "" if ref and ref == ref.strip() and ref.isprintable() else "its number is empty or has odd blanks"
        return "" if len(ref) in ID_LENGTHS and ref.isascii() and ref.isalnum() else "its ref is no id of Salesforce"


def employee_link(settings: SalesforceSettings) -> Link:
    """To the employee."""
    return Link(settings.lookup, settings.employee_object, _key(settings, settings.employee_field))


def cost_link(settings: SalesforceSettings) -> Link:
    """To the cost centre."""
    return Link(settings.cost_lookup, settings.cost_object, _key(settings, settings.cost_field))


def _key(settings: SalesforceSettings, field: str) -> str:
    return field if settings.linked_by == "number" and settings.target == "package" else ""
