"""The sheets of the workbook, one function each: rows of the tables in, lines of cells out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from xlsxwriter.utility import xl_col_to_name

from pipeline.core.rows import (
    AmountRow,
    ClaimRow,
    DocumentRow,
    LinkRow,
    MeasureRow,
    ProblemRow,
    RecountRow,
    Tables,
    by_document,
    by_problem,
)
from pipeline.core.vocabulary import READ, Code, Severity, Status
from pipeline.decisions.columns import (
    DOCUMENT_COLUMNS,
    EDITABLE,
    Column,
    base_of,
    claim_columns,
    document_columns,
    labelled,
    measure_columns,
    positions,
    problem_columns,
    row_identity,
    shown,
)
from pipeline.decisions.conflict_sheet import conflict_columns, conflict_lines
from pipeline.publish.overview import doubtful, unit_name, units
from pipeline.publish.word.layout import Layout
from pipeline.publish.workbook.due_sheet import OVERDUE, SOON, due_columns, due_lines
from pipeline.publish.workbook.items_sheet import item_columns, item_lines
from pipeline.publish.workbook.sheets import Book, Sheet, SheetLink
from pipeline.reconcile.recount import PEOPLE, SUMS, shown_range
from pipeline.ruleset.labels import Labels

COLOURS: dict[Code, str] = {
    Status.DONE: "C6E0B4",
    Status.BASICALLY_DONE: "DDEBF7",
    Status.IN_PROGRESS: "FFE699",
    Status.NOT_DONE: "F8CBAD",
    Severity.ERROR: "F8CBAD",
    Severity.WARNING: "FFE699",
    Severity.INFO: "DDEBF7",
}


class WorkbookContext:
    """What every sheet needs: the tables, the labels, the book, and look-ups by document and problem."""

    def __init__(self, tables: Tables, labels: Labels, book: Book, sheets: Mapping[str, Sheet]) -> None:
        self.tables, self.labels, self.book, self.sheets = tables, labels, book, sheets
        self.documents = {row.doc_id: row for row in tables.documents}
        self.units = {row.doc_id: unit for unit, rows in units(tables).items() for row in rows}
        self.problems = {row.problem_id: row for row in tables.problems}
        self.places: dict[str, str] = {}  # of problems on their sheet, for links from other sheets
        self.first_findings: dict[str, str] = {}  # unit → where its findings begin on their sheet

    def heading(self, table: str, column: str) -> str:
        return self.labels.column(table, column)

    def column(self, table: str, key: str, width: float, style: str = "text", **more: object) -> Column:
        return labelled(self.labels, table, key, width, style, **more)

    def unit(self, doc_id: str) -> str:
        document = self.documents.get(doc_id)
        return self.units.get(doc_id) or (unit_name(document) if document else doc_id)

    def kind(self, doc_id: str) -> str:
        document = self.documents.get(doc_id)
        return self.labels.of("kind", document.kind) if document else ""

    def file(self, doc_id: str) -> str:
        document = self.documents.get(doc_id)
        return document.file if document else ""

    def statement(self, problem_id: str) -> str:
        problem = self.problems.get(problem_id)
        return problem.problem if problem else ""

    def write(self, sheet: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], identity: int = 0) -> int:
        self.last, self.starts = self.book.table(self.sheets[sheet], columns, rows, identity)
        return self.last


def write_problems(context: WorkbookContext) -> None:
    """The sheet of problems; notes where each problem stands."""
    labels, fields, columns = context.labels, EDITABLE["problems"].fields, problem_columns(context.labels)
    counts = Counter(row.problem_id for row in context.tables.measures)
    amounts: dict[str, list[AmountRow]] = by_problem(context.tables.amounts)
    extras = by_problem(context.tables.extras)
    order = [row for rows in by_document(context.tables.problems).values() for row in rows]
    if not any(row.school for row in order):
        columns = [replace(c, hidden=True) if c.key == "school" else c for c in columns]

    def line(row: ProblemRow) -> list[object]:
        money = [(a.value, a.text) for a in amounts.get(row.problem_id, ()) if a.value is not None]
        value: Callable[[str], object] = lambda name: shown(name, getattr(row, name), labels)  # noqa: E731
        return [
            context.unit(row.doc_id),
            context.kind(row.doc_id),
            row.seq,
            row.label,
            value("school"),
            value("aspect"),
            value("category"),
            value("problem"),
            value("status"),
            row.status_text,
            value("long_term"),
            value("lead"),
            value("dept"),
            value("person"),
            value("deadline"),
            row.deadline_text,
            counts[row.problem_id],
            "\n".join(one.words for one in extras.get(row.problem_id, ())),
            max((value for value, _ in money), default=None),
            "；".join(dict.fromkeys(text for _, text in money)),
            value("review_state"),
            value("review_note"),
            value("evidence"),
            context.file(row.doc_id),
            row.paragraph,
            row.problem_id,
            base_of(fields, row),
        ]

    context.write("problems", columns, (line(row) for row in order), len(columns) - 2)
    letter = {c.key: xl_col_to_name(at) for at, c in enumerate(columns)}
    colour(context, "problems", letter["status"], {labels.of("status", s): COLOURS[s] for s in Status})
    title = labels.of("sheet", "problems")
    context.places = {
        row.problem_id: f"'{title}'!{letter['problem']}{at}" for at, row in zip(context.starts, order, strict=True)
    }


def write_items(context: WorkbookContext) -> None:
    """The consolidated table; comes after the sheet of problems, to which it leads."""
    columns = item_columns(context.labels, any(row.school for row in context.tables.items))
    lines = item_lines(context.tables, context.labels, context.unit, context.places)
    context.write("items", columns, lines)
    letter = xl_col_to_name([column.key for column in columns].index("status"))
    colour(context, "items", letter, {context.labels.of("status", s): COLOURS[s] for s in Status})


def write_due(context: WorkbookContext, day: date, profile: Layout) -> None:
    """What is overdue or due soon on a day."""
    ahead = int(profile.setting("office", "remind_days", 30))
    columns = due_columns(context.labels, day)
    context.write("due", columns, due_lines(context.tables, context.labels, context.unit, day, ahead))
    words = context.labels.of
    colour(
        context,
        "due",
        "B",
        {words("wording", OVERDUE): COLOURS[Severity.ERROR], words("wording", SOON): COLOURS[Severity.WARNING]},
    )


def write_measures(context: WorkbookContext) -> None:
    fields, columns = EDITABLE["measures"].fields, measure_columns(context.labels)

    def line(row: MeasureRow) -> list[object]:
        problem = context.problems.get(row.problem_id)
        return [
            context.unit(row.doc_id),
            context.kind(row.doc_id),
            context.statement(row.problem_id),
            shown("status", problem.status if problem else None, context.labels),
            row.seq,
            row.label,
            row.headline,
            row.text,
            row.paragraph,
            row_identity(row, 0),
            base_of(fields, row),
        ]

    context.write("measures", columns, map(line, context.tables.measures), len(columns) - 2)
    colour(context, "measures", "D", {context.labels.of("status", s): COLOURS[s] for s in Status})


def write_claims(context: WorkbookContext) -> None:
    """What documents say about themselves, beside what their own tables add up to."""
    labels, fields, columns = context.labels, EDITABLE["claims"].fields, claim_columns(context.labels)
    counted = {(entry.doc_id, entry.seq): entry for entry in context.tables.recounts}
    seqs = {id(row): seq for rows in by_document(context.tables.claims).values() for seq, row in enumerate(rows, 1)}

    def line(entry: tuple[int, ClaimRow]) -> list[object]:
        position, row = entry
        again, same = _recounted(counted.get((row.doc_id, seqs[id(row)])))
        return [
            context.file(row.doc_id),
            context.unit(row.doc_id),
            labels.of("metric", row.metric),
            row.value,
            row.unit,
            again,
            same,
            row.scope,
            labels.of("metric", row.part_of),
            row.text,
            row.paragraph,
            row_identity(row, position),
            base_of(fields, row),
        ]

    context.write("claims", columns, map(line, positions(context.tables.claims)), len(columns) - 2)
    colour(
        context,
        "claims",
        "G",
        {
            "一致": COLOURS[Status.DONE],
            "不一致": COLOURS[Status.NOT_DONE],
            "请核对": COLOURS[Severity.WARNING],
            "未见依据": COLOURS[Severity.WARNING],
        },
    )


def _recounted(entry: RecountRow | None) -> tuple[object, str | None]:
    """The recount as a number, or as a range in words, and whether the claim agrees with it."""
    if entry is None:
        return None, None
    if entry.agrees is None:  # a sum or a number of people that no problem or measure mentions
        return None, "未见依据" if entry.metric in (*SUMS, *PEOPLE) else None
    number = entry.low if entry.low == entry.high else shown_range(entry.low, entry.high)
    return number, "一致" if entry.agrees else "不一致" if entry.verdict else "请核对"


def write_links(context: WorkbookContext) -> None:
    column = context.column
    columns = [
        column("links", "case_id", 18),
        column("links", "feedback_problem", 50),
        column("links", "bulletin_problem", 50),
        column("links", "score", 9, "number"),
        column("links", "doubtful", 8, "centre"),
        column("links", "method", 12),
        column("links", "shared", 24),
        column("links", "runner_up", 30),
        column("links", "margin", 10, "number"),
        Column("feedback_id", context.heading("links", "feedback_problem_id"), 10, hidden=True),
        Column("bulletin_id", context.heading("links", "answer_problem_id"), 10, hidden=True),
    ]
    cases = {row.case_id: row.unit for row in context.tables.cases}

    def text(problem_id: str) -> object:
        words, place = context.statement(problem_id), context.places.get(problem_id)
        return SheetLink(words, place) if place else words

    def line(row: LinkRow) -> list[object]:
        return [
            cases.get(row.case_id) or row.case_id,
            text(row.feedback_problem_id),
            text(row.answer_problem_id),
            row.score,
            shown("doubtful", row.doubtful, context.labels),
            context.labels.of("method", row.method),
            row.shared,
            context.statement(row.runner_up),
            row.margin,
            row.feedback_problem_id,
            row.answer_problem_id,
        ]

    context.write("links", columns, map(line, context.tables.links))
    colour(context, "links", "E", {context.labels.of("bool", "true"): COLOURS[Severity.WARNING]})


def write_unused(context: WorkbookContext) -> None:
    columns = [
        context.column("unused", "file", 26),
        context.column("findings", "unit", 20),
        context.column("unused", "text", 90),
        context.column("unused", "paragraph", 8, "centre"),
    ]
    context.write(
        "unused",
        columns,
        (
            [context.file(row.doc_id), context.unit(row.doc_id), row.text, row.paragraph]
            for row in context.tables.unused
        ),
    )


def write_documents(context: WorkbookContext) -> None:
    """The sheet of documents, those first whose reading is in doubt."""
    labels, fields, columns = context.labels, EDITABLE["documents"].fields, document_columns(context.labels)
    doubted = doubtful(context.tables)

    def line(row: DocumentRow) -> list[object]:
        told = {"doubts": doubted[row.doc_id].message if row.doc_id in doubted else ""}
        values = [(name, told.get(name, getattr(row, name))) for name in DOCUMENT_COLUMNS]
        shown_values = [
            labels.of(name, value) if isinstance(value, Code) else shown(name, value, labels) for name, value in values
        ]
        return [*shown_values, row.doc_id, base_of(fields, row)]

    rows = sorted(context.tables.documents, key=lambda row: row.doc_id not in doubted)
    context.write("documents", columns, map(line, rows), len(columns) - 2)


def write_failed(context: WorkbookContext) -> None:
    """The documents that could not be read."""
    labels = context.labels
    failed = [
        context.column("documents", n, w) for n, w in (("file", 44), ("state", 14), ("error", 22), ("message", 70))
    ]
    context.write(
        "failed",
        failed,
        (
            [row.file, labels.of("state", row.state), row.error, row.message]
            for row in context.tables.documents
            if row.state not in READ
        ),
    )


def write_conflicts(context: WorkbookContext) -> None:
    """Decisions that a person should look at; what is decided here comes back."""
    context.write("conflicts", conflict_columns(context.labels), conflict_lines(context.tables, context.labels))


def colour(context: WorkbookContext, name: str, letter: str, colours: Mapping[str, str]) -> None:
    for text, colour in colours.items():
        context.book.colour(context.sheets[name], letter, context.last, f'{letter}2="{text}"', colour)
