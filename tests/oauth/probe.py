"""A connector that does nothing but log in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from hub.contract import (
    Authorisation,
    Capabilities,
    Change,
    Connector,
    ConnectorSpec,
    CostObject,
    Entry,
    Finding,
    Held,
    Kind,
    Person,
    Receipt,
    Record,
    Scope,
    SecretRef,
    Settings,
    Severity,
)
from hub.errors import SettingsWrong
from hub.http import Client
from hub.oauth import AuthorizationCode, OAuth


class ProbeSettings(Settings):
    """Where, and as whom."""

    url: str
    client_id: str = "muster"
    secret: SecretRef
    scope: str = "openid offline_access"


class Probe(Connector[ProbeSettings]):
    """Reads who it is."""

    settings_type = ProbeSettings
    capabilities = Capabilities(kinds=frozenset({Kind.DAY}))

    def authorisation(self) -> Authorisation:
        """By a code; it is redeemed where the provider says, if that is on this machine."""
        url, given = self.settings.url, self.settings
        return Authorisation(
            authorize_url=f"{url}/auth",
            token_url=f"{url}/token",
            client_id=given.client_id,
            client_secret=given.secret,
            scope=given.scope,
            extra={"prompt": "consent"},
            token_url_of=self._token_url_of,
        )

    def _token_url_of(self, answer: Mapping[str, str]) -> str:
        server = answer.get("accounts-server", self.settings.url)
        if urlsplit(server).hostname != urlsplit(self.settings.url).hostname:
            raise SettingsWrong(f"{server} is no server of this provider.")
        return f"{server}/token"

    def check(self) -> list[Finding]:
        """Who it is."""
        url = self.settings.url
        auth = OAuth(
            AuthorizationCode(),
            token_url=f"{url}/token",
            client_id=self.settings.client_id,
            client_secret=self.settings.secret,
            store=self.tokens,
        )
        with Client(url, auth=auth) as client:
            return [Finding("login", Severity.OK, client.read("GET", "/me").json()["sub"])]

    def employees(self) -> Iterator[Person]:
        """Nobody."""
        return iter(())

    def cost_objects(self) -> Iterator[CostObject]:
        """Nothing."""
        return iter(())

    def render(self, entry: Entry) -> Record:
        """Nothing of it."""
        return Record(entry.key, {})

    def read_back(self, _scope: Scope) -> Iterator[Held]:
        """Nothing."""
        return iter(())

    def push(self, _changes: Sequence[Change]) -> Iterable[Receipt]:
        """Nothing."""
        return ()


spec = ConnectorSpec("probe", "Probe", Probe)
