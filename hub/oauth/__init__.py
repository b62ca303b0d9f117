"""OAuth 2 for connectors: one token per connection, refreshed once however many need it.

    auth = OAuth(ClientCredentials(), token_url=..., client_id=..., client_secret=settings.secret, store=self.tokens)
    client = Client(settings.url, auth=auth, meter=self.meter)

`Connector.tokens` is the store: the hub's database when the hub opens the connector, memory in tests.
A repeat after a 401 is safe for writes too: 401 means that the request was not carried out.
"""

from hub.oauth.auth import OAuth
from hub.oauth.endpoint import ClientAuthentication, Endpoint, Refusal
from hub.oauth.failures import meaning
from hub.oauth.grants import AuthorizationCode, ClientCredentials, Grant, JwtBearer, RefreshToken, SamlBearer
from hub.tokens import Changing, Failure, MemoryTokens, Token, TokenStore

__all__ = [
    "AuthorizationCode",
    "Changing",
    "ClientAuthentication",
    "ClientCredentials",
    "Endpoint",
    "Failure",
    "Grant",
    "JwtBearer",
    "MemoryTokens",
    "OAuth",
    "RefreshToken",
    "Refusal",
    "SamlBearer",
    "Token",
    "TokenStore",
    "meaning",
]
