"""The token endpoint of the simulated SuccessFactors; assertions are really verified.

Documented: parameters in the body or the query, the same token while one lives, with what is left of its life,
`new_token`, errors of SuccessFactors' own shape. How strictly times and audience are looked at is a guess.
"""

import base64
import binascii
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from lxml import etree  # type: ignore[import-untyped]
from signxml.exceptions import SignXMLException
from signxml.verifier import XMLVerifier

from connectors.sap.simulated.answers import json_answer
from connectors.sap.successfactors.simulated.errors import login

GRANT = "urn:ietf:params:oauth:grant-type:saml2-bearer"
LIFE = 86_400
_NS = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion"}
_NO_LOGIN = "Unable to authenticate the client (Login failed - {cause})"
_NO_SIGNATURE = (
    "Unable to verify the signature of the SAML assertion. Please ensure that the assertion has a signature and the "
    "key pairs match the client ID"
)


class TokenError(Exception):
    """No token, and why."""


@dataclass
class Tokens:
    """The OAuth clients' side. `now` is the service's clock; assertions are dated by the real one, as they are made."""

    company: str
    client: str
    users: Callable[[], frozenset[str]]
    now: Callable[[], int]
    certificate: str = ""
    given: dict[str, tuple[str, int]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def routes(self, app: FastAPI) -> None:
        """Put the doors up."""
        app.add_api_route("/oauth/token", self._token, methods=["POST"], include_in_schema=False)
        app.add_api_route("/oauth/validate", self._validate, methods=["GET"], include_in_schema=False)

    def refusal(self, request: Request) -> Response | None:
        """What the log-in filter answers to an API call, or nothing when it lets it through."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return login(401, "LGN0003", "Authentication information is missing. Please use OAuth 2.0.")
        _, until = self.given.get(token, ("", 0))
        if not until:
            return login(403, "LGN0007", "The access token is invalid.")
        if until <= self.now():
            return login(403, "LGN0022", "The access token is rejected or expired.")
        return None

    async def _validate(self, request: Request) -> Response:
        return self.refusal(request) or json_answer({"valid": True})

    async def _token(self, request: Request) -> Response:
        body = dict(parse_qsl((await request.body()).decode()))
        form = {**dict(request.query_params), **body}
        self.asked.append(form)
        try:
            user = self._user(form)
        except TokenError as error:
            return json_answer({"errorHttpCode": "401", "errorMessage": str(error)}, 401)
        token, until = self._of(user, fresh=form.get("new_token") == "true")
        return json_answer({"access_token": token, "token_type": "Bearer", "expires_in": until - self.now()})

    def _of(self, user: str, *, fresh: bool) -> tuple[str, int]:
        """The living token of the user, or a new one."""
        living = [(token, until) for token, (whose, until) in self.given.items() if whose == user]
        if not fresh and living and living[-1][1] > self.now():
            return living[-1]
        token, until = secrets.token_urlsafe(24), self.now() + LIFE
        self.given[token] = (user, until)
        return token, until

    def _user(self, form: Mapping[str, str]) -> str:
        if form.get("company_id") != self.company:
            raise TokenError(_NO_LOGIN.format(cause="invalid company"))
        if form.get("client_id") != self.client or form.get("grant_type") != GRANT:
            raise TokenError("Unable to authenticate the client (invalid client or grant type)")
        assertion = self._verified(form.get("assertion", ""))
        user = _text(assertion, "saml:Subject/saml:NameID")
        self._require_valid(assertion)
        if user not in self.users():
            raise TokenError(_NO_LOGIN.format(cause="invalid user"))
        return user

    def _verified(self, encoded: str) -> Any:
        """What the signature covers, and nothing beside it."""
        try:
            document = base64.b64decode(encoded, validate=True)
            found = XMLVerifier().verify(document, x509_cert=self.certificate, id_attribute="ID")
        except (SignXMLException, ValueError, binascii.Error, etree.XMLSyntaxError) as error:
            raise TokenError(_NO_SIGNATURE) from error
        signed = (found[0] if isinstance(found, list) else found).signed_xml
        if signed is None:
            raise TokenError(_NO_SIGNATURE)
        return signed

    def _require_valid(self, assertion: Any) -> None:
        [conditions] = assertion.xpath("saml:Conditions", namespaces=_NS)
        first, end = (_moment(conditions.get(name)) for name in ("NotBefore", "NotOnOrAfter"))
        if not first <= time.time() < end:
            raise TokenError(_NO_LOGIN.format(cause="assertion expired"))
        if _text(assertion, "saml:Conditions/saml:AudienceRestriction/saml:Audience") != "www.successfactors.com":
            raise TokenError(_NO_LOGIN.format(cause="wrong audience"))
        attributes = {
            one.get("Name"): "".join(one.itertext()).strip()
            for one in assertion.xpath("saml:AttributeStatement/saml:Attribute", namespaces=_NS)
        }
        if attributes.get("api_key") != self.client:
            raise TokenError(_NO_LOGIN.format(cause="wrong api_key"))


def _text(element: Any, path: str) -> str:
    found = element.xpath(path, namespaces=_NS)
    return str(found[0].text or "") if found else ""


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
