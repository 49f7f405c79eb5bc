"""What a unit's page shows, out of typed rows: its papers with their marks, what was read of them, findings, items.

Everything that the template shows is made here; ids of marks tie a value or a quote to its pieces of the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.core.item_row import ItemRow
from pipeline.core.reading_rows import ReadingRow
from pipeline.core.rows import DocumentRow, FactRow, FindingRow, ProblemRow, by_document, by_problem
from pipeline.core.vocabulary import CASE_KINDS, Severity
from pipeline.decisions.columns import EDITABLE, Decided, positions, row_identity, shown, stored_text
from pipeline.publish.overview import UNSTATED, doubtful
from pipeline.publish.page.source import OTHER, QUOTE, UNUSED, SourceGrid, SourceLine, SourceMark, source_of
from pipeline.publish.word.content import WordSource
from pipeline.reconcile.findings import DOUBTFUL

# field of a fact → the family of its colour; what is not here is structure, and is not coloured
FAMILIES = {
    "problem": "problem",
    "measure": "measure",
    "status": "status",
    **dict.fromkeys(("school", "aspect", "category"), "aspect"),
    **dict.fromkeys(("lead", "dept", "person"), "duty"),
    "deadline": "deadline",
    "claim": "claim",
    "amount": "amount",
    "reference": "reference",
    "advice": "advice",
    **dict.fromkeys(("title", "unit", "inspector", "round", "docno", "short_name"), "header"),
    **dict.fromkeys(("feedback_date", "issued_date", "inspected_from", "inspected_to"), "header"),
}
_PROBLEM_FIELDS = tuple(name for name in EDITABLE["problems"].fields if name not in ("problem",))


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One value beside the source: its heading, how it shows, the marks it stands at, and which cell it is."""

    heading: str
    text: str
    family: str = ""
    marks: str = ""
    table: str = ""
    row: str = ""
    field: str = ""
    stored: str = ""


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """A problem as it was read: its words, its fields, its measures."""

    row: ProblemRow
    words: ShownCell
    values: tuple[ShownCell, ...]
    measures: tuple[ShownCell, ...]


@dataclass(frozen=True, slots=True)
class ShownReading:
    """One way to read a paper: what it counts, and (of those not chosen) its problems where they stand."""

    row: ReadingRow
    problems: tuple[ShownCell, ...]


@dataclass(slots=True)
class PaperView:
    """One paper: its row, its source, what was read of it."""

    row: DocumentRow
    name: str
    kind: str
    source: list[SourceLine | SourceGrid]
    header: list[ShownCell]
    problems: list[ReadProblem]
    claims: list[ShownCell]
    readings: list[ShownReading]
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote of a finding: where it stands, its words and its mark (empty where it is not found in the source)."""

    place: str
    text: str
    paper: str
    marks: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding beside the source, with what the filters look at."""

    row: FindingRow
    name: str
    check: str
    severity: str
    status: str
    aspect: str
    problem: str
    quotes: tuple[QuoteView, ...]
    review: ShownCell
    note: ShownCell


@dataclass(frozen=True, slots=True)
class ItemView:
    """One problem over all papers: for each paper of the unit what it says of it."""

    row: ItemRow
    status: str
    sayings: tuple[tuple[ShownCell, ...], ...]
    source: str  # the problem's id in the paper that it is taken from


@dataclass(slots=True)
class UnitView:
    """The whole page of a unit."""

    unit: str
    papers: list[PaperView] = field(default_factory=list)
    findings: list[FindingView] = field(default_factory=list)
    items: list[ItemView] = field(default_factory=list)


def unit_view(source: WordSource, unit: str) -> UnitView:
    """The view of one unit; papers whose reading is in doubt come first."""
    return _UnitPage(source, unit).view()


