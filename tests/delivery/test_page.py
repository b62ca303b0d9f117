"""The public page of figures: one row a connector, renewed by a run that is worth it."""

from pathlib import Path

import pytest

from hub.testing.conformance import Report
from hub.testing.page import refresh

PAGE = """# Page

| connector | seeds | faults | entries | duplicates | missing | blocked | seconds |
|---|---|---|---|---|---|---|---|
| acme | 100 | 1 | 2 | 0 | 0 | 0 | 3 |

The end.
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    return path


def rows(page: Path) -> list[str]:
    return [line for line in page.read_text().splitlines() if line.startswith("| ")][1:]


def test_a_new_connector_gets_its_row_in_order_and_the_rest_stays(page: Path):
    assert refresh(Report("aaa", seeds=5), page)
    assert [row.split()[1] for row in rows(page)] == ["aaa", "acme"]
    assert page.read_text().endswith("\n\nThe end.\n")


def test_a_shorter_run_replaces_nothing_unless_it_failed(page: Path):
    assert not refresh(Report("acme", seeds=99), page)
    assert page.read_text() == PAGE
    assert refresh(Report("acme", seeds=1, missing=1), page)
    assert rows(page) == ["| acme | 1 | 0 | 0 | 0 | 1 | 0 | 0 |"]


def test_a_longer_run_does(page: Path):
    assert refresh(Report("acme", seeds=1000), page)
    assert rows(page) == ["| acme | 1000 | 0 | 0 | 0 | 0 | 0 | 0 |"]


def test_without_a_page_nothing_is_written(tmp_path: Path):
    assert not refresh(Report("acme"), tmp_path / "none.md")
    assert list(tmp_path.iterdir()) == []
