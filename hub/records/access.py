"""Who may call the hub's API."""

from sqlmodel import Field, SQLModel


class ApiKey(SQLModel, table=True):
    """A bearer key of one tenant; only its SHA-256 is kept. Scopes are those of `hub.api.security`."""

    id: int | None = Field(default=None, primary_key=True)
    tenant: str
    name: str
    sha256: str = Field(unique=True)
    scopes: str
