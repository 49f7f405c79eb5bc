"""The sheet 总览, the first screen: who needs action and why, which papers are there, then figures and charts."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.rows import Tables
from pipeline.core.values import chinese_date
from pipeline.core.vocabulary import CASE_KINDS, Severity, Status
from pipeline.decisions.columns import Column
from pipeline.publish.action import LATE, MISSING, UnitAction, common_problems, money, people, topics, unit_actions
from pipeline.publish.overview import UNNAMED, UNSTATED, UnitFigures, by_check, counted, figures, items_by_unit, total
from pipeline.publish.word.typography import safe_name, unit_folders
from pipeline.publish.workbook.sheets import Book, FileLink, Sheet, SheetLink, lay_out
from pipeline.ruleset.labels import Labels

CHART = {
    Status.DONE: "70AD47",
    Status.BASICALLY_DONE: "5B9BD5",
    Status.IN_PROGRESS: "FFC000",
    Status.NOT_DONE: "ED7D31",
    UNSTATED: "A5A5A5",
}
STATUSES = (*Status, UNSTATED)
WIDTH = 16  # columns of the sheet
_SHOWN, _COMMON = 30, 10  # units in a chart, and common problems in their table: more can't be read
_PIXELS = 37.8  # to a centimetre
_RED, _YELLOW = "F8CBAD", "FFE699"
_TEN_THOUSAND = 10_000


@dataclass(slots=True)
class Front:
    """What the overview is made from; `findings` says where the first finding of a unit stands."""

    tables: Tables
    labels: Labels
    book: Book
    sheet: Sheet
    day: datetime.date | None = None
    findings: Mapping[str, str] | None = None

    def put(self, values: Sequence[object], style: str = "text", last: Mapping[int, str] | None = None) -> None:
        """A row in one style, single columns (from 0) in others."""
        styles = [(last or {}).get(at, style) for at in range(len(values))]
        self.book.line(self.sheet, values, styles)

    def section(self, title: str) -> None:
        """An empty row and a heading."""
        self.put([None], "plain")
        self.book.line(self.sheet, [title], ["section"], 20)


def write_overview(front: Front) -> None:
    """The whole sheet."""
    lay_out(front.sheet, [Column("", "", 34 if at == 0 else 10) for at in range(WIDTH)], frozen=0)
    entries = figures(front.tables)
    together = total(entries, "合计")
    _summary(front, together)
    actions = unit_actions(front.tables, front.day)
    _actions(front, actions)
    _common(front)
    table_top = _units(front, entries, together, [entry.unit for entry in actions])
    _topics(front)
    _checks(front)
    if together.problems:
        _charts(front, table_top, len(entries), sum(entry.unit != UNNAMED for entry in entries))


def _summary(front: Front, together: UnitFigures) -> None:
    states = Counter(row.state for row in front.tables.documents)
    told = "，".join(f"{front.labels.of('state', state)} {number} 份" for state, number in states.items())
    asked, settled = money(counted(front.tables))
    dealt = "，".join(f"{front.labels.of('metric', name)} {number}" for name, number in people(front.tables).items())
    rate = "—" if together.rate is None else f"{together.rate:.1%}"
    lines = [
        f"材料：{told or '无'}",
        f"问题 {together.problems} 个，完成率 {rate}＝已完成 {together.statuses[Status.DONE]} ÷ 写明状态的 "
        f"{together.stated}（没有写明状态的 {together.statuses[UNSTATED]} 个不计；反馈意见没有的问题不计）",
        f"问题涉及金额 {asked / _TEN_THOUSAND:,.2f} 万元，已处理 {settled / _TEN_THOUSAND:,.2f} 万元"
        + (f"；{dealt}" if dealt else ""),
    ]
    if front.day:
        lines.append(f"是否超期按 {chinese_date(front.day.isoformat())} 判断")
    front.book.line(front.sheet, ["总览"], ["heading"], 26)
    for line in lines:
        front.put([line], "note")


def _actions(front: Front, actions: Sequence[UnitAction]) -> None:
    """The units, who has most to settle first, with their papers and links."""
    of = front.labels.of
    front.section("一、各单位须处理的事项（多的在前）")
    heads = ["须处理合计", "没有答复", "总数不实", "超期", "请人确认", "缺材料", "其他错误", "警告"]
    kinds = [of("kind", kind) for kind in CASE_KINDS]
    front.put(["单位", *heads, *kinds, "核对报告", "核对发现"], "header")
    folders, top = unit_folders(entry.unit for entry in actions), front.sheet.rows + 1
    report = f"{safe_name(of('report', 'check_report'), set())}.docx"
    for entry in actions:
        place = (front.findings or {}).get(entry.unit)
        numbers = [entry.open, entry.unanswered, entry.totals, entry.overdue, entry.doubtful, entry.missing]
        front.put(
            [
                entry.unit,
                *(number or None for number in (*numbers, entry.errors, entry.warnings)),
                *(of("wording", state) if state else None for state in (entry.papers.get(k, "") for k in CASE_KINDS)),
                FileLink("打开", f"{folders[entry.unit]}/{report}"),
                SheetLink("查看", place) if place else None,
            ],
            "centre",
            {0: "text"},
        )
    for letter in "JKLM":
        for state, colour in ((MISSING, _RED), (LATE, _YELLOW)):
            where = (f"{letter}{top}", f"{letter}{max(front.sheet.rows, top)}")
            front.book.colour_range(front.sheet, where, f'{letter}{top}="{of("wording", state)}"', colour)


def _common(front: Front) -> None:
    """Problems that several units have in common."""
    found = common_problems(front.tables)[:_COMMON]
    if not found:
        return
    front.section("二、几个单位共有的问题")
    front.book.merged(front.sheet, ["问题", "单位数", "问题数", "已完成", "单位"], "header", WIDTH)
    for one in found:
        front.book.merged(
            front.sheet, [one.problem, len(one.units), len(one.items), one.done, "、".join(one.units)], "text", WIDTH
        )


def _units(front: Front, entries: list[UnitFigures], together: UnitFigures, order: Sequence[str]) -> int:
    """Figures by unit in the order of the first table; the row (from 0) of the header."""
    of = front.labels.of
    front.section("三、各单位整改情况")
    top = front.sheet.rows
    names = [of("status", status) for status in STATUSES]
    severities = [of("severity", severity) for severity in Severity]
    lasting = front.labels.column("problems", "long_term")
    sums = ["涉及金额（万元）", "已处理（万元）"]
    heads = ["单位", "材料", "问题", "措施", *names, lasting, "完成率", *sums, *severities]
    front.book.line(front.sheet, heads, ["header"] * len(heads), 30)
    items = items_by_unit(front.tables)
    rank = {unit: at for at, unit in enumerate(order)}
    styles = {10: "share", 11: "money", 12: "money"}
    for entry in sorted(entries, key=lambda one: rank.get(one.unit, len(rank))):
        front.put(_figures(entry, money(items.get(entry.unit, []))), "text", styles)
    front.put(
        _figures(together, money(counted(front.tables))),
        "total",
        {10: "total_share", 11: "total_money", 12: "total_money"},
    )
    return top


def _figures(entry: UnitFigures, sums: tuple[float, float]) -> list[object]:
    return [
        entry.unit,
        entry.documents,
        entry.problems,
        entry.measures,
        *(entry.statuses[status] for status in STATUSES),
        entry.long_term,
        entry.rate,
        *(value / _TEN_THOUSAND or None for value in sums),
        *(entry.severities[severity] for severity in Severity),
    ]


def _topics(front: Front) -> None:
    front.section("四、问题的方面（按统一口径归类，后面是材料自己的说法）")
    names = [front.labels.of("status", status) for status in STATUSES]
    front.book.merged(front.sheet, ["方面", "问题数", *names, "材料中的说法"], "header", WIDTH)
    for topic in topics(front.tables):
        numbers = [topic.statuses.total(), *(topic.statuses[status] for status in STATUSES)]
        front.book.merged(front.sheet, [topic.name, *numbers, "；".join(topic.wordings)], "text", WIDTH)


def _checks(front: Front) -> None:
    front.section("五、核对发现")
    front.put(["检查项", *(front.labels.of("severity", severity) for severity in Severity), "合计"], "header")
    checks = by_check(front.tables)
    for name, counts in checks.items():
        numbers = [*(counts[severity] for severity in Severity), counts.total()]
        front.put([front.labels.of("check", name), *numbers])
    if not checks:
        front.put(["没有核对发现", None, None, None, None])


def _charts(front: Front, top: int, count: int, named: int) -> None:
    """Native charts of the statuses on a page of their own: by unit, and together.

    `top` is the header's row (from 0) over `count` rows, of which the first `named` are units.
    """
    book, sheet, first, name = front.book, front.sheet, 4, front.sheet.title
    shown, last = min(named, _SHOWN), top + count + 1
    start = sheet.rows + 2
    sheet.page.set_h_pagebreaks([start])
    bar = book.chart("bar", "stacked")
    bar.set_title({"name": "各单位整改状态", "overlay": False})
    for at, status in enumerate(STATUSES, first):
        bar.add_series(
            {
                "name": [name, top, at],
                "categories": [name, top + 1, 0, top + shown, 0],
                "values": [name, top + 1, at, top + shown, at],
                "fill": {"color": f"#{CHART[status]}"},
                "overlap": 100,
            }
        )
    bar.set_y_axis({"reverse": True})
    bar.set_size({"width": 22 * _PIXELS, "height": min(7 + 0.6 * shown, 22) * _PIXELS})
    sheet.page.insert_chart(start + 1, 0, bar)
    pie = book.chart("pie")
    pie.set_title({"name": "整改状态构成"})
    to = first + len(Status)
    pie.add_series(
        {
            "categories": [name, top, first, top, to],
            "values": [name, last, first, last, to],
            "points": [{"fill": {"color": f"#{CHART[status]}"}} for status in STATUSES],
        }
    )
    pie.set_size({"width": 11 * _PIXELS, "height": 8 * _PIXELS})
    sheet.page.insert_chart(start + 1, 10, pie)
