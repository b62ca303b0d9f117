"""A person authorises a connection in a browser: RFC 6749 4.1 with PKCE (RFC 7636), begun by a link that ends soon.

Whoever has the link may authorise that one connection. Opening it puts a random value into a cookie; the state and
the PKCE verifier derive from it, so that the answer is taken only in the browser that asked, and once.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from sqlalchemy import Engine, delete, update
from sqlmodel import col, select

from hub.contract import Authorisation
from hub.database import reading, writing
from hub.delivery.connections import connection_named, open_connector
from hub.errors import Fix, Reconnect, SettingsWrong
from hub.http import Transport
from hub.links import PARAMETER, digest, link_of, new_word
from hub.oauth import AuthorizationCode, Endpoint, Refusal, meaning
from hub.records import ConnectLink
from hub.token_store import TokenRows
from hub.tokens import Token

PUBLIC_URL = "MUSTER_PUBLIC_URL"
MINUTES = 15
_AGAIN = "Ask for a new link (`muster connect`) and open it."


class LinkInvalid(Fix):
    """The link, or the attempt begun with it, is over, or belongs to another browser."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser is sent, and the value of the cookie that it keeps until it is back."""

    url: str
    browser: str


def make_link(engine: Engine, tenant: str, connection: str, at: int, minutes: int = MINUTES) -> str:
    """A link good for so many minutes; raises `SettingsWrong` when nobody authorises such a connection that way."""
    _, _ = public_url(), authorisation_of(engine, tenant, connection)
    word = new_word(engine, tenant, connection, at, minutes)
    return f"{public_url()}/connect/{connection}?{urlencode({PARAMETER: word})}"


def public_url() -> str:
    """`MUSTER_PUBLIC_URL`, under which browsers reach the API; the providers know it too."""
    url = os.environ.get(PUBLIC_URL, "").rstrip("/")
    parts = urlsplit(url)
    loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or parts.query or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise SettingsWrong(f"Set {PUBLIC_URL} to the https:// address under which browsers reach Muster's API.")
    return url


def redirect_uri() -> str:
    """The address that is registered at the provider, exactly so."""
    return f"{public_url()}/connect/callback"


def authorisation_of(engine: Engine, tenant: str, connection: str) -> Authorisation:
    """How that connection is authorised; raises `SettingsWrong` when it is not done in a browser."""
    try:
        config = connection_named(engine, connection, tenant)
    except LookupError as error:
        raise SettingsWrong(str(error.args[0])) from error
    described = open_connector(config, engine).authorisation()
    if described is None:
        raise SettingsWrong("This connection is not authorised in a browser; its settings say all.")
    return described


def begin(engine: Engine, connection: str, word: str, at: int) -> Begun:
    """Start an attempt with the link; an earlier one of the same link is over with that. Raises `LinkInvalid`."""
    browser = secrets.token_urlsafe(32)
    row = link_of(engine, word, connection, at)
    if row is None:
        raise LinkInvalid(f"This link is not good any more. {_AGAIN}")
    described = authorisation_of(engine, row.tenant, row.connection)
    with writing(engine) as session:
        attempt = update(ConnectLink).where(col(ConnectLink.tenant) == row.tenant, col(ConnectLink.id) == row.id)
        session.connection().execute(attempt.values(state_sha256=digest(_derived(browser, "state"))))
    return Begun(_authorize_url(described, browser), browser)


def _authorize_url(described: Authorisation, browser: str) -> str:
    fields = {
        "response_type": "code",
        "client_id": described.client_id,
        "redirect_uri": redirect_uri(),
        "state": _derived(browser, "state"),
        "code_challenge": create_s256_code_challenge(_derived(browser, "verifier")),
        "code_challenge_method": "S256",
        **({"scope": described.scope} if described.scope else {}),
        **described.extra,
    }
    joint = "&" if urlsplit(described.authorize_url).query else "?"
    return f"{described.authorize_url}{joint}{urlencode(fields)}"


@dataclass(frozen=True, slots=True)
class Finishing:
    """The end of an attempt. `transport` stands for the network in tests."""

    engine: Engine
    now: Callable[[], int]
    transport: Transport | None = None

    def finish(self, answer: Mapping[str, str], browser: str) -> tuple[str, str, Token]:
        """Redeem the code and keep the token; tenant, connection, token. Raises `HubError` with what to do."""
        row = self._taken(answer.get("state", ""), browser)
        if error := answer.get("error"):
            raise Reconnect(f"The provider did not authorise: {error[:100]}. {_AGAIN}")
        described = authorisation_of(self.engine, row.tenant, row.connection)
        token = self._redeemed(described, answer, browser)
        if not token.refresh:
            message = "The provider gave a token for a while and none to renew it with. Remove Muster's access there"
            raise SettingsWrong(f"{message} (or ask for offline access in the settings), then: {_AGAIN}")
        with TokenRows(self.engine, row.tenant, row.connection, now=self.now).changing() as changing:
            changing.save(token)
        return row.tenant, row.connection, token

    def _taken(self, state: str, browser: str) -> ConnectLink:
        """The attempt, which nobody can end a second time."""
        if not (browser and hmac.compare_digest(_derived(browser, "state").encode(), state.encode())):
            raise LinkInvalid(f"This answer belongs to another browser or to an earlier attempt. {_AGAIN}")
        row = _row(self.engine, col(ConnectLink.state_sha256) == digest(state), self.now())
        if row is None or not self._deleted(row):
            raise LinkInvalid(f"This attempt is over. {_AGAIN}")
        return row

    def _deleted(self, row: ConnectLink) -> bool:
        with writing(self.engine) as session:
            gone = delete(ConnectLink).where(col(ConnectLink.tenant) == row.tenant, col(ConnectLink.id) == row.id)
            return session.connection().execute(gone).rowcount == 1

    def _redeemed(self, described: Authorisation, answer: Mapping[str, str], browser: str) -> Token:
        url = described.token_url_of(answer) if described.token_url_of else described.token_url
        endpoint = Endpoint(
            url,
            described.client_id,
            described.client_secret,
            described.client_auth,
            default_life=described.default_life,
            transport=self.transport,
        )
        form = {
            "grant_type": "authorization_code",
            "code": answer.get("code", ""),
            "redirect_uri": redirect_uri(),
            "code_verifier": _derived(browser, "verifier"),
        }
        try:
            return endpoint.ask(form, self.now())
        except Refusal as refusal:
            raise meaning(refusal, url, AuthorizationCode()) from None


def _row(engine: Engine, which: object, at: int) -> ConnectLink | None:
    query = select(ConnectLink).where(col(ConnectLink.tenant) != "", which, col(ConnectLink.expires_at) >= at)  # type: ignore[arg-type]
    with reading(engine) as session:
        return session.exec(query).first()


def _derived(browser: str, purpose: str) -> str:
    """43 letters, as RFC 7636 4.1 wants of a verifier; none tells another."""
    digest = hmac.new(browser.encode(), purpose.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
