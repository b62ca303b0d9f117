"""Logging in: which grant, with what, and what Salesforce's refusals mean.

A token says nothing of its end, which is by inactivity (Help, "OAuth 2.0 JWT Bearer Flow", "Client Credentials Flow").
Errors of the token endpoint are objects with status 400; those of the API are arrays.
"""

from collections.abc import Callable

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from connectors.salesforce.settings import SalesforceSettings
from hub.contract import Authorisation
from hub.errors import HubError, NotPermitted, SettingsWrong, Throttled
from hub.http import Response, Transport
from hub.oauth import AuthorizationCode, ClientCredentials, Grant, JwtBearer, OAuth, Refusal, TokenStore

LIFE_SECONDS = 170
"""Of an assertion; Salesforce asks for at most three minutes."""
NOT_FOR_REST = "This session is not valid for use with the REST API"
_APP = "in Salesforce, Setup, External Client App Manager"
_SAID: dict[str, tuple[type[HubError], str]] = {
    "user hasn't approved this consumer": (
        NotPermitted,
        f"The app may not act for the user: let admin approved users use it, and give it a permission set, {_APP}.",
    ),
    "user is not admin approved": (
        NotPermitted,
        f"The user is not approved for this app: assign it a permission set or profile of the app, {_APP}.",
    ),
    "audience": (SettingsWrong, "login_url is not that of the org: login.salesforce.com, or test. for a sandbox."),
    "invalid assertion": (
        SettingsWrong,
        f"Salesforce cannot check the signature: private_key and the app's certificate do not belong together, {_APP}.",
    ),
    "expired authorization code": (SettingsWrong, "Salesforce says that time is over: set this machine's clock right."),
    "not supported on this domain": (SettingsWrong, "client_credentials works at the My Domain address only; set url."),
    "no client credentials user": (SettingsWrong, f"Name the user to run as, in the app's policies, {_APP}."),
    "user is locked": (NotPermitted, "Muster's user is locked in Salesforce; unlock it in Setup, Users."),
    "authentication failure": (NotPermitted, "Salesforce refuses Muster's user; look at its log-in history in Setup."),
}
_CODES: dict[str, tuple[type[HubError], str]] = {
    "inactive_user": (NotPermitted, "Muster's user is not active in Salesforce; activate it in Setup, Users."),
    "inactive_org": (NotPermitted, "The Salesforce org is locked or closed; ask Salesforce."),
    "rate_limit_exceeded": (Throttled, "Salesforce asks to log in less often."),
}


def token_url(settings: SalesforceSettings) -> str:
    """The token endpoint, at the My Domain address: the only one that knows all grants."""
    return f"{settings.url}/services/oauth2/token"


def oauth(settings: SalesforceSettings, tokens: TokenStore, transport: Transport | None = None) -> OAuth:
    """What signs the requests."""
    by_assertion = settings.grant == "jwt_bearer"
    return OAuth(
        _grant(settings),
        token_url=token_url(settings),
        client_id=settings.client_id,
        client_secret=None if by_assertion else settings.client_secret,
        client_auth="client_secret_post" if settings.client_secret and not by_assertion else "none",
        store=tokens,
        reads=lambda refusal: meaning(refusal, settings),
        rejects=expired,
        timeout_seconds=settings.timeout_seconds,
        transport=transport,
    )


def authorisation(settings: SalesforceSettings) -> Authorisation | None:
    """How a person authorises Muster, where that is the way."""
    if settings.grant != "authorization_code":
        return None
    return Authorisation(
        authorize_url=f"{settings.url}/services/oauth2/authorize",
        token_url=token_url(settings),
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        client_auth="client_secret_post" if settings.client_secret else "none",
        scope="api refresh_token",
    )


def _grant(settings: SalesforceSettings) -> Grant:
    if settings.grant == "jwt_bearer":
        return JwtBearer(assertion_for(settings))
    return ClientCredentials() if settings.grant == "client_credentials" else AuthorizationCode()


def assertion_for(settings: SalesforceSettings) -> Callable[[int], str]:
    """Makes an assertion at an instant of UTC seconds; `aud` is the log-in host, and not the token endpoint."""

    def make(now: int) -> str:
        assert settings.private_key is not None
        claims = {
            "iss": settings.client_id,
            "sub": settings.user,
            "aud": settings.login_url.rstrip("/"),
            "exp": now + LIFE_SECONDS,
        }
        try:
            key = RSAKey.import_key(settings.private_key.reveal())
            return jwt.encode({"alg": "RS256"}, claims, key)
        except (ValueError, JoseError):
            raise SettingsWrong("private_key is not an RSA key in PEM form; put the app's private key there.") from None

    return make


def expired(answer: Response) -> bool:
    """Whether another token helps: not where the app is not let in at all."""
    return answer.status_code == 401 and NOT_FOR_REST not in answer.text


def meaning(refusal: Refusal, settings: SalesforceSettings) -> HubError | None:
    """What Salesforce's refusal of a token means, where it says more than RFC 6749 does."""
    if refusal.error in _CODES:
        error, message = _CODES[refusal.error]
        return error(message)
    for words, (error, message) in _SAID.items():
        if words in refusal.description.lower() and not (
            words.startswith("expired") and settings.grant != "jwt_bearer"
        ):
            return error(message)
    return None
