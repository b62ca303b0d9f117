"""Signatures of the Standard Webhooks specification, symmetric (`v1`).

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: HMAC-SHA256 over
`id.timestamp.body`, in base64; the secret is written `whsec_` and base64 of 24 to 64 random bytes.
"""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh secret, as both sides keep it."""
    return f"{PREFIX}{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def headers_of(secret: str, message: str, at: int, body: bytes) -> dict[str, str]:
    """The headers of one attempt; `at` is that of the attempt, in UTC seconds."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    mark = hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(mark).decode()}",
        "content-type": "application/json",
        "user-agent": "Muster",
    }
