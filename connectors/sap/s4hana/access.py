"""Logging in: a password that is tried no more once it was refused, or tokens of a token endpoint."""

from base64 import b64encode
from collections.abc import Generator
from http import HTTPStatus

from connectors.sap.s4hana.faults import KEY_REFUSED
from connectors.sap.s4hana.settings import S4Settings
from hub.errors import Reconnect
from hub.http import Auth, Request, Response, Transport
from hub.oauth import ClientCredentials, OAuth, TokenStore


class Password(Auth):
    """A communication user's password. After one 401 it is not sent again: a few more would lock the user."""

    def __init__(self, user: str, password: str) -> None:
        self._header = f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
        self._refused = False

    def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        """Sign (used by httpx); raises `Reconnect` once a log-in was refused."""
        if self._refused:
            raise Reconnect(KEY_REFUSED)
        request.headers["Authorization"] = self._header
        answer = yield request
        self._refused = answer.status_code == HTTPStatus.UNAUTHORIZED


def auth(settings: S4Settings, tokens: TokenStore, transport: Transport | None) -> Auth | None:
    """What signs the requests of a connection; nothing for the sandbox, which wants a header only."""
    if settings.user and settings.password:
        return Password(settings.user, settings.password.reveal())
    if not settings.token_url:
        return None
    return OAuth(
        ClientCredentials(),
        token_url=settings.token_url,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        client_auth="client_secret_basic",
        store=tokens,
        timeout_seconds=settings.timeout_seconds,
        transport=transport,
    )
