"""A company in SuccessFactors with three people; tests that need another one make their own."""

from collections.abc import Iterator

import pytest

from connectors.sap.successfactors.simulator import ExternalTimeSimulator


@pytest.fixture(scope="module")
def served() -> Iterator[ExternalTimeSimulator]:
    simulator = ExternalTimeSimulator()
    with simulator.running():
        yield simulator


@pytest.fixture
def sf(served: ExternalTimeSimulator) -> Iterator[ExternalTimeSimulator]:
    served.reset(["1", "2", "3"], ["CC10", "CC20"])
    yield served
    served.odata.page = 1000