class _UnitPage:
    """The look-ups that the parts of one page share."""

    def __init__(self, source: WordSource, unit: str) -> None:
        self.source, self.labels, self.unit = source, source.labels, unit
        tables = source.tables
        self.paragraphs = by_document(tables.paragraphs)
        self.texts = {(row.doc_id, row.paragraph): row.text for row in tables.paragraphs}
        self.facts = by_document(tables.facts)
        self.measures = by_problem(tables.measures)
        self.doubts = {doc_id: row.message for doc_id, row in doubtful(tables).items()}
        papers = source.units.get(unit, [])
        self.documents = sorted(papers, key=lambda row: row.doc_id not in self.doubts)
        self.marks: dict[str, list[SourceMark]] = {row.doc_id: [] for row in self.documents}
        self.at: dict[tuple[str, str, str], str] = {}  # (problem or document, field, words) → names of marks

    def view(self) -> UnitView:
        for document in self.documents:
            self._mark_values(document)
        findings = [self._finding(row) for row in self._ordered(self.source.tables.findings)]
        return UnitView(
            self.unit,
            [self._paper(row) for row in self.documents],
            findings,
            [self._item(row) for row in self.source.tables.items],
        )

    # --- marks -----------------------------------------------------------------------------------------

    def _mark_values(self, document: DocumentRow) -> None:
        marks = self.marks[document.doc_id]
        for number, fact in enumerate(self.facts.get(document.doc_id, [])):
            family = FAMILIES.get(fact.field)
            if family is None or fact.paragraph is None or fact.start is None or fact.end is None:
                continue
            name = f"v{document.doc_id}-{number}"
            last = fact.end_paragraph or fact.paragraph
            marks.append(SourceMark(name, family, fact.paragraph, fact.start, last, fact.end))
            for key in _keys(fact, document):
                self.at[key] = f"{self.at[key]} {name}" if key in self.at else name
        for number, row in enumerate(self.source.tables.unused):
            if row.doc_id == document.doc_id and row.paragraph and row.start is not None and row.end is not None:
                last = getattr(row, "end_paragraph", None) or row.paragraph
                marks.append(SourceMark(f"u{number}", UNUSED, row.paragraph, row.start, last, row.end))

    def _quote(self, name: str, doc_id: str, paragraph: int | None, text: str) -> QuoteView | None:
        """A quote with its mark, where it stands in the paper; None without words."""
        if not text and not paragraph:
            return None
        place = f"{self.source.file(doc_id)} 第{paragraph}段" if paragraph else self.source.file(doc_id)
        span = self._found(doc_id, paragraph, text)
        if span is None:
            return QuoteView(place, text, doc_id, "")
        self.marks[doc_id].append(SourceMark(name, QUOTE, span[0], span[1], span[0], span[2]))
        return QuoteView(place, text or self.texts[doc_id, span[0]], doc_id, name)

    def _found(self, doc_id: str, paragraph: int | None, text: str) -> tuple[int, int, int] | None:
        """Paragraph, start and end of a quote; the whole paragraph where only its beginning is the same."""
        whole = self.texts.get((doc_id, paragraph or 0))
        if whole is None or paragraph is None or doc_id not in self.marks:
            return None
        words = text.strip().rstrip("…")
        start = whole.find(words)
        return (paragraph, 0, len(whole)) if start < 0 or not words else (paragraph, start, start + len(words))

    # --- findings --------------------------------------------------------------------------------------

    def _ordered(self, rows: Iterable[FindingRow]) -> list[FindingRow]:
        """Doubt about the reading first, then by weight, then as the papers go."""
        order = {row.doc_id: at for at, row in enumerate(self.documents)}
        return sorted(
            rows,
            key=lambda r: (
                bool(r.waived),
                r.check != DOUBTFUL,
                Severity(r.severity).rank,
                order.get(r.doc_id, 99),
                r.paragraph or 0,
            ),
        )

    def _finding(self, row: FindingRow) -> FindingView:
        problem = self.source.problem(row.problem_id)
        identity = row_identity(row, 0)
        quotes = (
            self._quote(f"q{identity}-1", row.doc_id, row.paragraph, row.quote),
            self._quote(f"q{identity}-2", row.other_doc_id or row.doc_id, row.other_paragraph, row.other_quote)
            if row.other_quote
            else None,
        )
        return FindingView(
            row,
            identity,
            self.labels.of("check", row.check),
            self.labels.of("severity", row.severity),
            (problem.status or UNSTATED) if problem else "",
            problem.aspect if problem else "",
            problem.problem if problem else "",
            tuple(quote for quote in quotes if quote is not None),
            self._value(row, identity, "findings", "review_state"),
            self._value(row, identity, "findings", "review_note"),
        )

    # --- papers ----------------------------------------------------------------------------------------

    def _paper(self, row: DocumentRow) -> PaperView:
        tables = self.source.tables
        problems = [one for one in tables.problems if one.doc_id == row.doc_id]
        claims = [(at, one) for at, one in positions([c for c in tables.claims if c.doc_id == row.doc_id])]
        readings = self._readings(row.doc_id)  # before the source is cut: their problems are marks in it
        return PaperView(
            row,
            self.source.file(row.doc_id),
            self.labels.of("kind", row.kind),
            source_of(self.paragraphs.get(row.doc_id, []), self.marks[row.doc_id]),
            [self._value(row, row.doc_id, "documents", name) for name in EDITABLE["documents"].fields],
            [self._problem(one) for one in problems],
            [self._claim(one, row_identity(one, at)) for at, one in claims],
            readings,
            self.doubts.get(row.doc_id, ""),
        )

    def _readings(self, doc_id: str) -> list[ShownReading]:
        rows = [one for one in self.source.tables.readings if one.doc_id == doc_id]
        parts = [one for one in self.source.tables.reading_parts if one.doc_id == doc_id and one.role == "problem"]
        for number, one in enumerate(parts):
            if one.paragraph is not None and one.start is not None and one.end is not None:
                last = one.end_paragraph or one.paragraph
                name = f"r{doc_id}-{number}"
                self.marks[doc_id].append(SourceMark(name, OTHER, one.paragraph, one.start, last, one.end))
        shown_parts = [
            (one.reading, ShownCell(str(one.number), one.text, "", f"r{doc_id}-{number}"))
            for number, one in enumerate(parts)
        ]
        return [ShownReading(row, tuple(part for name, part in shown_parts if name == row.reading)) for row in rows]

    def _problem(self, row: ProblemRow) -> ReadProblem:
        own = row.problem_id
        measures = [
            self._value(one, row_identity(one, 0), "measures", "text", (own, "measure", stored_text(one.text)))
            for one in self.measures.get(own, [])
        ]
        return ReadProblem(
            row,
            self._value(row, own, "problems", "problem"),
            tuple(self._value(row, own, "problems", name) for name in _PROBLEM_FIELDS),
            tuple(measures),
        )

    def _claim(self, row: Decided, identity: str) -> ShownCell:
        value = self._value(
            row, identity, "claims", "value", (row.doc_id, "claim", stored_text(getattr(row, "text", "")))
        )
        metric = self.labels.of("metric", getattr(row, "metric", ""))
        scope = getattr(row, "scope", "")
        return ShownCell(
            f"{metric}（{scope}）" if scope else metric,
            value.text,
            "claim",
            value.marks,
            value.table,
            value.row,
            value.field,
            value.stored,
        )

    def _value(
        self, row: Decided, identity: str, table: str, name: str, key: tuple[str, str, str] | None = None
    ) -> ShownCell:
        """A field of a row as the page shows it; `key` finds its marks where the field's own name does not."""
        held = getattr(row, name)
        cell = shown(name, held, self.labels)
        text = "" if cell is None else f"{cell:,.15g}" if isinstance(cell, float) else str(cell)
        owner = getattr(row, "problem_id", "") or row.doc_id
        marks = self.at.get(key or (owner, name, ""), "")
        family = FAMILIES.get(key[1] if key else name, "")
        return ShownCell(self.labels.column(table, name), text, family, marks, table, identity, name, stored_text(held))

    # --- items -----------------------------------------------------------------------------------------

    def _item(self, row: ItemRow) -> ItemView:
        ids = {name for kind in CASE_KINDS for name in str(getattr(row, f"{kind}_problem_id")).split(";") if name}
        said = [self.source.problem(name) for name in sorted(ids)]
        sayings = tuple(
            tuple(self._saying(one) for one in said if one is not None and one.doc_id == document.doc_id)
            for document in self.documents
        )
        source = next((one.problem_id for one in said if one is not None and one.doc_id == row.problem_from), "")
        return ItemView(row, self.labels.of("status", row.status or UNSTATED), sayings, source)

    def _saying(self, row: ProblemRow) -> ShownCell:
        status = self.labels.of("status", row.status) if row.status else ""
        marks = self.at.get((row.problem_id, "problem", ""), "")
        return ShownCell(status, row.problem, "problem", marks, "problems", row.problem_id)


def _keys(fact: FactRow, document: DocumentRow) -> Iterator[tuple[str, str, str]]:
    """By what a value finds its marks: its owner and field, and its words where a field has many."""
    owner = fact.problem_id or document.doc_id
    if fact.field in ("measure", "claim"):
        yield owner, fact.field, stored_text(fact.text)
    else:
        yield owner, fact.field, ""


def aspects(view: UnitView) -> Sequence[str]:
    """The aspects that findings and items of a page name, each once."""
    return list(
        dict.fromkeys(
            name for name in [*(i.row.aspect for i in view.items), *(f.aspect for f in view.findings)] if name
        )
    )
