"""Cells of a web table, with rowspan and colspan → their places on the grid, copies marked.

A cell is known by the lines of the page that it holds (`first` to `last`, exclusive).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.core import limits
from pipeline.core.errors import Rejected


@dataclass(slots=True)
class PageCell:
    """A cell as the page has it."""

    first: int
    rows: int = 1
    columns: int = 1
    last: int = 0


def place(rows: list[list[PageCell]]) -> Iterator[tuple[int, int, PageCell, bool]]:
    """(row, column, cell, is it a copy) in reading order; spans are bounded and add no rows.  Raises too_large."""
    taken: dict[tuple[int, int], PageCell] = {}
    copies = 0
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            wide = min(max(cell.columns, 1), max(1, limits.TABLE_COLUMNS - column))
            high = min(cell.rows or len(rows), limits.ROW_SPAN, len(rows) - row)
            copies += wide * high - 1
            if copies > limits.MERGED_COPIES:
                raise Rejected("too_large", f"合并单元格覆盖超过 {limits.MERGED_COPIES} 格")
            for down in range(high):
                for right in range(wide):
                    taken.setdefault((row + down, column + right), cell)
            column += wide
    seen: set[int] = set()
    for at in sorted(taken):
        cell = taken[at]
        yield *at, cell, id(cell) in seen
        seen.add(id(cell))
