"""The schema's history (Alembic), the same for SQLite and PostgreSQL."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine


def configuration(engine: Engine) -> Config:
    """Alembic's configuration for this database, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Run all revisions that the database does not have yet."""
    command.upgrade(configuration(engine), "head")


def newest_revision(engine: Engine) -> str | None:
    """The revision that this version of the code was written for."""
    return ScriptDirectory.from_config(configuration(engine)).get_current_head()
