"""What the sheets of the workbook hold that comes back: columns, ids, and how a value shows in a cell.

Shared by the writer (`workbook.py`) and by the reader of what people changed (`corrections.py`).
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from pipeline.core.rows import SCHEMA, ClaimRow, DocumentRow, FindingRow, MeasureRow, ProblemRow
from pipeline.core.stored_rows import plain
from pipeline.core.text import cell_text, clean
from pipeline.core.vocabulary import Status
from pipeline.ruleset.labels import Labels

Decided = DocumentRow | ProblemRow | MeasureRow | ClaimRow | FindingRow  # rows that people decide about
D = TypeVar("D", bound=Decided)

CONTINUED = "+"  # before the id of a row that only goes on with another: + for the second part, ++ for the third …
KEY, BASE, IDENTITIES = "row_id", "base", "_ids"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, how wide it is, and how its cells look.

    `style` is a name of `STYLES`; `choices` makes a drop-down, which refuses other values when `strict`.
    """

    key: str
    heading: str
    width: float = 12
    style: str = "text"
    hidden: bool = False
    choices: tuple[str, ...] = ()
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Editable:
    """A sheet whose yellow columns come back: its table and which column is which field."""

    table: str
    fields: tuple[str, ...]


# sheet → what people may change there; review columns are filled from empty
EDITABLE: dict[str, Editable] = {
    "problems": Editable(
        "problems",
        (
            "school",
            "aspect",
            "category",
            "problem",
            "status",
            "long_term",
            "lead",
            "dept",
            "person",
            "deadline",
            "review_state",
            "review_note",
            "evidence",
        ),
    ),
    "measures": Editable("measures", ("text",)),
    "claims": Editable("claims", ("value", "scope")),
    "findings": Editable("findings", ("review_state", "review_note")),
    "documents": Editable(
        "documents", ("title", "unit", "inspector", "round", "feedback_date", "issued_date", "docno")
    ),
}


# what tells a row from its neighbours: shown to people, and held against the row before a decision is used
ANCHORS = {
    "problems": "problem",
    "measures": "text",
    "claims": "text",
    "findings": "message",
    "documents": "file",
}


def stored_text(value: object) -> str:
    """A value as corrections.csv holds it."""
    return clean(cell_text(value))[0]


def digest(value: object) -> str:
    """A short sign of a row's words, by which a deleted row is known again."""
    return "#" + hashlib.sha256(stored_text(value).encode()).hexdigest()[:12]


def row_identity(row: Decided, position: int) -> str:
    """The stable id of a row: its own id, or document (and problem) with its number there."""
    if isinstance(row, ProblemRow):
        return row.problem_id
    if isinstance(row, DocumentRow):
        return row.doc_id
    if isinstance(row, FindingRow):
        return row.finding_id or f"{row.doc_id}:finding:{position}"
    if isinstance(row, MeasureRow):
        return row.measure_id or f"{row.problem_id}:{row.seq}"
    return f"{row.doc_id}:claims:{position}"


def positions(rows: Sequence[D]) -> list[tuple[int, D]]:
    """Each row with its number inside its document, from 1."""
    seen: dict[str, int] = {}
    out = []
    for row in rows:
        seen[row.doc_id] = seen.get(row.doc_id, 0) + 1
        out.append((seen[row.doc_id], row))
    return out


def shown(field: str, value: object, labels: Labels) -> object:
    """A field's value as a cell shows it: labels for codes, real dates for full ISO dates."""
    if value is None or value == "":
        return None
    if field == "status":
        return labels.of("status", value)
    if field == "review_state":
        return labels.of("review", labels.of("finding_review", value))
    if field == "long_term":
        return labels.of("bool", "true" if value else "false")
    if field in ("deadline", "feedback_date", "issued_date", "inspected_from", "inspected_to"):
        return as_date(str(value)) or str(value)
    if isinstance(value, bool):
        return labels.of("bool", str(value).lower())
    return value


def as_date(text: str) -> datetime.date | None:
    """A full ISO date as a date; None for a month or anything else."""
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def base_of(fields: Sequence[str], row: Decided) -> str:
    """The fields' values as they were written, for the three-way comparison when the workbook comes back."""
    return json.dumps([plain(getattr(row, field)) for field in fields], ensure_ascii=False, separators=(",", ":"))


def labelled(labels: Labels, table: str, key: str, width: float, style: str = "text", **more: Any) -> Column:
    """A column with the heading that the labels give it."""
    return Column(key, labels.column(table, key), width, style, **more)


def hidden_columns(labels: Labels) -> list[Column]:
    """The two columns at the end that lead a row back: its id, and what it held."""
    return [
        Column(KEY, labels.column("", "row"), 4, hidden=True),
        Column(BASE, labels.column("", "was"), 4, hidden=True),
    ]


