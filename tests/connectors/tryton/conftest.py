"""A connector to the Tryton server of the session."""

from collections.abc import Iterator

import pytest

from connectors.tryton.connector import TrytonConnector
from tests.connectors.conftest import Tryton


@pytest.fixture
def connector(tryton: Tryton) -> Iterator[TrytonConnector]:
    with tryton.connector() as one:
        yield one
