import base64
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from hub import sealing
from hub.errors import SettingsWrong
from hub.sealing import KeyRing, Place, Sealed, new_key, ring_from_environment

HERE = Place("secret", "acme", "zoho")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Callable[..., KeyRing]:
    def made(*keys: str) -> KeyRing:
        monkeypatch.setenv("MUSTER_KEY", ",".join(keys))
        return ring_from_environment()

    return made


def test_what_was_sealed_opens_again_and_looks_different_every_time(ring: Callable[..., KeyRing]) -> None:
    keys = ring(new_key("a"))
    first, second = keys.seal("hünter2", HERE), keys.seal("hünter2", HERE)
    assert (first.key_id, keys.open(first, HERE), keys.open(second, HERE)) == ("a", "hünter2", "hünter2")
    assert set(first.text.split(".")[1:]) & set(second.text.split(".")[1:]) == set()


@pytest.mark.parametrize(
    "place", [replace(HERE, tenant="hooli"), replace(HERE, name="other"), replace(HERE, kind="token")]
)
def test_a_record_moved_to_another_place_does_not_open(ring: Callable[..., KeyRing], place: Place) -> None:
    keys = ring(new_key("a"))
    with pytest.raises(SettingsWrong, match="altered or copied from elsewhere"):
        keys.open(keys.seal("hunter2", HERE), place)


def test_names_cannot_be_shifted_into_one_another() -> None:
    assert Place("secret", "a", 'b", "c').bound_to != Place("secret", 'a", "b', "c").bound_to


@pytest.mark.parametrize("part", [1, 2, 3])
@pytest.mark.parametrize("end", [0, -1])
def test_a_record_that_was_altered_does_not_open(ring: Callable[..., KeyRing], part: int, end: int) -> None:
    keys = ring(new_key("a"))
    sealed = keys.seal("hunter2", HERE)
    parts = sealed.text.split(".")
    raw = bytearray(base64.b64decode(parts[part]))
    raw[end] ^= 1
    parts[part] = base64.b64encode(raw).decode()
    with pytest.raises(SettingsWrong, match="altered"):
        keys.open(Sealed("a", ".".join(parts)), HERE)


@pytest.mark.parametrize("text", ["", "1", "1.a.b", "1.a.b.c", "not base64"])
def test_a_record_that_is_none_does_not_open(ring: Callable[..., KeyRing], text: str) -> None:
    with pytest.raises(SettingsWrong, match="altered"):
        ring(new_key("a")).open(Sealed("a", text), HERE)


def test_the_first_key_seals_and_all_open(ring: Callable[..., KeyRing]) -> None:
    old, new = new_key("old"), new_key("new")
    sealed = ring(old).seal("hunter2", HERE)
    both = ring(new, old)
    assert both.open(sealed, HERE) == "hunter2"
    assert both.seal("x", HERE).key_id == "new"
    with pytest.raises(SettingsWrong, match="sealed with key old, which is not in MUSTER_KEY"):
        ring(new).open(sealed, HERE)
    with pytest.raises(SettingsWrong, match="or the key is another"):
        ring(new_key("old")).open(sealed, HERE)


def test_keys_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keys"
    path.write_text(f"{new_key('a')}\n{new_key('b')}\n")
    monkeypatch.setenv("MUSTER_KEY_FILE", str(path))
    assert ring_from_environment().first == "a"
    path.unlink()
    with pytest.raises(SettingsWrong, match="cannot be read"):
        ring_from_environment()


def test_without_a_key_nothing_is_sealed(ring: Callable[..., KeyRing]) -> None:
    with pytest.raises(SettingsWrong, match=r"no key to keep secrets with. Set MUSTER_KEY"):
        ring().seal("hunter2", HERE)


@pytest.mark.parametrize("word", ["a", "a:", "a:eA==", ":" + "A" * 44, "a:hunter2", "a:" + "é" * 44])
def test_a_key_that_is_none_is_refused_and_not_shown(ring: Callable[..., KeyRing], word: str) -> None:
    with pytest.raises(SettingsWrong, match="32 bytes in base64") as caught:
        ring(word)
    assert "hunter2" not in str(caught.value)


class Service:
    """A key-management service of three lines; its key has a name and never leaves it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def wrap(self, data_key: bytes, bound_to: bytes) -> bytes:
        return self.name.encode() + bound_to + data_key[::-1]

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        if not wrapped.startswith(self.name.encode() + bound_to):
            raise InvalidTag
        return wrapped[:-33:-1]


def test_the_outer_key_may_be_that_of_a_service(ring: Callable[..., KeyRing], monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("cloud", f"{__name__}:Service", sealing.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _: Service)
    monkeypatch.setattr(sealing, "entry_points", lambda **asked: [point] if asked["name"] == "cloud" else [])
    keys = ring("k1:cloud:vault/acme")
    sealed = keys.seal("hunter2", HERE)
    assert keys.open(sealed, HERE) == "hunter2"
    with pytest.raises(SettingsWrong, match="altered or copied"):
        ring("k1:cloud:vault/hooli").open(sealed, HERE)
    with pytest.raises(SettingsWrong, match="No key service 'fog' is installed"):
        ring("k1:fog:x")
