"""Punches to attendance days: pure functions over frames, a file a stage.

`process(inputs, first, last)` is the whole of it; `engine.py` calls the stages in order, those on punches through
`reading.py`. `explain(inputs, employee, day)` tells what each stage did: `explaining.py`, with `stages.py` for what is
told of each stage and `phrases.py` for saying it in words.

```
 0 scope            scope.py        employees x dates with halo, site, zone, open day; cycles.py: how far to look
 1 normalise        normalise.py    corrections, order, clock marks
 2 dedupe           dedupe.py
 3 shift instances  roster.py (who has which shift), shifts.py (its instants), windows.py
                                    (overlaps, trimming), instances.py (slots)
 4 match            match.py        punch -> slot; runs; visits.py: shifts made of pauses
 5 direction        direction.py    also `device_trust`, which makes the `devices` table
 6 pair             pair.py         impute.py: what stands in for a missing punch
 7 date             assign.py       where it is not the date of the shift
 8 rounding         rounding.py
 9 clip, breaks     worked.py, breaks.py
10 flags, notes     flags.py, anomalies.py, overrides.py
11 calendar, leave  calendar.py     runs early: it needs no punches
12 status           status.py
13 days off         offdays.py
14 overtime         overtime.py, bands.py; spans.py: nights and other parts of a day
15 penalties        penalties.py
16 totals           totals.py, cutoff.py
17 lock             adjust.py (what has changed since it was posted), lock.py (who may still change it)
   output           report.py, hashing.py; laid.py and pieces.py for who wants parts of pairs
```

`tables.py` declares every frame in and out, `codes.py` the closed lists, `policy.py` the parameters (`policy_*.py`
their groups), `policy_file.py` and `presets` policies as files, `parameters.py` makes columns of them; `localtime.py`
is the only place that knows zones. Seconds inside, minutes out by floor. `conformance` holds other products' cases
against all this; nothing here knows of it.
"""

from hub.rules.direction import alternations, device_trust
from hub.rules.engine import process
from hub.rules.explaining import Explanation, explain
from hub.rules.policy import Policy, Rounding
from hub.rules.tables import Inputs, Outputs, TableError

__all__ = [
    "Explanation",
    "Inputs",
    "Outputs",
    "Policy",
    "Rounding",
    "TableError",
    "alternations",
    "device_trust",
    "explain",
    "process",
]
