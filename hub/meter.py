"""How often an ERP may be asked, as a connector sees it; `hub.delivery.budget` counts."""

from typing import Protocol


class Meter(Protocol):
    """Asked before every request to the ERP; hand it to `hub.http.Client`."""

    def take(self) -> None:
        """Wait for room for one request; raises `Throttled` when there is none today."""

    def breached(self, after: int) -> None:
        """Told when the ERP refused a request as one too many."""

    def require(self, requests: int) -> None:
        """Asked before a push how many requests it takes; raises `Throttled` when they fit a day and not today."""


class Unmetered:
    """No limit."""

    def take(self) -> None:
        """Nothing to wait for."""

    def breached(self, after: int) -> None:
        """Nobody to tell."""

    def require(self, requests: int) -> None:
        """There is room."""
