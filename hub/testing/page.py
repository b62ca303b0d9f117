"""The public page of conformance figures: one row a connector, kept in the project's `docs/conformance.md`."""

from pathlib import Path

from hub.testing.conformance import FIGURES, Report

PAGE = Path("docs/conformance.md")
_HEAD = f"| {' | '.join(FIGURES)} |"


def refresh(report: Report, page: Path = PAGE) -> bool:
    """Replace the connector's row unless the page has one of more runs; False without a page, or if it stays."""
    if not page.exists():
        return False
    before, found, after = page.read_text(encoding="utf-8").partition(_HEAD)
    if not found:
        return False
    table, gap, rest = after.strip("\n").partition("\n\n")
    rule, *there = table.split("\n")
    rows = {_cells(line)[0]: line for line in there}
    figures = report.figures()
    old = rows.get(report.connector)
    if old and report.passed and int(_cells(old)[1]) > report.seeds:
        return False
    rows[report.connector] = f"| {' | '.join(map(str, figures.values()))} |"
    text = "\n".join([_HEAD, rule, *(rows[name] for name in sorted(rows))])
    page.write_text(f"{before}{text}{gap}{rest}\n", encoding="utf-8")
    return True


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]
