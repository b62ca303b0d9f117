"""The ways to be given a token: what each puts in the token request."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from hub.errors import Reconnect
from hub.secrets import SecretRef
from hub.tokens import Token


class Grant(ABC):
    """`name` is for messages; `personal` says that only a person in a browser can give the grant anew."""

    name: ClassVar[str]
    personal: ClassVar[bool] = False

    @abstractmethod
    def form(self, token: Token | None, now: int) -> Mapping[str, str]:
        """The fields of the token request besides those of the client; `now` in UTC seconds."""


@dataclass(frozen=True, slots=True)
class ClientCredentials(Grant):
    """The client acts for itself (RFC 6749 4.4)."""

    scope: str = ""
    name: ClassVar[str] = "client credentials"

    def form(self, token: Token | None, now: int) -> Mapping[str, str]:  # noqa: ARG002 - nothing earlier is needed
        """Grant type, and the scope if there is one."""
        return {"grant_type": "client_credentials", **({"scope": self.scope} if self.scope else {})}


@dataclass(frozen=True, slots=True)
class AuthorizationCode(Grant):
    """A person authorised the hub in a browser, by `/connect`; since then the token is refreshed (RFC 6749 6)."""

    name: ClassVar[str] = "refresh token"
    personal: ClassVar[bool] = True

    def form(self, token: Token | None, now: int) -> Mapping[str, str]:  # noqa: ARG002 - it does not age
        """A refresh; raises `Reconnect` when nobody has authorised yet, or only for the life of one token."""
        if token is None or not token.refresh:
            raise Reconnect("Nobody has authorised this connection yet; make a link with `muster connect` and open it.")
        return {"grant_type": "refresh_token", "refresh_token": token.refresh}


@dataclass(frozen=True, slots=True)
class RefreshToken(Grant):
    """A refresh token that was got by other means and never changes, such as that of Zoho's self client."""

    secret: SecretRef
    name: ClassVar[str] = "refresh token"

    def form(self, token: Token | None, now: int) -> Mapping[str, str]:  # noqa: ARG002 - it stays the same
        """A refresh."""
        return {"grant_type": "refresh_token", "refresh_token": self.secret.reveal()}


@dataclass(frozen=True, slots=True)
class JwtBearer(Grant):
    """A signed statement of who acts (RFC 7523 2.1); `make` gives it for an instant of UTC seconds."""

    make: Callable[[int], str]
    name: ClassVar[str] = "JWT bearer"

    def form(self, token: Token | None, now: int) -> Mapping[str, str]:  # noqa: ARG002 - nothing earlier is needed
        """Grant type and the statement, fresh."""
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": self.make(now)}


@dataclass(frozen=True, slots=True)
class SamlBearer(Grant):
    """A signed SAML 2 assertion of who acts (RFC 7522 2.1), base64url-encoded; `make` as for `JwtBearer`."""

    make: Callable[[int], str]
    name: ClassVar[str] = "SAML bearer"

    def form(self, token: Token | None, now: int) -> Mapping[str, str]:  # noqa: ARG002 - nothing earlier is needed
        """Grant type and the assertion, fresh."""
        return {"grant_type": "urn:ietf:params:oauth:grant-type:saml2-bearer", "assertion": self.make(now)}
