"""A county's batch with its truth: the files of 20 fictional schools as offices send them, and what is read from them.

    python -m benchmarks.county make FOLDER     write the files
    python -m benchmarks.county measure         read them and compare with the truth

Formats are mixed, units are named by abbreviations or only by their folder, three schools share one bulletin, and among
the papers lie speeches, notices, rotas, empty forms, copies and temporary files.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from benchmarks.county_files import WRITERS, write_sheet
from benchmarks.generator import Unit, bank, make_unit
from benchmarks.planted import copy_measure
from benchmarks.render import bulletin_text, chinese, feedback_text, plan_text
from pipeline.core.rows import Tables, with_rows
from pipeline.core.vocabulary import Severity
from pipeline.publish.data.tables import read_tables
from pipeline.publish.due import due_items
from pipeline.publish.overview import UNNAMED
from pipeline.publish.overview import units as units_of
from pipeline.reconcile.aliases import load_aliases
from pipeline.ruleset.layers import rules_folder
from pipeline.run.batch import RunSettings, run

PLACE = "青柏"
NAMES = (
    "实验小学", "第一中学", "第二中学", "城关小学", "职业高级中学", "机关幼儿园", "特殊教育学校", "第三中学",
    "朝阳小学", "育才学校", "第五小学", "高级中学", "柳河镇中心小学", "东岗乡中心学校", "云台镇初级中学", "松林幼儿园",
    "教育和体育局", "水磨村小学", "石门村小学", "河湾村小学",
)  # fmt: skip
DAY = date(2025, 1, 10)  # that deadlines are judged by
BUREAU, JOINT = 16, (17, 18, 19)
LATER = "2025年6月30日"  # a deadline that is to come
_FORMATS = ("docx", "html", "docx", "txt", "docx", "rtf")
_JUNK = ("Thumbs.db", "~$整改情况通报.docx", "照片.jpg", "desktop.ini")


@dataclass(slots=True)
class Truth:
    """What must come out."""

    problems: dict[str, int] = field(default_factory=dict)  # unit → problems, each once
    errors: set[tuple[str, str]] = field(default_factory=set)  # (unit, check)
    warnings: set[tuple[str, str]] = field(default_factory=set)
    overdue: dict[str, int] = field(default_factory=dict)
    missing: dict[str, set[str]] = field(default_factory=dict)  # unit → kinds of papers that it owes
    files: int = 0


def units() -> list[Unit]:
    """The 20 units, each with its problems; nothing is wrong with them yet."""
    texts, made = bank(), []
    for number, name in enumerate(NAMES):
        unit = make_unit(texts, number, 5 if number in JOINT else 9 + number % 4, seed=11)
        unit.place, unit.school, unit.docno = PLACE, name, f"{PLACE}党〔2024〕{number + 3}号"
        for item in unit.items:
            item.deadline = LATER if item.status == "in_progress" else item.deadline
            item.planned = list(item.measures)
        made.append(unit)
    return made


def plant(made: list[Unit], truth: Truth) -> None:
    """The defects of the batch, each known."""
    made[2].answered = made[2].answered[:-1]
    truth.errors.add((made[2].name, "problem_unanswered"))
    made[2].claims["problems"] = len(made[2].items)  # it says that all are answered
    for check in ("total_mismatch", "parts_mismatch"):
        truth.errors.add((made[2].name, check))
    made[3].claims["done"] = sum(item.status == "done" for item in made[3].items) + 1
    for check in ("status_count_mismatch", "parts_mismatch"):
        truth.errors.add((made[3].name, check))
    for number in (4, 8):
        late = [item for item in made[number].items if item.status == "in_progress"]
        for item in late:
            item.deadline = "2024年11月20日"
        truth.overdue[made[number].name] = len(late)
    truth.overdue[made[2].name] = 1  # nobody answers it
    truth.overdue[made[9].name] = sum(item.deadline != LATER for item in made[9].items)  # no bulletin came
    copy_measure(made[7], made[10], random.Random(7))  # noqa: S311 (repeatable, nothing secret)
    truth.warnings.add(("+".join(sorted((made[7].name, made[10].name))), "copied_between_units"))
    truth.missing = {made[9].name: {"bulletin"}, made[11].name: {"plan"}, made[13].name: {"feedback"}}
    for unit in made:
        truth.problems[unit.name] = len(unit.items)


def ledger_rows(unit: Unit, number: int) -> list[list[str]]:
    """The unit's ledger; that of the bureau's neighbour still says 正在整改 where the bulletin reports the end."""
    rows = [["序号", "巡察反馈问题", "整改措施", "责任领导", "责任部门", "责任人", "整改时限", "整改状态", "备注"]]
    for at, item in enumerate(unit.items, 1):
        behind = number == 1 and at == 1
        done = item.status == "done" and not behind
        rows.append(
            [
                str(at), item.text, "；".join(item.measures), item.lead, item.dept, item.person, item.deadline,
                "已完成" if done else "正在整改", "" if done else item.reason or "因档案移交，正在补充佐证",
            ]
        )  # fmt: skip
    return rows


def joint_bulletin(made: list[Unit]) -> str:
    """One bulletin of the bureau for three village schools."""
    names = "、".join(unit.school for unit in made)
    lines = [
        f"中共{PLACE}县教育和体育局党组关于{made[0].school}等三所学校巡察整改进展情况的通报",
        f"根据{PLACE}县委统一部署，2024年3月4日至4月26日，县委第二巡察组对{names}开展了常规巡察，"
        "并于2024年6月3日反馈了巡察意见。现将整改进展情况予以公布。",
    ]
    for at, unit in enumerate(made, 1):
        lines.append(f"{chinese(at)}、{unit.school}")
        last, group, number = "", 0, 0
        for item in unit.answered:
            if item.aspect != last:
                last, group, number = item.aspect, group + 1, 0
                lines.append(f"（{chinese(group)}）{item.aspect}")
            number += 1
            lines.append(f"{number}．{item.text}。")
            status = {"done": "已完成整改", "in_progress": "正在整改"}[item.status]
            reason = f"{item.reason}。" if item.status == "in_progress" else ""
            told = "".join(f"{chinese(n)}是{text}。" for n, text in enumerate(item.measures, 1))
            lines.append(f"整改情况：{status}。{reason}{told}")
    return "\n".join([*lines, f"中共{PLACE}县教育和体育局党组", "2024年12月18日"])


_SPEECH = """在全县巡察整改工作推进会上的讲话
（2024年7月12日）
同志们：
今天召开这次会议，主要任务是贯彻县委部署，推动巡察整改落到实处。
一、提高认识
各校要坚决扛起整改主体责任，主要负责同志要带头领办3个问题。
二、突出重点
要紧盯食堂管理、违规收费等突出问题，集中整改期内完成率要达到80%以上。
三、加强督导
县教体局要每月调度一次，对整改不力的严肃问责。"""
_NOTICE = """关于召开巡察整改推进会的通知
各中小学、幼儿园：
经研究，定于2024年7月12日上午9:00在县教体局三楼会议室召开巡察整改推进会，请各校书记参加，带好整改台账。
青柏县教育和体育局办公室
2024年7月10日"""
_ROTA = [
    ["日期", "带班领导", "值班人员", "电话"],
    ["7月15日", "方启明", "吴敏", "7731024"],
    ["7月16日", "何秀英", "郑海涛", "7731025"],
]
_FORM = [["序号", "反馈问题", "整改措施", "责任领导", "责任人", "整改时限", "整改状态"], ["1"], ["2"], ["3"]]


def make(folder: Path) -> Truth:
    """Write the batch; gives its truth."""
    truth, made = Truth(), units()
    plant(made, truth)
    for number, unit in enumerate(made):
        _write_unit(folder, unit, number)
    texts = joint_bulletin([made[at] for at in JOINT])
    WRITERS["docx"](folder / "县直材料" / "三所村小整改通报.docx", texts)
    WRITERS["docx"](folder / "会议" / "推进会讲话.docx", _SPEECH)
    WRITERS["txt"](folder / "会议" / "会议通知.txt", _NOTICE)
    write_sheet(folder / "会议" / "暑期值班表.xlsx", "值班表", "2024年暑期值班安排表", _ROTA)
    write_sheet(folder / "会议" / "整改台账（空表）.xlsx", "台账", "巡察整改台账", _FORM)
    for name in _JUNK:
        (folder / "会议" / name).write_bytes(b"\x00junk")
    source = folder / f"01 {PLACE}县{NAMES[0]}" / "整改情况通报.docx"
    shutil.copy(source, source.with_name("整改情况通报（副本）.docx"))
    truth.files = sum(path.is_file() for path in folder.rglob("*"))
    return truth


def _write_unit(folder: Path, unit: Unit, number: int) -> None:
    """A unit's papers in a folder of its own."""
    place = folder / f"{number + 1:02d} {unit.name}"
    form = _FORMATS[number % len(_FORMATS)]
    papers: dict[str, Callable[[Unit], str]] = {
        "反馈意见": feedback_text,
        "整改方案": plan_text,
        "整改情况通报": bulletin_text,
    }
    without = {9: "整改情况通报", 11: "整改方案", 13: "反馈意见"}.get(number)
    if number in JOINT:
        papers = {"反馈意见": feedback_text}
    for at, (name, text) in enumerate(papers.items()):
        if name != without:
            kind = form if at == 2 else "docx"
            WRITERS[kind](place / f"{name}.{kind}", _shortened(text(unit), number, name))
    if number in (1, 4, 5, 8, 12, 15):
        # the ledger names no unit: its folder does
        write_sheet(place / "台账.xlsx", "整改台账", "巡察反馈问题整改台账", ledger_rows(unit, number))


