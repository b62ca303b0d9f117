"""The SAML 2.0 assertion that proves who asks for a token, signed with the key of the registered certificate.

Shape as SAP's users send it: audience and issuer `www.successfactors.com`, bearer confirmation for the token endpoint,
attribute `api_key`; RSA-SHA256, exclusive canonicalisation, the signature right after the issuer (SAML core 5.4).
"""

import base64
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import Certificate, load_pem_x509_certificate
from lxml import etree  # type: ignore[import-untyped]
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

from connectors.sap.successfactors.settings import SfSettings
from hub.errors import SettingsWrong
from hub.secrets import SecretRef

LIFE_SECONDS, EARLY_SECONDS = 600, 300
"""How long it is valid, and how long before now: clocks differ."""
PARTY = "www.successfactors.com"
_SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XS = "http://www.w3.org/2001/XMLSchema"
_UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
_CONTEXT = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"


def maker(settings: SfSettings) -> Callable[[int], str]:
    """What makes an assertion for an instant of UTC seconds, in standard base64, as the endpoint wants it."""

    def make(now: int) -> str:
        key, certificate = pair(settings.private_key, settings.certificate)
        return base64.b64encode(_signed(_assertion(settings, now), key, certificate)).decode()

    return make


def pair(private_key: SecretRef, certificate: SecretRef) -> tuple[RSAPrivateKey, Certificate]:
    """Key and certificate; raises `SettingsWrong` when they are none, or do not belong together."""
    try:
        # Looking for primes takes longer than everything else here, and an unsound key signs nothing that is accepted.
        key = load_pem_private_key(private_key.reveal().encode(), None, unsafe_skip_rsa_key_validation=True)
        signed = load_pem_x509_certificate(certificate.reveal().encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsWrong("Private key and certificate must be PEM, the key RSA and without a password.") from None
    public = signed.public_key()
    if not isinstance(key, RSAPrivateKey) or not isinstance(public, RSAPublicKey):
        raise SettingsWrong("SuccessFactors takes RSA keys; register an RSA certificate.")
    if key.public_key().public_numbers() != public.public_numbers():
        raise SettingsWrong("The private key is not the one of the certificate; give the pair that was made together.")
    return key, signed


def _assertion(settings: SfSettings, now: int) -> etree._Element:
    name, end = f"_{secrets.token_hex(16)}", _moment(now + LIFE_SECONDS)
    root = _child(None, "Assertion", Version="2.0", ID=name, IssueInstant=_moment(now))
    _child(root, "Issuer").text = PARTY
    etree.SubElement(root, f"{{{_DSIG}}}Signature", Id="placeholder", nsmap={"ds": _DSIG})
    subject = _child(root, "Subject")
    _child(subject, "NameID", Format=_UNSPECIFIED).text = settings.user
    confirmation = _child(subject, "SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:bearer")
    _child(confirmation, "SubjectConfirmationData", NotOnOrAfter=end, Recipient=settings.token_endpoint)
    conditions = _child(root, "Conditions", NotBefore=_moment(now - EARLY_SECONDS), NotOnOrAfter=end)
    _child(_child(conditions, "AudienceRestriction"), "Audience").text = PARTY
    statement = _child(root, "AuthnStatement", AuthnInstant=_moment(now), SessionIndex=secrets.token_hex(16))
    _child(_child(statement, "AuthnContext"), "AuthnContextClassRef").text = _CONTEXT
    attributes = _child(root, "AttributeStatement")
    _attribute(attributes, "api_key", settings.client_id)
    _attribute(attributes, "use_username", str(settings.user_is == "username").lower())
    _attribute(attributes, "use_email", str(settings.user_is == "email").lower())
    return root


def _child(parent: etree._Element | None, tag: str, **attributes: str) -> etree._Element:
    name = f"{{{_SAML}}}{tag}"
    if parent is None:
        return etree.Element(name, attributes, nsmap={"saml": _SAML, "xs": _XS, "xsi": _XSI})
    return etree.SubElement(parent, name, attributes)


def _attribute(parent: etree._Element, name: str, value: str) -> None:
    attribute = _child(parent, "Attribute", Name=name, NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic")
    inner = _child(attribute, "AttributeValue")
    inner.set(f"{{{_XSI}}}type", "xs:string")
    inner.text = value


def _signed(root: etree._Element, key: RSAPrivateKey, certificate: Certificate) -> bytes:
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(root, key=key, cert=[certificate], reference_uri=root.get("ID"), id_attribute="ID")
    return bytes(etree.tostring(signed))


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
