"""核对报告: all findings of a unit by severity, each with its quotes, their places, and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.rows import DocumentRow, FindingRow
from pipeline.core.values import numeral
from pipeline.core.vocabulary import Severity
from pipeline.publish.overview import DOUBTFUL, main_document
from pipeline.publish.word.content import Report, TemplateValues, WordSource, context_of, latest_day
from pipeline.publish.word.typography import chinese_date

_QUOTED_OR_DATE = re.compile(r"“[^”]*”|(?<!\d)\s?((?:19|20)\d{2}-\d{2}(?:-\d{2})?)(?!\d)\s?")
SHORT = 12  # longer values that the message has already are not said again


def check_report(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """The report on one unit."""
    findings = unit_findings(source, unit, documents)
    live = [told for told in findings if not told.row.waived]
    groups: list[TemplateValues] = []
    for severity in Severity:
        rows = [entry(source, told) for told in live if told.row.severity == severity]
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
        豁免=[{**entry(source, told), "理由": source.text(told.row.waived)} for told in findings if told.row.waived],
    )
    return [Report("check_report", unit, source.labels.of("report", "check_report"), context, title, day=day)]


@dataclass(frozen=True, slots=True)
class Told:
    """A finding, and the same defect in the other formats of its paper."""

    row: FindingRow
    also: tuple[FindingRow, ...] = ()


def unit_findings(source: WordSource, unit: str, documents: Sequence[DocumentRow]) -> list[Told]:
    """Findings on a unit's documents, in the order of the documents and of their places."""
    order = {row.doc_id: at for at, row in enumerate(documents)}
    mine = [row for doc_id in order for row in source.findings.get(doc_id, ())]
    mine += [row for row in source.findings.get("", ()) if row.unit == unit]  # about the unit, no document
    mine.sort(key=lambda r: (r.check != DOUBTFUL, order.get(r.doc_id, 99), r.paragraph or 0))
    return _once(source, mine)


def _once(source: WordSource, findings: Sequence[FindingRow]) -> list[Told]:
    """A paper that came in several formats has the same defect in each: said once, with all places in `also`."""
    first: dict[object, Told] = {}
    told: dict[object, int] = {}
    for row in findings:
        words = (row.check, row.message, row.quote, row.other_quote, row.expected, row.actual, row.waived)
        here = (row.doc_id, row.paragraph, words)
        if here in told:
            continue  # compared with two copies of the same feedback
        document = source.documents.get(row.doc_id)
        told[here] = told[row.doc_id, words] = told.get((row.doc_id, words), 0) + 1
        key = (document and (document.kind, document.issued_date), words, told[here])
        if key in first:
            first[key] = Told(first[key].row, (*first[key].also, row))
        else:
            first[key] = Told(row)
    return list(first.values())


def entry(source: WordSource, told: Told) -> TemplateValues:
    """One finding as the templates show it."""
    row = told.row
    problem = source.problem(row.problem_id)
    quotes = []
    if row.quote:
        places = [_place(source.file(r.doc_id), r.paragraph) for r in (row, *told.also)]
        quotes.append({"出处": "、".join(places) + "：", "文": source.text(row.quote)})
    if row.other_quote:
        quotes.append({"出处": _place("对照", row.other_paragraph) + "：", "文": source.text(row.other_quote)})
    message, asked = dated(source.text(row.message)), source.text(problem.problem) if problem else ""
    values = [dated(source.text(row.expected)), dated(source.text(row.actual))]
    said = all(not value or (len(value) > SHORT and value in message) for value in values)
    return {
        "名称": source.labels.of("check", row.check),
        "说明": _sentence(message),
        "问题": "" if asked in message else asked,
        "原文": quotes,
        "应为": "" if said else values[0] or "（空）",
        "实为": "" if said else values[1] or "（空）",
        "建议": _sentence(source.text(row.suggestion)),
        "材料": source.file(row.doc_id),
        "引文": source.text(row.quote),
        "对照": source.text(row.other_quote),
        "程度": source.labels.of("severity", row.severity),
    }


def dated(text: str) -> str:
    """ISO dates as people write them; what stands in quotes is the document's own and stays."""
    return _QUOTED_OR_DATE.sub(lambda found: chinese_date(found[1]) if found[1] else found[0], text)


def _place(name: str, number: int | None) -> str:
    return f"{name}第{number}段" if number else name  # what a person added has no paragraph


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
