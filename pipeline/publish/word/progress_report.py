"""整改情况报告: what a unit reports inside the party, made from the tables: figures, then each problem in full."""

from __future__ import annotations

from pipeline.core.rows import DocumentRow, ProblemRow
from pipeline.core.vocabulary import OPEN, Kind, Status
from pipeline.publish.word.content import (
    Report,
    TemplateValues,
    WordSource,
    answering,
    context_of,
    deadline_words,
    ended,
    measure_lines,
    outlined,
    paragraph,
    status_words,
)
from pipeline.publish.word.typography import chinese_date, numbered


def progress_report(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """The report on the document that answers, where it is one that reports results."""
    document = answering(source, documents)
    if document is None or document.kind not in (Kind.BULLETIN, Kind.LEDGER):
        return []
    problems = source.problems[document.doc_id]
    title = source.labels.of("wording", "title_report").replace("{unit}", unit)
    counts = {status: sum(row.status == status for row in problems) for status in Status}
    context = context_of(
        source,
        title,
        unit=unit,
        body=outlined(_items(source, problems), (1,)),
        signature=[unit],
        date=chinese_date(document.issued_date),
        巡察组=source.text(document.inspector),
        反馈日期=chinese_date(document.feedback_date),
        组织=_passages(source, document, "organisation"),
        下一步=_passages(source, document, "next_steps"),
        数={
            "问题": len(problems),
            "措施": sum(len(measure_lines(source, row)) for row in problems),
            "方面": len({row.aspect for row in problems if row.aspect}),
            "长期": sum(bool(row.long_term) for row in problems),
        },
        状态=[{"名称": source.labels.of("status", status), "数": count} for status, count in counts.items() if count],
        未完成=[
            {"问题": source.text(row.problem), "状态": status_words(source, row), "时限": deadline_words(source, row)}
            for row in problems
            if row.status in OPEN
        ],
    )
    return [Report("report", unit, source.labels.of("report", "report"), context, title, day=document.issued_date)]


def _passages(source: WordSource, document: DocumentRow, part: str) -> list[str]:
    """The running text of a part, without its numbers."""
    return [source.text(row.text) for row in source.passages.get(document.doc_id, ()) if row.part == part and row.text]


def _items(source: WordSource, problems: list[ProblemRow]) -> list[TemplateValues]:
    """Each problem numbered below its aspect, with status, measures and who answers for it."""
    out: list[TemplateValues] = []
    aspect, groups, number = "", 0, 0
    for row in problems:
        if row.aspect != aspect:
            aspect, groups, number = row.aspect, groups + 1, 0
            out.append(paragraph(2, numbered(2, groups) + source.text(aspect)))
        number += 1
        out.append(paragraph(3, f"{numbered(3, number)}{source.text(row.problem)}。"))
        said = [status_words(source, row) + "。" if row.status else "", *measure_lines(source, row)]
        out.append(paragraph(0, "", "".join(said) or "没有写明整改情况。"))
        out += [paragraph(0, "", ended(source.text(one.words))) for one in source.extras.get(row.problem_id, ())]
        duty = [
            f"{source.labels.column('problems', name)}：{source.text(value)}"
            for name, value in (("lead", row.lead), ("dept", row.dept), ("person", row.person))
            if value
        ]
        if deadline_words(source, row):
            duty.append(f"{source.labels.column('problems', 'deadline')}：{deadline_words(source, row)}")
        if duty:
            out.append(paragraph(0, "", "（" + "；".join(duty) + "）"))
    return out
