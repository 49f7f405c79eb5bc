"""What people change in the workbook comes back, survives new readings, and is never half applied."""

import datetime
import os
from dataclasses import replace

import openpyxl
import pytest

from pipeline.core import limits
from pipeline.core.errors import InputError
from pipeline.decisions.workbook_in import apply, load_corrections, merge, merge_findings, read_workbook
from pipeline.publish.workbook.workbook_file import write_workbook
from tests.making import changed
from tests.samples import RULES, corpus_names, fictional_case, gold_tables, reports

WHO = ("审核员", "2025-01-02T03:04:05+08:00")


class Edited:
    """A workbook written from tables, changed as a person would in Excel, and saved by another program."""

    def __init__(self, tables, folder):
        self.path = folder / "整改台账.xlsx"
        write_workbook(tables, self.path, RULES)
        self.book = openpyxl.load_workbook(self.path)

    def place(self, sheet, heading, number):
        column = next(cell.column for cell in self.book[sheet][1] if cell.value == heading)
        return self.book[sheet].cell(number, column)

    def set(self, sheet, heading, number, value):
        cell = self.place(sheet, heading, number)
        cell.value = value
        return cell.coordinate

    def save(self):
        self.book.save(self.path)
        return self.path


def corrected(tables, folder, change, sure=False):
    """Write, change, apply; gives the corrections as the file holds them."""
    edited = Edited(tables, folder)
    change(edited)
    apply(edited.save(), RULES, folder, WHO, sure)
    return load_corrections(folder / "corrections.csv")


def edits_of(path):
    """What a workbook says: corrections, and what could not be understood."""
    edits = read_workbook(path, RULES)
    assert edits.own == []
    return edits.corrections, edits.wrong


def test_an_untouched_workbook_gives_no_corrections(tmp_path):
    path = Edited(fictional_case(), tmp_path).path
    assert edits_of(path) == ([], [])
    assert edits_of(Edited(fictional_case(), tmp_path).save()) == ([], []), "saved by another program"


def test_an_untouched_workbook_of_the_corpus_gives_no_corrections(tmp_path):
    tables = gold_tables(*corpus_names())
    assert edits_of(Edited(tables, tmp_path).path) == ([], [])


@pytest.mark.parametrize(
    ("heading", "value", "field", "old", "new"),
    [
        ("整改状态", "正在整改", "status", "done", "in_progress"),
        ("长期坚持", "否", "long_term", "true", "false"),
        ("问题", "新的表述\n第二行", "problem", "“三重一大”制度执行不严", "新的表述\n第二行"),
        ("责任领导", None, "lead", "校长顾青", ""),
        ("责任人", 12, "person", "", "12"),
        ("整改时限", datetime.date(2024, 6, 30), "deadline", "2024-05-31", "2024-06-30"),
        ("整改时限", "2024年7月", "deadline", "2024-05-31", "2024-07"),
        ("审核状态", "退回补充", "review_state", "", "returned"),
        ("审核意见", "=请补充", "review_note", "", "=请补充"),
        ("佐证材料", "+照片", "evidence", "", "+照片"),
    ],
)
def test_a_changed_cell_comes_back_with_what_was_there(tmp_path, heading, value, field, old, new):
    def change(edited):
        edited.set("问题", heading, 5, value)
        if isinstance(value, str) and value[:1] == "=":
            edited.place("问题", heading, 5).data_type = "s"

    (found,) = corrected(fictional_case(), tmp_path, change)
    assert (found.field, found.old, found.new, found.action) == (field, old, new, "change")
    assert (found.row, found.doc_id, found.document, found.by) == ("b-001", "b", "云溪/b.docx", "审核员")


def test_corrections_of_all_sheets_reach_the_tables(tmp_path):
    def change(edited):
        edited.set("措施", "整改措施", 2, "修订《议事规则》，开会讨论9次")
        edited.set("数据核对", "文中数值", 3, 1)
        edited.set("核对发现", "审核状态", 2, "不成立")
        edited.set("核对发现", "审核意见", 2, "已另行说明")
        edited.set("文档", "单位", 2, "云溪县第九小学党总支")

    corrections = corrected(fictional_case(), tmp_path, change)
    tables = fictional_case()
    tables = merge_findings(merge(tables, corrections), corrections)
    assert tables.conflicts == ()
    assert tables.measures[0].text.endswith("9次")
    assert tables.claims[1].value == 1.0
    assert tables.findings[0].waived.startswith("已另行说明（审核员，2025-01-02")
    assert tables.documents[0].unit == "云溪县第九小学党总支"
    assert {row.rule for row in tables.facts} == {"reviewer"}


