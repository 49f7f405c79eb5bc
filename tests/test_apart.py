"""Answers that stand apart from their problems: joined by number, by name, by like labels; others leave papers alone."""

from __future__ import annotations

from pipeline.core.model import Block, Document
from pipeline.core.rows import Tables
from pipeline.extract.process import tabulate
from pipeline.ruleset.rule import Rules

TITLE = "中共青溪县第九中学总支部委员会关于巡察整改情况的通报"
OPENING = "2024年3月1日至4月20日，县委第二巡察组对青溪县第九中学党总支开展了巡察，现将整改情况通报如下。"
PROBLEMS = ("一、反馈问题", "1.学习制度执行不严。", "2.食堂采购没有比价。", "3.三会一课记录不全。")


def read(rules: Rules, *lines: str) -> Tables:
    return tabulate(
        Document("甲.docx", "docx", "0" * 64, tuple(Block(line) for line in (TITLE, OPENING, *lines))), rules
    )


def answers(tables: Tables) -> list[tuple[str, list[str]]]:
    """Each problem with its measures, in order."""
    return [(p.problem, [m.text for m in tables.measures if m.problem_id == p.problem_id]) for p in tables.problems]


def test_answers_name_the_numbers_of_their_problems(rules: Rules) -> None:
    found = read(
        rules, *PROBLEMS, "二、整改措施", "针对问题2：一是公开比价采购3次。二是每月公示采购价格。",
        "针对问题1、3：修订《学习制度》，补齐会议记录12份。", "三、下一步打算", "继续抓好整改。",
    )  # fmt: skip
    together = ["修订《学习制度》，补齐会议记录12份"]
    assert answers(found) == [
        ("学习制度执行不严", together),
        ("食堂采购没有比价", ["公开比价采购3次", "每月公示采购价格"]),
        ("三会一课记录不全", together),
    ]


def test_answers_repeat_the_names_of_their_problems(rules: Rules) -> None:
    found = read(
        rules, *PROBLEMS, "二、整改情况", "关于食堂采购的问题。食堂公开比价采购3次。已完成整改。",
        "关于三会一课记录的问题。补齐会议记录12份。已完成整改。",
    )  # fmt: skip
    assert answers(found) == [
        ("学习制度执行不严", []),
        ("食堂采购没有比价", ["食堂公开比价采购3次"]),
        ("三会一课记录不全", ["补齐会议记录12份"]),
    ]
    assert [p.status for p in found.problems] == [None, "done", "done"]


def test_answers_with_the_labels_of_their_problems(rules: Rules) -> None:
    found = read(rules, *PROBLEMS, "二、整改措施", "1.每月集中学习1次。", "2.公开比价采购3次。", "3.补齐会议记录12份。")
    assert answers(found) == [
        ("学习制度执行不严", ["每月集中学习1次"]),
        ("食堂采购没有比价", ["公开比价采购3次"]),
        ("三会一课记录不全", ["补齐会议记录12份"]),
    ]


def test_problems_listed_inside_one_sentence_of_a_feedback(rules: Rules) -> None:
    lines = (
        "县委第二巡察组向青禾中学党支部反馈巡察情况",
        "近日，县委第二巡察组向青禾中学党支部反馈了巡察情况。",
        "巡察发现，存在理论学习不深入，一年只学2次、资产管理不规范，原一中、二中资产没有并账、支部换届超期，拖了两年等问题。",
        "校党支部书记作表态发言。",
    )
    document = Document("乙.docx", "docx", "1" * 64, tuple(Block(line) for line in lines))
    assert [p.problem for p in tabulate(document, rules).problems] == [
        "理论学习不深入，一年只学2次", "资产管理不规范，原一中、二中资产没有并账", "支部换届超期，拖了两年",
    ]  # fmt: skip
