"""One step ahead: the next result is made by another thread while the last one is used."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """`work` of each item, in their order; at most one result waits. Meant for work that leaves Python."""
    with ThreadPoolExecutor(1) as pool:
        coming: Future[R] | None = None
        for item in items:
            before, coming = coming, pool.submit(work, item)
            if before:
                yield before.result()
        if coming:
            yield coming.result()
