"""Which unit a paper belongs to, and one defect told once with its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.rows import Tables, joined, tables_of
from pipeline.publish.action import common_problems, findings_by_unit, topics, unit_actions
from pipeline.publish.overview import UNNAMED, units
from pipeline.reconcile.aliases import load_aliases
from pipeline.reconcile.belonging import unit_names
from pipeline.reconcile.paper import papers_of
from pipeline.reconcile.reconciliation import reconcile
from tests.making import row
from tests.test_items import ASKED, paper

RULES = Path(__file__).resolve().parent.parent / "rules"


def names_of(*documents: dict[str, str]) -> list[str]:
    tables = tables_of(
        row("documents", **{"doc_id": f"d{at}", "state": "ok", "kind": "bulletin", "file": f"{at}.docx", **values})
        for at, values in enumerate(documents)
    )
    aliases = load_aliases(RULES)
    names = unit_names(papers_of(tables, aliases), aliases)
    return [names[f"d{at}"] for at in range(len(documents))]


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("县教体局党组", "中共青柏县教育和体育局党组"),
        ("青柏一中", "青柏县第一中学党总支"),
        ("城关小学", "青柏县城关小学"),
        ("县第一中学", "青柏县第一中学"),
    ],
)
def test_a_short_name_means_the_one_unit_that_it_can(short: str, full: str):
    names = names_of({"unit": full}, {"unit": short}, {"unit": "白岭县实验小学"})
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize(("one", "other"), [("青柏县第一中学", "青柏县第十一中学"), ("青柏县教育局", "白岭县教育局")])
def test_names_that_only_look_alike_are_two_units(one: str, other: str):
    first, second = names_of({"unit": one}, {"unit": other})
    assert first != second


def test_a_short_name_of_two_units_is_that_of_its_folder():
    names = names_of(
        {"unit": "青柏县城关小学", "file": "甲/反馈.docx"},
        {"unit": "白岭县城关小学", "file": "乙/反馈.docx"},
        {"unit": "城关小学", "file": "乙/通报.docx"},
    )
    assert names == ["青柏县城关小学", "白岭县城关小学", "白岭县城关小学"]


def test_a_paper_without_a_name_belongs_to_its_folder():
    names = names_of(
        {"unit": "青柏县城关小学", "file": "04 青柏县城关小学/反馈意见/a.docx"},
        {"unit": "", "file": "04 青柏县城关小学/台账/b.xlsx"},
        {"unit": "", "file": "05 青柏县第九小学/台账.xlsx"},
        {"unit": "", "file": "台账.xlsx"},
    )
    assert names == ["青柏县城关小学", "青柏县城关小学", "青柏县第九小学", ""]


def of_unit(tables: Tables, unit: str) -> Tables:
    return replace(tables, documents=tuple(replace(one, unit=unit) for one in tables.documents))


def test_a_joint_bulletin_belongs_to_each_school():
    schools = {"青柏县水磨小学": ASKED[:2], "青柏县石门小学": ASKED[2:]}
    own = [
        of_unit(paper("feedback", texts, "2024-06-01", f"f{at}"), unit)
        for at, (unit, texts) in enumerate(schools.items())
    ]
    joint = of_unit(
        paper("bulletin", ASKED, "2024-12-01", "j", status=["done", "done", "in_progress", "done"]), "青柏县教育局"
    )
    heads = ["水磨小学", "水磨小学", "石门小学", "石门小学"]
    named = [replace(one, aspect=head, category="") for one, head in zip(joint.problems, heads, strict=True)]
    tables = reconcile(joined([*own, replace(joint, problems=tuple(named))]), RULES)
    assert [(one.unit, one.status) for one in tables.items] == [
        ("青柏县水磨小学", "done"), ("青柏县水磨小学", "done"),
        ("青柏县石门小学", "in_progress"), ("青柏县石门小学", "done"),
    ]  # fmt: skip
    assert not [one for one in tables.findings if one.check in ("problem_unanswered", "problem_added")]
    assert {one.unit for one in tables.cases} == {*schools, "青柏县教育局"}


def test_what_several_papers_leave_out_is_one_finding():
    answers = [paper(kind, ASKED[:3], f"2024-0{at}-01") for at, kind in enumerate(("plan", "ledger", "bulletin"), 7)]
    tables = reconcile(joined([paper("feedback", ASKED, "2024-06-01"), *answers]), RULES)
    (one,) = [finding for finding in tables.findings if finding.check == "problem_unanswered"]
    assert (one.file, one.other_file) == ("bulletin.docx", "feedback.docx")
    assert {"ledger.docx", "plan.docx"} <= set(one.also.split("；"))
    assert "feedback.docx" in one.message


def test_a_paper_in_two_formats_has_each_defect_once():
    given = {"status": ["done"] * 4, "measures": ["", "已清退", "已清退", "已清退"]}
    formats = [paper("bulletin", ASKED, "2024-12-01", name, **{k: list(v) for k, v in given.items()}) for name in "bc"]
    found = reconcile(joined(formats), RULES).findings
    assert [one.also for one in found if one.check == "measure_missing"] == ["c.docx（第1段）"]


def test_findings_say_their_place_by_the_numbers_above():
    rows: list[Any] = [
        row(
            "passages",
            doc_id="bulletin",
            seq=1,
            part="heading",
            level=0,
            label="二、",
            text="问题",
            paragraph=1,
            start=0,
            end=2,
        ),
        row(
            "passages",
            doc_id="bulletin",
            seq=2,
            part="group",
            level=1,
            label="（三）",
            text="方面",
            paragraph=2,
            start=0,
            end=2,
        ),
    ]
    tables = paper("bulletin", ASKED, "2024-12-01", status=["done"] * 4, measures=["", "已清退", "已清退", "已清退"])
    problems = [replace(one, label=f"{at}.", paragraph=at + 2) for at, one in enumerate(tables.problems, 1)]
    found = reconcile(joined([replace(tables, problems=tuple(problems)), tables_of(rows)]), RULES).findings
    (missing,) = [one for one in found if one.check == "measure_missing"]
    assert missing.place == "二（三）1"


def test_the_first_screen_knows_what_is_to_be_settled():
    tables = reconcile(
        joined(
            [
                of_unit(paper("feedback", ASKED, "2024-06-01", "fa"), "甲县第一小学"),
                of_unit(paper("bulletin", ASKED[:3], "2024-12-01", "ba", status=["done"] * 3), "甲县第一小学"),
                of_unit(paper("feedback", ASKED[1:], "2024-06-01", "fb"), "甲县第二小学"),
                of_unit(paper("bulletin", ASKED[1:], "2024-12-01", "bb", status=["done"] * 3), "甲县第二小学"),
                of_unit(paper("feedback", ASKED[1:], "2024-06-01", "fc"), "甲县第三小学"),
                tables_of(
                    [row("documents", doc_id="s", file="讲话.docx", kind="other", state="ok", unit="甲县教育局")]
                ),
            ]
        ),
        RULES,
    )
    assert set(units(tables)) == {"甲县第一小学", "甲县第二小学", "甲县第三小学", UNNAMED}
    first, *_, last = unit_actions(tables, None)
    assert (first.unit, first.unanswered) == ("甲县第一小学", 1)
    assert (last.unit, last.open) == ("甲县第二小学", 0)
    assert {entry.unit: entry.missing for entry in unit_actions(tables, None)}["甲县第三小学"] == 1
    common = common_problems(tables)
    assert [len(one.units) for one in common] == [3, 3, 3]
    assert {topic.name for topic in topics(tables)} <= {"其他", *load_topics()}
    assert findings_by_unit(tables)["甲县第一小学"]


def load_topics() -> list[str]:
    from pipeline.reconcile.settings import load_settings

    return list(load_settings(RULES).topics)
