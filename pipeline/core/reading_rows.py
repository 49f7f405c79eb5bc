"""The rows that speak of how a document was read: which readings there were, where another one differs, and why."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.core.row import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow(Row):
    """One way to read a document: the chosen one first, then those that differ in structure, the best first.

    `reading` names its structure and stays the same as long as document and structure do; a person may ask for it.
    """

    doc_id: str
    reading: str = ""
    form: str = ""  # who proposed it
    chosen: bool = False
    problems: int = 0
    measures: int = 0
    advice: int = 0
    score: float | None = None  # the judge's: higher is better, of use within one document only


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPartRow(Row):
    """What a reading that was not chosen takes for a problem or what belongs to one.

    `number` is that of its problem in that reading; `role` is aspect, category, problem, status, measure, lead, dept,
    person, deadline or, with `number` 0, advice.
    """

    doc_id: str
    reading: str = ""
    number: int = 0
    role: str = ""
    text: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomRow(Row):
    """A piece of a document that plays one role: which, how sure, which next, and what spoke for and against it.

    Roles and names of evidence are codes.  `evidence` holds names with what they add to the role over the next one, the
    heaviest first; `other` is the role in the best other reading, "" where there is none.  Made for `explain` alone.
    """

    doc_id: str
    role: str
    sure: float
    next_role: str
    next_sure: float
    other: str
    evidence: tuple[tuple[str, float], ...]
    text: str
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLinkRow(Row):
    """What a person told of a match: problem `source` is answered in the document `paper` by problem `answer`.

    `answer` is "" where that paper answers it nowhere.
    """

    source: str
    paper: str
    answer: str = ""
