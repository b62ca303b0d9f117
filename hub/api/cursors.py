"""Where a page ended, as a word that callers hand back unread."""

import base64
import json
from collections.abc import Sequence

from hub.api.problems import Problem


def written(what: str, place: Sequence[int]) -> str:
    """The cursor; `what` keeps that of one list from being taken for another's."""
    return base64.urlsafe_b64encode(json.dumps([what, *place]).encode()).decode().rstrip("=")


def place_in(cursor: str, what: str, length: int) -> tuple[int, ...]:
    """The numbers in the cursor; 422 when it is none of that list."""
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        found = None
    if not (isinstance(found, list) and found[:1] == [what] and len(found) == length + 1):
        raise not_of_this_list()
    place = tuple(found[1:])
    # A number that the database has no room for would be its error and not the caller's.
    if not all(type(number) is int and abs(number) < 2**63 for number in place):
        raise not_of_this_list()
    return place


def not_of_this_list() -> Problem:
    """What to raise for a cursor that was not written for the list."""
    return Problem(422, "`cursor` is not one of this list; leave it out to begin anew.")
