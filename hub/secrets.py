"""Secrets by reference: settings name a secret, the value is read where it is used and never kept."""

import os
from pathlib import Path
from typing import Any, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from hub.errors import SettingsWrong

VAULT = "vault"
"""Under this name, the context of a validation hands a `Vault` to the references that are made by it."""


class Vault(Protocol):
    """Where stored secrets are kept; the hub's database, sealed."""

    def reveal(self, name: str) -> str:
        """The value of that name, or an empty text."""


class SecretRef(BaseModel):
    """A secret by name: `{env: NAME}`, `{file: /run/secrets/name}` or `{stored: name}`; exactly one of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str | None = Field(
        default=None, pattern=r"^[A-Z][A-Z0-9_]*$", description="Environment variable that holds the secret."
    )
    file: str | None = Field(default=None, min_length=1, description="File whose content is the secret.")
    stored: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_]*$",
        description="Name under which the tenant's secret was stored by `muster secrets set`.",
    )
    _vault: Vault | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any, /) -> None:
        """Remember the vault that the validation was given."""
        self._vault = context.get(VAULT) if isinstance(context, dict) else None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(name is not None for name in (self.env, self.file, self.stored)) != 1:
            msg = "name the secret by exactly one of env, file or stored"
            raise ValueError(msg)
        return self

    def reveal(self) -> str:
        """The value, without surrounding blanks; raises `SettingsWrong` when it is not there."""
        value, where = self._found()
        if not value.strip():
            raise SettingsWrong(f"The secret is missing: set {where}.")
        return value.strip()

    def _found(self) -> tuple[str, str]:
        """The value as it is there, and what to set when it is not."""
        if self.env is not None:
            return os.environ.get(self.env, ""), f"environment variable {self.env}"
        if self.file is not None:
            return _content(Path(self.file)), f"file {self.file}"
        if self._vault is None:
            return "", f"{self.stored} by env or file: stored secrets are for connections and devices"
        return self._vault.reveal(str(self.stored)), f"it with `muster secrets set TENANT {self.stored}`"


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsWrong(
            f"The secret in file {path} cannot be read; make it UTF-8 text that Muster may read."
        ) from error
