"""A document's text cut at every place that a value or a quote begins or ends, so that a page can colour the pieces.

In: the paragraphs of a document and the marks laid on them, both counting code points.  Out: the paragraphs as pieces.
All counting is done here; a page only shows pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.core.rows import ParagraphRow

# marks that are no value: they give no colour; OTHER is a problem of another reading
QUOTE, UNUSED, OTHER = "quote", "unused", "other"


@dataclass(frozen=True, slots=True)
class SourceMark:
    """What a span is, and its id: from `start` in `paragraph` to `end` (exclusive) in paragraph `last`."""

    name: str
    kind: str
    paragraph: int
    start: int
    last: int
    end: int


@dataclass(frozen=True, slots=True)
class SourcePiece:
    """Characters that the same marks cover: their ids in one word list, and the classes that colour them."""

    text: str
    names: str = ""
    classes: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One paragraph or cell of the source as pieces."""

    row: ParagraphRow
    pieces: tuple[SourcePiece, ...]


@dataclass(frozen=True, slots=True)
class SourceGrid:
    """The cells of one table, row by row."""

    rows: tuple[tuple[SourceLine, ...], ...]


def source_of(paragraphs: Sequence[ParagraphRow], marks: Iterable[SourceMark]) -> list[SourceLine | SourceGrid]:
    """The document as its page shows it: paragraphs, and tables as grids."""
    by_paragraph: dict[int, list[SourceMark]] = {}
    for mark in marks:
        for number in range(mark.paragraph, mark.last + 1):
            by_paragraph.setdefault(number, []).append(mark)
    out: list[SourceLine | SourceGrid] = []
    cells: list[SourceLine] = []
    for row in paragraphs:
        if cells and row.table != cells[-1].row.table:
            out.append(_grid(cells))
            cells = []
        line = SourceLine(row, tuple(_pieces(row, by_paragraph.get(row.paragraph, []))))
        if row.table is None:
            out.append(line)
        else:
            cells.append(line)
    return [*out, _grid(cells)] if cells else out


def _grid(cells: Sequence[SourceLine]) -> SourceGrid:
    rows: dict[int, list[SourceLine]] = {}
    for cell in cells:
        rows.setdefault(cell.row.row or 0, []).append(cell)
    return SourceGrid(tuple(tuple(row) for row in rows.values()))


def _pieces(row: ParagraphRow, marks: Sequence[SourceMark]) -> Iterable[SourcePiece]:
    length = len(row.text)
    spans = []
    for mark in marks:
        start = mark.start if mark.paragraph == row.paragraph else 0
        end = mark.end if mark.last == row.paragraph else length
        if 0 <= start < end <= length:
            spans.append((start, end, mark))
    cuts = sorted({0, length, *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    for start, end in pairwise(cuts):
        over = [span for span in spans if span[0] <= start and end <= span[1]]
        over.sort(key=lambda span: span[0] - span[1])  # the widest first, so that the innermost colours
        yield SourcePiece(
            row.text[start:end], " ".join(mark.name for _, _, mark in over), _classes(m for _, _, m in over)
        )


def _classes(marks: Iterable[SourceMark]) -> str:
    classes: list[str] = []
    value = ""
    for mark in marks:
        if mark.kind in (QUOTE, UNUSED, OTHER):
            classes.append(mark.kind)
        else:
            value = mark.kind
    return " ".join(dict.fromkeys([*([f"f-{value}"] if value else []), *classes]))
