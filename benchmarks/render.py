"""A generated unit → the text of its documents, as an office would write them; or straight to tables."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.generator import Item, Unit
from pipeline.core.rows import ClaimRow, DocumentRow, MeasureRow, ProblemRow, Row, Tables, tables_of
from pipeline.core.vocabulary import Kind, Status

_CN = "零一二三四五六七八九十"


def chinese(n: int) -> str:
    """1–39 as a Chinese numeral."""
    tens, ones = divmod(n, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _CN[tens] + "十") + (_CN[ones] if ones else "")


def totals(unit: Unit) -> dict[str, float]:
    """What the bulletin states about itself; a planted fault overrides single values."""
    items = unit.answered
    done = sum(i.status == "done" for i in items)
    counted: dict[str, float] = {
        "aspects": len({i.aspect for i in items}),
        "problems": len(items),
        "done": done,
        "in_progress": len(items) - done,
        "rate": round(100 * done / max(len(items), 1), 2),
        "measures": sum(len([m for m in i.measures if m]) for i in items),
    }
    return {**counted, **unit.claims}


def _head(unit: Unit, title: str) -> list[str]:
    return [unit.docno, f"中共{unit.name}委员会{title}"]


def _opening(unit: Unit) -> str:
    return (
        f"根据{unit.place}县委统一部署，2024年3月4日至4月26日，"
        f"县委第二巡察组对{unit.name}党委开展了常规巡察，并于2024年6月3日反馈了巡察意见。"
    )


def feedback_text(unit: Unit) -> str:
    """The inspectors' findings."""
    t = {"aspects": len({i.aspect for i in unit.items}), "problems": len(unit.items)}
    lines = [
        f"中共{unit.place}县委第二巡察组关于巡察{unit.name}党委的反馈意见",
        f"{unit.name}党委：",
        f"根据{unit.place}县委统一部署，2024年3月4日至4月26日，"
        f"县委第二巡察组对{unit.name}党委开展了常规巡察。2024年6月3日，县委第二巡察组反馈了巡察意见。",
        "一、总体评价",
        "校党委能够围绕中心工作抓党建，但还存在一些问题。",
        "二、巡察发现的主要问题",
        f"共发现{t['aspects']}个方面{t['problems']}个问题。",
    ]
    last = ""
    number = 0
    for item in unit.items:
        if item.aspect != last:
            last, number = item.aspect, 0
            lines.append(f"（{chinese(_order(unit.items, item.aspect))}）{item.aspect}")
        number += 1
        lines.append(f"{number}．{item.text}。")
    lines += [
        "三、意见建议",
        "（一）提高政治站位，切实抓好整改。",
        "（二）严明财经纪律，堵塞管理漏洞。",
        f"中共{unit.place}县委第二巡察组",
        "2024年6月3日",
    ]
    return "\n".join(lines)


def _order(items: list[Item], aspect: str) -> int:
    return list(dict.fromkeys(i.aspect for i in items)).index(aspect) + 1


def bulletin_text(unit: Unit, issued: str = "2024年12月16日") -> str:
    """The unit's answer."""
    t = totals(unit)
    lines = [
        *_head(unit, "关于巡察整改进展情况的通报"),
        f"{_opening(unit)}现将巡察整改情况予以公布。",
        "一、组织整改落实情况",
        f"（一）加强领导。校党委召开专题会议传达反馈意见，研究整改工作。对照反馈的{t['aspects']:g}个方面"
        f"{t['problems']:g}个问题，细化整改措施{t['measures']:g}条。",
        f"（二）强化督办。截至2024年12月10日，已完成整改{t['done']:g}个，正在整改{t['in_progress']:g}个，"
        f"整改完成率{t['rate']:g}%。",
        "二、反馈问题整改落实情况",
    ]
    last, number = "", 0
    for item in unit.answered:
        if item.aspect != last:
            last, number = item.aspect, 0
            lines.append(f"（{chinese(_order(unit.answered, item.aspect))}）{item.aspect}")
        number += 1
        lines.append(f"{item.label or number}．关于“{item.told or item.text}”的问题。")
        lines.append(_answer(item))
        number = item.label or number
    lines += [
        "三、下一步工作打算",
        "校党委将持续抓好整改，巩固整改成果。",
        "欢迎广大干部群众对整改情况进行监督。联系电话：0598-7731024。",
        f"中共{unit.name}委员会",
        issued,
    ]
    return "\n".join(lines)


