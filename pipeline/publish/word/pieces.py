"""A paper as the pieces that a rebuilt document prints: paragraphs with what they are, and tables.

In: the tables.  Out: one `PaperPiece` a paragraph in reading order, its number in front.  Where the tables hold the
paper's paragraphs these are printed (`own_words`), else its running text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.core.rows import DocumentRow, ParagraphRow, PassageRow, ProblemRow
from pipeline.core.vocabulary import Kind
from pipeline.publish.word.content import WordSource
from pipeline.publish.word.own_table import GridCell
from pipeline.publish.word.own_words import own_paragraphs, printed
from pipeline.publish.word.typography import spaced

HIDDEN, WEB = "metadata", "html"  # what stands around a text on a page of the web is none of the paper's
TABLE = ("cell", "table_heading")
HEADED = ("heading", "group")
PROBLEM, ANSWER, GRID = "problem", "answer", "grid"


@dataclass(frozen=True, slots=True)
class PaperPiece:
    """One paragraph, or a table (`grid`: its rows, None where a cell from above or the left covers the place).

    `part` is the passage's, or `problem` for a statement and `answer` for what follows it; `level` is that of its own
    number (0: no heading); `first`, `last` are its paragraphs in the document.
    """

    part: str
    text: str
    level: int = 0
    first: int = 0
    last: int = 0
    grid: tuple[tuple[GridCell | None, ...], ...] = ()


def pieces_of(source: WordSource, document: DocumentRow) -> list[PaperPiece]:
    """The pieces of a document in reading order."""
    paragraphs = own_paragraphs(source, document)
    passages = source.passages.get(document.doc_id, [])
    if not paragraphs:
        return [
            PaperPiece(row.part, _whole(source, row), level_of(source, row), row.paragraph or 0, row.paragraph or 0)
            for row in _joined(passages)
            if row.part not in (HIDDEN, *TABLE)
        ]
    parts: dict[int, PassageRow] = {}
    for row in passages:
        parts.setdefault(row.paragraph or 0, row)
    stated = {row.paragraph: row for row in source.problems.get(document.doc_id, ()) if row.paragraph is not None}
    out: list[PaperPiece] = []
    for table, rows in groupby(paragraphs, lambda row: row.table):
        if table is not None:
            out.append(_grid(source, list(rows), parts))
        else:
            out += (_piece(source, row, parts.get(row.paragraph), stated.get(row.paragraph)) for row in rows)
    hidden = HIDDEN if document.reader == WEB and document.kind != Kind.LEDGER else None
    return [one for one in out if one.part != hidden and (one.grid or one.text.strip())]


def level_of(source: WordSource, row: PassageRow) -> int:
    """The level of a passage by its own number, of a heading else by its place (counted from 0); 0 for text."""
    placed = (row.level or 0) + 1 if row.label and row.part in HEADED else 0
    level = source.profile.level(row.label) or placed
    return level if level <= 4 else 0


def _piece(source: WordSource, row: ParagraphRow, passage: PassageRow | None, problem: ProblemRow | None) -> PaperPiece:
    text = printed(source, row)
    if passage is not None and (problem is None or (passage.start or 0) < (problem.start or 0)):
        return PaperPiece(passage.part, text, level_of(source, passage), row.paragraph, row.paragraph)
    if problem is not None:
        numbered = not problem.label or text.startswith(problem.label)  # else its number is a line of its own
        level = (source.profile.level(problem.label) or 3) if numbered else 0
        return PaperPiece(PROBLEM, text, level, row.paragraph, row.paragraph)
    return PaperPiece(ANSWER, text, 0, row.paragraph, row.paragraph)


def _grid(source: WordSource, cells: Sequence[ParagraphRow], parts: dict[int, PassageRow]) -> PaperPiece:
    places = {(cell.row or 0, cell.column or 0): cell for cell in cells}
    across = range(1, max(column for _, column in places) + 1)
    rows = sorted({row for row, _ in places})
    covered: set[tuple[int, int]] = set()
    grid = []
    for at, row in enumerate(rows):
        line: list[GridCell | None] = []
        for column in across:
            cell = places.get((row, column))
            if (row, column) in covered:
                line.append(None)
                continue
            wide, deep = _extent(places, rows[at:], column, across.stop)
            covered |= {(r, c) for r in rows[at : at + deep] for c in range(column, column + wide)}
            passage = parts.get(cell.paragraph) if cell is not None else None
            head = passage is not None and passage.part == "table_heading"
            line.append(GridCell(printed(source, cell) if cell is not None else "", wide, deep, head))
        grid.append(tuple(line))
    text = "\n".join("\t".join(cell.text for cell in line if cell is not None) for line in grid)
    return PaperPiece(GRID, text, 0, cells[0].paragraph, cells[-1].paragraph, tuple(grid))


def _extent(places: dict[tuple[int, int], ParagraphRow], rows: Sequence[int], column: int, end: int) -> tuple[int, int]:
    """How many columns and rows the cell at the first of the rows covers: the copies of its text beside and below."""
    cell = places.get((rows[0], column))
    if cell is None:
        return 1, 1

    def copied(row: int, at: int) -> bool:
        other = places.get((row, at))
        return other is not None and other.merged and other.text == cell.text

    wide = next((at for at in range(column + 1, end) if not copied(rows[0], at)), end) - column
    deep = 1
    while deep < len(rows) and all(copied(rows[deep], at) for at in range(column, column + wide)):
        deep += 1
    return wide, deep


def _joined(passages: Sequence[PassageRow]) -> list[PassageRow]:
    """Passages of one paragraph that follow each other, as the paragraph that they were."""
    out: list[PassageRow] = []
    for row in passages:
        before = out[-1] if out else None
        if (
            before
            and row.paragraph is not None
            and row.paragraph == before.paragraph
            and row.start in (before.end, (before.end or 0) + len(row.label))
        ):
            out[-1] = replace(before, text=f"{before.text}{row.label}{row.text}", end=row.end)
        else:
            out.append(row)
    return out


def _whole(source: WordSource, row: PassageRow) -> str:
    """A passage with its label."""
    text, label = row.text, row.label
    return source.text(text if not label or text.startswith(label) else spaced(label, source.profile) + text)
