"""What the stories of one Word document share while they are read, and the tables that are open in a story."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Block, Omitted
from pipeline.readers.docx.grid import CopyBudget, WordCell, WordRow, table_blocks
from pipeline.readers.docx.names import CELL, PARAGRAPH, ROW, TABLE, VAL, Element, W
from pipeline.readers.docx.numbering import Counters, Lists
from pipeline.readers.docx.styles import Styles, whole

STRUCTURE = frozenset({PARAGRAPH, TABLE, ROW, CELL, W + "body"})


@dataclass(frozen=True, slots=True, eq=False)
class Insert:
    """A note or a text box that is read at this place."""

    element: Element
    part: str


StoryItem = Block | Insert


@dataclass
class StoryState:
    """The definitions of a document, and what its stories leave behind besides blocks."""

    styles: Styles
    lists: Lists
    notes: dict[str, dict[str, Element]] = field(default_factory=dict)  # footnote, endnote → id → element
    boxes: dict[Element, list[Element]] = field(default_factory=dict)
    chunks: dict[str, list[Block]] = field(default_factory=dict)  # embedded web pages, by relationship
    omitted: list[Omitted] = field(default_factory=list)
    budget: CopyBudget = field(default_factory=CopyBudget)
    counters: dict[str, Counters] = field(default_factory=dict)
    tables: int = 0
    added: int = 0  # visible characters that are not text in the file: labels in cells, symbols
    unknown: int = 0  # symbols that could not be made visible
    fields_whole: bool = True  # every field that begins also ends

    def counters_for(self, part: str) -> Counters:
        """Each text box counts for itself, the notes of one kind together."""
        return Counters() if part == "textbox" else self.counters.setdefault(part, Counters())


@dataclass(slots=True)
class OpenTable:
    element: Element
    number: int
    rows: list[WordRow[StoryItem]] = field(default_factory=list)
    row: Element | None = None
    cell: Element | None = None


@dataclass(slots=True)
class OpenTables:
    """The tables around a place in a story, the innermost last.

    Only beginnings are seen, so an element that begins tells by its parent which tables have ended.
    """

    reading: StoryState
    part: str
    found: list[StoryItem]  # where the blocks of a table go that is in no other
    stack: list[OpenTable] = field(default_factory=list)

    def leave(self, element: Element) -> None:
        """Close the tables that `element` is not in."""
        holder = element.getparent()
        while holder is not None and holder.tag not in STRUCTURE:
            holder = holder.getparent()
        while self.stack:
            table = self.stack[-1]
            if holder is table.cell or holder is table.row or holder is table.element:
                return
            self.close()

    def close(self) -> None:
        table = self.stack.pop()
        blocks = table_blocks(table.rows, table.number, self.part, self.reading.budget, self.reading.omitted)
        outer = self.cell()
        if outer is None:
            self.found.extend(blocks)
        else:
            outer.after.extend(blocks)

    def begin_table(self, element: Element) -> None:
        self.leave(element)
        if len(self.stack) >= limits.TABLE_NESTING:
            raise Rejected("xml_too_deep", f"表格嵌套超过 {limits.TABLE_NESTING} 层")
        self.stack.append(OpenTable(element, self.reading.tables))
        self.reading.tables += 1

    def begin_row(self, element: Element) -> None:
        self.leave(element)
        if self.stack:
            table = self.stack[-1]
            table.row, table.cell = element, None
            table.rows.append(WordRow())

    def begin_cell(self, element: Element) -> None:
        self.leave(element)
        if self.stack and self.stack[-1].rows:
            table = self.stack[-1]
            table.cell = element
            table.rows[-1].cells.append(WordCell())

    def cell(self) -> WordCell[StoryItem] | None:
        """The cell that is being read."""
        rows = self.stack[-1].rows if self.stack else []
        return rows[-1].cells[-1] if rows and rows[-1].cells else None

    def cell_for_text(self) -> WordCell[StoryItem]:
        """The cell that text goes to; a paragraph in a table but in no cell makes one."""
        cell = self.cell()
        if cell is None:
            cell = WordCell()
            self.stack[-1].rows.append(WordRow(cells=[cell]))
        return cell

    def span(self, element: Element) -> None:
        if (cell := self.cell()) is not None:
            cell.span = whole(element.get(VAL), 1, 1, limits.TABLE_COLUMNS)

    def merge_down(self, element: Element) -> None:
        if (cell := self.cell()) is not None:
            cell.begins = element.get(VAL) == "restart"
            cell.continues = not cell.begins

    def merge_across(self, element: Element) -> None:
        if (cell := self.cell()) is not None:
            cell.joined = element.get(VAL) != "restart"

    def leave_free(self, element: Element) -> None:
        if self.stack and self.stack[-1].rows:
            self.stack[-1].rows[-1].before = whole(element.get(VAL), 0, 0, limits.TABLE_COLUMNS)
