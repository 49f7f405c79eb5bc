"""The consolidated table: one row a problem over all papers of a case, each value with its source."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import Tables, joined, tables_of
from pipeline.lab.catalogue import policy_lines
from pipeline.publish.due import due_items
from pipeline.publish.overview import figures
from pipeline.publish.workbook.workbook_file import write_workbook
from pipeline.reconcile.reconciliation import reconcile
from pipeline.reconcile.settings import ITEM_FIELDS, load_profile
from tests.making import row
from tests.samples import reports
from tests.word_layout import opened

RULES = Path(__file__).resolve().parent.parent / "rules"
ASKED = [
    "支部集体学习以转发链接代替研讨，理论武装抓得不紧",
    "违规发放值班补贴、加班补贴，2022年至2024年涉及31人共5.38万元",
    "校园维修项目化整为零，规避招标",
    "发展党员程序不严谨，入党材料有涂改、倒签现象",
]


def paper(kind: str, texts: list[str], date: str = "", name: str = "", **of_problem: list[Any]) -> Tables:
    """A paper of one unit; `of_problem` gives a value a problem for a column, `measures` a text each."""
    name = name or kind
    rows: list[Any] = [
        row(
            "documents",
            doc_id=name,
            file=f"{name}.docx",
            kind=kind,
            unit="枫桥县第三小学",
            state="ok",
            inspector="县委第二巡察组",
            issued_date=date,
        )
    ]
    measures = of_problem.pop("measures", [])
    for at, text in enumerate(texts):
        own = {column: values[at] for column, values in of_problem.items()}
        rows.append(
            row(
                "problems",
                doc_id=name,
                problem_id=f"{name}{at}",
                seq=at + 1,
                problem=text,
                aspect=f"第{at % 2}方面",
                paragraph=10 * at + 1,
                start=0,
                end=len(text),
                **own,
            )
        )
    rows += [
        row("measures", doc_id=name, problem_id=f"{name}{at}", seq=1, text=text, paragraph=10 * at + 2)
        for at, text in enumerate(measures)
    ]
    return tables_of(rows)


def items(*papers: Tables) -> tuple[ItemRow, ...]:
    return reconcile(joined(papers), RULES).items


def test_each_problem_is_one_row_and_each_field_comes_from_the_paper_that_the_profile_names():
    plan = paper(
        "plan",
        ASKED,
        "2024-07-01",
        lead=["校长顾青"] * 4,
        dept=["总务处"] * 4,
        deadline=["2024-09", "2024-09-30", "2024-10-31", "2024-12-31"],
        measures=["组织研讨"] * 4,
    )
    ledger = paper(
        "ledger",
        ASKED,
        "2024-10-08",
        status=["in_progress"] * 4,
        lead=["顾青", "许可", "", ""],
        deadline=["2024-09-30", "2024-11-30", "", ""],
    )
    bulletin = paper(
        "bulletin",
        ASKED,
        "2024-12-16",
        status=["done", "done", "in_progress", None],
        measures=["开研讨6次", "已全部退回5.38万元", "因资金未到位，尚未招标", "补签材料"],
    )
    found = items(bulletin, ledger, paper("feedback", ASKED, "2024-06-03"), plan)
    assert [item.problem for item in found] == ASKED
    assert [item.status for item in found] == ["done", "done", "in_progress", "in_progress"]
    assert [item.status_from for item in found] == ["bulletin", "bulletin", "bulletin", "ledger"]
    assert json.loads(found[0].status_others) == {"ledger": "in_progress"} and not found[2].status_others
    assert {item.lead for item in found} == {"校长顾青"} and {item.lead_from for item in found} == {"plan"}
    assert [item.lead_others for item in found] == ["", '{"ledger": "许可"}', "", ""], "顾青 is 校长顾青"
    assert [item.deadline for item in found] == ["2024-09", "2024-09-30", "2024-10-31", "2024-12-31"]
    assert [bool(item.deadline_others) for item in found] == [False, True, False, False]
    assert [item.measures_planned for item in found] == ["组织研讨"] * 4
    assert found[1].measures_reported == "已全部退回5.38万元" and found[1].measures_reported_from == "bulletin"
    assert (found[1].amount_asked, found[1].amount_settled) == (53800.0, 53800.0)
    assert [item.reason for item in found] == ["", "", "因资金未到位，尚未招标", ""]
    assert not any(item.added or item.doubtful for item in found)
    assert [(i.feedback_problem_id, i.plan_problem_id, i.ledger_problem_id, i.bulletin_problem_id) for i in found] == [
        (f"feedback{at}", f"plan{at}", f"ledger{at}", f"bulletin{at}") for at in range(4)
    ]


def test_a_problem_of_no_feedback_is_added_and_a_split_one_is_as_far_as_its_slower_part():
    told = [*ASKED[:3], "发展党员程序不严谨", "入党材料有涂改、倒签现象", "公务用车油卡混用，加油没有登记"]
    bulletin = paper("bulletin", told, status=["done", "done", "done", "in_progress", "done", "done"])
    found = items(paper("feedback", ASKED), bulletin)
    assert [item.added for item in found] == [False] * 4 + [True]
    assert found[3].bulletin_problem_id == "bulletin3;bulletin4"
    assert found[3].status == "in_progress"
    assert found[4].problem == told[5] and not found[4].feedback_problem_id


def test_a_plan_leads_from_the_feedback_to_a_bulletin_in_other_words():
    asked, planned = "工会福利方面存在问题", "工会福利方面存在问题：向31名职工超范围发放购物卡"
    told = "向31名职工超范围发放购物卡"
    found = items(
        paper("feedback", [*ASKED, asked]),
        paper("plan", [*ASKED, planned]),
        paper("bulletin", [*ASKED, told], status=["done"] * 5),
    )
    assert len(found) == 5
    assert (found[4].feedback_problem_id, found[4].bulletin_problem_id) == ("feedback4", "bulletin4")


def test_without_feedback_the_fullest_paper_names_the_problems_and_none_is_added():
    found = items(paper("plan", ASKED[:2], "2024-07-01"), paper("bulletin", ASKED, "2024-12-16"))
    assert [item.problem for item in found] == ASKED
    assert [item.plan_problem_id for item in found] == ["plan0", "plan1", "", ""]
    assert not any(item.added for item in found)


def test_a_paper_without_a_date_is_as_late_as_its_kind():
    ledger = paper("ledger", ASKED, "2024-10-08", status=["in_progress"] * 4)
    bulletin = paper("bulletin", ASKED, status=["done"] * 4)
    assert {item.status for item in items(bulletin, ledger)} == {"done"}
    late = paper("ledger", ASKED, "2025-03-01", status=["done"] * 4)
    earlier = paper("bulletin", ASKED, "2024-12-16", status=["in_progress"] * 4)
    assert {item.status for item in items(earlier, late)} == {"done"}


def test_a_reviewer_stands_above_every_paper():
    ledger = paper("ledger", ASKED, "2024-10-08", status=["not_done"] * 4)
    bulletin = paper("bulletin", ASKED, "2024-12-16", status=["done"] * 4)
    fact = row("facts", doc_id="ledger", problem_id="ledger1", field="status", value="not_done", rule="reviewer")
    found = items(ledger, bulletin, tables_of([fact]))
    assert [item.status for item in found] == ["done", "not_done", "done", "done"]
    assert found[1].status_from == "ledger"


def test_the_rows_do_not_depend_on_the_order_of_the_papers():
    papers = [
        paper("feedback", ASKED),
        paper("plan", ASKED[:3]),
        paper("ledger", ASKED[1:]),
        paper("bulletin", ASKED, "2024-12-16"),
        paper("bulletin", ASKED[2:], "2025-03-01", name="later"),
    ]
    first = items(*papers)
    random.Random(3).shuffle(papers)
    assert items(*papers) == first
    assert len({item.item_id for item in first}) == len(first) == 4


@pytest.mark.parametrize("field", ITEM_FIELDS)
def test_every_field_has_its_policy(field: str):
    assert load_profile(RULES, "default").items[field]


def test_documents_know_their_case_and_links_the_kind_of_the_answer():
    tables = reconcile(joined([paper("feedback", ASKED), paper("ledger", ASKED)]), RULES)
    assert {row.case_id for row in tables.documents} == {tables.cases[0].case_id}
    assert {(link.answer_problem_id, link.answer_kind) for link in tables.links} == {
        (f"ledger{at}", "ledger") for at in range(4)
    }


def test_the_docs_print_the_policy_as_the_profile_has_it():
    told = (RULES.parent / "docs" / "items.md").read_text(encoding="utf-8").splitlines()
    assert all(line in told for line in policy_lines(RULES)[2:])


def test_the_workbook_shows_each_problem_once_with_its_files_right_behind_the_overview(tmp_path: Path):
    plan = paper("plan", ASKED, "2024-07-01", lead=["校长顾青"] * 4, deadline=["2024-09-30"] * 4)
    bulletin = paper("bulletin", [*ASKED, "公务用车油卡混用，加油没有登记"], "2024-12-16", status=["done"] * 5)
    ledger = paper("ledger", ASKED, "2024-10-08", status=["in_progress"] * 4)
    write_workbook(
        reconcile(joined([paper("feedback", ASKED), plan, ledger, bulletin]), RULES), tmp_path / "b.xlsx", RULES
    )
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames[1:4] == ["总览", "问题总表", "问题"]
    head, *rows = [[cell.value for cell in line] for line in book["问题总表"].iter_rows()]
    told = [dict(zip(head, line, strict=True)) for line in rows]
    assert [line["问题"] for line in told] == [*ASKED, "公务用车油卡混用，加油没有登记"]
    assert told[0]["其他材料的不同说法"] == "整改状态：正在整改（ledger.docx）"
    assert told[0]["出自"] == "feedback.docx：问题\nbulletin.docx：整改状态\nplan.docx：责任领导、整改时限"
    assert told[0]["写到的材料"] == "反馈意见、整改方案、整改台账、整改情况通报"
    assert [line["待确认"] for line in told] == [None] * 4 + ["新增"]


def test_what_is_overdue_follows_the_latest_paper_and_the_sheet_names_its_day(tmp_path: Path):
    plan = paper(
        "plan",
        ASKED,
        "2024-07-01",
        lead=["顾青"] * 4,
        deadline=["2024-09-30", "2024-10-31", "2024-12-31", "2025-01-15"],
    )
    bulletin = paper(
        "bulletin", ASKED, "2024-12-16", status=["done", "in_progress", None, "not_done"], measures=["一"] * 4
    )
    day = date(2025, 1, 2)
    tables = reconcile(joined([paper("feedback", ASKED), plan, bulletin]), RULES, as_of=day)
    found = due_items(tables.items, day, 30)
    assert [(one.item.seq, one.overdue, one.days) for one in found] == [(2, True, 63), (4, False, -13)]
    assert [f.problem_id for f in tables.findings if f.check == "deadline_passed"] == ["plan1"]
    write_workbook(tables, tmp_path / "b.xlsx", RULES, day)
    lines = list(openpyxl.load_workbook(tmp_path / "b.xlsx")["超期与到期"].iter_rows(values_only=True))
    assert lines[0][1] == "截至2025年1月2日"
    assert [(line[1], line[2], line[5]) for line in lines[1:]] == [
        ("已超期", ASKED[1], 63),
        ("即将到期", ASKED[3], None),
    ]


def test_the_rate_is_that_of_the_problems_with_a_status_each_counted_once():
    bulletin = paper(
        "bulletin", [*ASKED, "公务用车油卡混用，加油没有登记"], status=["done", "done", "not_done", None, "done"]
    )
    tables = reconcile(joined([paper("feedback", ASKED), paper("plan", ASKED), bulletin]), RULES)
    (entry,) = figures(tables)
    assert (entry.problems, entry.stated, entry.statuses["unstated"]) == (4, 3, 1)
    assert entry.rate == pytest.approx(2 / 3)


def test_the_closing_list_has_the_plan_s_people_and_days_beside_the_bulletin_s_results(tmp_path: Path):
    plan = paper(
        "plan",
        ASKED,
        "2024-07-01",
        lead=["校长顾青"] * 4,
        deadline=["2024-09-30"] * 4,
        deadline_text=["2024年9月底前"] * 4,
    )
    bulletin = paper(
        "bulletin", ASKED, "2024-12-16", status=["done"] * 4, measures=["开研讨6次", "全部退回", "重新招标", "补签材料"]
    )
    (path,) = reports(reconcile(joined([paper("feedback", ASKED), plan, bulletin]), RULES), tmp_path, RULES, ["ledger"])
    text = "\n".join(opened(path).text())
    assert text.count("校长顾青") == 4 and text.count("2024年9月底前") == 4
    assert "已完成整改" in text and "开研讨6次。" in text and text.count(ASKED[0]) == 1


def conflicts(*papers: Tables) -> set[tuple[str, str, str, str]]:
    names = {"status_conflict", "deadline_conflict", "responsible_conflict", "amount_conflict", "measure_dropped"}
    found = [f for f in reconcile(joined(papers), RULES).findings if f.check in names]
    assert all("docx" in f.message and f.quote and f.other_quote for f in found if f.doc_id == "bulletin")
    return {(f.check, f.problem_id, f.expected, f.actual) for f in found}


def test_papers_that_contradict_each_other_are_named_and_progress_is_no_conflict():
    plan = paper(
        "plan",
        ASKED,
        "2024-07-01",
        lead=["校长顾青"] * 4,
        deadline=["2024-09", "2024-10-31", "2024-12-31", "2024-12-31"],
    )
    ledger = paper(
        "ledger",
        ASKED,
        "2024-10-08",
        lead=["顾青", "许可", "顾青、许可", ""],
        status=["done", "done", "in_progress", "done"],
        deadline=["2024-09-30", "2024-11-30", "", ""],
    )
    bulletin = paper("bulletin", ASKED, "2024-12-16", status=["done", "in_progress", "done", "done"])
    assert conflicts(paper("feedback", ASKED), plan, ledger, bulletin) == {
        ("deadline_conflict", "ledger1", "2024-10-31", "2024-11-30"),
        ("responsible_conflict", "ledger1", "校长顾青", "许可"),
        ("status_conflict", "bulletin1", "done", "in_progress"),
    }
    undated = paper("ledger", ASKED, status=["in_progress"] * 4)
    assert {(check, at) for check, at, _, _ in conflicts(undated, bulletin)} == {
        ("status_conflict", f"bulletin{at}") for at in (0, 2, 3)
    }


def test_sums_paid_back_and_measures_that_the_bulletin_forgets():
    asked = ["违规发放值班补贴、加班补贴，涉及31人共5.38万元", *ASKED[2:]]
    done = ["done"] * 3
    ledger = paper(
        "ledger", asked, "2024-12-16", status=done, measures=["已退回4.1万元", "重新公开招标", "补签入党材料"]
    )
    bulletin = paper(
        "bulletin", asked, "2024-12-16", status=done, measures=["已全部退回5.38万元", "重新公开招标", "补签入党材料"]
    )
    assert ("amount_conflict", "bulletin0", "41000", "53800") in conflicts(ledger, bulletin)
    plan = paper(
        "plan",
        asked,
        "2024-07-01",
        measures=["全部退回多发的补贴", "重新公开招标", "每月抽查三分之一党员的发展档案并通报"],
    )
    assert {(check, at) for check, at, _, _ in conflicts(plan, bulletin)} == {("measure_dropped", "bulletin2")}
