"""Encryption at rest: each record under a data key of its own, the data keys under a key from outside the database.

AES-256-GCM (NIST SP 800-38D) with the tenant and the name of the record as associated data, so that a record copied to
another place does not open there. `MUSTER_KEY`, or the file of `MUSTER_KEY_FILE`, holds the outer keys as `id:key`,
separated by blanks, commas or lines; the first seals, all open. A key is 32 bytes in base64, or `scheme:name` of a key
that never leaves its service: the entry-point group `muster.keys` holds a maker for each scheme.
"""

import base64
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import SettingsWrong

KEY, KEY_FILE = "MUSTER_KEY", "MUSTER_KEY_FILE"
GROUP = "muster.keys"
KEY_BYTES, NONCE_BYTES = 32, 12
_HINT = f"Set {KEY} or {KEY_FILE}; `muster secrets new-key` makes a key."


class OuterKey(Protocol):
    """Wraps data keys; the place for a key-management service."""

    def wrap(self, data_key: bytes, bound_to: bytes) -> bytes:
        """The data key, encrypted."""

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """The data key again; raises `cryptography.exceptions.InvalidTag` when it is another's or was altered."""


@dataclass(frozen=True, slots=True)
class LocalKey:
    """An outer key that Muster holds itself."""

    key: AESGCM

    def wrap(self, data_key: bytes, bound_to: bytes) -> bytes:
        """Nonce and ciphertext."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self.key.encrypt(nonce, data_key, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """The data key again."""
        return self.key.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed record belongs; it opens nowhere else."""

    kind: str
    tenant: str
    name: str

    @property
    def bound_to(self) -> bytes:
        """As associated data, without a way to shift letters between its parts."""
        return json.dumps(["muster", self.kind, self.tenant, self.name]).encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed record: the outer key's id, and the rest as text."""

    key_id: str
    text: str


class KeyRing:
    """The outer keys by id; the first one seals."""

    def __init__(self, keys: Mapping[str, OuterKey]) -> None:
        self._keys = dict(keys)

    @property
    def first(self) -> str:
        """The id of the key that seals; raises `SettingsWrong` when there is no key."""
        if not self._keys:
            raise SettingsWrong(f"There is no key to keep secrets with. {_HINT}")
        return next(iter(self._keys))

    def seal(self, plain: str, place: Place) -> Sealed:
        """Encrypt under a fresh data key."""
        outer = self._keys[self.first]
        data_key, nonce = AESGCM.generate_key(KEY_BYTES * 8), secrets.token_bytes(NONCE_BYTES)
        body = AESGCM(data_key).encrypt(nonce, plain.encode(), place.bound_to)
        parts = (outer.wrap(data_key, place.bound_to), nonce, body)
        return Sealed(self.first, ".".join(["1", *(base64.b64encode(part).decode() for part in parts)]))

    def open(self, sealed: Sealed, place: Place) -> str:
        """Decrypt; raises `SettingsWrong` when the key is not there, or the record is another's or was altered."""
        if sealed.key_id not in self._keys:
            raise SettingsWrong(f"{place.kind} {place.name} is sealed with key {sealed.key_id}, which is not in {KEY}.")
        try:
            wrapped, nonce, body = (base64.b64decode(part) for part in sealed.text.removeprefix("1.").split("."))
            data_key = self._keys[sealed.key_id].unwrap(wrapped, place.bound_to)
            return AESGCM(data_key).decrypt(nonce, body, place.bound_to).decode()
        except (InvalidTag, ValueError):
            message = f"{place.kind} {place.name} of {place.tenant} does not open with key {sealed.key_id}: "
            raise SettingsWrong(f"{message}it was altered or copied from elsewhere, or the key is another.") from None


def new_key(name: str) -> str:
    """A fresh key as it stands in `MUSTER_KEY`."""
    return f"{name}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def ring_from_environment() -> KeyRing:
    """The keys of `MUSTER_KEY` or `MUSTER_KEY_FILE`, perhaps none; raises `SettingsWrong` for one that is none."""
    words = _text().replace(",", " ").split()
    return KeyRing(dict(_key(word) for word in words))


def _text() -> str:
    if path := os.environ.get(KEY_FILE):
        try:
            return Path(path).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsWrong(f"The keys in file {path} cannot be read. {_HINT}") from error
    return os.environ.get(KEY, "")


def _key(word: str) -> tuple[str, OuterKey]:
    name, _, value = word.partition(":")
    scheme, colon, rest = value.partition(":")
    if colon:
        return name, _maker(scheme)(rest)
    try:
        key = base64.b64decode(value, validate=True)
    except ValueError:
        key = b""
    if not name or len(key) != KEY_BYTES:
        raise SettingsWrong(f"A key in {KEY} is not `id:` and 32 bytes in base64. {_HINT}")
    return name, LocalKey(AESGCM(key))


def _maker(scheme: str) -> Callable[[str], OuterKey]:
    for point in entry_points(group=GROUP, name=scheme):
        maker: Callable[[str], OuterKey] = point.load()
        return maker
    raise SettingsWrong(f"No key service {scheme!r} is installed (entry points {GROUP}); correct {KEY}.")
