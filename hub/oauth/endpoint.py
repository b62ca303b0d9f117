"""One request to a token endpoint, by Authlib's client over the hub's own HTTP.

Authlib's `OAuth2Client` prepares and parses; it knows no transport. Its ready-made httpx client is not used: with
httpx2 installed, by whomever, that is a client of another library, whose errors nobody here would catch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Client  # type: ignore[import-untyped]
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]

from hub.errors import ContractBroken, Unavailable, Uncertain
from hub.http import Client, Response, StatusError, Transport
from hub.secrets import SecretRef
from hub.tokens import Token

ClientAuthentication = Literal["client_secret_post", "client_secret_basic", "none"]
LONGEST_LIFE = 10 * 365 * 86_400
_MEMBERS = frozenset({"access_token", "refresh_token", "expires_in", "expires_at"})


class Refusal(Exception):  # noqa: N818 - an answer of the endpoint, turned into one of our errors by who asked
    """The endpoint said no (RFC 6749 5.2), with whatever HTTP status: some, as Zoho, say it with 200."""

    def __init__(self, error: object, description: object = None) -> None:
        self.error, self.description = _plain(error), _plain(description)
        super().__init__(self.error)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where tokens are asked for, and as whom. `fields` go into every request."""

    url: str
    client_id: str
    client_secret: SecretRef | None = None
    client_auth: ClientAuthentication = "client_secret_post"
    fields: Mapping[str, str] | None = None
    default_life: int = 3600
    timeout_seconds: int = 30
    transport: Transport | None = None

    def ask(self, form: Mapping[str, str], now: int) -> Token:
        """One token request, sent once; raises `Refusal`, or an error of `hub.errors`."""
        client = _Protocol(
            _Session(self.timeout_seconds, self.transport),
            client_id=self.client_id,
            client_secret=self.client_secret.reveal() if self.client_secret else None,
            token_endpoint_auth_method=self.client_auth,
        )
        try:
            answer = client.fetch_token(self.url, **{**(self.fields or {}), **form})
            return self._token(answer, form, now)
        except (StatusError, ValueError, TypeError) as error:
            raise self._strange() from error

    def _token(self, answer: Mapping[str, Any], form: Mapping[str, str], now: int) -> Token:
        access = answer.get("access_token")
        if not isinstance(access, str) or not access:
            if said := answer.get("errorMessage"):  # SuccessFactors' way to say no
                raise Refusal(answer.get("errorHttpCode"), said)
            raise self._strange()
        extra = {name: str(value) for name, value in answer.items() if name not in _MEMBERS}
        refresh = answer.get("refresh_token") or form.get("refresh_token", "")
        return Token(access, now + self._life(answer), str(refresh), extra)

    def _life(self, answer: Mapping[str, Any]) -> int:
        """Seconds; old Zoho clusters give milliseconds there and the seconds beside."""
        value = answer.get("expires_in_sec") or answer.get("expires_in")
        return min(int(value), LONGEST_LIFE) if value else self.default_life

    def _strange(self) -> ContractBroken:
        return ContractBroken(f"{self.url} does not answer like a token endpoint (RFC 6749); correct the settings.")


class _Protocol(OAuth2Client):  # type: ignore[misc] # Authlib has no types
    oauth_error_class = Refusal


@dataclass(frozen=True, slots=True)
class _Session:
    """What Authlib's client posts with."""

    timeout_seconds: int
    transport: Transport | None

    def post(self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth) -> Response:
        """Sent once: a repeat could use up a refresh token that is good for one time only."""
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        with Client(url, timeout_seconds=self.timeout_seconds, transport=self.transport) as client:
            try:
                return client.write("POST", url, content=body, headers=headers)
            except Uncertain as error:  # for a token; nothing of the ERP was touched
                raise Unavailable(f"The token endpoint {url} gave no answer.", detail=error.detail) from error


def _plain(value: object) -> str:
    """One printable line."""
    return "".join(letter if letter.isprintable() else " " for letter in str(value or ""))[:200]