def test_a_finding_that_is_gone_needs_no_decision(tmp_path):
    corrections = corrected(fictional_case(), tmp_path, lambda e: e.set("核对发现", "审核状态", 2, "不成立"))
    tables = merge(replace(fictional_case(), findings=()), corrections)
    assert tables.conflicts == ()
    assert merge_findings(tables, corrections) == tables


def test_a_corrected_status_reaches_the_rebuilt_document(tmp_path):
    tables = fictional_case()
    given = "整改情况：已完成整改并长期坚持。一是修订《议事规则》，开会讨论7次。"
    tables = changed(tables, tables.problems[3], rectification=given)
    tables = merge(tables, corrected(tables, tmp_path, lambda e: e.set("问题", "整改状态", 5, "未完成")))
    (path,) = reports(tables, tmp_path / "out", RULES, ["bulletin"])
    from tests.word_layout import opened

    text = "".join(opened(path).text())
    assert "未完成整改" in text and "已完成整改并长期坚持" not in text


def test_decisions_survive_a_second_round_and_can_be_withdrawn(tmp_path):
    first = corrected(fictional_case(), tmp_path, lambda e: e.set("问题", "责任领导", 5, "甲"))
    tables = merge(fictional_case(), first)
    second = corrected(tables, tmp_path, lambda e: e.set("问题", "责任领导", 5, "乙"))
    assert [(c.old, c.new) for c in second] == [("校长顾青", "乙")]
    tables = merge(fictional_case(), second)
    assert tables.problems[3].lead == "乙"
    assert corrected(tables, tmp_path, lambda e: e.set("问题", "责任领导", 5, "校长顾青")) == []


def test_a_new_reading_that_differs_is_a_conflict_and_the_decision_stands(tmp_path):
    corrections = corrected(fictional_case(), tmp_path, lambda e: e.set("问题", "责任领导", 5, "甲"))
    tables = fictional_case()
    tables = merge(changed(tables, tables.problems[3], lead="副校长丁"), corrections)
    (conflict,) = tables.conflicts
    assert (conflict.was, conflict.now, conflict.human) == ("校长顾青", "副校长丁", "甲")
    assert tables.problems[3].lead == "甲"
    write_workbook(tables, tmp_path / "again.xlsx", RULES)
    sheet = openpyxl.load_workbook(tmp_path / "again.xlsx")["更正冲突"]
    assert "副校长丁" in [cell.value for cell in sheet[2]]


def test_a_decision_follows_its_row_when_numbers_shift(tmp_path):
    corrections = corrected(fictional_case(), tmp_path, lambda e: e.set("问题", "责任领导", 5, "甲"))
    tables = fictional_case()
    moved = [replace(row, problem_id=f"b-{number:03d}") for number, row in enumerate(tables.problems[3:], 2)]
    another = replace(moved[0], problem_id="b-001", problem="另一件完全不同的事", lead="")
    tables = merge(replace(tables, problems=(*tables.problems[:3], another, *moved)), corrections)
    assert tables.conflicts == ()
    assert [row.lead for row in tables.problems[3:5]] == ["", "甲"]


def test_a_decision_is_not_put_on_another_row(tmp_path):
    corrections = corrected(fictional_case(), tmp_path, lambda e: e.set("问题", "责任领导", 5, "甲"))
    tables = fictional_case()
    tables = merge(changed(tables, tables.problems[3], problem="完全不同的另一件事情"), corrections)
    (conflict,) = tables.conflicts
    assert conflict.why == "gone" and conflict.row == "“三重一大”制度执行不严" and tables.problems[3].lead == "校长顾青"


def test_rows_are_deleted_with_what_belongs_to_them(tmp_path):
    def change(edited):
        edited.book["问题"].delete_rows(5)
        edited.book["措施"].delete_rows(2, 2)

    with pytest.raises(InputError, match=r"“措施”的 3 行少了 2 行.*--yes"):
        corrected(fictional_case(), tmp_path, change)
    assert not (tmp_path / "corrections.csv").exists()
    corrections = corrected(fictional_case(), tmp_path, change, sure=True)
    assert {c.action for c in corrections} == {"delete"} and len(corrections) == 3
    tables = merge(fictional_case(), corrections)
    assert tables.conflicts == ()
    assert [row.problem_id for row in tables.problems] == ["f-001", "f-002", "f-003", "b-002", "b-003"]
    assert [row.problem_id for row in tables.measures] == ["b-002"]