def _answer(item: Item) -> str:
    status = {"done": "已完成整改", "in_progress": "正在整改"}[item.status]
    said = "整改情况：" + ("" if item.silent else status + "。")
    if item.status == "in_progress" and item.reason:
        said += item.reason + "。"
    if len(item.measures) == 1:
        return said + item.measures[0] + "。"
    return said + "".join(f"{chinese(n)}是{text}。" for n, text in enumerate(item.measures, 1))


def plan_text(unit: Unit) -> str:
    """What the unit will do."""
    aspects = len({i.aspect for i in unit.items})
    lines = [
        *_head(unit, "关于落实县委第二巡察组反馈意见的整改方案"),
        "各处室：",
        f"{_opening(unit)}指出{aspects}个方面{len(unit.items)}个问题。结合学校实际，制定本方案。",
        "一、总体要求",
        "坚持问题导向，不折不扣完成整改任务。",
        "二、整改任务",
    ]
    last, number = "", 0
    for item in unit.items:
        if item.aspect != last:
            last, number = item.aspect, 0
            lines.append(f"（{chinese(_order(unit.items, item.aspect))}）聚焦{item.aspect}")
        number += 1
        lines.append(f"{number}.{item.text}。")
        lines.append("整改措施：" + "；".join(f"{chr(0x2460 + n)}{text}" for n, text in enumerate(item.planned)) + "。")
        for name, value in (("责任领导", item.lead), ("责任部门", item.dept), ("责任人", item.person)):
            if value:
                lines.append(f"{name}：{value}")
        if item.deadline:
            lines.append(f"整改时限：{item.deadline}前")
    lines += ["三、保障措施", "加强领导，强化督导。", f"中共{unit.name}委员会", "2024年7月1日"]
    return "\n".join(lines)


def ledger_rows(unit: Unit) -> list[list[str]]:
    """The rows of a ledger below its title."""
    head = ["序号", "反馈问题", "整改措施", "责任领导", "责任部门", "责任人", "整改时限", "整改状态", "未完成原因"]
    return [
        head,
        *(
            [
                str(at), row.text, "；".join(row.planned), row.lead, row.dept, row.person, row.deadline,
                {"done": "已完成", "in_progress": "正在整改"}[row.status], row.reason,
            ]
            for at, row in enumerate(unit.ledger, 1)
        ),
    ]  # fmt: skip


def unit_tables(unit: Unit) -> Tables:
    """Feedback and bulletin of a faultless unit as tables, without reading any text."""
    return tables_of(row for kind in (Kind.FEEDBACK, Kind.BULLETIN) for row in _rows(unit, kind))


def _rows(unit: Unit, kind: Kind) -> Iterator[Row]:
    doc = f"u{unit.number:05d}{kind[0]}"
    issued = "2024-06-03" if kind == Kind.FEEDBACK else "2024-12-16"
    yield DocumentRow(
        doc_id=doc,
        file=f"{unit.name}/{kind}.docx",
        kind=kind,
        title=kind,
        unit=f"{unit.name}党委",
        inspector="县委第二巡察组",
        feedback_date="2024-06-03",
        issued_date=issued,
    )
    stated = totals(unit)
    metrics = ("aspects", "problems", "done", "in_progress", "rate", "measures")
    for metric in metrics[: 2 if kind == Kind.FEEDBACK else 6]:
        yield ClaimRow(doc_id=doc, metric=metric, value=stated[metric], text=metric, paragraph=5, start=0, end=4)
    last, number = "", 0
    for seq, item in enumerate(unit.items, 1):
        number, last = (number + 1 if item.aspect == last else 1), item.aspect
        answer = _answer(item) if kind == Kind.BULLETIN else ""
        yield ProblemRow(
            doc_id=doc,
            problem_id=f"{doc}-{seq}",
            seq=seq,
            label=f"{number}．",
            aspect=item.aspect,
            problem=item.text,
            status=Status(item.status) if answer else None,
            status_text="正在整改" if item.reason else "",
            rectification=answer,
            paragraph=10 * seq,
            start=0,
            end=9,
        )
        for n, text in enumerate(item.measures if answer else (), 1):
            yield MeasureRow(
                doc_id=doc, problem_id=f"{doc}-{seq}", seq=n, text=text, paragraph=10 * seq + 1, start=n, end=n + 9
            )
