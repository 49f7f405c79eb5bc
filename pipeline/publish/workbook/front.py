"""The sheet 说明: how to work with the workbook, with a link to each sheet."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.decisions.columns import Column
from pipeline.publish.workbook.sheets import Book, Sheet, SheetLink, lay_out
from pipeline.ruleset.labels import Labels

_GUIDE = {
    "overview": "先看这里：哪些单位须处理什么、缺哪些材料、共有哪些问题，各单位的整改状态，附图表",
    "items": "每个问题只列一行：反馈意见、方案、台账、通报合在一起，写明各栏取自哪份材料、其他材料怎么说",
    "due": "超过时限和快到时限、还没有完成的问题；后来的材料已报完成的不列",
    "problems": "各份材料里的每个问题一行；浅黄色的列可以更正或填写",
    "measures": "每行一条整改措施；“整改措施”一列可以更正",
    "claims": "文中自己说的数，与按本表重新清点的数并列",
    "links": "反馈意见的每个问题与答复材料的哪个问题对应",
    "findings": "核对发现的问题、原文摘录和处理建议；请在“审核状态”里选属实或不成立",
    "copies": "与其他单位的材料雷同的每条措施；“核对发现”里每两份材料只列一条",
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
