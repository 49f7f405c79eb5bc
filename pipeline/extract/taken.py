"""What of a document its problems hold: asked for each piece of text, answered without going through them all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from pipeline.core.model import Span


class Taken:
    """What of a document its problems already hold."""

    def __init__(self, regions: Iterable[Span]) -> None:
        places: dict[int, list[Span]] = {}
        for span in regions:
            if span.start < span.end:
                places.setdefault(span.block, []).append(span)
        self._starts = {block: _Sums(span.start for span in spans) for block, spans in places.items()}
        self._ends = {block: _Sums(span.end for span in spans) for block, spans in places.items()}

    def holds(self, span: Span) -> bool:
        """Whether at least half of a span of one block belongs to problems."""
        if span.block not in self._starts:
            return False
        shared = self._before(span.block, span.end) - self._before(span.block, span.start)
        return 2 * shared >= max(1, span.end - span.start)

    def _before(self, block: int, place: int) -> int:
        """How many characters in front of a place are held, those held twice counted twice."""
        return self._starts[block].beyond(place) - self._ends[block].beyond(place)


class _Sums:
    """Places in a block, and how far another place lies behind all of those in front of it."""

    def __init__(self, places: Iterable[int]) -> None:
        self._places = sorted(places)
        self._sums = [0, *accumulate(self._places)]

    def beyond(self, place: int) -> int:
        """The sum of the distances to the places in front."""
        count = bisect_left(self._places, place)
        return place * count - self._sums[count]
