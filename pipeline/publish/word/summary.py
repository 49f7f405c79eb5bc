"""汇总情况报告 of a whole batch: totals, tables by unit, aspect, status and check, and native charts."""

from __future__ import annotations

from pipeline.core.vocabulary import Severity, State, Status
from pipeline.publish.overview import (
    UNNAMED,
    UNSTATED,
    UnitFigures,
    by_aspect,
    by_check,
    figures,
    total,
)
from pipeline.publish.word.charts import bar_chart, pie_chart
from pipeline.publish.word.content import Report, TemplateValues, WordSource, context_of, latest_day, office_date
from pipeline.publish.word.letters import as_of
from pipeline.publish.word.typography import chinese_date

SHOWN = 30  # units in a chart; more can't be read


def summary(source: WordSource) -> Report | None:
    """The report on all units together; None for a batch without problems."""
    entries = figures(source.tables)
    whole = total(entries, "合计")
    if not whole.problems:
        return None
    labels = source.labels
    names = [labels.of("status", status) for status in (*Status, UNSTATED)]
    day = as_of(source)
    title = labels.of("wording", "title_summary")
    documents = source.tables.documents
    failed = [row for row in documents if row.state == State.QUARANTINED]
    context = context_of(
        source,
        title,
        signature=[source.profile.setting("office", "name")],
        date=office_date(source),
        截至=chinese_date(day.isoformat()) if day else "",
        数={
            "单位": sum(entry.unit != UNNAMED for entry in entries),
            "材料": whole.documents,
            "问题": whole.problems,
            "措施": whole.measures,
            "长期": whole.long_term,
            "完成率": _rate(whole),
            "完成": whole.statuses[Status.DONE],
            "有状态": whole.stated,
            "失败": len(failed),
        },
        状态=[
            {"名称": name, "数": whole.statuses[s], "占比": f"{100 * whole.statuses[s] / whole.problems:.1f}%"}
            for s, name in zip((*Status, UNSTATED), names, strict=True)
        ],
        单位表=[_unit(entry) for entry in (*entries, whole)],
        状态名=names,
        方面表=[
            {
                "名称": source.text(aspect) or "（未分方面）",
                "计": counts.total(),
                "数": [counts[s] for s in (*Status, UNSTATED)],
            }
            for aspect, counts in by_aspect(source.tables).items()
        ],
        检查表=[
            {"名称": labels.of("check", check), "数": [counts[s] for s in Severity], "计": counts.total()}
            for check, counts in by_check(source.tables).items()
        ],
        失败=[{"名称": source.file(row.doc_id), "说明": source.text(row.message)} for row in failed],
    )
    shown = sorted((entry for entry in entries if entry.problems), key=lambda entry: -entry.problems)[:SHOWN]
    series = [
        (name, [entry.statuses[s] for entry in shown]) for s, name in zip((*Status, UNSTATED), names, strict=True)
    ]
    charts = [
        pie_chart("chart1", "整改状态构成", names, [whole.statuses[s] for s in (*Status, UNSTATED)]),
        bar_chart("chart2", "各单位整改状态", [entry.unit for entry in shown], series),
    ]
    return Report(
        "summary",
        "",
        labels.of("report", "summary"),
        context,
        title,
        tuple(charts),
        day=day.isoformat() if day else latest_day(documents),
    )


def _rate(entry: UnitFigures) -> str:
    return "—" if entry.rate is None else f"{100 * entry.rate:.1f}%"


def _unit(entry: UnitFigures) -> TemplateValues:
    return {
        "名称": entry.unit,
        "材料": entry.documents,
        "问题": entry.problems,
        "措施": entry.measures,
        "状态": [entry.statuses[s] for s in (*Status, UNSTATED)],
        "完成率": _rate(entry),
        "错误": entry.severities[Severity.ERROR],
        "警告": entry.severities[Severity.WARNING],
    }
