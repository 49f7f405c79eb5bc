"""Letters of the inspection office: 审核意见函 (returned for completion) and 整改提醒函 (due and overdue)."""

from __future__ import annotations

import datetime

from pipeline.core.rows import DocumentRow, ProblemRow
from pipeline.core.values import numeral
from pipeline.core.vocabulary import ANSWERS, OPEN, Severity
from pipeline.publish.word.check_report import entry, unit_findings
from pipeline.publish.word.content import (
    Report,
    TemplateValues,
    WordSource,
    context_of,
    deadline_words,
    latest_day,
    office_date,
    paper,
)
from pipeline.publish.word.one_table import table_row
from pipeline.publish.word.typography import chinese_date


def review_letter(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """What a unit has to complete or correct: errors and warnings, and what a reviewer returned."""
    findings = [told for told in unit_findings(source, unit, documents)
                if told.row.severity != Severity.INFO and not told.row.waived]
    returned = [row for document in documents for row in source.problems.get(document.doc_id, [])
                if row.review_state == "returned"]
    if not findings and not returned:
        return []
    papers: dict[str, list[TemplateValues]] = {}
    for told in findings:
        papers.setdefault(paper(source, told.row.doc_id) or unit, []).append(entry(source, told))
    title = source.labels.of("wording", "title_review_letter").replace("{unit}", unit)
    context = context_of(
        source, title, addressee=[f"{unit}："], signature=[source.profile.setting("office", "name")], unit=unit,
        date=office_date(source),
        材料组=[{"序": numeral(n), "名称": name, "项": rows} for n, (name, rows) in enumerate(papers.items(), 1)],
        退回序=numeral(len(papers) + 1),
        退回=[{"问题": source.text(row.problem), "意见": source.text(row.review_note)} for row in returned],
        数={"意见": len(findings) + len(returned)},
    )
    return [Report("review_letter", unit, source.labels.of("report", "review_letter"), context, title,
                   day=latest_day(documents))]


def reminder(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """Problems that are not done although their time is up, and those whose time is up soon."""
    day = as_of(source)
    if day is None:
        return []
    limit = day + datetime.timedelta(days=int(source.profile.setting("office", "remind_days", 30)))
    overdue: list[ProblemRow] = []
    due: list[ProblemRow] = []
    for row in _with_deadline(source, documents):
        end = last_day(row.deadline)
        if end is not None and end <= limit:
            (overdue if end < day else due).append(row)
    if not overdue and not due:
        return []
    title = source.labels.of("wording", "title_reminder").replace("{unit}", unit)
    context = context_of(
        source, title, addressee=[f"{unit}："], signature=[source.profile.setting("office", "name")], unit=unit,
        date=office_date(source), 截至=chinese_date(day.isoformat()),
        逾期=[table_row(source, row, n) | {"序": n} for n, row in enumerate(overdue, 1)],
        将到期=[table_row(source, row, n) | {"序": n} for n, row in enumerate(due, 1)],
        时限=[deadline_words(source, row) for row in (*overdue, *due)],
    )
    return [Report("reminder", unit, source.labels.of("report", "reminder"), context, title, day=day.isoformat())]


def _with_deadline(source: WordSource, documents: list[DocumentRow]) -> list[ProblemRow]:
    """Open problems with a date; of a plan and a later ledger or bulletin only the later counts."""
    answers = sorted((row for row in documents if row.kind in ANSWERS), key=lambda r: r.issued_date)
    for document in reversed(answers):
        dated = [row for row in source.problems.get(document.doc_id, []) if row.deadline]
        if dated:
            return [row for row in dated if row.status is None or row.status in OPEN]
    return []


def as_of(source: WordSource) -> datetime.date | None:
    """The day on which time is counted: the run's, else the profile's, else the latest that any document states."""
    if source.as_of is not None:
        return source.as_of
    stated = [row.issued_date for row in source.documents.values() if row.issued_date]
    given = str(source.profile.setting("office", "as_of", "") or "")
    return last_day(given or max(stated, default=""))


def last_day(iso: str) -> datetime.date | None:
    """The day of an ISO date; of a month its last day."""
    try:
        if len(iso) == 7:
            year, month = int(iso[:4]), int(iso[5:])
            return datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
        return datetime.date.fromisoformat(iso)
    except ValueError:
        return None
