"""核对报告: all findings of a unit by severity, each with its quotes, their places, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from pipeline.core.model import Row
from pipeline.core.values import numeral
from pipeline.core.vocabulary import SEVERITIES
from pipeline.publish.overview import main_document
from pipeline.publish.word.content import Context, Report, Source, context_of, latest_date
from pipeline.publish.word.typography import chinese_date

SHORT = 12  # longer values that the message has already are not said again


def check_report(source: Source, unit: str, documents: list[Row]) -> list[Report]:
    """The report on one unit."""
    findings = unit_findings(source, unit, documents)
    live = [row for row in findings if not row["waived"]]
    groups: list[Context] = []
    for severity in SEVERITIES:
        rows = [entry(source, row) for row in live if row["severity"] == severity]
        if rows:
            groups.append({"序": numeral(len(groups) + 1), "名称": source.labels.of("severity", severity),
                           "项": rows})
    main = main_document(documents)
    problems = source.problems.get(str(main["doc_id"]), []) if main else []
    title = source.labels.of("wording", "title_check_report").replace("{unit}", unit)
    context = context_of(
        source, title, unit=unit, date=latest_date(documents) if source.profile.setting("office", "dated") else "",
        材料=[_document(source, row) for row in documents], 程度组=groups,
        数={"问题": len(problems), "发现": len(live),
           "措施": sum(len(source.measures.get(str(row["problem_id"]), ())) for row in problems)},
        豁免=[{**entry(source, row), "理由": source.text(row["waived"])} for row in findings if row["waived"]],
    )
    return [Report("check_report", unit, source.labels.of("report", "check_report"), context, title)]


def unit_findings(source: Source, unit: str, documents: Sequence[Row]) -> list[Row]:
    """Findings on a unit's documents, in the order of the documents and of their places."""
    order = {str(row["doc_id"]): at for at, row in enumerate(documents)}
    mine = [row for doc_id in order for row in source.findings.get(doc_id, ())]
    mine += [row for row in source.findings.get("None", ()) if row["unit"] == unit]  # about the unit, no document
    mine.sort(key=lambda r: (order.get(str(r["doc_id"]), 99), int(str(r["paragraph"] or 0))))
    return _once(source, mine)


def _once(source: Source, findings: Sequence[Row]) -> list[Row]:
    """A paper that came in several formats has the same defect in each: said once, with all places in `also`."""
    first: dict[object, Row] = {}
    told: dict[object, int] = {}
    for row in findings:
        words = tuple(row[c] for c in ("check", "message", "quote", "other_quote", "expected", "actual", "waived"))
        here = (row["doc_id"], row["paragraph"], words)
        if here in told:
            continue  # compared with two copies of the same feedback
        document = source.documents.get(str(row["doc_id"]), {})
        told[here] = told[row["doc_id"], words] = told.get((row["doc_id"], words), 0) + 1
        key = (document.get("kind"), document.get("issued_date"), words, told[here])
        if key in first:
            first[key]["also"] = [*cast("list[Row]", first[key]["also"]), row]
        else:
            first[key] = {**row, "also": []}
    return list(first.values())


def entry(source: Source, row: Row) -> Context:
    """One finding as the templates show it."""
    problem = source.problem(row["problem_id"])
    quotes = []
    if row["quote"]:
        places = [_place(source.file(r["doc_id"]), r["paragraph"]) for r in (row, *cast("list[Row]", row["also"]))]
        quotes.append({"出处": "、".join(places) + "：", "文": source.text(row["quote"])})
    if row["other_quote"]:
        quotes.append({"出处": _place("对照", row["other_paragraph"]) + "：", "文": source.text(row["other_quote"])})
    message, asked = source.text(row["message"]), source.text(problem["problem"]) if problem else ""
    values = [source.text(row["expected"]), source.text(row["actual"])]
    told = all(not value or (len(value) > SHORT and value in message) for value in values)
    return {
        "名称": source.labels.of("check", row["check"]), "说明": _sentence(message),
        "问题": "" if asked in message else asked, "原文": quotes,
        "应为": "" if told else values[0] or "（空）", "实为": "" if told else values[1] or "（空）",
        "建议": _sentence(source.text(row["suggestion"])),
        "材料": source.file(row["doc_id"]), "程度": source.labels.of("severity", row["severity"]),
    }


def _place(name: str, number: object) -> str:
    return f"{name}第{number}段" if number else name  # what a person added has no paragraph


def _sentence(text: str) -> str:
    return text if not text or text[-1] in "。！？；" else text + "。"


def _document(source: Source, row: Row) -> Context:
    problems = source.problems.get(str(row["doc_id"]), [])
    parts = [f"问题{len(problems)}个"] if problems else []
    if row["issued_date"]:
        parts.append(f"成文日期{chinese_date(str(row['issued_date']))}")
    return {"名称": source.file(row["doc_id"]), "文种": source.labels.of("kind", row["kind"]),
            "说明": _sentence("，".join(parts) or "没有读出问题")}
