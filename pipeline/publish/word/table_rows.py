"""The fields of one problem as the tables of all lists may show them, and the further columns of a ledger's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import ProblemRow
from pipeline.core.vocabulary import Kind
from pipeline.publish.word.content import TemplateValues, WordSource, deadline_words, measure_lines, status_words
from pipeline.publish.word.rebuilt import in_agreement, plain

STOPS = "。；，、 　\n"


def own_columns(source: WordSource, rows: Sequence[ProblemRow]) -> tuple[str, ...]:
    """The headings of a ledger's own columns that the program has no field for, in their order."""
    extras = [extra for row in rows for extra in source.extras.get(row.problem_id, ()) if extra.label]
    cells = {
        one.paragraph for row in rows[:1] for one in source.paragraphs.get(row.doc_id, ()) if one.table is not None
    }
    return tuple(dict.fromkeys(extra.label for extra in extras if extra.paragraph in cells and extra.start == 0))


def table_row(source: WordSource, row: ProblemRow, number: int, columns: Sequence[str] | None = None) -> TemplateValues:
    """The fields of one problem that the tables of all lists may show.

    `columns` are the further ones of a ledger's own, None where the list is none of the paper's.
    """
    own_number = columns is not None or row.label.isdigit()
    columns = columns or ()
    measures, status = _cells(source, row, columns)
    extras = source.extras.get(row.problem_id, ())
    own = {name: "\n".join(source.text(one.text) for one in extras if one.label == name) for name in columns}
    shown = plain(measures + status)
    status = "\n".join(
        [
            *filter(None, [status]),
            *(source.text(one.words) for one in extras if not own.get(one.label) and plain(one.text) not in shown),
        ]
    )
    return {
        "序": source.text(row.label) if row.label and own_number else number,
        "另列": [own[name] for name in columns],
        "学校": source.text(row.school),
        "方面": source.text(row.aspect),
        "类别": source.text(row.category),
        "问题": source.text(row.problem),
        "措施": measures,
        "责任领导": source.text(row.lead),
        "责任部门": source.text(row.dept),
        "责任人": source.text(row.person),
        "时限": deadline_words(source, row),
        "状态": status,
        "审核状态": source.labels.of("review", row.review_state),
        "审核意见": source.text(row.review_note),
        "佐证": source.text(row.evidence),
    }


def item_fields(source: WordSource, item: ItemRow, number: int = 0) -> TemplateValues:
    """The fields of a problem: who and by when from the plan, status and measures from what reports on it."""
    row = _reported(source, item)
    measures = item.measures_reported or item.measures_planned
    return table_row(source, row, number) | {
        "序": number,
        "措施": "\n".join(source.text(line) + "。" for line in measures.splitlines()),
        "时限": deadline_words(source, row),
    }


def _reported(source: WordSource, item: ItemRow) -> ProblemRow:
    """The problem as the paper has it that gives its status, with what the other papers say better."""
    ids = (item.bulletin_problem_id, item.ledger_problem_id, item.plan_problem_id, item.feedback_problem_id)
    rows = [row for names in ids for name in names.split(";") if (row := source.problem(name)) is not None]
    own = next((row for row in rows if row.doc_id == item.status_from), rows[0])
    return replace(
        own,
        aspect=item.aspect,
        category=item.category,
        problem=item.problem,
        status=item.status,
        status_text=item.status_text,
        long_term=item.long_term,
        lead=item.lead,
        dept=item.dept,
        person=item.person,
        deadline=item.deadline,
        deadline_text=item.deadline_text,
    )


def _cells(source: WordSource, row: ProblemRow, columns: Sequence[str]) -> tuple[str, str]:
    """Measures and status as a ledger's own cells hold them, else put together; without what has its own column."""
    document = source.documents.get(row.doc_id)
    words = row.status_text
    if document is None or document.kind != Kind.LEDGER or not row.rectification or not in_agreement(source, row):
        return "\n".join(measure_lines(source, row)), status_words(source, row)
    given = row.rectification
    for extra in reversed(source.extras.get(row.problem_id, [])):
        before, found, after = given.rpartition("\n" + extra.text)
        if extra.label in columns and found and not after.strip(STOPS):
            given = before
    if words and status_words(source, row) != source.text(words):  # a tick says nothing in another column
        return source.text(given.strip("\n")), status_words(source, row)
    before, found, after = given.rpartition(words) if words else (given, "", "")
    if found and (not before or before.endswith("\n")):
        return source.text(before.strip("\n")), source.text(found + after)
    if not words:
        return source.text(given), ""
    return "\n".join(measure_lines(source, row)), status_words(source, row)
