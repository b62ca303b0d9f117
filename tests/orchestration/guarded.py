"""The connector of an ERP in memory with a secret, a choice and a check: what a form is made of."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from hub.contract import ConnectorSpec, Finding, SecretRef, Settings, Severity
from hub.testing.memory import MemoryConnector, MemorySettings


class Region(StrEnum):
    """Where its data centre is."""

    EUROPE = "eu"
    INDIA = "in"


class Limits(Settings):
    """A group of settings."""

    per_minute: int = Field(default=60, ge=1, description="Requests a minute.")


class GuardedSettings(MemorySettings):
    """Which ERP, and the key to it."""

    key: SecretRef = Field(description="Where the key is kept.")
    second_key: SecretRef | None = Field(default=None, description="Where the key of the test tenant is kept.")
    region: Region = Field(default=Region.EUROPE, description="The data centre.")
    mode: Literal["live", "test"] = Field(default="live", description="Which of the two tenants.")
    companies: frozenset[str] = Field(default=frozenset({"b", "a"}), description="Companies that are written to.")
    limits: Limits = Field(default=Limits(), description="How fast it may be.")


class Guarded(MemoryConnector):
    """It opens its secret when it is checked, as real connectors do."""

    settings_type: ClassVar[type[Settings]] = GuardedSettings
    seen: ClassVar[list[Finding]] = [Finding("log-in", Severity.OK, "Logged in.")]

    def check(self) -> list[Finding]:
        """What the test wants to be found, once the key is there."""
        assert isinstance(self.settings, GuardedSettings)
        self.settings.key.reveal()
        return list(type(self).seen)


GUARDED = ConnectorSpec("guarded", "A guarded ERP", Guarded)
