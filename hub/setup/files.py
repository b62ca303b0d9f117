"""Rows of YAML and CSV files, each with the file and line it stands on."""

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hub.setup.sentences import hint


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands; line 0 is the file itself."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something to mend before anything is loaded."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True, slots=True)
class RawRow:
    """One mapping of a file, not yet checked. What it says outright is text, also in YAML: 0012, NO and OFF stay."""

    place: Place
    values: dict[str, Any]


class UnreadableError(ValueError):
    """A file that cannot be read as rows."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        self.mistake = Mistake(Place(path.name, line), message)
        super().__init__(str(self.mistake))


def strangers(folder: Path, subjects: Collection[str]) -> Iterator[Mistake]:
    """Files that look like set-up and would be passed over, such as `employee.csv` and `sites.yml`."""
    for path in sorted(folder.iterdir()):
        known = path.stem in subjects and path.suffix in {".csv", ".yaml"}
        if path.suffix in {".csv", ".yaml", ".yml"} and not known:
            there = ", ".join(sorted(subjects))
            yield Mistake(Place(path.name, 1), f"no set-up file has this name; there are, as .csv or .yaml: {there}")


def rows_of(folder: Path, subject: str, names: Collection[str]) -> Iterator[RawRow]:
    """The rows of `subject.csv`, `subject.yaml` or both; nothing when neither is there. Raises `UnreadableError`.

    `names` are the columns that a table may have.
    """
    table = folder / f"{subject}.csv"
    if table.is_file():
        yield from _csv_rows(table, names)
    document = folder / f"{subject}.yaml"
    if document.is_file():
        yield from _yaml_rows(document)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnreadableError(path, line, "the file is not UTF-8; save it as UTF-8 and load again") from error


def _csv_rows(path: Path, known: Collection[str]) -> Iterator[RawRow]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    line = 1
    names: list[str] = []
    try:
        for cells in reader:
            if not names:
                names = _header(path, cells, known)
            elif any(map(str.strip, cells)):
                yield RawRow(Place(path.name, line), _cells(path, line, names, cells))
            # A cell may hold line ends; a row stands where it begins.
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableError(path, line, f"not readable as CSV: {error}") from error


def _header(path: Path, cells: list[str], known: Collection[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnreadableError(path, 1, f"the header has a column twice: {', '.join(map(repr, twice))}")
    strange = [name for name in names if name not in known]
    if strange:
        raise UnreadableError(
            path, 1, f"{strange[0] or 'a column without a name'} is not known here{hint(strange[0], known)}"
        )
    return names


def _cells(path: Path, line: int, names: list[str], cells: list[str]) -> dict[str, Any]:
    if any(map(str.strip, cells[len(names) :])):
        raise UnreadableError(path, line, "more cells than the header has; quote cells with commas")
    return {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}


def _yaml_rows(path: Path) -> Iterator[RawRow]:
    text = _text(path)
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        items = [] if node is None else node.value if isinstance(node, yaml.SequenceNode) else [node]
        for item in items:
            line = item.start_mark.line + 1
            yield RawRow(Place(path.name, line), _members(loader, path, line, item))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableError(path, line, f"not readable as YAML: {error.problem}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableError(path, line, "not readable as YAML: there is a control character in it") from error


def _members(loader: yaml.SafeLoader, path: Path, line: int, node: yaml.Node) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise UnreadableError(path, line, "expected `name: value` lines")
    values: dict[str, Any] = {}
    for key, value in node.value:
        at = key.start_mark.line + 1
        if key.value in values:
            raise UnreadableError(path, at, f"{key.value!r} stands twice in one row")
        try:
            values[str(key.value)] = _value(loader, value)
        except ValueError as error:  # a date or number that YAML recognises and Python refuses
            raise UnreadableError(path, at, f"not readable as YAML: {error}; put it in quotes") from error
    return values


def _value(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(loader, item) for item in node.value]
    return _plain(loader, node)


def _plain(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == "tag:yaml.org,2002:null" else node.value
    return loader.construct_document(node)
