"""The simulated Zoho Accounts: codes, tokens, and no.

Told wrong, it answers 200 with `error` [D, C]; the throttle answers 400 [C], or 200 where `throttle_status` says so
[D]. A code is good once, for two minutes; a token for an hour; a sixteenth token of a refresh token ends the first [D].
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from connectors.zoho.simulated.words import reply

CODE_SECONDS, TOKEN_SECONDS, WINDOW_SECONDS = 120, 3600, 600
TOKENS_IN_WINDOW, LIVE_TOKENS, LIVE_GRANTS = 10, 15, 20
NO_MORE = "You have made too many requests continuously. Please try again after some time."


def word() -> str:
    """A token as Zoho writes it [D]."""
    return f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"


@dataclass
class Accounts:
    """One client of one user. With `limited`, more than ten tokens in ten minutes are refused."""

    now: Callable[[], int]
    client_id: str
    client_secret: str
    location: str
    limited: bool = False
    throttle_status: int = 400
    codes: dict[str, int] = field(default_factory=dict)
    grants: dict[str, list[int]] = field(default_factory=dict)
    tokens: dict[str, tuple[str, int]] = field(default_factory=dict)
    refreshes: int = 0

    def routes(self, app: FastAPI) -> None:
        """The doors of Accounts."""
        app.add_route("/oauth/v2/auth", self._authorize, methods=["GET"])
        app.add_route("/oauth/v2/token", self._token, methods=["POST"])
        app.add_route("/oauth/v2/token/revoke", self._revoke, methods=["POST"])

    def new_code(self) -> str:
        """A code as the API console makes it for a self client."""
        code = word()
        self.codes[code] = self.now() + CODE_SECONDS
        return code

    def new_grant(self) -> str:
        """A refresh token; the twenty-first ends the first [D]."""
        refresh = word()
        self.grants[refresh] = []
        for old in [*self.grants][:-LIVE_GRANTS]:
            self.end(old)
        return refresh

    def end(self, refresh: str) -> None:
        """Revoke; its tokens end too [D]."""
        del self.grants[refresh]
        self.tokens = {token: given for token, given in self.tokens.items() if given[0] != refresh}

    def knows(self, token: str) -> bool:
        """Whether the token is good now."""
        return token in self.tokens and self.tokens[token][1] > self.now()

    async def _authorize(self, request: Request) -> Response:
        """Consents at once; leads back with `location` and `accounts-server`, hyphen and all [D]."""
        asked = request.query_params
        server = str(request.base_url).rstrip("/")
        answer = {"state": asked["state"], "code": self.new_code(), "location": self.location}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**answer, 'accounts-server': server})}", 302)

    async def _token(self, request: Request) -> Response:
        form = await fields(request)
        if form.get("client_id") != self.client_id:
            return reply({"error": "invalid_client"})
        if form.get("client_secret") != self.client_secret:
            return reply({"error": "invalid_client_secret"})
        if form.get("grant_type") == "authorization_code":
            good = self.codes.pop(form.get("code", ""), 0) > self.now()
            return self._given(self.new_grant(), first=True) if good else reply({"error": "invalid_code"})
        refresh = form.get("refresh_token", "")
        return self._given(refresh) if refresh in self.grants else reply({"error": "invalid_code"})

    def _given(self, refresh: str, *, first: bool = False) -> Response:
        recent = [at for at in self.grants[refresh] if at > self.now() - WINDOW_SECONDS]
        self.grants[refresh] = [*recent, self.now()]  # asking prolongs the lock-out [C]
        if self.limited and len(recent) >= TOKENS_IN_WINDOW:
            return reply({"error_description": NO_MORE, "error": "Access Denied"}, self.throttle_status)
        self.refreshes += 1
        access = word()
        self.tokens[access] = (refresh, self.now() + TOKEN_SECONDS)
        for old in [token for token, given in self.tokens.items() if given[0] == refresh][:-LIVE_TOKENS]:
            del self.tokens[old]
        body = {"access_token": access, **({"refresh_token": refresh} if first else {})}
        more = {"api_domain": "https://www.zohoapis.in", "token_type": "Bearer", "expires_in": TOKEN_SECONDS}
        return reply({**body, "scope": "ZohoPeople.attendance.ALL ZohoPeople.leave.ALL", **more})

    async def _revoke(self, request: Request) -> Response:
        token = (await fields(request)).get("token", "")
        if token not in self.grants:
            return reply({"error": "invalid_token"}, 400)
        self.end(token)
        return reply({"status": "success"})


async def fields(request: Request) -> dict[str, str]:
    """What the caller sent, in the query or in a form [D]."""
    body = (await request.body()).decode()
    return {**dict(request.query_params), **dict(parse_qsl(body, keep_blank_values=True))}
