"""A new connector as a package of its own: settings, connector, simulator, tests and a page, that work at once."""

import keyword
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parent / "connector"
FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "__init__.py": "muster_{name}/__init__.py",
    "settings.py": "muster_{name}/settings.py",
    "connector.py": "muster_{name}/connector.py",
    "simulator.py": "muster_{name}/simulator.py",
    "test_connector.py": "tests/test_{name}.py",
}
"""Where each template goes."""


def new_connector(name: str, into: Path) -> Path:
    """Write the package `muster-NAME` below `into`; its folder.

    Raises `ValueError` for a name that cannot be a module, and `FileExistsError` when the folder is there.
    """
    if not (name.isidentifier() and name.islower() and name.isascii()) or keyword.iskeyword(name):
        raise ValueError(f"{name!r} cannot name a connector: lower-case letters, digits and _ only, a letter first.")
    folder = into / f"muster-{name}"
    folder.mkdir(parents=True)
    words = {"name": name, "title": name.replace("_", " ").title(), "Class": name.title().replace("_", "")}
    for template, target in FILES.items():
        path = folder / target.format(name=name)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = Template((TEMPLATES / f"{template}.tmpl").read_text(encoding="utf-8")).substitute(words)
        path.write_text(text, encoding="utf-8")
    return folder
