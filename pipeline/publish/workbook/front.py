"""The first two sheets of the workbook: how to work with it, and the figures with their charts."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence

from pipeline.core.rows import Tables
from pipeline.core.vocabulary import Severity, Status
from pipeline.decisions.columns import Column
from pipeline.publish.overview import UNSTATED, UnitFigures, by_check, figures, total
from pipeline.publish.workbook.sheets import Book, Sheet, SheetLink, lay_out
from pipeline.ruleset.labels import Labels

CHART = {
    Status.DONE: "70AD47",
    Status.BASICALLY_DONE: "5B9BD5",
    Status.IN_PROGRESS: "FFC000",
    Status.NOT_DONE: "ED7D31",
    UNSTATED: "A5A5A5",
}


_PIXELS = 37.8  # to a centimetre


def write_overview(tables: Tables, labels: Labels, book: Book, sheet: Sheet, day: datetime.date | None = None) -> None:
    """Figures by unit and by check, each with its chart; `day` is the one that deadlines are judged by."""
    status_names = [labels.of("status", s) for s in (*Status, UNSTATED)]
    head = [
        "单位",
        "材料",
        "问题",
        "措施",
        *status_names,
        labels.column("problems", "long_term"),
        "完成率",
        *(labels.of("severity", s) for s in Severity),
    ]
    lay_out(sheet, [Column("", "", 32 if at == 0 else 10.5) for at in range(len(head))], frozen=3)
    entries = figures(tables)
    together = total(entries, "合计")
    states = Counter(row.state for row in tables.documents)

    def put(values: Sequence[object], styles: Sequence[str]) -> None:
        book.line(sheet, values, styles)

    def line(entry: UnitFigures, style: str, share: str) -> None:
        put(
            [
                entry.unit,
                entry.documents,
                entry.problems,
                entry.measures,
                *(entry.statuses[s] for s in (*Status, UNSTATED)),
                entry.long_term,
                entry.rate,
                *(entry.severities[s] for s in Severity),
            ],
            [style] * (len(head) - 4) + [share] + [style] * 3,
        )

    book.line(sheet, ["总览"], ["heading"], 26)
    state_text = "，".join(f"{labels.of('state', s)} {n} 份" for s, n in states.items())
    by_day = f"；按 {day.year}年{day.month}月{day.day}日 判断是否超期" if day else ""
    put(
        [
            f"材料：{state_text or '无'}；完成率＝已完成问题数÷写明状态的问题数"
            f"（{together.statuses[Status.DONE]}÷{together.stated}）{by_day}"
        ],
        ["note"],
    )
    put(head, ["header"] * len(head))
    for entry in entries:
        line(entry, "text", "share")
    line(together, "total", "total_share")
    last = 3 + len(entries)
    put([None], ["plain"])
    start = last + 3
    put(["检查项", *(labels.of("severity", s) for s in Severity), "合计"], ["header"] * 5)
    checks = by_check(tables)
    for name, counts in checks.items():
        put([labels.of("check", name), *(counts[s] for s in Severity), counts.total()], ["text"] * 5)
    if not checks:
        put(["没有核对发现", None, None, None, None], ["text"] * 5)
    if together.problems:
        _charts(book, sheet, last, start, len(entries))


def _charts(book: Book, sheet: Sheet, last: int, top: int, count: int) -> None:
    """Native charts of the statuses beside the table of checks: by unit (at most 30, more can't be read), together.

    `last` is the row of the last unit and `top` the row of the table of checks, both counted from 1.
    """
    first, name = 4, sheet.title  # the column of the first status
    shown = min(count, 30)
    bar = book.chart("bar", "stacked")
    bar.set_title({"name": "各单位整改状态", "overlay": False})
    for at, status in enumerate((*Status, UNSTATED), first):
        bar.add_series(
            {
                "name": [name, 2, at],
                "categories": [name, 3, 0, 2 + shown, 0],
                "values": [name, 3, at, 2 + shown, at],
                "fill": {"color": f"#{CHART[status]}"},
                "overlap": 100,
            }
        )
    bar.set_y_axis({"reverse": True})
    tall = min(7 + 0.6 * shown, 24)
    bar.set_size({"width": 20 * _PIXELS, "height": tall * _PIXELS})
    sheet.page.insert_chart(top - 1, 6, bar)
    pie = book.chart("pie")
    pie.set_title({"name": "整改状态构成"})
    to = first + len(Status)
    pie.add_series(
        {
            "categories": [name, 2, first, 2, to],
            "values": [name, last, first, last, to],
            "points": [{"fill": {"color": f"#{CHART[status]}"}} for status in (*Status, UNSTATED)],
        }
    )
    pie.set_size({"width": 11 * _PIXELS, "height": 8 * _PIXELS})
    sheet.page.insert_chart(top + 1 + round(tall * 2), 6, pie)


_GUIDE = {
    "overview": "各单位的问题数、措施数、整改状态和核对发现，附图表",
    "items": "每个问题只列一行：反馈意见、方案、台账、通报合在一起，写明各栏取自哪份材料、其他材料怎么说",
    "due": "超过时限和快到时限、还没有完成的问题；后来的材料已报完成的不列",
    "problems": "各份材料里的每个问题一行；浅黄色的列可以更正或填写",
    "measures": "每行一条整改措施；“整改措施”一列可以更正",
    "claims": "文中自己说的数，与按本表重新清点的数并列",
    "links": "反馈意见的每个问题与答复材料的哪个问题对应",
    "findings": "核对发现的问题、原文摘录和处理建议；请在“审核状态”里选属实或不成立",
    "unused": "没有归入任何表的原文，供检查是否漏读",
    "failed": "没能读取的文件、原因和处理办法",
    "documents": "每份材料的基本信息",
    "conflicts": "人工更正之后，重新解析的结果又变了：请逐项确认",
}


def write_guide(labels: Labels, book: Book, sheet: Sheet, names: Iterable[str]) -> None:
    """How to work with the workbook, with a link to each sheet."""
    lay_out(sheet, [Column("", "", 18), Column("", "", 96)], landscape=False)

    def put(first: object, second: object = None, style: str = "plain", height: float | None = None) -> None:
        styles = ["plain_link" if isinstance(first, SheetLink) else style]
        styles.append("plain_link" if isinstance(second, SheetLink) else "plain")
        book.line(sheet, [first, second], styles, height)

    put("整改台账", style="heading", height=26)
    put("工作表", style="section")
    for name in names:
        if name != "guide":
            title = labels.of("sheet", name)
            put(SheetLink(title, f"'{title}'!A1"), _GUIDE[name])
    put("怎样更正", style="section")
    for number, text in enumerate(
        (
            "浅黄色的列可以直接改；其他列由程序生成，改了也不会读回。",
            "要删去一行，删除整行；要增加一个问题，在“问题”表末尾另起一行，单位写法与上面相同。",
            "日期写成 2025-06-30；只有月份时写成 2025-06。整改状态、长期坚持请从下拉列表中选择。",
            "不要移动、删除列，也不要改表头；最右边隐藏的两列是行标识，请勿改动。",
            "改完保存，运行 zhenggai apply 整改台账.xlsx；下一次运行、核对和出文书都会采用更正。",
            "以后重新解析时，人工更正优先；原文又变了的，列在“更正冲突”表里，不会覆盖更正。",
        ),
        1,
    ):
        put(f"{number}.", text)
