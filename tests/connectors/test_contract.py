"""The test class for connector authors, on the connectors that we have."""

import pytest

from connectors.odoo.simulator import OdooSimulator
from connectors.tryton.simulator import ProxiedTryton
from hub.testing.connector_contract import ConnectorContract
from hub.testing.memory import MemoryErp


class TestMemory(ConnectorContract):
    target = MemoryErp


class TestOdoo(ConnectorContract):
    target = OdooSimulator


@pytest.mark.tryton
@pytest.mark.xdist_group("tryton")
class TestTryton(ConnectorContract):
    target = ProxiedTryton
    seeds = 6
