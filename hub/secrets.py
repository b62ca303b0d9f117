"""Secrets by reference: settings name a secret, the value is read where it is used and never kept."""

import os
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.errors import SettingsWrong


class SecretRef(BaseModel):
    """A secret by name: `{env: NAME}` or `{file: /run/secrets/name}`; exactly one of the two."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str | None = Field(
        default=None, pattern=r"^[A-Z][A-Z0-9_]*$", description="Environment variable that holds the secret."
    )
    file: str | None = Field(default=None, min_length=1, description="File whose content is the secret.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.env is None) == (self.file is None):
            msg = "name the secret by exactly one of env or file"
            raise ValueError(msg)
        return self

    def reveal(self) -> str:
        """The value, without surrounding blanks; raises `SettingsWrong` when it is not there."""
        if self.env is not None:
            value = os.environ.get(self.env, "")
            where = f"environment variable {self.env}"
        else:
            value = _content(Path(str(self.file)))
            where = f"file {self.file}"
        if not value.strip():
            raise SettingsWrong(f"The secret is missing: set {where}.")
        return value.strip()


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsWrong(
            f"The secret in file {path} cannot be read; make it UTF-8 text that Muster may read."
        ) from error
