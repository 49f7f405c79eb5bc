"""核对报告: all findings of a unit by severity, each with its quotes, their places, and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.core.rows import DocumentRow, FindingRow
from pipeline.core.text import file_name, place_in_file
from pipeline.core.values import numeral
from pipeline.core.vocabulary import Severity
from pipeline.publish.overview import DOUBTFUL, main_document
from pipeline.publish.told import concerning, value
from pipeline.publish.word.content import Report, TemplateValues, WordSource, context_of, latest_day
from pipeline.publish.word.typography import chinese_date

_QUOTED_OR_DATE = re.compile(r"“[^”]*”|(?<!\d)\s?((?:19|20)\d{2}-\d{2}(?:-\d{2})?)(?!\d)\s?")
SHORT = 12  # longer values that the message has already are not said again


def check_report(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """The report on one unit."""
    findings = unit_findings(source, unit, documents)
    live = [row for row in findings if not row.waived]
    groups: list[TemplateValues] = []
    for severity in Severity:
        rows = [entry(source, row) for row in live if row.severity == severity]
        if rows:
            groups.append({"序": numeral(len(groups) + 1), "名称": source.labels.of("severity", severity), "项": rows})
    main = main_document(documents)
    problems = source.problems.get(main.doc_id, []) if main else []
    day = latest_day(documents)
    title = source.labels.of("wording", "title_check_report").replace("{unit}", unit)
    context = context_of(
        source,
        title,
        unit=unit,
        date=chinese_date(day) if source.profile.setting("office", "dated") else "",
        材料=[_document(source, row) for row in sorted(documents, key=lambda row: not _doubt(source, row))],
        程度组=groups,
        数={
            "问题": len(problems),
            "发现": len(live),
            "措施": sum(len(source.measures.get(row.problem_id, ())) for row in problems),
        },
        豁免=[{**entry(source, row), "理由": source.text(row.waived)} for row in findings if row.waived],
    )
    return [Report("check_report", unit, source.labels.of("report", "check_report"), context, title, day=day)]


def unit_findings(source: WordSource, unit: str, documents: Sequence[DocumentRow]) -> list[FindingRow]:
    """Findings on a unit's documents, in the order of the table; those that compare it with another unit among them."""
    return concerning(source.tables.findings, {row.doc_id for row in documents}, unit)


def entry(source: WordSource, row: FindingRow) -> TemplateValues:
    """One finding as the templates show it."""
    problem = source.problem(row.problem_id)
    quotes = []
    if row.quote:
        quotes.append({"出处": f"{place_in_file(row.file, row.place)}：", "文": source.text(row.quote)})
    if row.other_quote:
        quotes.append(
            {"出处": f"对照{place_in_file(row.other_file, row.other_place)}：", "文": source.text(row.other_quote)}
        )
    message, asked = dated(source.text(row.message)), source.text(problem.problem) if problem else ""
    if row.also:
        message = f"{_sentence(message)}同样的情况还见于{row.also}"
    values = [source.text(value(text, source.labels)) for text in (row.expected, row.actual)]
    said = all(not text or (len(text) > SHORT and text in message) for text in values)
    return {
        "名称": source.labels.of("check", row.check),
        "说明": _sentence(message),
        "问题": "" if asked in message else asked,
        "原文": quotes,
        "应为": "" if said else values[0] or "（空）",
        "实为": "" if said else values[1] or "（空）",
        "建议": _sentence(source.text(row.suggestion)),
        "材料": file_name(row.file),
        "位置": row.place,
        "引文": source.text(row.quote),
        "对照": source.text(row.other_quote),
        "程度": source.labels.of("severity", row.severity),
    }


def dated(text: str) -> str:
    """ISO dates as people write them; what stands in quotes is the document's own and stays."""
    return _QUOTED_OR_DATE.sub(lambda found: chinese_date(found[1]) if found[1] else found[0], text)


def _sentence(text: str) -> str:
    return text if not text or text[-1] in "。！？；" else text + "。"


def _doubt(source: WordSource, row: DocumentRow) -> bool:
    """Whether a document's reading is in doubt: it is named first."""
    return any(one.check == DOUBTFUL and not one.waived for one in source.findings.get(row.doc_id, ()))


def _document(source: WordSource, row: DocumentRow) -> TemplateValues:
    problems, doubted = source.problems.get(row.doc_id, []), _doubt(source, row)
    parts = [source.labels.of("check", DOUBTFUL)] if doubted else []
    parts += [f"问题{len(problems)}个"] if problems else []
    if row.issued_date:
        parts.append(f"成文日期{chinese_date(row.issued_date)}")
    return {
        "名称": source.file(row.doc_id),
        "文种": source.labels.of("kind", row.kind),
        "说明": _sentence("，".join(parts) or "没有读出问题"),
    }
