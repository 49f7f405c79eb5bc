"""The rows that speak of a document's own text: its paragraphs, what they hold beside problems, which rule saw what."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.core.row import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRow(Row):
    """Running text that is no problem or measure, in reading order: for a rebuilt document and the checks of form."""

    doc_id: str
    seq: int = 0
    part: str = ""
    level: int | None = None
    label: str = ""
    text: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow(Row):
    """Which rule gave which cell."""

    doc_id: str
    problem_id: str = ""
    field: str = ""
    value: str = ""
    text: str = ""
    rule: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedRow(Row):
    """Text that went into no other table."""

    doc_id: str
    text: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParagraphRow(Row):
    """A paragraph or table cell of a document as it was read, in reading order: what the other tables' places slice.

    `place` is where a person finds it: sheet and cell, page, the headings above it, or the place in the table.
    `label` is an automatic number, which is not part of `text`; `table`, `row`, `column` count from 1, and `merged`
    marks the copies of a merged cell.  `problems` are those whose words it holds, joined by `;`.
    """

    doc_id: str
    paragraph: int = 0
    part: str = ""
    place: str = ""
    label: str = ""
    table: int | None = None
    row: int | None = None
    column: int | None = None
    merged: bool = False
    problems: str = ""
    text: str = ""
