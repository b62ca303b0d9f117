"""Batches and read-back verdicts, without a database."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract import Held, Kind, digest
from hub.delivery.apply import batches
from hub.delivery.confirm import scope_of, verdicts
from hub.delivery.lines import CHANGES, Action, Item, State

DAY = date(2026, 10, 5)
V1, V2, V3 = {"v": 1}, {"v": 2}, {"v": 3}


def item(
    action: Action, employee: int = 1, day: int = 0, part: int = 0, image: Mapping[str, Any] = V1, there: str = ""
) -> Item:
    name = f"{employee}:{day}:{part}"
    return Item(name, action, Kind.DAY, str(employee), DAY + timedelta(day), name, image, digest(image), there=there)


ITEMS = st.lists(
    st.builds(item, st.sampled_from(list(Action)), st.integers(1, 4), st.integers(0, 3), st.integers(0, 5)), max_size=40
)


@given(ITEMS, st.integers(1, 10))
def test_batches_send_every_change_once_and_keep_employee_days_together(items: list[Item], size: int):
    made = list(batches(items, size))
    assert sorted(one for batch in made for one in batch) == sorted(one for one in items if one.action in CHANGES)
    days = [{(one.employee, one.work_date) for one in batch} for batch in made]
    assert sum(map(len, days)) == len(set().union(*days))
    for batch, of_days in zip(made, days, strict=True):
        assert len(batch) <= size or len(of_days) == 1
        order = [CHANGES.index(one.action) for one in batch]
        assert all(one <= other for one, other in pairwise(order))


def test_room_is_made_before_it_is_taken():
    day = [item(Action.CREATE, part=1), item(Action.UPDATE, part=2), item(Action.WITHDRAW, part=3)]
    [batch] = batches(day, 10)
    assert [one.action for one in batch] == [Action.WITHDRAW, Action.UPDATE, Action.CREATE]


def test_the_scope_of_a_read_back_holds_all_items():
    scope = scope_of([item(Action.CREATE, 1, 3), item(Action.WITHDRAW, 2, 1)])
    assert (scope.first, scope.last) == (DAY + timedelta(1), DAY + timedelta(3))
    assert (scope.kinds, scope.employees) == (frozenset({Kind.DAY}), frozenset({"1", "2"}))


@pytest.mark.parametrize(
    ("action", "there", "state"),
    [
        (Action.CREATE, [V2], State.CONFIRMED),
        (Action.UPDATE, [V2], State.CONFIRMED),
        (Action.CREATE, [], State.MISSING),
        (Action.UPDATE, [], State.MISSING),
        (Action.UPDATE, [V1], State.PLANNED),
        (Action.UPDATE, [V3], State.DRIFTED),
        (Action.CREATE, [V2, V2], State.DRIFTED),
        (Action.WITHDRAW, [], State.WITHDRAWN),
        (Action.WITHDRAW, [V1], State.PLANNED),
        (Action.WITHDRAW, [V3], State.DRIFTED),
    ],
)
def test_verdicts(action: Action, there: list[Mapping[str, Any]], state: State):
    image, before = (V1, V1) if action is Action.WITHDRAW else (V2, V1)
    one = item(action, image=image, there="" if action is Action.CREATE else digest(before))
    held = [Held(one.natural_key, image, (str(ref),), "1", DAY) for ref, image in enumerate(there)]
    [verdict] = verdicts([one], held).values()
    assert verdict.state is state
    assert bool(verdict.reason) == (state not in (State.CONFIRMED, State.WITHDRAWN))
