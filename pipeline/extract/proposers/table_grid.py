"""Tables as grids of block numbers, and the same grid turned over its diagonal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.core.model import Document

Grid = Mapping[tuple[int, int], int]  # row and column → the cell's block


def read_grids(document: Document) -> dict[int, Grid]:
    """Table number → the blocks of its cells by row and column."""
    grids: dict[int, dict[tuple[int, int], int]] = {}
    for i, block in enumerate(document.blocks):
        if block.kind == "cell":
            grids.setdefault(block.table, {})[block.row, block.column] = i
    return dict(grids)


def turned(grid: Grid) -> Grid:
    """Rows for columns: a table whose headings stand in the first column."""
    return {(column, row): block for (row, column), block in grid.items()}


def rows_of(grid: Grid) -> dict[int, list[tuple[int, int]]]:
    """Row → its columns and blocks from left to right, rows from top to bottom."""
    rows: dict[int, list[tuple[int, int]]] = {}
    for (row, column), block in sorted(grid.items()):
        rows.setdefault(row, []).append((column, block))
    return rows


def texts_of(cells: Sequence[tuple[int, int]], views: Sequence[str]) -> list[str]:
    """The different texts of a row's filled cells (a merged cell counts once)."""
    return list(dict.fromkeys(views[block].strip() for _, block in cells if views[block].strip()))
