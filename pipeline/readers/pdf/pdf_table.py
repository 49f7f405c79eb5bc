"""Rulings of a page → the grids of its tables, merged cells as one.

In: horizontal and upright lines.  Out: `Grid`s.  One idea: lines that touch belong to one table; two
neighbouring places of its grid are one cell where no line runs between their middles.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.readers.pdf.pdf_page import Ruling

NEAR = 3.0  # points between two lines that are one, or that touch
MOST = 400  # lines of one direction in a table


@dataclass(frozen=True, slots=True)
class Region:
    """A cell: its place on the grid (rows from above) and its extent in both directions."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class RuledGrid:
    """A table: its upright lines from the left, its level lines from above, its cells in reading order."""

    across: tuple[float, ...]
    down: tuple[float, ...]
    regions: tuple[Region, ...]

    def holds(self, x: float, y: float) -> bool:
        """Is the point inside the table's frame?"""
        return self.across[0] <= x <= self.across[-1] and self.down[-1] <= y <= self.down[0]

    def box(self, region: Region) -> tuple[float, float, float, float]:
        """left, low, right, high of a cell."""
        return (
            self.across[region.column],
            self.down[region.row + region.rows],
            self.across[region.column + region.columns],
            self.down[region.row],
        )


def grids(rulings: Iterable[Ruling]) -> list[RuledGrid]:
    """The tables of a page from above."""
    found = [grid for group in _groups(list(rulings)) if (grid := _grid(group)) is not None]
    return sorted(found, key=lambda grid: -grid.down[0])


def _groups(rulings: list[Ruling]) -> list[list[Ruling]]:
    """Lines that touch, directly or through others."""
    parent = list(range(len(rulings)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    level = sorted((index for index, one in enumerate(rulings) if not one.upright), key=lambda i: rulings[i].at)
    upright = [index for index, one in enumerate(rulings) if one.upright]
    if len(level) > 4 * MOST or len(upright) > 4 * MOST:
        return []
    for first in upright:
        for second in level:
            if _touch(rulings[first], rulings[second]):
                parent[root(first)] = root(second)
    groups: dict[int, list[Ruling]] = {}
    for index, ruling in enumerate(rulings):
        groups.setdefault(root(index), []).append(ruling)
    return [group for group in groups.values() if len(group) >= 4]


def _touch(upright: Ruling, level: Ruling) -> bool:
    return (
        level.start - NEAR <= upright.at <= level.end + NEAR and upright.start - NEAR <= level.at <= upright.end + NEAR
    )


def _grid(group: list[Ruling]) -> RuledGrid | None:
    across = _places(one.at for one in group if one.upright)
    down = _places(one.at for one in group if not one.upright)[::-1]
    if not 2 <= len(across) <= MOST or not 2 <= len(down) <= MOST or len(across) + len(down) < 5:
        return None
    rows, columns = len(down) - 1, len(across) - 1
    # pieces of a row between upright lines; a piece goes on with the one above when no line runs between them
    cell_of = [[(row, 0)] * columns for row in range(rows)]
    above: list[tuple[int, int]] = []
    for row in range(rows):
        pieces = _pieces(group, across, (down[row] + down[row + 1]) / 2)
        for start, end in pieces:
            middles = [(across[column] + across[column + 1]) / 2 for column in range(start, end)]
            goes_on = (start, end) in above and not any(_crossed(group, False, down[row], middle) for middle in middles)
            cell_of[row][start:end] = [cell_of[row - 1][start] if goes_on else (row, start)] * (end - start)
        above = pieces
    extent: dict[tuple[int, int], list[int]] = {}
    for row in range(rows):
        for column in range(columns):
            top, left = cell_of[row][column]
            size = extent.setdefault((top, left), [1, 1])
            size[0], size[1] = max(size[0], row - top + 1), max(size[1], column - left + 1)
    regions = tuple(Region(row, column, *size) for (row, column), size in sorted(extent.items()))
    return RuledGrid(tuple(across), tuple(down), regions) if len(regions) > 1 else None


def _pieces(group: list[Ruling], across: list[float], middle: float) -> list[tuple[int, int]]:
    """The columns (first, last exclusive) of each piece of the row at this height."""
    cuts = [column for column in range(1, len(across) - 1) if _crossed(group, True, across[column], middle)]
    return list(zip([0, *cuts], [*cuts, len(across) - 1], strict=True))


def _places(values: Iterable[float]) -> list[float]:
    """Positions from the least, those that are near each other as one."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > NEAR:
            found.append(value)
    return found


def _crossed(group: list[Ruling], upright: bool, at: float, middle: float) -> bool:
    return any(
        one.upright is upright and abs(one.at - at) <= NEAR and one.start - 1 <= middle <= one.end + 1 for one in group
    )
