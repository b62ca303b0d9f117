"""The figures: shown as a table, and kept in one file that every benchmark adds to."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside one baseline; a figure with two baselines has two rows of the same name."""

    name: str
    value: float
    unit: str
    baseline: str
    baseline_value: float
    ratio: float


def row(name: str, value: float, unit: str, baseline: str, baseline_value: float) -> Row:
    """The row with its ratio, rounded to what the measurement can tell."""
    return Row(
        name,
        round(value),
        unit,
        baseline,
        round(baseline_value),
        round(value / baseline_value, 3) if baseline_value else 0.0,
    )


def keep(rows: Sequence[Row], path: Path = RESULTS) -> None:
    """Put the rows in the file: those of the same names go, all others stay."""
    kept = json.loads(path.read_text()) if path.exists() else []
    names = {one.name for one in rows}
    merged = [one for one in kept if one["name"] not in names] + [asdict(one) for one in rows]
    path.write_text(json.dumps(sorted(merged, key=lambda one: (one["name"], one["baseline"])), indent=1) + "\n")


def show(rows: Sequence[Row]) -> None:
    """Print the rows."""
    table = Table("benchmark", "value", "unit", "baseline", "its value", "ratio")
    for column in table.columns[1:]:
        column.justify = "right"
    for one in rows:
        table.add_row(
            one.name, f"{one.value:,.0f}", one.unit, one.baseline, f"{one.baseline_value:,.0f}", f"{one.ratio:.2f}x"
        )
    Console().print(table)
