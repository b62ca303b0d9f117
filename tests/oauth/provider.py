"""A provider and an ERP behind it, as small as they can be: a token endpoint, and one page that wants a token."""

import json
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import parse_qsl

import httpx

TOKEN_URL = "https://login.example/token"
ERP_URL = "https://erp.example"


@dataclass
class Provider:
    """Rotates the refresh token with every use; `answers` are given instead of what it would say, one after another."""

    life: int | None = 3600
    rotates: bool = True
    now: int = 1_800_000_000
    refresh: str = "refresh-0"
    revoked: bool = False
    answers: list[httpx.Response | Exception] = field(default_factory=list)
    erp_answers: list[httpx.Response] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    headers: list[httpx.Headers] = field(default_factory=list)
    erp: list[httpx.Request] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    served: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def transport(self) -> httpx.MockTransport:
        """Both, for a client in this process."""
        return httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One request, of either."""
        with self.lock:
            return self._token(request) if request.url.path == "/token" else self._page(request)

    def _token(self, request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode()))
        self.asked.append(form)
        self.headers.append(request.headers)
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        if self.revoked or (form["grant_type"] == "refresh_token" and form["refresh_token"] != self.refresh):
            return httpx.Response(400, json={"error": "invalid_grant", "error_description": 'token "x" revoked'})
        access = f"access-{len(self.asked)}"
        self.good = {access}
        body: dict[str, object] = {"access_token": access, "token_type": "Bearer", "instance_url": ERP_URL}
        if self.life is not None:
            body["expires_in"] = self.life
        if form["grant_type"] == "refresh_token" and self.rotates:
            self.refresh = body["refresh_token"] = f"refresh-{len(self.asked)}"
        return httpx.Response(200, json=body)

    def _page(self, request: httpx.Request) -> httpx.Response:
        self.erp.append(request)
        self.signed.append(request.headers.get("authorization", ""))
        token = self.signed[-1].partition(" ")[2]
        if self.erp_answers:
            return self.erp_answers.pop(0)
        if token not in self.good:
            return httpx.Response(401, json={"error": "session expired"})
        self.served[token] += 1
        return httpx.Response(200, text=json.dumps({"token": token}))
