"""Logging in to SuccessFactors: real signatures, tokens that are shared and end, and the words of a refusal."""

import base64
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree  # type: ignore[import-untyped]
from signxml.verifier import XMLVerifier

from connectors.sap.successfactors import assertion
from connectors.sap.successfactors.connector import SfConnector
from connectors.sap.successfactors.settings import SfSettings
from connectors.sap.successfactors.simulator import (
    CLIENT,
    COMPANY,
    USER,
    TimeEventsSimulator,
    key_pair,
)
from hub.contract import SecretRef
from hub.errors import NotPermitted, SettingsWrong
from hub.oauth import MemoryTokens
from tests.connectors.sap.recording import Recording

PEERS = Path(__file__).parents[2] / "peers"
NS = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "ds": "http://www.w3.org/2000/09/xmldsig#"}
NOW = 1_800_000_000


@pytest.fixture(scope="module")
def served() -> Iterator[TimeEventsSimulator]:
    simulator = TimeEventsSimulator()
    with simulator.running():
        yield simulator


@pytest.fixture
def sf(served: TimeEventsSimulator) -> TimeEventsSimulator:
    served.reset(["1", "2"], [])
    return served


def settings(sf: TimeEventsSimulator, **more: Any) -> SfSettings:
    return SfSettings.model_validate({**sf.settings(), **more})


def opened(sf: TimeEventsSimulator, **more: Any) -> SfConnector:
    return SfConnector(settings(sf, **more))


def made(sf: TimeEventsSimulator, now: int = NOW, **more: Any) -> bytes:
    return base64.b64decode(assertion.maker(settings(sf, **more))(now), validate=True)


def verified(document: bytes) -> Any:
    found = XMLVerifier().verify(document, x509_cert=key_pair()[1], id_attribute="ID")
    return found.signed_xml  # type: ignore[union-attr]


def one(element: Any, path: str) -> Any:
    [found] = element.xpath(path, namespaces=NS)
    return found


def test_signxml_verifies_our_assertion_and_all_of_it_is_signed(sf: TimeEventsSimulator) -> None:
    found = verified(made(sf))
    assert found.tag == f"{{{NS['saml']}}}Assertion"
    assert one(found, "saml:Subject/saml:NameID").text == USER
    data = one(found, "saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData")
    assert data.get("Recipient") == f"{sf.url}/oauth/token"
    conditions = one(found, "saml:Conditions")
    assert (conditions.get("NotBefore"), conditions.get("NotOnOrAfter")) == (
        "2027-01-15T07:55:00.000Z",
        "2027-01-15T08:10:00.000Z",
    )
    assert one(found, "saml:Conditions/saml:AudienceRestriction/saml:Audience").text == "www.successfactors.com"
    names = {each.get("Name"): each[0].text for each in found.xpath("//saml:Attribute", namespaces=NS)}
    assert names == {"api_key": CLIENT, "use_username": "false", "use_email": "false"}


def test_the_signature_stands_where_the_schema_wants_it_and_is_sha_256(sf: TimeEventsSimulator) -> None:
    root = etree.fromstring(made(sf))
    assert [etree.QName(each).localname for each in root][:3] == ["Issuer", "Signature", "Subject"]
    method = one(root, "ds:Signature/ds:SignedInfo/ds:SignatureMethod").get("Algorithm")
    assert method == "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    reference = one(root, "ds:Signature/ds:SignedInfo/ds:Reference")
    assert reference.get("URI") == f"#{root.get('ID')}"


def test_no_two_assertions_are_the_same(sf: TimeEventsSimulator) -> None:
    assert made(sf) != made(sf)


def test_a_changed_assertion_is_refused_with_what_to_do(
    sf: TimeEventsSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = assertion.maker

    def forged(given: SfSettings) -> Any:
        def make(now: int) -> str:
            document = base64.b64decode(whole(given)(now))
            return base64.b64encode(document.replace(USER.encode(), b"admin")).decode()

        return make

    monkeypatch.setattr(assertion, "maker", forged)
    with opened(sf) as connector, pytest.raises(SettingsWrong, match="Register the certificate again"):
        [*connector.employees()]


def test_a_wrapped_assertion_names_nobody_else(sf: TimeEventsSimulator) -> None:
    """A signed assertion inside an unsigned one: only what is signed counts."""
    inner = made(sf, int(time.time())).decode()
    outer = f'<saml:Assertion xmlns:saml="{NS["saml"]}" ID="evil"><saml:Subject><saml:NameID>admin</saml:NameID></saml:Subject>{inner}</saml:Assertion>'
    form = {
        "company_id": COMPANY, "client_id": CLIENT, "assertion": base64.b64encode(outer.encode()).decode(),
        "grant_type": "urn:ietf:params:oauth:grant-type:saml2-bearer",
    }  # fmt: skip
    answer = httpx.post(f"{sf.url}/oauth/token", data=form)
    assert answer.status_code == 200
    assert {user for user, _ in sf.tokens.given.values()} == {USER}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"company_id": "ACMETEST"}, "invalid company"),
        ({"user": "nobody"}, "invalid user"),
        ({"client_id": "another"}, "invalid client"),
    ],
)
def test_a_refused_log_in_says_where_to_look(sf: TimeEventsSimulator, wrong: dict[str, str], said: str) -> None:
    with opened(sf, **wrong) as connector, pytest.raises(SettingsWrong, match=said) as refused:
        [*connector.employees()]
    assert "company_id, client_id, user" in refused.value.message