def problem_columns(labels: Labels) -> list[Column]:
    """The columns of the sheet of problems."""
    column = partial(labelled, labels)
    yes_no = (labels.of("bool", "true"), labels.of("bool", "false"))
    statuses = tuple(labels.of("status", code) for code in Status)
    return [
        column("problems", "unit", 18),
        column("problems", "kind", 12, "centre"),
        column("problems", "seq", 6, "centre"),
        column("problems", "label", 9, "centre"),
        column("problems", "school", 14, "fill"),
        column("problems", "aspect", 20, "fill"),
        column("problems", "category", 20, "fill"),
        column("problems", "problem", 46, "fill"),
        column("problems", "status", 10, "fill", choices=statuses),
        column("problems", "status_text", 16),
        column("problems", "long_term", 8, "fill", choices=yes_no),
        column("problems", "lead", 12, "fill"),
        column("problems", "dept", 12, "fill"),
        column("problems", "person", 12, "fill"),
        column("problems", "deadline", 12, "fill_date"),
        column("problems", "deadline_text", 14),
        column("problems", "measures_count", 8, "number"),
        column("problems", "extra", 30),
        column("amounts", "value", 14, "money"),
        column("amounts", "text", 16),
        column("problems", "review_state", 11, "fill", choices=tuple(labels.all("review"))),
        column("problems", "review_note", 24, "fill", choices=tuple(labels.all("review_note")), strict=False),
        column("problems", "evidence", 20, "fill"),
        column("problems", "file", 20),
        column("problems", "paragraph", 7, "centre"),
        *hidden_columns(labels),
    ]


def measure_columns(labels: Labels) -> list[Column]:
    """The columns of the sheet of measures."""
    column = partial(labelled, labels)
    return [
        column("measures", "unit", 18),
        column("measures", "kind", 12, "centre"),
        column("measures", "problem", 36),
        column("measures", "status", 10, "centre"),
        column("measures", "seq", 6, "centre"),
        column("measures", "label", 8, "centre"),
        column("measures", "headline", 20),
        column("measures", "text", 80, "fill"),
        column("measures", "paragraph", 7, "centre"),
        *hidden_columns(labels),
    ]


def claim_columns(labels: Labels) -> list[Column]:
    """The columns of the sheet of claims."""
    column = partial(labelled, labels)
    return [
        column("claims", "file", 22),
        column("findings", "unit", 18),
        column("claims", "metric", 16),
        column("claims", "value", 14, "fill"),
        column("claims", "unit", 9, "centre"),
        column("claims", "recount", 12, "number"),
        column("claims", "agrees", 10, "centre"),
        column("claims", "scope", 18, "fill"),
        column("claims", "part_of", 14),
        column("claims", "text", 36),
        column("claims", "paragraph", 7, "centre"),
        *hidden_columns(labels),
    ]


def finding_columns(labels: Labels) -> list[Column]:
    """The columns of the sheet of findings."""
    column = partial(labelled, labels)
    return [
        column("findings", "severity", 8, "centre"),
        column("findings", "unit", 18),
        column("findings", "check", 18),
        column("findings", "message", 50),
        column("findings", "file", 24),
        column("findings", "place", 12),
        column("findings", "also", 20),
        column("findings", "suggestion", 32),
        column("findings", "expected", 14),
        column("findings", "actual", 14),
        column("findings", "quote", 36),
        column("findings", "other_file", 24),
        column("findings", "other_place", 12),
        column("findings", "other_quote", 36),
        column("findings", "problem", 32),
        column("findings", "review_state", 11, "fill", choices=tuple(labels.all("finding_review"))),
        column("findings", "review_note", 24, "fill"),
        column("findings", "waived", 16),
        *hidden_columns(labels),
    ]


DATES = ("inspected_from", "inspected_to", "feedback_date", "issued_date")
_DOCUMENT_WIDTHS = {
    "file": 30,
    "doubts": 40,
    "title": 36,
    "unit": 24,
    "message": 40,
    "inspector": 16,
    "warnings": 24,
    "contact": 30,
}
_NOT_SHOWN = {
    "doc_id",
    "case_id",
    "sha256",
    "coverage",
    "unused_share",
    "confidence",
    "reading",
    "short_name",
    "encoding",
}
DOCUMENT_COLUMNS = [name for name in SCHEMA["documents"] if name not in _NOT_SHOWN]


def document_columns(labels: Labels) -> list[Column]:
    """The columns of the sheet of documents."""
    fields = EDITABLE["documents"].fields
    styles = {name: "fill_date" if name in DATES else "fill" for name in fields}
    return [
        *(
            labelled(
                labels,
                "documents",
                name,
                _DOCUMENT_WIDTHS.get(name, 13),
                styles.get(name, "date" if name in DATES else "text"),
            )
            for name in DOCUMENT_COLUMNS
        ),
        *hidden_columns(labels),
    ]


COLUMNS: dict[str, Callable[[Labels], list[Column]]] = {
    "problems": problem_columns,
    "measures": measure_columns,
    "claims": claim_columns,
    "findings": finding_columns,
    "documents": document_columns,
}