def test_added_rows_come_into_the_tables_and_can_be_changed_and_removed(tmp_path):
    def add(edited):
        for heading, value in (
            ("单位", "云溪县第九小学党支部"),
            ("文种", "整改情况通报"),
            ("问题", "漏列的问题"),
            ("整改状态", "正在整改"),
        ):
            edited.set("问题", heading, 8, value)
        for heading, value in (
            ("单位", "云溪县第九小学党支部"),
            ("问题", "食堂验收流于形式"),
            ("文种", "整改情况通报"),
            ("整改措施", "补上的措施"),
        ):
            edited.set("措施", heading, 5, value)

    corrections = corrected(fictional_case(), tmp_path, add)
    tables = merge(fictional_case(), corrections)
    assert tables.conflicts == ()
    row = tables.problems[-1]
    assert (row.doc_id, row.problem, row.status, row.seq) == ("b", "漏列的问题", "in_progress", 4)
    assert (tables.measures[-1].problem_id, tables.measures[-1].text) == ("b-003", "补上的措施")
    number = len(tables.problems) + 1
    again = corrected(tables, tmp_path, lambda e: e.set("问题", "问题", number, "改过的漏列问题"))
    tables = merge(fictional_case(), again)
    assert (tables.problems[-1].problem, tables.problems[-1].status) == ("改过的漏列问题", "in_progress")
    gone = corrected(tables, tmp_path, lambda e: e.book["问题"].delete_rows(number))
    assert {c.table for c in gone} == {"measures"}


WRONG = [
    ("问题", "整改状态", "差不多了", "不在下拉列表"),
    ("问题", "整改时限", "明天", "不是日期"),
    ("问题", "整改时限", "2024-02-31", "不是日期"),
    ("问题", "长期坚持", "也许", "不在下拉列表"),
    ("问题", "问题", None, "必须填写"),
    ("措施", "整改措施", "  ", "必须填写"),
    ("数据核对", "文中数值", "很多", "不是数"),
    ("核对发现", "审核状态", "待定", "不在下拉列表"),
    ("问题", "行标识", "b-099", "不认识"),
    ("问题", "人工更正前的值", "[1]", "被改动"),
]


@pytest.mark.parametrize(("sheet", "heading", "value", "says"), WRONG)
def test_a_wrong_cell_is_named_by_its_address_and_the_others_are_taken(tmp_path, sheet, heading, value, says):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "责任领导", 6, "甲")
    number = 5 if sheet == "问题" else 2
    address = edited.set(sheet, heading, number, value)
    done = apply(edited.save(), RULES, tmp_path, WHO)
    (line,) = [line for line in done.lines if address in line]
    assert f"{sheet}!{address}" in line and says in line
    assert done.lines[0] == "读到更正：问题 1 处" and not done.whole
    taken = [c for c in load_corrections(tmp_path / "corrections.csv") if c.action == "change"]
    assert [(c.field, c.new) for c in taken] == [("lead", "甲")]


@pytest.mark.parametrize(("value", "says"), [("=NOW()", "没有算出值的公式"), ("#REF!", "错误值 #REF!")])
def test_a_cell_without_a_readable_value_is_not_taken_for_cleared(tmp_path, value, says):
    edited = Edited(fictional_case(), tmp_path)
    address = edited.set("问题", "责任领导", 5, value)
    assert edits_of(edited.save()) == ([], [f"问题!{address} 是{says}，请直接填写内容"])


def test_an_overlong_cell_is_named_by_its_address(tmp_path, monkeypatch):
    edited = Edited(fictional_case(), tmp_path)
    address = edited.set("问题", "责任领导", 5, "长" * 2_000)
    monkeypatch.setattr(limits, "CELL_CHARACTERS", 1_999)
    assert edits_of(edited.save()) == ([], [f"问题!{address} 有 2000 字，上限 1999 字，请写短或分成几行"])


def test_an_overlong_correction_is_refused_with_its_line(tmp_path, monkeypatch):
    path = tmp_path / "corrections.csv"
    path.write_text(f"{HEADING}a,b,problems,x,,change,lead,,{'长' * 2_000},me,2020\n", encoding="utf-8")
    monkeypatch.setattr(limits, "PARAGRAPH_CHARACTERS", 1_999)
    with pytest.raises(InputError, match=r"corrections\.csv:2.*2000 字"):
        load_corrections(path)


