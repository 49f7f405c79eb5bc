"""汇总情况报告 of a whole batch: totals, tables by unit, aspect, status and check, and native charts."""

from __future__ import annotations

from pipeline.core.vocabulary import CASE_KINDS, Severity, State, Status
from pipeline.publish.action import UnitAction, common_problems, money, people, topics, unit_actions
from pipeline.publish.overview import (
    UNNAMED,
    UNSTATED,
    UnitFigures,
    by_check,
    counted,
    figures,
    total,
)
from pipeline.publish.word.charts import bar_chart, pie_chart
from pipeline.publish.word.content import Report, TemplateValues, WordSource, context_of, latest_day, office_date
from pipeline.publish.word.letters import as_of
from pipeline.publish.word.typography import chinese_date

COMMON = 10  # common problems that are listed
SHOWN = 30  # units in a chart; more can't be read


def summary(source: WordSource) -> Report | None:
    """The report on all units together; None for a batch without problems."""
    entries = figures(source.tables)
    whole = total(entries, "合计")
    if not whole.problems:
        return None
    labels = source.labels
    actions, (asked, settled) = unit_actions(source.tables, as_of(source)), money(counted(source.tables))
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
            "涉及金额": _ten_thousands(asked),
            "已处理": _ten_thousands(settled) or "0",
            "须处理": sum(entry.open for entry in actions),
            "须处理单位": sum(bool(entry.open) for entry in actions),
        },
        状态=[
            {"名称": name, "数": whole.statuses[s], "占比": f"{100 * whole.statuses[s] / whole.problems:.1f}%"}
            for s, name in zip((*Status, UNSTATED), names, strict=True)
        ],
        单位表=[_unit(entry) for entry in (*entries, whole)],
        状态名=names,
        处理人员=[{"名称": labels.of("metric", name), "数": number} for name, number in people(source.tables).items()],
        处理表=[_action(source, entry) for entry in actions],
        共性表=[
            {
                "名称": source.text(one.problem),
                "单位数": len(one.units),
                "计": len(one.items),
                "完成": one.done,
                "单位": "、".join(one.units),
            }
            for one in common_problems(source.tables)[:COMMON]
        ],
        方面表=[
            {
                "名称": topic.name,
                "计": topic.statuses.total(),
                "数": [topic.statuses[s] for s in (*Status, UNSTATED)],
                "说法": source.text("；".join(topic.wordings)),
            }
            for topic in topics(source.tables)
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


def _ten_thousands(yuan: float) -> str:
    """A sum in 万元; "" for none."""
    return f"{yuan / 10_000:,.2f}" if yuan else ""


def _action(source: WordSource, entry: UnitAction) -> TemplateValues:
    """A unit's row in the table of what is to be settled; a 0 is left empty."""
    numbers = {
        "合计": entry.open,
        "未答复": entry.unanswered,
        "总数": entry.totals,
        "超期": entry.overdue,
        "确认": entry.doubtful,
    }
    papers = [entry.papers.get(kind, "") for kind in CASE_KINDS]
    return {
        "名称": entry.unit,
        "材料": [source.labels.of("wording", state) if state else "" for state in papers],
        **{name: number or "" for name, number in numbers.items()},
    }


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
