"""One simulated S/4HANA a module, emptied for each test."""

from collections.abc import Iterator

import pytest

from connectors.sap.s4hana.connector import S4Connector
from connectors.sap.s4hana.simulator import S4Simulator
from hub.testing import faults
from tests.connectors.sap.recording import Recording
from tests.connectors.sap.s4hana.system import COSTS, NUMBERS, opened


@pytest.fixture(scope="module")
def served() -> Iterator[S4Simulator]:
    simulator = S4Simulator()
    with simulator.running():
        yield simulator


@pytest.fixture
def s4(served: S4Simulator) -> Iterator[S4Simulator]:
    served.reset(NUMBERS, COSTS)
    yield served
    served.faults = faults.none
    served.books.approves, served.gateway.one_operation, served.gateway.session_seconds = True, True, 1800


@pytest.fixture
def wire_() -> Recording:
    return Recording()


@pytest.fixture
def connector(s4: S4Simulator, wire_: Recording) -> Iterator[S4Connector]:
    with opened(s4, wire_) as one:
        yield one
