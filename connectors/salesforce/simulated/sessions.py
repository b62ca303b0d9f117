"""Sessions and the OAuth doors: JWT bearer with its signature checked, client credentials, code with PKCE, refresh.

Answers and error texts as collected in the contract; a token says nothing of its end, which comes by inactivity.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from connectors.salesforce.simulated.calls import Call, Reply
from connectors.salesforce.simulated.errors import ApiError

LOGIN = "https://login.salesforce.com"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ORG_ID = "00D5g000004TqRsEAK"
USER_ID = "0055g00000Hk2LmAAJ"
IDLE_SECONDS = 7200


class Refused(Exception):  # noqa: N818 - an answer
    """The token endpoint says no: 400 and an object."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.reply = Reply(400, {"error": error, "error_description": description})


@dataclass
class ClientApp:
    """The External Client App; `certificate` is the public key in PEM that assertions are checked with."""

    client_id: str
    client_secret: str
    username: str
    certificate: bytes = b""
    audience: str = LOGIN
    approved: bool = True


@dataclass
class Sessions:
    """Sessions by token. `now` is the org's clock, `wall` the one by which assertions end."""

    app: ClientApp
    now: Callable[[], int]
    url: Callable[[], str]
    wall: Callable[[], int] = lambda: int(time.time())
    same_token: bool = True
    rotates: bool = False
    used: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    refreshing: set[str] = field(default_factory=set)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def expire(self) -> None:
        """End all sessions, as inactivity does."""
        self.used.clear()

    def require(self, call: Call) -> None:
        """Let the call in, or raise 401."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme not in ("Bearer", "OAuth") or not self._alive(token):
            raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        self.used[token] = self.now()

    def _alive(self, token: str) -> bool:
        return token in self.used and self.now() - self.used[token] < IDLE_SECONDS

    def token(self, call: Call) -> Reply:
        """`POST /services/oauth2/token`."""
        form = _form(call)
        grants: dict[str, Callable[[dict[str, str], Call], dict[str, str]]] = {
            JWT_BEARER: self._jwt, "client_credentials": self._client_credentials,
            "authorization_code": self._code, "refresh_token": self._refresh,
        }  # fmt: skip
        grant = grants.get(form.get("grant_type", ""))
        if grant is None:
            return Refused("unsupported_grant_type", "grant type not supported").reply
        try:
            return Reply(200, grant(form, call), {"Cache-Control": "no-store"})
        except Refused as refused:
            return refused.reply

    def _jwt(self, form: dict[str, str], _call: Call) -> dict[str, str]:
        claims = self._claims(form.get("assertion", ""))
        if claims.get("iss") != self.app.client_id:
            raise Refused("invalid_client_id", "client identifier invalid")
        if claims.get("aud") != self.app.audience:
            raise Refused("invalid_grant", "audience is invalid")
        # Clients send `exp` as a number or as a text, and far in the future: all are let in.
        ends = str(claims.get("exp", ""))
        if not ends.isdecimal() or int(ends) <= self.wall():
            raise Refused("invalid_grant", "expired authorization code")
        if claims.get("sub", claims.get("prn")) != self.app.username or not self.app.approved:
            raise Refused("invalid_grant", "user hasn't approved this consumer")
        living = next((token for token in self.used if self._alive(token)), "") if self.same_token else ""
        return self._answer("api", living or self._session())

    def _claims(self, assertion: str) -> dict[str, Any]:
        try:
            key = RSAKey.import_key(self.app.certificate)
            claims = dict(json.loads(jws.deserialize_compact(assertion, key, algorithms=["RS256"]).payload))
        except (JoseError, ValueError, TypeError):
            raise Refused("invalid_grant", "invalid assertion") from None
        return claims

    def _client_credentials(self, form: dict[str, str], call: Call) -> dict[str, str]:
        if call.headers.get("host", "").startswith(("login.", "test.")):
            raise Refused("invalid_grant", "request not supported on this domain")
        self._require_client(form, call)
        return self._signed(self._answer("api", self._session()))

    def _code(self, form: dict[str, str], call: Call) -> dict[str, str]:
        self._require_client(form, call)
        challenge = self.codes.pop(form.get("code", ""), None)
        if challenge is None:
            raise Refused("invalid_grant", "expired authorization code")
        if challenge and challenge != _challenge(form.get("code_verifier", "")):
            raise Refused("invalid_grant", "invalid code verifier")
        return self._signed({**self._answer("refresh_token api", self._session()), "refresh_token": self._lasting()})

    def _refresh(self, form: dict[str, str], call: Call) -> dict[str, str]:
        self._require_client(form, call)
        if form.get("refresh_token") not in self.refreshing:
            raise Refused("invalid_grant", "expired access/refresh token")
        answer = self._signed(self._answer("refresh_token api", self._session()))
        if self.rotates:
            self.refreshing.discard(form["refresh_token"])
            answer["refresh_token"] = self._lasting()
        return answer

    def _require_client(self, form: dict[str, str], call: Call) -> None:
        scheme, _, basic = call.headers.get("authorization", "").partition(" ")
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        if scheme == "Basic":
            name, _, secret = base64.b64decode(basic).decode().partition(":")
            given = (name, secret)
        if given[0] != self.app.client_id:
            raise Refused("invalid_client_id", "client identifier invalid")
        if given[1] != self.app.client_secret:
            raise Refused("invalid_client", "invalid client credentials")

    def _session(self) -> str:
        token = f"{ORG_ID[:15]}!AQEAQ.{next(self.numbers):040}"
        self.used[token] = self.now()
        return token

    def _lasting(self) -> str:
        token = f"5Aep861{next(self.numbers):040}"
        self.refreshing.add(token)
        return token

    def _answer(self, scope: str, token: str) -> dict[str, str]:
        named = {"instance_url": self.url(), "id": f"{LOGIN}/id/{ORG_ID}/{USER_ID}", "token_type": "Bearer"}
        return {"access_token": token, "scope": scope, **named}

    def _signed(self, answer: dict[str, str]) -> dict[str, str]:
        issued = str(self.now() * 1000)
        digest = hmac.digest(self.app.client_secret.encode(), (answer["id"] + issued).encode(), "sha256")
        return {**answer, "issued_at": issued, "signature": base64.b64encode(digest).decode()}

    def authorize(self, call: Call) -> Reply:
        """`GET /services/oauth2/authorize`: a person who approves at once."""
        code = f"aPrx{next(self.numbers):030}=="
        self.codes[code] = call.query.get("code_challenge", "")
        back = urlencode({"code": code, "state": call.query.get("state", "")})
        return Reply(302, headers={"Location": f"{call.query.get('redirect_uri', '')}?{back}"})

    def revoke(self, call: Call) -> Reply:
        """`POST /services/oauth2/revoke`; of an unknown token the answer is form-encoded (jsforce reads it so)."""
        token = _form(call).get("token", call.query.get("token", ""))
        if self.used.pop(token, None) is not None:
            return Reply()
        if token in self.refreshing:
            self.refreshing.discard(token)
            self.used.clear()
            return Reply()
        text = urlencode({"error": "unsupported_token_type", "error_description": "this token type is not supported"})
        return Reply(400, text=text, media="application/x-www-form-urlencoded")

    def introspect(self, call: Call) -> Reply:
        """`POST /services/oauth2/introspect`."""
        token = _form(call).get("token", "")
        if not self._alive(token):
            return Reply(200, {"active": False})
        used = self.used[token]
        who = {"scope": "api refresh_token", "client_id": self.app.client_id, "username": self.app.username}
        times = {"exp": used + IDLE_SECONDS, "iat": used, "nbf": used}
        return Reply(200, {"active": True, **who, "token_type": "access_token", **times})

    def userinfo(self, call: Call) -> Reply:
        """`GET /services/oauth2/userinfo`."""
        self.require(call)
        who = {"sub": f"{LOGIN}/id/{ORG_ID}/{USER_ID}", "user_id": USER_ID, "organization_id": ORG_ID}
        urls = {"rest": f"{self.url()}/services/data/v{{version}}/"}
        return Reply(200, {**who, "preferred_username": self.app.username, "active": True, "urls": urls})


def _form(call: Call) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(call.content.decode()).items()}


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
