"""Access tokens and where they are kept, so that all who share a connection share one token."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Token:
    """What a token endpoint gave; `expires_at` in UTC seconds, `extra` the rest of what it said, as texts.

    `extra` holds, for instance, Salesforce's `instance_url` or Zoho's `api_domain`. Nothing of it is shown by `repr`.
    """

    access: str = field(repr=False)
    expires_at: int
    refresh: str = field(default="", repr=False)
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)


Way = Literal["reconnect", "fix", "throttled", "wait"]
"""The way back of a failure, as in `hub.errors`."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no token; nobody asks for one before `until` (UTC seconds), or before someone authorises again."""

    way: Way
    message: str
    until: int | None = None


class Changing(Protocol):
    """A token while nobody else may change it: as it is now, and what becomes of it."""

    @property
    def token(self) -> Token | None:
        """As it is now, read after the others were shut out."""

    @property
    def failure(self) -> Failure | None:
        """What was written down since the last token was saved."""

    def save(self, token: Token) -> None:
        """Keep it, durably, and forget the failure; use the token only after that."""

    def failed(self, failure: Failure) -> None:
        """Keep why there is none."""


class TokenStore(Protocol):
    """Keeps the token of one connection."""

    def load(self) -> Token | None:
        """The token, fresh or not; waits for nobody."""

    def changing(self) -> AbstractContextManager[Changing]:
        """Shut out all other threads and processes for one token request; raises `hub.errors.Wait`."""


class MemoryTokens:
    """A store for one process: tests, and a connector that is opened without a database."""

    def __init__(self, token: Token | None = None) -> None:
        self.token = token
        self.failure: Failure | None = None
        self._lock = Lock()

    def load(self) -> Token | None:
        """The token."""
        return self.token

    @contextmanager
    def changing(self) -> Iterator["MemoryTokens"]:
        """One thread at a time."""
        with self._lock:
            yield self

    def save(self, token: Token) -> None:
        """Keep it."""
        self.token, self.failure = token, None

    def failed(self, failure: Failure) -> None:
        """Keep why there is none."""
        self.failure = failure
