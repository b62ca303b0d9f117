"""A grant that is revoked: one question to the provider, one alert, and nobody else notices."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine

from connectors.zoho.simulator import ZohoSimulator
from hub.alerts import update_alerts
from hub.channels import Message
from hub.delivery.connections import ConnectionConfig, open_connector, register
from hub.errors import Reconnect
from hub.token_states import token_states
from hub.token_store import TokenRows
from hub.tokens import Token

TENANTS = ("acme", "hooli")


class Told:
    """A way that keeps what it carried."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def tell(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def said(self) -> list[tuple[str, str, str]]:
        return [(one.tenant, one.state, one.cause) for one in self.messages]


@pytest.fixture
def zohos() -> Iterator[dict[str, ZohoSimulator]]:
    """An organisation for each tenant."""
    made = {tenant: ZohoSimulator() for tenant in TENANTS}
    with ExitStack() as stack:
        for one in made.values():
            one.reset(["E0001"], [])
            stack.enter_context(one.running())
        yield made


def authorised(engine: Engine, tenant: str, zoho: ZohoSimulator) -> ConnectionConfig:
    """The tenant's connection, authorised by a person; the token has ended, so that the grant is needed at once."""
    settings = {**zoho.settings(), "refresh_token": None}
    given = {"sites": ("blr",), "starts_on": "2026-10-01", "settings": settings}
    config = ConnectionConfig.model_validate({"tenant": tenant, "name": f"{tenant}_zoho", "connector": "zoho", **given})
    register(engine, config, again=True)
    with TokenRows(engine, tenant, config.name).changing() as changing:
        changing.save(Token("ended", 1, zoho.accounts.new_grant()))
    return config


def night(engine: Engine, config: ConnectionConfig) -> int:
    """How many employees are seen; what a night begins with."""
    with open_connector(config, engine) as connector:
        return len([*connector.employees()])


def look(engine: Engine, told: Told) -> None:
    """What the sensor does every few minutes."""
    for tenant in TENANTS:
        lost = {one.connection: one.message for one in token_states(engine, tenant) if one.needs_reconnecting}
        update_alerts(engine, tenant, "watch:reconnect:", lost, at=1, ways=[told])


def test_a_revoked_grant_is_one_alert_and_no_storm(engine: Engine, zohos: dict[str, ZohoSimulator]) -> None:
    configs = {tenant: authorised(engine, tenant, zoho) for tenant, zoho in zohos.items()}
    told, acme = Told(), zohos["acme"]
    for refresh in [*acme.accounts.grants]:
        acme.accounts.end(refresh)
    before = acme.requests
    for _ in range(4):
        with pytest.raises(Reconnect, match="authorise the connection again"):
            night(engine, configs["acme"])
        assert night(engine, configs["hooli"]) == 1
        look(engine, told)
    assert acme.requests - before == 1
    assert told.said == [("acme", "open", "watch:reconnect:acme_zoho")]

    authorised(engine, "acme", acme)
    for _ in range(2):
        assert night(engine, configs["acme"]) == 1
        look(engine, told)
    assert told.said[1:] == [("acme", "over", "watch:reconnect:acme_zoho")]
