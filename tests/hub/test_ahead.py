"""One step ahead: order, errors, and how far ahead."""

from threading import Event

import pytest

from hub.ahead import ahead


def test_results_come_in_order() -> None:
    assert list(ahead(lambda n: n * n, range(5))) == [0, 1, 4, 9, 16]
    assert list(ahead(abs, ())) == []


def test_the_next_result_is_made_while_the_last_one_is_used() -> None:
    begun = [Event() for _ in range(3)]

    def work(number: int) -> int:
        begun[number].set()
        return number

    results = ahead(work, range(3))
    assert next(results) == 0
    assert begun[1].wait(10)
    assert not begun[2].is_set()
    assert list(results) == [1, 2]


def test_an_error_is_raised_where_its_result_would_be() -> None:
    results = ahead(lambda n: 1 // n, (1, 0))
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
