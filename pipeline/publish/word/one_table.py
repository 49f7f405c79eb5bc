"""Documents that are one table: 问题清单, 任务清单, 责任清单, 整改台账, 对账销号表."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import DocumentRow, ProblemRow
from pipeline.core.vocabulary import ANSWERS, Kind
from pipeline.publish.overview import main_document
from pipeline.publish.word.content import (
    Report,
    TemplateValues,
    WordSource,
    answering,
    context_of,
    deadline_words,
    measure_lines,
    status_words,
)
from pipeline.publish.word.rebuilt import SKIPPED, in_agreement
from pipeline.publish.word.typography import chinese_date


def problem_list(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """All problems of a unit with their grouping, from the feedback where there is one."""
    feedback = [row for row in documents if row.kind == Kind.FEEDBACK and source.problems.get(row.doc_id)]
    main = feedback[-1] if feedback else main_document(documents)
    return _list(source, unit, main, "problem_list") if main else []


def task_list(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """Each problem with what is to be done and by when."""
    return _list(source, unit, _planned(source, documents), "task_list")


def duty_list(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """Each problem with who answers for it; only where somebody is named."""
    main = _planned(source, documents)
    problems = source.problems.get(main.doc_id, []) if main else []
    named = any(row.lead or row.dept or row.person for row in problems)
    return _list(source, unit, main, "duty_list") if named else []


def closing_list(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """Each problem with its result, for the reviewer's decision to close it."""
    return _list(source, unit, answering(source, documents), "closing_list", source.items_of(documents))


def ledger(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """The unit's ledgers rebuilt; where it sent none, one made from all of its papers."""
    own = [row for row in documents if row.kind == Kind.LEDGER and source.problems.get(row.doc_id)]
    if own:
        return [report for row in own for report in _list(source, unit, row, "ledger")]
    return _list(source, unit, answering(source, documents), "ledger", source.items_of(documents))


def _planned(source: WordSource, documents: list[DocumentRow]) -> DocumentRow | None:
    """The plan where there is one, else the ledger, else what answers: where tasks and duties stand."""
    for kind in (Kind.PLAN, Kind.LEDGER):
        found = [row for row in documents if row.kind == kind and source.problems.get(row.doc_id)]
        if found:
            return found[-1]
    return answering(source, documents)


def _list(
    source: WordSource, unit: str, document: DocumentRow | None, kind: str, items: Sequence[ItemRow] = ()
) -> list[Report]:
    """A list of a document's problems, or of `items`, below what the document says of itself."""
    rows = source.problems.get(document.doc_id, []) if document else []
    if not document or not rows:
        return []
    name = source.labels.of("report", kind)
    own = kind == "ledger" and document.kind == Kind.LEDGER
    title = document.title if own else _title(source, unit, name)
    above, below = _around(source, document) if own else ([], [])
    above += _heading(source, document, unit, title + "".join(str(line["文"]) for line in above) if own else "")
    lines = [item_fields(source, item, number) for number, item in enumerate(items, 1)]
    lines = lines or [table_row(source, row, number) for number, row in enumerate(rows, 1)]
    context = context_of(
        source,
        source.text(title),
        unit=unit,
        表前=above,
        表后=below,
        行=lines,
        合计=len(lines),
    )
    return [Report(kind, unit, name, context, title, day=document.issued_date)]


def _title(source: WordSource, unit: str, name: str) -> str:
    """The title of a list that we make; a word that ends its beginning and begins its name is said once."""
    beginning = source.labels.of("wording", "title_list").replace("{unit}", unit)
    start = beginning.partition("{report}")[0]
    shared = next((size for size in range(min(len(start), len(name)), 0, -1) if start.endswith(name[:size])), 0)
    return beginning.replace("{report}", name[shared:])


def _heading(source: WordSource, document: DocumentRow, unit: str, said: str = "") -> list[TemplateValues]:
    """Who reports, who inspected and when, in one line above the table; what is `said` there already is left out."""
    words = source.labels.of
    parts = [] if said else [f"{words('wording', 'reported_by')}{unit}"]
    inspector = source.text(document.inspector)
    if inspector and inspector not in said:
        parts.append(f"{words('wording', 'inspected_by')}{inspector}")
    if document.feedback_date and not _dated(document.feedback_date, said):
        parts.append(f"{words('wording', 'fed_back_on')}{chinese_date(document.feedback_date)}")
    if document.issued_date and document.kind in ANSWERS and not _dated(document.issued_date, said):
        parts.append(f"{words('wording', 'reported_on')}{chinese_date(document.issued_date)}")
    return [{"标识": False, "文": "　".join(parts)}] if parts else []


def _dated(date: str, text: str) -> bool:
    """Whether a text gives a date, in whatever form (2024年7月8日, 2024.7.8, 7月8日)."""
    month_and_day = [int(part) for part in date.split("-")[1:]]
    numbers = [int(part) for part in re.findall(r"\d{1,4}", text)]
    size = len(month_and_day)
    return any(numbers[at : at + size] == month_and_day for at in range(len(numbers)))


def _around(source: WordSource, document: DocumentRow) -> tuple[list[TemplateValues], list[TemplateValues]]:
    """A ledger's own lines above and below its table, its title left out."""
    first = source.problems[document.doc_id][0].paragraph or 0
    title = source.text(document.title)
    sides: tuple[list[TemplateValues], list[TemplateValues]] = ([], [])
    for row in source.passages.get(document.doc_id, ()):
        text = source.text(row.text)
        if row.part in (*SKIPPED, "title") or text == title:
            continue
        after = (row.paragraph or 0) > first
        mark = bool(re.fullmatch(source.profile.setting("marks", "attachment", "(?!)"), text))
        sides[after].append({"标识": mark, "文": source.text(row.label) + text})
    return sides


def table_row(source: WordSource, row: ProblemRow, number: int) -> TemplateValues:
    """The fields of one problem that the tables of all lists may show."""
    measures, status = _cells(source, row)
    return {
        "序": source.text(row.label) if row.label.isdigit() else number,
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


def _cells(source: WordSource, row: ProblemRow) -> tuple[str, str]:
    """Measures and status as a ledger's own cells hold them, else put together."""
    given, words = row.rectification, row.status_text
    document = source.documents.get(row.doc_id)
    if document and document.kind == Kind.LEDGER and given and in_agreement(source, row):
        before, found, after = given.rpartition(words) if words else (given, "", "")
        if words and status_words(source, row) != source.text(words):  # a tick says nothing in another column
            return source.text(before.strip("\n")), status_words(source, row) + source.text(after)
        if found and (not before or before.endswith("\n")):
            return source.text(before.strip("\n")), source.text(found + after)
        if not words:
            return source.text(given), ""
    return "\n".join(measure_lines(source, row)), status_words(source, row)
