"""Python's collector of cycles, kept from walking millions of rows over and over.

The rows of plans and journals refer to one another in one direction only, so what is done with goes at once, without
it; and each of its rounds looks at all that is alive.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARE = 1_000_000
"""New objects from round to round; Python's own is 700."""


@contextmanager
def collected_rarely() -> Iterator[None]:
    """While it lasts, for the whole process."""
    usual, *older = gc.get_threshold()
    gc.set_threshold(RARE, *older)
    try:
        yield
    finally:
        gc.set_threshold(usual, *older)
