"""One story of a docx (body, a note, a text box) in reading order: a settled tree in, blocks out.

The walk is a single pass over the elements that matter, in document order, without recursion; lxml skips
everything else in C.  Notes and text boxes are left as `Insert` at their place and walked afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Block, Omitted
from pipeline.readers.docx import symbols
from pipeline.readers.docx.field_codes import Fields, checkbox
from pipeline.readers.docx.names import (
    CELL,
    DRAWING_TEXT,
    MATH_TEXT,
    PARAGRAPH,
    PARAGRAPH_PROPERTIES,
    ROW,
    RUN,
    RUN_PROPERTIES,
    SPACE,
    TABLE,
    TEXT,
    VAL,
    Element,
    R,
    W,
)
from pipeline.readers.docx.story_state import Insert, OpenTables, StoryItem, StoryState
from pipeline.readers.docx.styles import ALIGNMENTS, Style, is_on, whole


def read_story(root: Element, part: str, reading: StoryState) -> list[Block]:
    """The blocks of a story with its notes and text boxes at their place."""
    blocks: list[Block] = []
    open_stories: list[Iterator[StoryItem]] = [iter(Walk(root, part, reading).items())]
    inserted = False
    while open_stories:
        item = next(open_stories[-1], None)
        if item is None:
            open_stories.pop()
        elif isinstance(item, Insert):
            inserted = True
            open_stories.append(iter(Walk(item.element, item.part, reading).items()))
        else:
            blocks.append(item)
    return renumbered(blocks) if inserted else blocks


def renumbered(blocks: list[Block]) -> list[Block]:
    """Tables numbered in reading order (those of notes and boxes were met later)."""
    order: dict[int, int] = {}
    for block in blocks:
        if block.table >= 0:
            order.setdefault(block.table, len(order))
    if all(old == new for old, new in order.items()):
        return blocks
    return [block if block.table < 0 else replace(block, table=order[block.table]) for block in blocks]


class Walk:
    """One pass over a story: the paragraph that is being gathered, and the tables around it."""

    __slots__ = (
        "after",
        "align",
        "bold",
        "bold_length",
        "bold_open",
        "bold_pieces",
        "bold_run",
        "counters",
        "default_style",
        "fields",
        "found",
        "list_level",
        "number",
        "outline",
        "paragraph",
        "part",
        "pieces",
        "plain",
        "reading",
        "root",
        "style",
        "tables",
    )

    def __init__(self, root: Element, part: str, reading: StoryState) -> None:
        self.root, self.part, self.reading = root, part, reading
        self.counters = reading.counters_for(part)
        self.default_style = reading.styles.paragraph(None)
        self.fields = Fields()
        self.found: list[StoryItem] = []
        self.tables = OpenTables(reading, part, self.found)
        self.pieces: list[str] = []
        self.paragraph: Element | None = None
        self.style: Style | None = None
        self.number: str | None = None
        self.list_level: int | None = None
        self.outline: int | None = None
        self.align: str | None = None
        self.bold = 0  # characters of the bold start so far
        self.bold_length = self.bold_pieces = 0  # up to where the pieces were measured
        self.bold_open = True  # it may still go on
        self.bold_run: tuple[Element, bool] | None = None  # the run that says something about it
        self.plain = False  # text needs no look at bold or fields
        self.after: list[StoryItem] = []
        self.begin(None)

    def items(self) -> list[StoryItem]:
        handlers, pieces = HANDLERS, self.pieces
        for element in self.root.iter(*TAGS):
            tag = element.tag
            if tag == TEXT and self.plain:  # most elements by far: a line of text and nothing to look after
                text = element.text
                if text and text[0] > " " < text[-1] and "\n" not in text:
                    pieces.append(text)
                    continue
            handlers[tag](self, element)
        self.end_paragraph()
        while self.tables.stack:
            self.tables.close()
        return self.found

    # --- paragraphs

    def begin(self, paragraph: Element | None) -> None:
        self.paragraph = paragraph
        self.style = self.number = self.list_level = self.outline = self.align = self.bold_run = None
        self.bold = self.bold_length = self.bold_pieces = 0
        self.bold_open = True
        self.plain = False
        if self.after:
            self.after = []

    def on_paragraph(self, element: Element) -> None:
        self.end_paragraph()
        if self.tables.stack:
            self.tables.leave(element)
        self.begin(element)

    def end_paragraph(self) -> None:
        """Make a block, or a line of the open cell, of what was gathered."""
        paragraph, pieces = self.paragraph, self.pieces
        if paragraph is None and not pieces:
            return
        self.paragraph = None
        text = "".join(pieces)
        pieces.clear()
        if text[:1] == "\n" or text[-1:] == "\n":  # page breaks at the edges
            text = self.trimmed(text)
        style = self.style or self.default_style
        label, list_level, spaced = "", None, True
        if self.number is not None or style.number is not None:
            label, list_level, spaced = self.count(style)
        align = style.align if self.align is None else self.align
        level = style.outline if self.outline is None else (self.outline if self.outline < 9 else None)
        if level is None:
            level = list_level
        after = self.after
        if self.reading.boxes and paragraph in self.reading.boxes:
            after = [*after, *(Insert(box, "textbox") for box in self.reading.boxes[paragraph])]
        if self.tables.stack:
            self.add_to_cell(text, label, spaced, style.name, level, align, after)
            return
        if label or (text and not text.isspace()):
            self.found.append(
                Block(text, "paragraph", style.name, label, level, align, self.bold, -1, -1, -1, False, self.part)
            )
            if len(text) > limits.PARAGRAPH_CHARACTERS or len(self.found) > limits.BLOCKS:
                raise Rejected("too_large", f"超过 {limits.BLOCKS} 段或一段超过 {limits.PARAGRAPH_CHARACTERS} 字")
        if after:
            self.found.extend(after)

    def trimmed(self, text: str) -> str:
        """The line without the line breaks at its edges; the bold start shrinks with it."""
        shorter = text.lstrip("\n")
        self.bold = max(0, self.bold - len(text) + len(shorter))
        shorter = shorter.rstrip("\n")
        self.bold = min(self.bold, len(shorter))
        return shorter

    def count(self, style: Style) -> tuple[str, int | None, bool]:
        """The paragraph's label, its list level, and whether a gap follows the label."""
        placed = self.reading.lists.place(style, self.number, self.list_level)
        if placed is None:
            return "", None, True
        numbered, place = placed
        level = numbered.levels.get(place)
        return self.counters.label(numbered, place), place, level is None or level.spaced

    def add_to_cell(
        self, text: str, label: str, spaced: bool, style: str, level: int | None, align: str, after: list[StoryItem]
    ) -> None:
        """A paragraph in a table: a line of its cell, the number in front of it."""
        cell = self.tables.cell_for_text()
        bold = self.bold
        if label:
            self.reading.added += len("".join(label.split()))
            head = f"{label} " if spaced and text else label
            bold = bold + len(head) if bold else 0
            text = head + text
        if text and not text.isspace():
            if not cell.texts:
                cell.style, cell.level, cell.align, cell.bold = style, level, align, bold
            cell.texts.append(text)
        if after:
            cell.after.extend(after)

    def on_table(self, element: Element) -> None:
        self.end_paragraph()
        self.tables.begin_table(element)

    def on_row(self, element: Element) -> None:
        self.end_paragraph()
        self.tables.begin_row(element)

    def on_cell(self, element: Element) -> None:
        self.end_paragraph()
        self.tables.begin_cell(element)

    def on_chunk(self, element: Element) -> None:
        """An embedded web page stands where the file names it."""
        self.end_paragraph()
        self.tables.leave(element)
        blocks = self.reading.chunks.pop(element.get(R + "id") or "", [])
        first = self.reading.tables
        shifted = [block if block.table < 0 else replace(block, table=block.table + first) for block in blocks]
        self.reading.tables = max([first, *(block.table + 1 for block in shifted)])
        cell = self.tables.cell()
        (self.found if cell is None else cell.after).extend(shifted)

    # --- properties of a paragraph

    def on_style(self, element: Element) -> None:
        self.style = self.reading.styles.paragraph(element.get(VAL))

    def on_number(self, element: Element) -> None:
        self.number = element.get(VAL)

    def on_list_level(self, element: Element) -> None:
        self.list_level = whole(element.get(VAL), 0, 0, limits.LIST_LEVELS - 1)

    def on_outline(self, element: Element) -> None:
        self.outline = whole(element.get(VAL), 9, 0, 9)

    def on_align(self, element: Element) -> None:
        holder = element.getparent()
        if holder is not None and holder.tag == PARAGRAPH_PROPERTIES:
            self.align = ALIGNMENTS.get(element.get(VAL) or "", "")

    def on_bold(self, element: Element) -> None:
        if self.bold_open:
            run = run_of(element)
            if run is not None:
                self.bold_run = (run, is_on(element))

    def on_run_style(self, element: Element) -> None:
        if self.bold_open and self.reading.styles.character(element.get(VAL)).bold:
            run = run_of(element)
            if run is not None:  # bold twice is not bold
                self.bold_run = (run, not (self.style is not None and self.style.bold))

    # --- what a line consists of

    def on_text(self, element: Element) -> None:
        text = element.text
        if not text:
            return
        if self.fields.hiding and self.reading.fields_whole:
            self.reading.omitted.append(Omitted("field", text))
            return
        if text[0] <= " " or text[-1] <= " " or "\n" in text:
            text = shown_blanks(element, text)
        if self.bold_open:
            self.measure_bold(element, text)
        self.pieces.append(text)

    def measure_bold(self, element: Element, text: str) -> None:
        """Go on with the bold start of the line, or end it."""
        bold = self.style is not None and self.style.bold
        if self.bold_run is not None and element.getparent() is self.bold_run[0]:
            bold = self.bold_run[1]
        if bold:
            self.bold_length += sum(map(len, self.pieces[self.bold_pieces :])) + len(text)
            self.bold_pieces = len(self.pieces) + 1
            self.bold = self.bold_length
        elif text and not text.isspace():
            self.bold_open = False
            self.plain = not (self.fields.hiding and self.reading.fields_whole)

    def add(self, text: str) -> None:
        """A character that is no text in the file."""
        if not (self.fields.hiding and self.reading.fields_whole):
            self.pieces.append(text)
            self.reading.added += len("".join(text.split()))

    def on_tab(self, element: Element) -> None:
        holder = element.getparent()
        if holder is not None and holder.tag == RUN:  # else a tab stop
            self.add("\t")

    def on_break(self, _element: Element) -> None:
        self.add("\n")

    def on_hyphen(self, _element: Element) -> None:
        self.add("-")

    def on_symbol(self, element: Element) -> None:
        code = element.get(W + "char") or ""
        try:
            character = chr(int(code, 16))
        except (ValueError, OverflowError):
            character = symbols.UNKNOWN
        shown = symbols.visible(character, element.get(W + "font") or "")
        if shown == symbols.UNKNOWN or shown.isspace() or not shown.isprintable():
            self.reading.unknown += 1
            shown = symbols.UNKNOWN
        self.add(shown)

    def on_field(self, element: Element) -> None:
        if (box := checkbox(element)) and not self.fields.hiding:
            self.add(box)
        shown = self.fields.step(element)
        self.plain = not self.bold_open and not (self.fields.hiding and self.reading.fields_whole)
        if shown:
            self.add(shown)

    def on_instruction(self, element: Element) -> None:
        self.fields.instruct(element.text or "")

    def on_note(self, element: Element, part: str) -> None:
        note = self.reading.notes.get(part, {}).pop(element.get(W + "id") or "", None)
        if note is not None:
            self.after.append(Insert(note, part))

    def on_footnote(self, element: Element) -> None:
        self.on_note(element, "footnote")

    def on_endnote(self, element: Element) -> None:
        self.on_note(element, "endnote")