def test_a_key_of_another_certificate_is_found_before_anything_is_sent(
    sf: TimeEventsSimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SF_KEY", key_pair.__wrapped__()[0])
    with opened(sf, private_key={"env": "SF_KEY"}) as connector, pytest.raises(SettingsWrong, match="not the one of"):
        [*connector.employees()]
    assert sf.tokens.asked == []
    monkeypatch.setenv("SF_KEY", "no key")
    with pytest.raises(SettingsWrong, match="must be PEM"):
        assertion.pair(SecretRef(env="SF_KEY"), settings(sf).certificate)


def test_the_token_is_asked_for_once_with_all_its_fields(sf: TimeEventsSimulator) -> None:
    with opened(sf) as connector:
        assert len([*connector.employees()]) == 2
        assert len([*connector.employees()]) == 2
    [asked] = sf.tokens.asked
    assert asked.keys() == {"company_id", "client_id", "grant_type", "assertion"}
    assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:saml2-bearer"


def test_connections_share_the_token_that_lives(sf: TimeEventsSimulator) -> None:
    for _ in range(2):
        with opened(sf) as connector:
            [*connector.employees()]
    assert len(sf.tokens.asked) == 2
    assert len(sf.tokens.given) == 1


def test_a_token_that_ended_is_replaced_by_a_new_one_and_the_request_repeated(sf: TimeEventsSimulator) -> None:
    with opened(sf) as connector:
        [*connector.employees()]
        sf.clock.sleep(86_401)
        assert len([*connector.employees()]) == 2
    assert [one.get("new_token") for one in sf.tokens.asked] == [None, "true"]
    assert len(sf.tokens.given) == 2


def test_a_token_with_little_life_left_is_not_begun_with(sf: TimeEventsSimulator) -> None:
    """The endpoint gives the same token again, with what is left of it."""
    with opened(sf) as connector:
        [*connector.employees()]
    sf.clock.sleep(86_400 - 30)
    with opened(sf) as connector:
        [*connector.employees()]
        [*connector.employees()]
    assert [one.get("new_token") for one in sf.tokens.asked] == [None, None, "true"]


def test_a_missing_right_is_no_reason_for_a_new_token(sf: TimeEventsSimulator) -> None:
    class Forbidding(Recording):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = super().handle_request(request)
            if request.url.path.startswith("/odata"):
                body = {"error": {"code": "COE_GENERAL_FORBIDDEN", "message": {"value": "No permission"}}}
                return httpx.Response(403, json=body)
            return answer

    recording = Forbidding()
    with SfConnector(settings(sf), transport=recording) as connector, pytest.raises(NotPermitted, match="permissions"):
        [*connector.employees()]
    assert len(recording.paths("POST")) == 1


def test_nothing_secret_is_in_an_error(sf: TimeEventsSimulator) -> None:
    with opened(sf, user="nobody") as connector, pytest.raises(SettingsWrong) as refused:
        [*connector.employees()]
    assert sf.tokens.asked[0]["assertion"][:40] not in f"{refused.value.message} {refused.value.detail}"


def test_an_assertion_that_others_made_gets_a_token(sf: TimeEventsSimulator, tmp_path: Path) -> None:
    """`sf-oauth` (npm) makes it with the same key; the simulated endpoint knows no difference."""
    tool = PEERS / "node_modules" / "sf-oauth" / "src" / "cli.js"
    if shutil.which("node") is None or not tool.exists():
        pytest.skip("needs node and `npm ci` in tests/peers")
    key, certificate = key_pair()
    (tmp_path / "private.pem").write_text(key)
    (tmp_path / "public.pem").write_text(certificate)
    script = PEERS / "sap_assertion.mjs"
    command = ["node", str(script), CLIENT, USER, COMPANY]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    form = {
        "company_id": COMPANY, "client_id": CLIENT, "assertion": done.stdout.strip(),
        "grant_type": "urn:ietf:params:oauth:grant-type:saml2-bearer",
    }  # fmt: skip
    answer = httpx.post(f"{sf.url}/oauth/token", data=form)
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    assert httpx.get(f"{sf.url}/oauth/validate", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    broken = {
        **form,
        "assertion": base64.b64encode(base64.b64decode(form["assertion"]).replace(USER.encode(), b"admin")).decode(),
    }
    refused = httpx.post(f"{sf.url}/oauth/token", params=broken)  # the parameters may stand in the address too
    assert refused.status_code == 401
    assert "verify the signature" in refused.json()["errorMessage"]


def test_without_a_token_the_log_in_filter_answers_in_xml(sf: TimeEventsSimulator) -> None:
    answer = httpx.get(f"{sf.url}/odata/v2/User", params={"$format": "json"})
    assert answer.status_code == 401
    assert b"<code>LGN0003</code>" in answer.content


def test_the_store_of_tokens_is_the_connections(sf: TimeEventsSimulator) -> None:
    tokens = MemoryTokens()
    for _ in range(2):
        with opened(sf) as connector:
            connector.tokens = tokens
            [*connector.employees()]
    assert len(sf.tokens.asked) == 1
