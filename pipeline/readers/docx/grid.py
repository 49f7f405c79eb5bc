"""Tables on their grid: rows of cells with spans in, cell blocks with row and column out, row by row.

A value that a merged cell covers is carried to every place of it, marked `merged`; blocks of nested tables
and notes follow their cell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Block, Omitted

After = TypeVar("After")


@dataclass(slots=True)
class WordCell(Generic[After]):
    """A cell as it stands in the file; `after` is what is read behind it."""

    span: int = 1
    begins: bool = False  # starts a vertical merge
    continues: bool = False  # goes on with the cell above
    joined: bool = False  # goes on with the cell to the left (an old form of merging)
    texts: list[str] = field(default_factory=list)
    style: str = ""
    level: int | None = None
    align: str = ""
    bold: int = 0
    after: list[After] = field(default_factory=list)


@dataclass(slots=True)
class WordRow(Generic[After]):
    before: int = 0  # columns left free at the start
    cells: list[WordCell[After]] = field(default_factory=list)


@dataclass(slots=True)
class CopyBudget:
    """How much merged cells may still add to a document."""

    copies: int = limits.MERGED_COPIES
    characters: int = limits.MERGED_CHARACTERS

    def spend(self, text: str, times: int) -> None:
        self.copies -= times
        self.characters -= times * len(text)
        if self.copies < 0 or self.characters < 0:
            raise Rejected("too_large", "合并单元格展开后过大")


def table_blocks(
    rows: list[WordRow[After]], table: int, part: str, budget: CopyBudget, omitted: list[Omitted]
) -> list[Block | After]:
    """The blocks of one table.  Text in a covered cell, which nobody sees, goes to `omitted`."""
    found: list[Block | After] = []
    open_merges: dict[int, Block] = {}  # column → the value that goes on below
    for place, row in enumerate(rows):
        column = min(row.before, limits.TABLE_COLUMNS)
        still_open: dict[int, Block] = {}
        last: Block | None = None
        for cell in row.cells:
            text = "\n".join(cell.texts)
            above = open_merges.get(column) if cell.continues else None
            carried = last if cell.joined and last is not None else above
            width = max(1, min(cell.span, limits.TABLE_COLUMNS - column))
            if carried is None:
                block = Block(
                    text, "cell", cell.style, "", cell.level, cell.align, cell.bold, table, place, column, False, part
                )
                found.append(block)
            else:
                block = copy_of(carried, place, column)
                budget.spend(block.text, 1)
                found.append(block)
                if text.strip():
                    omitted.append(Omitted("hidden", text))
            if block.text and width > 1:
                budget.spend(block.text, width - 1)
                found.extend(copy_of(block, place, column + offset) for offset in range(1, width))
            if cell.begins or cell.continues or (cell.joined and last is not None and last.column in still_open):
                still_open[column] = block
            found.extend(cell.after)
            last = block
            column += width
        open_merges = still_open
    return found


def copy_of(block: Block, row: int, column: int) -> Block:
    return Block(
        block.text,
        "cell",
        block.style,
        "",
        block.level,
        block.align,
        block.bold,
        block.table,
        row,
        column,
        True,
        block.part,
    )
