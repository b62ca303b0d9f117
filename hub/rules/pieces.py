"""Counted intervals cut at the borders of windows: what lies inside a segment's window, and what outside."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple


class Piece(NamedTuple):
    """A piece [begin, end) of work; without an end somebody is still there."""

    begin: int
    end: int | None
    inside: bool
    reason: str | None  # early or late, where it directly leads to a window or leaves one


def cut(pairs: Iterable[tuple[int, int | None]], windows: Sequence[tuple[int, int]]) -> list[Piece]:
    """Pieces in order of time; `windows` are disjoint and in order."""
    return [piece for begin, end in pairs for piece in _pieces(begin, end, windows)]


def _pieces(begin: int, end: int | None, windows: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    if end is None:
        yield Piece(begin, None, any(a <= begin < b for a, b in windows), None)
        return
    borders = sorted({begin, end, *(t for window in windows for t in window if begin < t < end)})
    for a, b in pairwise(borders):
        inside = any(low <= a and b <= high for low, high in windows)
        early = not inside and b != end and any(low == b for low, _ in windows)
        late = not inside and a != begin and any(high == a for _, high in windows)
        yield Piece(a, b, inside, "late" if late else "early" if early else None)
