"""The rows of what reconciliation found: defects, and measures that several units share."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.core.row import Row
from pipeline.core.row import beside as _beside
from pipeline.core.vocabulary import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow(Row):
    """One defect that reconciliation found; `review_state` and `review_note` are a reviewer's.

    `place` is what a person looks for in `file` (二（三）2（1）); `other_…` is the other side of a comparison, in this
    or another paper; `also` names the other papers of the case that show the same defect, each with its place.
    """

    finding_id: str = ""
    case_id: str = ""
    doc_id: str = ""
    unit: str = ""
    file: str = ""
    place: str = ""
    problem_id: str = ""
    check: str
    severity: Severity
    message: str = ""
    expected: str = ""
    actual: str = ""
    quote: str = ""
    other_quote: str = ""
    paragraph: int | None = None
    other_doc_id: str = ""
    other_file: str = ""
    other_place: str = ""
    other_paragraph: int | None = None
    also: str = ""
    suggestion: str = ""
    waived: str = ""
    review_state: str = _beside(default="")
    review_note: str = _beside(default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow(Row):
    """A measure that stands, but for names and numbers, in a paper of another unit too; `score` from 0 to 1."""

    doc_id: str
    unit: str = ""
    problem_id: str = ""
    text: str = ""
    paragraph: int | None = None
    other_doc_id: str = ""
    other_unit: str = ""
    other_problem_id: str = ""
    other_text: str = ""
    other_paragraph: int | None = None
    score: float = 0.0
