"""Tables of a PDF over page ends: the parts of each page → rows of one table.

A page may end within a row, within a merged cell and within the text of either; a heading may be repeated.
One idea: what the table was on the page before decides what its next rows are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.core.model import Block, Omitted
from pipeline.readers.lines import join, starts_item
from pipeline.readers.pdf.pdf_lines import Line
from pipeline.readers.pdf.pdf_table import Region, RuledGrid

COLUMNS_NEAR = 4.0  # points by which a table's columns may move from page to page


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell of one page: its place, its text, and whether the text reaches down to the table's lower end."""

    region: Region
    text: str
    full: bool = False


def page_place(page: int) -> str:
    """A page (from 0) as people name it."""
    return f"第 {page + 1} 页"


@dataclass(slots=True)
class Part:
    """A run of lines, or a table with its cells."""

    page: int
    lines: list[Line]
    grid: RuledGrid | None = None
    cells: list[CellText] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What one place of the grid shows; `copy` when a merged cell carries it there."""

    text: str
    copy: bool = False
    spreads: bool = False  # part of a cell over several rows
    full: bool = False  # reaches down to the page's end


PdfRow = dict[int, Shown]


class Table:
    """A table that may go on over pages."""

    def __init__(self, number: int, grid: RuledGrid) -> None:
        self.number, self.across = number, grid.across
        self.rows = 0
        self.head: list[str] = []
        self.filled: set[int] = set()  # columns that every row but the heading fills by itself
        self.last: PdfRow = {}

    def goes_on(self, part: Part) -> bool:
        """Has a table at the top of the next page the same columns?"""
        grid = part.grid
        return (
            grid is not None
            and len(grid.across) == len(self.across)
            and all(abs(a - b) <= COLUMNS_NEAR for a, b in zip(grid.across, self.across, strict=True))
        )

    def add(self, part: Part, blocks: list[Block], omitted: list[Omitted]) -> list[Block]:
        """The blocks with the rows of this page's part of the table."""
        rows = _rows(part)
        if self.rows and [rows[0][column].text for column in sorted(rows[0])] == self.head:
            omitted += [Omitted("repeated_heading", shown.text) for shown in rows.pop(0).values() if not shown.copy]
        if self.rows and rows:
            blocks = self._carry_on(rows, blocks)
        at = page_place(part.page)
        for row in rows:
            blocks += [
                Block(shown.text, "cell", table=self.number, row=self.rows, column=column, merged=shown.copy, place=at)
                for column, shown in sorted(row.items())
            ]
            self._note(row)
        return blocks

    def _note(self, row: PdfRow) -> None:
        own = {column for column, shown in row.items() if shown.text and not shown.copy}
        if self.rows == 0:
            self.head = [row[column].text for column in sorted(row)]
        else:
            self.filled = own if self.rows == 1 else self.filled & own
        self.last = row
        self.rows += 1

    def _carry_on(self, rows: list[PdfRow], blocks: list[Block]) -> list[Block]:
        """Join what the page's end has parted: a row, a merged cell, a text."""
        first = rows[0]
        cut = bool(self.filled) and any(not first[column].text for column in self.filled if column in first)
        for column, shown in list(first.items()):
            before = self.last.get(column)
            if before is None or (column in self.filled and not cut):
                continue
            over_rows = before.spreads or shown.spreads
            if cut or (over_rows and (not shown.text or (before.spreads and before.full))):
                text = _joined(before.text, shown.text)
                blocks = self._rewrite(blocks, column, before.text, text)
                _carry_down(rows, column, shown, text)
        if cut:
            self.last = rows.pop(0)
        return blocks

    def _rewrite(self, blocks: list[Block], column: int, old: str, new: str) -> list[Block]:
        """The last row's text in the column, and that of the places its merged cell covers."""
        if old == new:
            return blocks
        place, row = len(blocks) - 1, self.rows - 1
        while place >= 0 and blocks[place].table == self.number and blocks[place].row >= row - 1:
            block = blocks[place]
            if block.column == column and block.row == row and block.text == old:
                blocks[place] = replace(block, text=new)
                row -= block.merged  # a copy stands below what it copies
            place -= 1
        return blocks


def _carry_down(rows: list[PdfRow], column: int, shown: Shown, text: str) -> None:
    """The first row's place shows the text of the page before, and so do the places its merged cell covers."""
    rows[0][column] = replace(shown, text=text, copy=True)
    for row in rows[1:]:
        if not (row[column].copy and row[column].text == shown.text):
            return
        row[column] = replace(row[column], text=text)


def _joined(before: str, more: str) -> str:
    if not more or not before:
        return before or more
    return f"{before}\n{more}" if starts_item(more) else join(before, more)


def _rows(part: Part) -> list[PdfRow]:
    """Each row of the grid: what its places show."""
    found: dict[int, PdfRow] = {}
    for cell in part.cells or []:
        region = cell.region
        for down in range(region.rows):
            for right in range(region.columns):
                shown = Shown(cell.text, (down, right) != (0, 0), region.rows > 1, cell.full)
                found.setdefault(region.row + down, {})[region.column + right] = shown
    return [found[row] for row in sorted(found)]
