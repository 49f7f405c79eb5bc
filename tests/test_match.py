"""Matching without shared ids: rewording is seen through, near-twins are kept apart, nothing is hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.rows import ProblemRow
from pipeline.reconcile.match import ASSIGNED, EXACT, MERGED, SPLIT, _words, link_problems, plain
from pipeline.reconcile.settings import load_settings

THRESHOLDS = load_settings(Path(__file__).resolve().parent.parent / "rules").profile.thresholds
ASKED = [
    "支部集体学习以转发链接代替研讨，理论武装抓得不紧",
    "课后服务收费管理不规范，2023年秋季学期结余4.26万元长期挂账未清算",
    "违规发放值班补贴、加班补贴，2022年至2024年涉及31人共5.38万元",
    "校园维修项目化整为零，规避招标",
    "工会福利发放超标准、超范围",
    "发展党员程序不严谨，入党材料有涂改、倒签现象",
    "校园安全责任悬空，校门口3处监控损坏五个月未修",
]


def problems(texts: list[str], name: str) -> list[ProblemRow]:
    return [ProblemRow(doc_id=name, problem_id=f"{name}{i}", problem=text, paragraph=i) for i, text in enumerate(texts)]


def linked(asked: list[str], given: list[str]) -> dict[str, str]:
    links = link_problems(problems(asked, "f"), problems(given, "b"), THRESHOLDS)
    return {link.source: link.answer for link in links}


def test_equal_texts_match_in_any_order_and_with_other_quotes():
    given = [t.replace("，", ",") for t in reversed(ASKED)]
    links = link_problems(problems(ASKED, "f"), problems(given, "b"), THRESHOLDS)
    assert {(k.source, k.answer) for k in links} == {(f"f{i}", f"b{6 - i}") for i in range(7)}
    assert {k.method for k in links} == {EXACT}
    assert all(k.score == 1.0 and not k.doubtful and k.margin > 0.3 for k in links)


@pytest.mark.parametrize(
    ("number", "reworded"),
    [
        (0, "集体学习转发链接了事，没有研讨，理论武装不够紧"),
        (2, "个别补贴发放不够规范"),
        (3, "维修工程拆分，规避公开招标"),
        (5, "党员发展不规范，入党申请材料存在倒签、涂改"),
        (6, "安全责任落实不到位，校门监控坏了五个月没有修复"),
    ],
)
def test_a_reworded_problem_finds_its_own(number: int, reworded: str):
    given = [*ASKED]
    given[number] = reworded
    assert linked(ASKED, given)[f"f{number}"] == f"b{number}"


def test_a_link_keeps_what_both_share_and_who_came_next():
    given = [*ASKED]
    given[1] = "课后服务费管理不规范，2023年秋季结余的4.26万元挂账没有清算"
    link = next(k for k in link_problems(problems(ASKED, "f"), problems(given, "b"), THRESHOLDS) if k.source == "f1")
    assert link.method == ASSIGNED
    assert "¥42600" in link.shared
    assert any("课后服务" in words for words in link.shared)
    assert link.runner_up.startswith("b") and link.runner_up != "b1"
    assert 0 < link.margin < link.score < 1


def test_twins_that_differ_in_a_sum_or_a_year_stay_apart():
    asked = ["违规发放津贴，2021年向12人发放3.6万元", "违规发放津贴，2022年向15人发放4.8万元", *ASKED]
    assert linked(asked, [asked[1], asked[0], *ASKED])["f0"] == "b1"
    left_out = linked(asked, [asked[1], *ASKED])
    assert "f0" not in left_out
    assert left_out["f1"] == "b0"


def test_what_is_left_out_or_added_has_no_link():
    given = [*ASKED[:4], *ASKED[5:], "公务用车油卡混用，加油没有登记"]
    links = linked(ASKED, given)
    assert "f4" not in links
    assert "b6" not in links.values()


def test_a_problem_answered_in_two_parts_is_a_split_and_two_in_one_a_merge():
    parts = [*ASKED[:5], "发展党员程序不严谨", "入党材料有涂改、倒签现象", ASKED[6]]
    links = link_problems(problems(ASKED, "f"), problems(parts, "b"), THRESHOLDS)
    assert {k.answer for k in links if k.source == "f5"} == {"b5", "b6"}
    assert SPLIT in {k.method for k in links}
    merged = [*ASKED[:3], f"{ASKED[3]}；{ASKED[4]}", *ASKED[5:]]
    links = link_problems(problems(ASKED, "f"), problems(merged, "b"), THRESHOLDS)
    assert {k.source for k in links if k.answer == "b3"} == {"f3", "f4"}
    assert MERGED in {k.method for k in links}


def test_a_weak_link_is_shown_as_doubtful():
    asked, given = ["工会福利发放超标准、超范围"], ["福利发放方面需要改进"]
    assert [k.doubtful for k in link_problems(problems(asked, "f"), problems(given, "b"), THRESHOLDS)] == [True]
    given = ["工会福利管理需要改进"]
    links = link_problems(problems([*asked, ASKED[0]], "f"), problems([*given, ASKED[0]], "b"), THRESHOLDS)
    assert [k.doubtful for k in links if k.source == "f0"] == [True]


def test_empty_lists_and_empty_texts_are_no_trouble():
    assert link_problems([], problems(ASKED, "b"), THRESHOLDS) == []
    assert linked(ASKED, [""] * 3) == {}
    assert len(linked(["甲"], ["甲"])) == 1


def test_names_are_kept_whole_and_leave_no_trace():
    text = plain("青石桥实验小学总务处采购不比价")
    alone = _words([text])[0]
    named = _words([text], ["青石桥实验小学", "总务处"])[0]
    assert "青石桥实验小学" in named and "总务处" in named
    assert "青石桥实验小学" not in alone
    assert _words([text])[0] == alone, "names of one case say nothing about the next"
