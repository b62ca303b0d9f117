"""Getting a token with an assertion, and knowing when it is not accepted any more.

While a token lives the endpoint hands out the same one, with what is left of its 24 hours, perhaps seconds; so a token
that is old or was refused is replaced with `new_token=true` (SAP note 2872019). API calls refuse a token with 401 or
403 and a code in XML or JSON (SAP note 2524436).
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from connectors.sap.successfactors import assertion
from connectors.sap.successfactors.settings import SfSettings
from hub.errors import HubError, SettingsWrong
from hub.http import Response, Transport
from hub.oauth import Grant, OAuth, Refusal, SamlBearer, Token, TokenStore

EARLY_SECONDS = 600
"""A token with less life left is not begun with: a batch may take minutes."""
_TOKEN_REFUSED = re.compile(rb"LGN00(05|06|07|22)")


@dataclass(frozen=True, slots=True)
class FreshSaml(Grant):
    """The SAML bearer grant; asks for a new token where the last one is known to be of no use."""

    make: Callable[[int], str]
    name: ClassVar[str] = "SAML bearer"

    def form(self, token: Token | None, now: int) -> Mapping[str, str]:
        """The fields of the token request."""
        return {**SamlBearer(self.make).form(token, now), **({"new_token": "true"} if token else {})}


def oauth(
    settings: SfSettings,
    tokens: TokenStore,
    now: Callable[[], int] = lambda: int(time.time()),
    transport: Transport | None = None,
) -> OAuth:
    """What signs the requests of a connection; raises `SettingsWrong` when key or certificate are none."""
    return OAuth(
        FreshSaml(assertion.maker(settings)),
        token_url=settings.token_endpoint,
        client_id=settings.client_id,
        client_auth="none",
        store=tokens,
        default_life=86_400,
        early=EARLY_SECONDS,
        extra_fields={"company_id": settings.company_id},
        reads=_meaning,
        rejects=refuses_token,
        now=now,
        timeout_seconds=settings.timeout_seconds,
        transport=transport,
    )


def refuses_token(answer: Response) -> bool:
    """Whether an API call says that the token is not accepted; another 403 is about rights."""
    if answer.status_code not in (401, 403):
        return False
    return answer.status_code == 401 or bool(_TOKEN_REFUSED.search(answer.content))


def _meaning(refusal: Refusal) -> HubError | None:
    if "signature" in refusal.description:
        return SettingsWrong(
            "SuccessFactors cannot verify the assertion: the certificate of the OAuth client there is not the one of "
            "this key, or it has expired. Register the certificate again, or correct client_id."
        )
    return SettingsWrong(
        f"SuccessFactors gives no token: {refusal.description} Look at company_id, client_id, user (active, bound to "
        "the client, and given as user_is says) and at the addresses that may log in."
    )