def _shortened(text: str, number: int, paper: str) -> str:
    """The unit's name as the people there write it."""
    if number == BUREAU and paper != "反馈意见":
        return text.replace(f"{PLACE}县教育和体育局", "县教体局")
    if number in (3, 6) and paper == "整改方案":
        return text.replace(f"{PLACE}县", "县" if number == 6 else "")
    return text


@dataclass(slots=True)
class Measured:
    """What came out beside the truth; `faults` are its differences in words."""

    tables: Tables
    truth: Truth
    faults: list[str] = field(default_factory=list)


def measured(folder: Path) -> Measured:
    """Make the batch in a folder, read it, and compare."""
    truth = make(folder / "input")
    run([folder / "input"], folder / "output", RunSettings(rules_folder(), as_of=DAY))
    out = Measured(read_tables(folder / "output"), truth)
    out.faults += [*_differences(out)]
    return out


def _differences(out: Measured) -> Iterator[str]:
    tables, truth = out.tables, out.truth
    aliases = load_aliases(rules_folder())
    found = {aliases.unit(name) for name in units_of(tables) if name != UNNAMED}
    tables = with_rows(
        tables,
        {
            "items": [replace(row, unit=aliases.unit(row.unit)) for row in tables.items],
            "findings": [replace(row, unit=aliases.unit(row.unit)) for row in tables.findings],
        },
    )
    truth = replace(
        truth,
        problems={aliases.unit(unit): count for unit, count in truth.problems.items()},
        errors={(aliases.unit(unit), check) for unit, check in truth.errors},
        overdue={aliases.unit(unit): count for unit, count in truth.overdue.items()},
    )
    yield from (f"unit not found: {name}" for name in sorted(truth.problems.keys() - found))
    yield from (f"no unit: {name}" for name in sorted(found - truth.problems.keys()))
    counted = Counter(item.unit for item in tables.items)
    for unit, wanted in truth.problems.items():
        if counted[unit] != wanted:
            yield f"{unit}: {counted[unit]} problems of {wanted}"
    errors = {(row.unit, row.check) for row in tables.findings if row.severity == Severity.ERROR}
    yield from (f"missed error: {entry}" for entry in sorted(truth.errors - errors))
    yield from (f"false error: {entry}" for entry in sorted(errors - truth.errors))
    overdue = Counter(one.item.unit for one in due_items(tables.items, DAY, 30) if one.overdue)
    if dict(overdue) != truth.overdue:
        yield f"overdue: {dict(overdue)} instead of {truth.overdue}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("make", "measure"))
    parser.add_argument("folder", nargs="?", type=Path)
    options = parser.parse_args()
    if options.action == "make":
        print(f"{make(options.folder).files} files")
        return
    with tempfile.TemporaryDirectory() as temporary:
        out = measured(options.folder or Path(temporary))
        units_found = len(out.truth.problems) - sum("unit not found" in fault for fault in out.faults)
        wanted = len(out.truth.problems)
        print(f"{out.truth.files} files, {units_found} of {wanted} units, {len(out.tables.items)} problems")
        print("\n".join(out.faults) or "no difference from the truth")


if __name__ == "__main__":
    main()
