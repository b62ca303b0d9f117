"""What a day says, in one number: its row, and the pairs and anomalies that are listed below it.

The rules' own `output_hash` is of the row alone. A break that moved by ten minutes leaves the row as it was, and an ERP
that takes in and out times must hear of it all the same.
"""

import polars as pl

from hub.rules import Outputs
from hub.rules.columns import beside
from hub.rules.hashing import set_hash

# Not the ids of the punches: the same punches, stored in another order, make the same day.
_PAIR = (
    "seq", "segment_no", "in_at", "out_at", "in_paid", "out_paid", "kind", "imputed", "rounded_in_s", "rounded_out_s",
)  # fmt: skip
_ANOMALY = ("code", "severity", "blocks_posting", "detail")
_KEY = ("employee_key", "business_date")


def with_details(outputs: Outputs) -> pl.DataFrame:
    """The days; `output_hash` covers their pairs and anomalies, too."""
    days = outputs.days.with_row_index("day")
    for name, frame, columns in (("_pairs", outputs.pairs, _PAIR), ("_anomalies", outputs.anomalies, _ANOMALY)):
        rows = frame.join(days.select(*_KEY, "day"), on=_KEY, maintain_order="left")
        days = beside(days, set_hash(rows, "day", columns).rename({"hash": name}))
    total = pl.sum_horizontal("output_hash", pl.col("_pairs", "_anomalies").fill_null(0))
    return days.with_columns(output_hash=total).drop("day", "_pairs", "_anomalies")
