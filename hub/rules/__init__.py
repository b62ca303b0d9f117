"""Punches to attendance days: pure functions over frames, a file a stage.

`process(inputs, first, last)` is the whole of it; `engine.py` calls the stages in order, those on punches through
`reading.py`:

```
 0 scope            scope.py        employees x dates with halo, site, zone, open day
 1 normalise        normalise.py    corrections, order, clock marks
 2 dedupe           dedupe.py
 3 shift instances  roster.py (who has which shift), shifts.py (its instants), windows.py
                                    (overlaps, trimming), instances.py (slots)
 4 match            match.py        punch -> slot; runs
 5 direction        direction.py    also `device_trust`, which makes the `devices` table
 6-7 pair, date     pair.py
 8 rounding         rounding.py
 9 clip, breaks     worked.py
10 flags, notes     flags.py, anomalies.py
11 calendar, leave  calendar.py     runs early: it needs no punches
12 status           status.py
14 overtime         overtime.py     the default rule only
16 totals           totals.py
   output           report.py, hashing.py
```

`tables.py` declares every frame in and out, `codes.py` the closed lists, `policy.py` the parameters, `parameters.py`
makes columns of them; `localtime.py` is the only place that knows zones. Seconds inside, minutes out by floor.
"""

from hub.rules.direction import device_trust
from hub.rules.engine import process
from hub.rules.policy import Policy, Rounding
from hub.rules.tables import Inputs, Outputs, TableError

__all__ = ["Inputs", "Outputs", "Policy", "Rounding", "TableError", "device_trust", "process"]
