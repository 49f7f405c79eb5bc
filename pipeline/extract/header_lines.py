"""The lines of a paper in which its header is looked for: the beginning, the end, and the pairs of its forms.

A line is a paragraph, or a cell that is alone in its row (the title of a sheet).  Navigation, a page's list of
metadata and the like stand in front of the title without being part of it, so they do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.core.model import Document
from pipeline.ruleset.rule import Rules

_FRONT = 14  # lines within which title and opening stand
_BACK = 14  # lines within which the signature stands


@dataclass(frozen=True, slots=True)
class Lines:
    """Numbers of blocks: all lines, those at the beginning and at the end; `views` are of all blocks."""

    document: Document
    views: Sequence[str]
    rules: Rules
    every: tuple[int, ...]
    front: tuple[int, ...]
    back: tuple[int, ...]

    def label(self, i: int) -> bool:
        """Whether a line begins with a number of the outline."""
        return bool(self.document.blocks[i].label) or self.rules.at("label", self.views[i].lstrip()) is not None

    def outside(self, i: int) -> bool:
        """Whether a line belongs to the page around the paper: navigation, metadata, contact."""
        view = self.views[i].strip()
        return (
            self.rules.at("navigation", view) is not None
            or self.rules.first("published", view) is not None
            or self.rules.at("break", view) is not None
        )

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Cells of forms, each with the cell to its right."""
        blocks = self.document.blocks
        for i, (left, right) in enumerate(pairwise(blocks)):
            if left.kind == right.kind == "cell" and (left.table, left.row) == (right.table, right.row):
                yield i, i + 1

    def answers(self) -> list[int]:
        """The first cells behind the labels of a form (rows of two cells)."""
        rows = Counter((b.table, b.row) for b in self.document.blocks if b.kind == "cell" and not b.merged)
        blocks = self.document.blocks
        behind = [right for left, right in self.pairs() if rows[blocks[left].table, blocks[left].row] == 2]
        return behind[:_FRONT]


def lines(document: Document, views: Sequence[str], rules: Rules) -> Lines:
    """The lines of a document, its front and its back."""
    cells = [(i, b) for i, b in enumerate(document.blocks) if b.kind == "cell" and not b.merged and b.text.strip()]
    crowd = Counter((b.table, b.row) for _, b in cells)
    alone = {i for i, b in cells if crowd[b.table, b.row] == 1}
    every = tuple(i for i, b in enumerate(document.blocks) if b.kind == "paragraph" or i in alone)
    found = Lines(document, views, rules, every, (), every[-_BACK:])
    front: list[int] = []
    counted = 0
    for i in every:
        front.append(i)
        counted += not found.outside(i)
        if counted == _FRONT:
            break
    return Lines(document, views, rules, every, tuple(front), found.back)
