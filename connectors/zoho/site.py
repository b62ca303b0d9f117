"""One organisation: the client, and what it takes to speak of its people and its leave."""

from dataclasses import dataclass, field

from connectors.zoho.client import ZohoClient
from connectors.zoho.leaves import Leaves
from connectors.zoho.people import People
from connectors.zoho.settings import ZohoSettings


@dataclass
class Site:
    """An organisation as the connector sees it."""

    client: ZohoClient
    settings: ZohoSettings
    people: People = field(init=False)
    leaves: Leaves = field(init=False)

    def __post_init__(self) -> None:
        self.people = People(self.client, self.settings)
        self.leaves = Leaves(self.client, self.settings.leave_type)
