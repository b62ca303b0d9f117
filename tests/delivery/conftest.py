"""All tests of delivery share a database of each kind."""

import pytest
from sqlalchemy import Engine


@pytest.fixture
def engine(hub: Engine) -> Engine:
    """The database, once of each kind: each test has a tenant of its own."""
    return hub
