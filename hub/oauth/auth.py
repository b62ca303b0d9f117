"""Signs requests with a token that is fresh, gets one when there is none, and repeats once what a 401 refused."""

import time
from collections.abc import Callable, Generator, Mapping

from hub.contract import Meter, Unmetered
from hub.errors import HubError, Reconnect
from hub.http import METER, Auth, Request, Response, Transport
from hub.oauth import failures
from hub.oauth.endpoint import ClientAuthentication, Endpoint, Refusal
from hub.oauth.grants import Grant
from hub.secrets import SecretRef
from hub.tokens import Changing, Token, TokenStore

UNAUTHORISED = 401
LONGEST_TIMEOUT = 60
"""Seconds; who asks for a token keeps all others waiting, and holds a lease that ends."""


def says_401(answer: Response) -> bool:
    """The status of a token that is not accepted (RFC 6750 3.1)."""
    return answer.status_code == UNAUTHORISED


class OAuth(Auth):
    """Hand it to `hub.http.Client` as `auth`.

    Args:
        grant: How a token is asked for.
        token_url: The token endpoint.
        client_id: Ours, at the provider.
        client_secret: Its secret; none for public clients and for assertions that say it all.
        client_auth: How the two are sent (RFC 6749 2.3.1).
        store: Where the token is kept and shared: `Connector.tokens`.
        default_life: Seconds a token lasts when the answer does not say (Salesforce never does).
        early: Seconds before its end at which a token is not used any more.
        scheme: What stands before the token in `Authorization`; Zoho wants `Zoho-oauthtoken`.
        extra_fields: Fields of every token request, such as SuccessFactors' `company_id`.
        reads: Says what a refusal of this provider means where RFC 6749 does not; None leaves it to the general rule.
        rejects: Whether an answer says that the token is not accepted; providers that do not use 401 have their own.
        meter: Asked before a request is repeated; none: the one that the request was counted by.
        now: UTC seconds.
        timeout_seconds: For the token endpoint, a minute at most.
        transport: Instead of the network, for tests.

    One at a time asks for a token, across threads and processes; the others find it in the store. A rotated refresh
    token is stored before anything is done with the new token. After a failure nobody asks again for a while. A request
    that is refused for its token is repeated once, with another token: it was not carried out, so that is safe for
    writes. Raises `Reconnect` when only a new authorisation helps, `SettingsWrong` when a setting must be corrected,
    `Throttled` or `Unavailable` when it is to be tried later; then nothing was sent to the ERP.
    """

    requires_response_body = True  # `rejects` may have to look into it

    def __init__(
        self,
        grant: Grant,
        *,
        token_url: str,
        client_id: str,
        client_secret: SecretRef | None = None,
        client_auth: ClientAuthentication = "client_secret_post",
        store: TokenStore,
        default_life: int = 3600,
        early: int = 60,
        scheme: str = "Bearer",
        extra_fields: Mapping[str, str] | None = None,
        reads: Callable[[Refusal], HubError | None] = lambda _refusal: None,
        rejects: Callable[[Response], bool] = says_401,
        meter: Meter | None = None,
        now: Callable[[], int] = lambda: int(time.time()),
        timeout_seconds: int = 30,
        transport: Transport | None = None,
    ) -> None:
        self._grant, self._store, self._early, self._scheme = grant, store, early, scheme
        self._reads, self._rejects, self._meter, self._now = reads, rejects, meter, now
        self._endpoint = Endpoint(
            url=token_url,
            client_id=client_id,
            client_secret=client_secret,
            client_auth=client_auth,
            fields=extra_fields,
            default_life=default_life,
            timeout_seconds=min(timeout_seconds, LONGEST_TIMEOUT),
            transport=transport,
        )

    def token(self) -> Token:
        """The current token; asks for one if there is none that is fresh."""
        token = self._store.load()
        return token if token and self._fresh(token) else self._renewed(rejected="")

    def auth_flow(self, request: Request) -> Generator[Request, Response, None]:
        """Sign, send, and once more with another token if the first is not accepted (used by httpx)."""
        token = self.token()
        answer = yield self._signed(request, token)
        if not self._rejects(answer):
            return
        token = self._renewed(rejected=token.access)
        meter: Meter = self._meter or request.extensions.get(METER) or Unmetered()
        meter.take()
        answer = yield self._signed(request, token)
        if self._rejects(answer):
            message = f"{request.url.host} does not accept a token that was just made; authorise the connection again."
            raise Reconnect(message, detail=f"HTTP {answer.status_code}")

    def _signed(self, request: Request, token: Token) -> Request:
        request.headers["Authorization"] = f"{self._scheme} {token.access}"
        return request

    def _fresh(self, token: Token) -> bool:
        return token.expires_at - self._early > self._now()

    def _renewed(self, rejected: str) -> Token:
        """Another token than the rejected one; the one that somebody else got meanwhile, if there is."""
        with self._store.changing() as changing:
            there = changing.token
            if there and self._fresh(there) and there.access != rejected:
                return there
            failures.still_lasts(changing.failure, self._now(), self._grant)
            token = self._asked(changing)
            changing.save(token)
            return token

    def _asked(self, changing: Changing) -> Token:
        now = self._now()
        try:
            return self._endpoint.ask(self._grant.form(changing.token, now), now)
        except Refusal as refusal:
            error = self._reads(refusal) or failures.meaning(refusal, self._endpoint.url, self._grant)
            changing.failed(failures.noted(error, now, self._grant))
            raise error from None  # what was refused may be quoted in it
        except HubError as error:
            changing.failed(failures.noted(error, now, self._grant))
            raise