def run_of(element: Element) -> Element | None:
    """The run whose property this is; None for the properties of a paragraph's mark."""
    properties = element.getparent()
    run = properties.getparent() if properties is not None and properties.tag == RUN_PROPERTIES else None
    return run if run is not None and run.tag == RUN else None


def shown_blanks(element: Element, text: str) -> str:
    """Blanks at the edges are shown only when the file asks for it; line ends are blanks."""
    if element.get(SPACE) != "preserve" and element.tag == TEXT:
        text = text.strip(" \t\r\n")
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ")


HANDLERS: dict[str, Callable[[Walk, Element], None]] = {
    TEXT: Walk.on_text, MATH_TEXT: Walk.on_text, DRAWING_TEXT: Walk.on_text, W + "delText": Walk.on_text,
    PARAGRAPH: Walk.on_paragraph, TABLE: Walk.on_table, ROW: Walk.on_row, CELL: Walk.on_cell,
    W + "gridSpan": lambda walk, element: walk.tables.span(element),
    W + "vMerge": lambda walk, element: walk.tables.merge_down(element),
    W + "hMerge": lambda walk, element: walk.tables.merge_across(element),
    W + "gridBefore": lambda walk, element: walk.tables.leave_free(element),
    W + "pStyle": Walk.on_style, W + "numId": Walk.on_number,
    W + "ilvl": Walk.on_list_level, W + "outlineLvl": Walk.on_outline, W + "jc": Walk.on_align,
    W + "b": Walk.on_bold, W + "rStyle": Walk.on_run_style, W + "tab": Walk.on_tab, W + "ptab": Walk.on_tab,
    W + "br": Walk.on_break, W + "cr": Walk.on_break, W + "noBreakHyphen": Walk.on_hyphen,
    W + "sym": Walk.on_symbol, W + "fldChar": Walk.on_field, W + "instrText": Walk.on_instruction,
    W + "altChunk": Walk.on_chunk, W + "footnoteReference": Walk.on_footnote, W + "endnoteReference": Walk.on_endnote,
}  # fmt: skip
TAGS = tuple(HANDLERS)
