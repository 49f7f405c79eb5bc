"""The rows of the tables, one frozen dataclass a table, and `Tables`, which holds them.

A field is a column: its name, place and type there are those in the csv and parquet files (`SCHEMA`), and its
heading is in `rules/labels.yaml`.  "" and None both mean "not stated".  Dates are ISO text, money is in yuan, rates
are in percent; `paragraph` counts from 1 and leads to the row of `paragraphs`; `start` is the offset (from 0) in it and
`end` (exclusive) that in `end_paragraph`, all None where the document has no such place (what a person added).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar, get_args, get_type_hints

from pipeline.core.finding_rows import CopyRow as CopyRow
from pipeline.core.finding_rows import FindingRow as FindingRow
from pipeline.core.item_row import ItemRow
from pipeline.core.reading_rows import AtomRow, ReadingPartRow, ReadingRow, ToldLinkRow
from pipeline.core.row import Row as Row
from pipeline.core.row import beside as _beside
from pipeline.core.source_rows import FactRow as FactRow
from pipeline.core.source_rows import ParagraphRow as ParagraphRow
from pipeline.core.source_rows import PassageRow as PassageRow
from pipeline.core.source_rows import UnusedRow as UnusedRow
from pipeline.core.vocabulary import Action, Kind, State, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow(Row):
    """One input file."""

    doc_id: str
    case_id: str = ""
    file: str = ""
    sha256: str = ""
    kind: Kind | None = None
    title: str = ""
    unit: str = ""
    short_name: str = ""
    inspector: str = ""
    round: str = ""
    inspected_from: str = ""
    inspected_to: str = ""
    feedback_date: str = ""
    issued_date: str = ""
    docno: str = ""
    contact: str = ""
    reader: str = ""
    encoding: str = ""
    coverage: float | None = None
    unused_share: float | None = None
    confidence: float | None = None  # from 0 to 1, how sure the chosen reading is; None for what was not read
    doubts: str = ""  # the signs that speak most against it (`doubt` in labels.yaml), parted by blanks
    reading: str = ""  # the form of the chosen reading
    state: State = State.OK
    error: str = ""
    warnings: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRow(Row):
    """The lowest item that has an answer of its own; the last three fields are a reviewer's."""

    doc_id: str
    problem_id: str = ""
    seq: int = 0
    label: str = ""
    school: str = ""
    aspect: str = ""
    category: str = ""
    problem: str = ""
    status: Status | None = None
    status_text: str = ""
    long_term: bool | None = None  # None: the status is not stated either
    lead: str = ""
    dept: str = ""
    person: str = ""
    deadline: str = ""
    deadline_text: str = ""
    rectification: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None
    review_state: str = _beside(default="")
    review_note: str = _beside(default="")
    evidence: str = _beside(default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow(Row):
    """One enumerated action under a problem."""

    doc_id: str
    problem_id: str = ""
    measure_id: str = ""
    seq: int = 0
    label: str = ""
    headline: str = ""
    text: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraRow(Row):
    """What a paper says about a problem that is none of its fields; `label` is its key or its column's heading."""

    doc_id: str
    problem_id: str = ""
    seq: int = 0
    label: str = ""
    text: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None

    @property
    def words(self) -> str:
        """The words with their label."""
        return f"{self.label}：{self.text}" if self.label else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow(Row):
    """A total that a document states about itself."""

    doc_id: str
    metric: str = ""
    value: float | None = None
    unit: str = ""
    part_of: str = ""
    scope: str = ""
    text: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRow(Row):
    """A rule that a document names, in a measure or elsewhere."""

    doc_id: str
    problem_id: str = ""
    measure_id: str = ""
    title: str = ""
    action: Action | None = None
    docno: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountRow(Row):
    """A sum of money, in a measure or elsewhere."""

    doc_id: str
    problem_id: str = ""
    measure_id: str = ""
    value: float | None = None
    text: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRow(Row):
    """A recommendation of a feedback document."""

    doc_id: str
    seq: int = 0
    label: str = ""
    text: str = ""
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None
    end_paragraph: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow(Row):
    """The papers of one unit in one round; doc_ids by kind, joined by `;`."""

    case_id: str
    unit: str = ""
    inspector: str = ""
    round: str = ""
    feedback: str = ""
    plan: str = ""
    ledger: str = ""
    bulletin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow(Row):
    """Which problem answers which problem of the feedback, in a paper of what kind."""

    case_id: str
    feedback_problem_id: str = ""
    answer_problem_id: str = ""
    answer_kind: Kind | None = None
    score: float = 0.0
    method: str = ""
    shared: str = ""
    runner_up: str = ""
    margin: float | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecountRow(Row):
    """A claim beside what the document's own rows give: from `low` to `high`, both None where nothing can be counted.

    `seq` is the claim's place among those of its document, from 1; without `verdict` a difference is only shown.
    `rows` are problem ids, titles or sums that were counted, `left_over` those that were not, each joined by `；`.
    """

    doc_id: str
    seq: int = 0
    metric: str = ""
    claimed: float | None = None
    low: float | None = None
    high: float | None = None
    agrees: bool | None = None
    verdict: bool = False
    rows: str = ""
    left_over: str = ""
    formula: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow(Row):
    """A person's decision that he should look at; shown in the workbook, in no table.

    `why`: its row is gone, something else is read there now (`changed`), or the row was found by likeness only
    (`alike`).  `row` are the words that it was made for, `row_now` those of the row that it is used on; `key` tells the
    decision.
    """

    doc_id: str
    why: str = ""
    file: str = ""
    table: str = ""
    row: str = ""
    row_now: str = ""
    field: str = ""
    action: str = ""
    was: str = ""
    now: str = ""
    human: str = ""
    by: str = ""
    when: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows of one document or of many; a table's name is its field's."""

    documents: tuple[DocumentRow, ...] = ()
    problems: tuple[ProblemRow, ...] = ()
    measures: tuple[MeasureRow, ...] = ()
    extras: tuple[ExtraRow, ...] = ()
    claims: tuple[ClaimRow, ...] = ()
    references: tuple[ReferenceRow, ...] = ()
    amounts: tuple[AmountRow, ...] = ()
    advice: tuple[AdviceRow, ...] = ()
    passages: tuple[PassageRow, ...] = ()
    facts: tuple[FactRow, ...] = ()
    unused: tuple[UnusedRow, ...] = ()
    paragraphs: tuple[ParagraphRow, ...] = ()
    readings: tuple[ReadingRow, ...] = ()
    reading_parts: tuple[ReadingPartRow, ...] = ()
    cases: tuple[CaseRow, ...] = ()
    links: tuple[LinkRow, ...] = ()
    items: tuple[ItemRow, ...] = ()
    recounts: tuple[RecountRow, ...] = ()
    findings: tuple[FindingRow, ...] = ()
    copies: tuple[CopyRow, ...] = ()
    conflicts: tuple[ConflictRow, ...] = _beside(default=())
    told_links: tuple[ToldLinkRow, ...] = _beside(default=())  # matches that people confirmed or changed
    atoms: tuple[AtomRow, ...] = _beside(default=())  # of one document that is explained

    def rows(self, table: str) -> tuple[Row, ...]:
        """The rows of a table by its name."""
        rows: tuple[Row, ...] = getattr(self, table)
        return rows


def _row_types() -> dict[str, type[Row]]:
    hints = get_type_hints(Tables)
    return {one.name: get_args(hints[one.name])[0] for one in fields(Tables) if "beside" not in one.metadata}


def _columns(row_type: type[Row]) -> dict[str, type]:
    hints = get_type_hints(row_type)
    plain = {name: next(iter(get_args(hint)), hint) for name, hint in hints.items()}
    return {one.name: plain[one.name] for one in fields(row_type) if "beside" not in one.metadata}


ROW_TYPES: dict[str, type[Row]] = _row_types()
# table → column → type: str, int, float, bool, or the list of code names that the column is closed to
SCHEMA: dict[str, dict[str, type]] = {name: _columns(row_type) for name, row_type in ROW_TYPES.items()}
_TABLE_OF = {row_type: name for name, row_type in ROW_TYPES.items()}


def tables_of(rows: Iterable[Row]) -> Tables:
    """Rows of any tables, each put into its own, in their order."""
    by_table: dict[str, list[Row]] = {name: [] for name in ROW_TYPES}
    for row in rows:
        by_table[_TABLE_OF[type(row)]].append(row)
    return with_rows(Tables(), by_table)


def joined(parts: Iterable[Tables]) -> Tables:
    """The tables of many documents as one, in the order of the parts."""
    every = list(parts)
    return with_rows(Tables(), {name: [row for part in every for row in part.rows(name)] for name in ROW_TYPES})


def with_rows(tables: Tables, rows: Mapping[str, Iterable[Row]]) -> Tables:
    """The tables with those named replaced."""
    columns: dict[str, Any] = {name: tuple(own) for name, own in rows.items()}
    return replace(tables, **columns)


R = TypeVar(
    "R",
    DocumentRow,
    ProblemRow,
    MeasureRow,
    ClaimRow,
    ReferenceRow,
    AmountRow,
    AdviceRow,
    PassageRow,
    FactRow,
    UnusedRow,
    ParagraphRow,
    ReadingRow,
    ReadingPartRow,
    FindingRow,
)
P = TypeVar("P", MeasureRow, AmountRow, ExtraRow)


def by_document(rows: Iterable[R]) -> dict[str, list[R]]:
    """Rows by the document that they belong to, in their order."""
    groups: dict[str, list[R]] = {}
    for row in rows:
        groups.setdefault(row.doc_id, []).append(row)
    return groups


def by_problem(rows: Iterable[P]) -> dict[str, list[P]]:
    """Rows by the problem that they belong to, in their order."""
    groups: dict[str, list[P]] = {}
    for row in rows:
        groups.setdefault(row.problem_id, []).append(row)
    return groups


def place(row: ProblemRow | MeasureRow | ClaimRow | ReferenceRow | PassageRow | FactRow) -> tuple[int, int]:
    """Where a row stands in its document: paragraph and offset; (0, 0) where it has no place."""
    return row.paragraph or 0, row.start or 0
