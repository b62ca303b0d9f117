import pytest

from hub.sealing import new_key


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """The key that everything is sealed with, unless a test has its own."""
    key = new_key("k1")
    monkeypatch.setenv("MUSTER_KEY", key)
    monkeypatch.delenv("MUSTER_KEY_FILE", raising=False)
    return key