def test_all_wrong_cells_are_named_at_once(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    places = [edited.set("问题", "整改状态", n, "?") for n in (2, 3, 4)]
    corrections, wrong = edits_of(edited.save())
    assert corrections == [] and len(wrong) == 3
    assert all(place in line for place, line in zip(places, wrong, strict=True))


@pytest.mark.parametrize(
    "change",
    [
        lambda book: book.remove(book["措施"]),
        lambda book: book.remove(book["_ids"]),
        lambda book: book["问题"].delete_rows(1),
        lambda book: book["问题"].delete_cols(26, 3),
        lambda book: book["核对发现"].insert_rows(1, 20),
    ],
)
def test_a_workbook_that_lost_what_leads_its_rows_back_is_refused(tmp_path, change):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "责任领导", 5, "甲")
    change(edited.book)
    with pytest.raises(InputError):
        apply(edited.save(), RULES, tmp_path, WHO)
    assert not (tmp_path / "corrections.csv").exists()


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(tmp_path, content):
    (tmp_path / "x.xlsx").write_bytes(content)
    with pytest.raises(InputError):
        read_workbook(tmp_path / "x.xlsx", RULES)


def test_an_added_row_without_a_place_is_refused(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "问题", 8, "不知道是哪家的问题")
    corrections, (line,) = edits_of(edited.save())
    assert corrections == [] and "第 8 行对应几份材料" in line


@pytest.mark.parametrize(
    ("text", "says"),
    [("a,b\r\n1,2\r\n", "缺少列"), (None, "不认识"), ("\ufeff", "缺少列")],
)
def test_a_broken_corrections_file_is_named_with_its_line(tmp_path, text, says):
    path = tmp_path / "corrections.csv"
    if text is None:
        corrected(fictional_case(), tmp_path, lambda e: e.set("问题", "责任领导", 5, "甲"))
        text = path.read_text(encoding="utf-8-sig").replace("problems", "problem")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load_corrections(path)


def test_long_texts_come_back_whole(tmp_path):
    tables = fictional_case()
    tables = changed(tables, tables.problems[3], problem="长" * 40_000)
    assert edits_of(Edited(tables, tmp_path).path) == ([], [])


@pytest.mark.parametrize("identity", ["没有竖线", "一|二"])
def test_a_changed_list_of_ids_is_refused(tmp_path, identity):
    edited = Edited(fictional_case(), tmp_path)
    edited.book["_ids"]["A2"] = identity
    with pytest.raises(InputError, match="行标识表被改动"):
        read_workbook(edited.save(), RULES)


def test_hidden_values_that_nest_without_end_are_one_wrong_cell(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "人工更正前的值", 2, "[" * 20_000)
    corrections, (line,) = edits_of(edited.save())
    assert corrections == [] and "无法比对" in line


def test_a_workbook_with_a_cell_at_the_end_of_the_world_is_refused(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    edited.book["问题"]["XFD1048576"] = "x"
    with pytest.raises(InputError, match="超过大小上限"):
        read_workbook(edited.save(), RULES)


HEADING = "document,doc_id,table,row,anchor,action,field,old,new,by,when\n"


@pytest.mark.parametrize(
    "line",
    [
        "a,b,problems,x,,change,status,,garbage,me,2020", "a,b,problems,x,,change,long_term,,yes,me,2020",
        "a,b,problems,x,,add,deadline,,明年,me,2020", "a,b,documents,x,,change,issued_date,,2020-13-01,me,2020",
        "a,b,claims,x,,change,value,,abc,me,2020", "a,b,claims,x,,change,value,,nan,me,2020",
        "a,b,problems,x,,change,doc_id,,1,me,2020", "a,b", "a,b,documents,x,,delete,,,,me,2020",
        "a,b,claims,x,,add,value,,1,me,2020", "a,b,problems,x,,rename,status,,done,me,2020",
    ],
)  # fmt: skip
def test_a_value_that_a_field_can_not_hold_is_refused_with_its_line(tmp_path, line):
    path = tmp_path / "corrections.csv"
    path.write_text(HEADING + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"corrections\.csv:2"):
        load_corrections(path)


def test_corrections_in_the_system_s_encoding_are_read(tmp_path):
    (tmp_path / "corrections.csv").write_bytes(
        f"{HEADING}a,b,problems,x,,change,lead,,校长顾青,me,2020\n".encode("gbk")
    )
    assert load_corrections(tmp_path / "corrections.csv")[0].new == "校长顾青"


def test_long_words_of_a_row_come_back(tmp_path):
    path = tmp_path / "corrections.csv"
    path.write_text(f"{HEADING}a,b,measures,x,{'长' * 200_000},change,text,,短,me,2020\n", encoding="utf-8")
    assert len(load_corrections(path)[0].anchor) == 200_000


def test_a_pipe_in_place_of_the_corrections_is_refused(tmp_path):
    os.mkfifo(tmp_path / "corrections.csv")
    with pytest.raises(InputError, match="读不出来"):
        load_corrections(tmp_path / "corrections.csv")
