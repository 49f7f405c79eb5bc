"""The sheets 核对发现, one line a defect in the order of the table, and 雷同措施, with what findings only count."""

from __future__ import annotations

from functools import partial

from pipeline.core.rows import CopyRow, FindingRow
from pipeline.core.vocabulary import Severity
from pipeline.decisions.columns import EDITABLE, base_of, finding_columns, positions, row_identity, shown
from pipeline.publish.told import value
from pipeline.publish.workbook.sheets import SheetLink
from pipeline.publish.workbook.tabs import COLOURS, WorkbookContext, colour


def write_findings(context: WorkbookContext) -> None:
    """Each defect with the file and the place of both sides; yellow columns take the reviewer's decision."""
    labels, fields, columns = context.labels, EDITABLE["findings"].fields, finding_columns(context.labels)

    def line(entry: tuple[int, FindingRow]) -> list[object]:
        position, row = entry
        place = context.places.get(row.problem_id)
        return [
            labels.of("severity", row.severity),
            row.unit or context.unit(row.doc_id),
            labels.of("check", row.check),
            row.message,
            row.file,
            row.place,
            row.also,
            row.suggestion,
            value(row.expected, labels),
            value(row.actual, labels),
            row.quote,
            row.other_file,
            row.other_place,
            row.other_quote,
            SheetLink(context.statement(row.problem_id), place) if place else None,
            shown("review_state", row.review_state, labels),
            row.review_note,
            row.waived,
            row_identity(row, position),
            base_of(fields, row),
        ]

    context.write("findings", columns, map(line, positions(context.tables.findings)), len(columns) - 2)
    title = labels.of("sheet", "findings")
    for at, row in zip(context.starts, context.tables.findings, strict=True):
        context.first_findings.setdefault(row.unit or context.unit(row.doc_id), f"'{title}'!A{at}")
    colour(context, "findings", "A", {labels.of("severity", s): COLOURS[s] for s in Severity})


def write_copies(context: WorkbookContext) -> None:
    """Every measure that stands in a paper of another unit too."""
    column = partial(context.column, "copies")
    columns = [
        column("unit", 20),
        column("file", 28),
        column("text", 60),
        column("other_unit", 20),
        column("other_file", 28),
        column("other_text", 60),
        column("score", 9, "share"),
    ]

    def line(row: CopyRow) -> list[object]:
        return [
            row.unit,
            context.file(row.doc_id),
            row.text,
            row.other_unit,
            context.file(row.other_doc_id),
            row.other_text,
            row.score,
        ]

    context.write("copies", columns, map(line, context.tables.copies))
