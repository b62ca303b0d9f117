"""Logging in to Zoho: which grant, and what Zoho's refusals mean.

Zoho refuses with HTTP 200 and `error`. A refresh token never changes and has no end; `invalid_code` is what a revoked
one gets (and the oldest of more than 20). Ten tokens in ten minutes are allowed, so all processes share one.
"""

from collections.abc import Mapping

from connectors.zoho import answers, wire
from connectors.zoho.centres import require_centre
from connectors.zoho.settings import ZohoSettings
from hub.contract import Authorisation
from hub.errors import HubError, Reconnect, SettingsWrong, Throttled, Unavailable
from hub.http import Response, Transport
from hub.oauth import AuthorizationCode, Grant, OAuth, RefreshToken, Refusal, TokenStore

SCOPES = (
    "ZOHOPEOPLE.attendance.ALL",
    "ZOHOPEOPLE.leave.ALL",
    "ZOHOPEOPLE.forms.READ",
    "ZOHOPEOPLE.forms.CREATE",
)
"""Attendance in and out, leave in and out, employees and departments, and leave again: v1 takes it as a form."""
PAY_PERIODS = "ZOHOPEOPLE.payroll.ALL"
TOKEN_LOCK_SECONDS = 600
SCHEME = "Zoho-oauthtoken"
NOT_THIS_TOKEN = ("7202", "7213")
_LONGEST_REFUSAL = 2000


def oauth(settings: ZohoSettings, tokens: TokenStore, transport: Transport | None = None) -> OAuth:
    """What signs the requests."""
    return OAuth(
        _grant(settings),
        token_url=f"{settings.hosts.accounts}/oauth/v2/token",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        store=tokens,
        scheme=SCHEME,
        reads=meaning,
        rejects=rejects,
        timeout_seconds=settings.timeout_seconds,
        transport=transport,
    )


def _grant(settings: ZohoSettings) -> Grant:
    return RefreshToken(settings.refresh_token) if settings.refresh_token else AuthorizationCode()


def authorisation(settings: ZohoSettings) -> Authorisation | None:
    """How a person authorises Muster; `prompt` makes Zoho give a refresh token again after the first time."""
    if settings.refresh_token:
        return None
    hosts = settings.hosts

    def token_url_of(answer: Mapping[str, str]) -> str:
        server = require_centre(answer.get("accounts-server", hosts.accounts), settings.data_centre, hosts.accounts)
        return f"{server}/oauth/v2/token"

    return Authorisation(
        authorize_url=f"{hosts.accounts}/oauth/v2/auth",
        token_url=f"{hosts.accounts}/oauth/v2/token",
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        scope=",".join((*SCOPES, *([PAY_PERIODS] if settings.pay_period else []))),
        extra={"access_type": "offline", "prompt": "consent"},
        token_url_of=token_url_of,
    )


def meaning(refusal: Refusal) -> HubError | None:
    """What Zoho's refusal of a token means, where it says more than RFC 6749 does."""
    match refusal.error:
        case "Access Denied":
            message = "Zoho gave this connection ten tokens in ten minutes and gives no more for now."
            return Throttled(message, after=TOKEN_LOCK_SECONDS)
        case "invalid_code":
            return Reconnect("Zoho does not know the authorisation any more; authorise the connection again.")
        case "invalid_client" | "invalid_client_secret":
            return SettingsWrong(
                f"Zoho does not know the client ({refusal.error}): correct client id, secret and data centre; where "
                "Multi-DC is switched on, each data centre may have a secret of its own."
            )
        case "general_error":
            return Unavailable("Zoho gives no token now (general_error).")
        case _:
            return None


def rejects(answer: Response) -> bool:
    """Whether Zoho does not accept the token: it says so in the body, with HTTP 400 or 200 as a rule."""
    if answer.status_code == 401:
        return True
    if answer.status_code not in (200, 400) or len(answer.content) > _LONGEST_REFUSAL:
        return False
    try:
        problem = answers.problem_of(wire.loads(answer.content))
    except ValueError:
        return False
    return problem is not None and problem.code in NOT_THIS_TOKEN
