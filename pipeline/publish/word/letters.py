"""Letters of the inspection office: 审核意见函 (returned for completion) and 整改提醒函 (due and overdue)."""

from __future__ import annotations

import datetime
from typing import Any

from pipeline.core.rows import DocumentRow, FindingRow
from pipeline.core.text import file_name
from pipeline.core.values import numeral
from pipeline.core.vocabulary import Severity
from pipeline.publish.due import due_items, last_day
from pipeline.publish.word.check_report import entry, unit_findings
from pipeline.publish.word.content import (
    Report,
    TemplateValues,
    WordSource,
    context_of,
    latest_day,
    office_date,
    paper,
)
from pipeline.publish.word.layout import Layout
from pipeline.publish.word.table_rows import item_fields
from pipeline.publish.word.typography import chinese_date


def review_letter(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """What a unit has to complete or correct: errors and warnings, and what a reviewer returned."""
    findings = [
        row for row in unit_findings(source, unit, documents) if row.severity != Severity.INFO and not row.waived
    ]
    returned = [
        row
        for document in documents
        for row in source.problems.get(document.doc_id, [])
        if row.review_state == "returned"
    ]
    if not findings and not returned:
        return []
    papers: dict[str, list[TemplateValues]] = {}
    own = {row.doc_id for row in documents}
    for row in findings:
        own_paper = paper(source, row.doc_id if row.doc_id in own else row.other_doc_id) or unit
        papers.setdefault(own_paper, []).append(_by_titles(source, row))
    title = source.labels.of("wording", "title_review_letter").replace("{unit}", unit)
    context = _letter(
        source,
        unit,
        title,
        材料组=[{"序": numeral(n), "名称": name, "项": rows} for n, (name, rows) in enumerate(papers.items(), 1)],
        退回序=numeral(len(papers) + 1),
        退回=[{"问题": source.text(row.problem), "意见": source.text(row.review_note)} for row in returned],
        数={"意见": len(findings) + len(returned)},
    )
    return [
        Report(
            "review_letter",
            unit,
            source.labels.of("report", "review_letter"),
            context,
            title,
            day=latest_day(documents),
        )
    ]


def _by_titles(source: WordSource, row: FindingRow) -> TemplateValues:
    """A finding as a letter tells it: papers by their titles, never by the names of files."""
    told = entry(source, row)
    for doc_id, file in ((row.doc_id, row.file), (row.other_doc_id, row.other_file)):
        if file:
            told["说明"] = told["说明"].replace(file_name(file), paper(source, doc_id))
    return told


def _letter(source: WordSource, unit: str, title: str, **values: Any) -> TemplateValues:
    """What both letters have: to whom, from whom, of which day."""
    return context_of(
        source,
        title,
        addressee=[f"{unit}："],
        signature=[source.profile.setting("office", "name")],
        unit=unit,
        date=office_date(source),
        **values,
    )


def reminder(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """Problems that are not done although their time is up, and those whose time is up soon."""
    day = as_of(source)
    if day is None:
        return []
    ahead = int(source.profile.setting("office", "remind_days", 30))
    found = due_items(source.items_of(documents), day, ahead)
    overdue = [item_fields(source, one.item) for one in found if one.overdue]
    due = [item_fields(source, one.item) for one in found if not one.overdue]
    if not found:
        return []
    title = source.labels.of("wording", "title_reminder").replace("{unit}", unit)
    context = _letter(
        source,
        unit,
        title,
        截至=chinese_date(day.isoformat()),
        逾期=[row | {"序": n} for n, row in enumerate(overdue, 1)],
        将到期=[row | {"序": n} for n, row in enumerate(due, 1)],
        时限=[row["时限"] for row in (*overdue, *due)],
    )
    return [Report("reminder", unit, source.labels.of("report", "reminder"), context, title, day=day.isoformat())]


def as_of(source: WordSource) -> datetime.date | None:
    """The day on which time is counted: the one that the documents are made for, else the profile's."""
    return source.as_of or office_day(source.profile)


def office_day(profile: Layout) -> datetime.date | None:
    """The day that the profile gives; None where it leaves that to the run."""
    return last_day(str(profile.setting("office", "as_of", "") or ""))
