"""What ends a command early, as a sentence and an exit code; a traceback is for what nobody foresaw."""

from typing import Any

import typer
from rich.console import Console
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from typer.core import TyperGroup

from hub.errors import HubError, Uncertain, Wait
from hub.importing import UnreadableFileError
from hub.ours import NotOursError
from hub.setup import SetupError

LATER, WRONG = 1, 2


class WrongInputError(Exception):
    """Something on the command line does not fit what there is."""


class StoppingGroup(TyperGroup):
    """The commands; one that stops for a known reason says it on standard error."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            known = _known(error)
            if known is None:
                raise
            code, sentence = known
            Console(stderr=True).print(sentence, style="red", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(code) from error


def _known(error: Exception) -> tuple[int, str] | None:  # noqa: PLR0911 - a table
    match error:
        case HubError():
            return LATER if isinstance(error, Wait | Uncertain) else WRONG, error.message
        case WrongInputError() | SetupError() | UnreadableFileError() | NotOursError():
            return WRONG, str(error)
        case OSError(filename=str(name), strerror=str(why)):
            return WRONG, f"{name}: {why}."
        case ArgumentError() | NoSuchModuleError():
            return WRONG, "MUSTER_DATABASE_URL is not the URL of a database; use sqlite:///… or postgresql://…"
        case DBAPIError():
            return LATER, f"The database cannot be used: {str(error.orig).strip()}"
        case LookupError() if type(error) is LookupError:  # a KeyError is a fault of ours
            return WRONG, str(error.args[0])
        case Exception() if type(error).__module__.startswith("alembic."):  # which costs every run a second to import
            return WRONG, "The database was made by another version of Muster; install that version here too."
    return None
