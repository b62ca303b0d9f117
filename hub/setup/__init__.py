"""Set-up as data: a folder of YAML and CSV files becomes a tenant. Idempotent; errors name file and line."""

from hub.setup.files import Mistake
from hub.setup.load import SetupError, Summary, load_folder

__all__ = ["Mistake", "SetupError", "Summary", "load_folder"]
