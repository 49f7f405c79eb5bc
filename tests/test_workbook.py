"""The workbook: cells stay what they are, nothing is cut in silence, and the same tables give the same bytes."""

import datetime
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from pipeline.core.errors import OutputError
from pipeline.core.rows import Tables
from pipeline.publish.workbook import sheets
from pipeline.publish.workbook.sheets import UNITS, pieces
from pipeline.publish.workbook.workbook_file import write_workbook
from tests.making import changed
from tests.samples import RULES, corpus_names, fictional_case, gold_tables


def written(tables, tmp_path):
    path = tmp_path / "整改台账.xlsx"
    warnings, gaps = write_workbook(tables, path, RULES)
    assert gaps == []
    return openpyxl.load_workbook(path), warnings, path


def column(sheet, heading):
    at = next(cell.column for cell in sheet[1] if cell.value == heading)
    return [row[at - 1] for row in sheet.iter_rows(min_row=2)]


def test_all_sheets_are_there_with_chinese_headings(tmp_path):
    book, warnings, _ = written(fictional_case(), tmp_path)
    assert book.sheetnames == [
        "说明",
        "总览",
        "问题总表",
        "问题",
        "措施",
        "数据核对",
        "反馈比对",
        "核对发现",
        "未用文字",
        "失败文件",
        "文档",
        "_ids",
    ]
    assert warnings == []
    for sheet in book.worksheets[2:-1]:
        assert all(re.search("[\u4e00-\u9fff]", cell.value) for cell in sheet[1]), sheet.title
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref


def test_text_is_never_a_formula(tmp_path):
    tables = fictional_case()
    starts = ["=1+1", "+1", "-1", "@x", "\t=1", "＝1"]
    rows = zip(tables.problems, starts, strict=True)
    tables = replace(tables, problems=tuple(replace(row, problem=text) for row, text in rows))
    book, _, path = written(tables, tmp_path)
    cells = column(book["问题"], "问题")
    assert [cell.value for cell in cells] == starts
    assert {cell.data_type for cell in cells} == {"s"}
    with zipfile.ZipFile(path) as package:
        assert not any(b"<f>" in package.read(name) for name in package.namelist() if "worksheets/sheet" in name)


def test_what_a_cell_can_t_hold_is_replaced_and_said(tmp_path):
    tables = fictional_case()
    tables = changed(tables, tables.problems[0], problem="甲\x00乙\ud800丙\uffff_x000D_")
    _book, warnings, path = written(tables, tmp_path)
    assert any("3 个" in warning for warning in warnings)
    read = CalamineWorkbook.from_path(path).get_sheet_by_name("问题").to_python()
    assert "甲\ufffd乙\ufffd丙\ufffd_x000D_" in read[1]


def test_long_texts_go_on_in_the_next_row(tmp_path):
    tables = fictional_case()
    text = "长" * UNITS + "尾"
    lines = "行\n" * 300
    tables = changed(tables, tables.problems[0], problem=text)
    tables = changed(tables, tables.problems[1], rectification=lines)
    tables = changed(tables, tables.measures[0], text=lines)
    book, warnings, _ = written(tables, tmp_path)
    cells = [cell.value for cell in column(book["问题"], "问题")]
    assert cells[0] + cells[1] == text
    assert [cell.value for cell in column(book["问题"], "行标识")][:3] == ["f-001", "+f-001", "f-002"]
    measures = [cell.value for cell in column(book["措施"], "整改措施")]
    assert measures[0] + measures[1] == lines
    assert len(warnings) == 2
    link = next(cell for cell in column(book["核对发现"], "问题") if cell.hyperlink)
    place = link.hyperlink.location.split("!")[1]
    assert book["问题"][place].value == link.value


@pytest.mark.parametrize("text", ["短", "😀" * 20_000, "a\n" * 600, "文" * (2 * UNITS + 1)])
def test_pieces_fit_and_lose_nothing(text):
    parts = pieces(text)
    assert "".join(parts) == text
    assert all(len(p.encode("utf-16-le")) // 2 <= UNITS and p.count("\n") <= 253 for p in parts)


def test_more_rows_than_a_sheet_holds_go_on_in_another(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "ROWS", 4)
    book, warnings, _ = written(fictional_case(), tmp_path)
    rows = [cell.value for name in ("问题", "问题 (2)") for cell in column(book[name], "行标识")]
    assert rows == ["f-001", "f-002", "f-003", "b-001", "b-002", "b-003"]
    assert any("问题 (2)" in warning for warning in warnings)


def test_dates_and_sums_are_typed_with_the_words_beside(tmp_path):
    book, _, _ = written(fictional_case(), tmp_path)
    sheet = book["问题"]
    assert [c.value for c in column(sheet, "整改时限")][3:5] == [datetime.datetime(2024, 5, 31), "2024-08"]
    assert column(sheet, "时限原文")[3].value == "2024年5月底前"
    assert column(sheet, "金额（元）")[4].value == 15000
    assert column(sheet, "整改状态")[3].value == "已完成" and column(sheet, "长期坚持")[3].value == "是"


def test_drop_downs_only_in_columns_that_people_fill(tmp_path):
    book, _, _ = written(fictional_case(), tmp_path)
    for sheet in book.worksheets:
        for choice in sheet.data_validations.dataValidation:
            letter = str(choice.sqref).split(":")[0].rstrip("0123456789")
            assert sheet[f"{letter}2"].fill.fgColor.rgb == "FFFFFBE6", (sheet.title, letter)


def test_stable_ids_are_hidden(tmp_path):
    book, _, _ = written(fictional_case(), tmp_path)
    for name in ("问题", "措施", "数据核对", "核对发现"):
        sheet = book[name]
        columns = {cell.column for cell in sheet[1] if cell.value in ("行标识", "人工更正前的值")}
        hidden = [(d.min, d.max) for d in sheet.column_dimensions.values() if d.hidden]
        assert len(columns) == 2 and all(any(a <= at <= b for a, b in hidden) for at in columns)


def test_claims_stand_beside_the_recount(tmp_path):
    book, _, _ = written(fictional_case(), tmp_path)
    sheet = book["数据核对"]
    assert [c.value for c in column(sheet, "重新清点")] == [3, "1–2", 15000]
    assert [c.value for c in column(sheet, "是否一致")] == ["一致", "不一致", "一致"]


def test_the_overview_counts_each_problem_once(tmp_path):
    book, _, _ = written(fictional_case(), tmp_path)
    every = [[cell.value for cell in row] for row in book["总览"].iter_rows()]
    first, second = (at for at, row in enumerate(every) if row[0] == "单位")
    settled = dict(zip(every[first], every[first + 1], strict=True))
    assert (settled["单位"], settled["须处理合计"], settled["整改情况通报"]) == ("云溪县第九小学党支部", 1, "有")
    rows = every[second:]
    unit = dict(zip(rows[0], rows[1], strict=True))
    assert unit["单位"] == "云溪县第九小学党支部"
    assert (unit["问题"], unit["已完成"], unit["正在整改"], unit["未说明"]) == (3, 1, 1, 1)
    assert (unit["错误"], unit["警告"]) == (2, 1) and rows[2][0] == "合计"
    assert len(book["总览"]._charts) == 2


def test_the_same_tables_give_the_same_bytes(tmp_path):
    contents = []
    for name in "ab":
        write_workbook(fictional_case(), tmp_path / name / "整改台账.xlsx", RULES)
        contents.append((tmp_path / name / "整改台账.xlsx").read_bytes())
    assert contents[0] == contents[1]


def test_a_folder_that_can_t_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_workbook(fictional_case(), tmp_path / "file" / "整改台账.xlsx", RULES)


def test_the_whole_corpus_has_all_its_problems(tmp_path):
    tables = gold_tables(*corpus_names())
    book, warnings, _ = written(tables, tmp_path)
    assert len(column(book["问题"], "问题")) == len(tables.problems)
    assert [c.value for c in column(book["措施"], "整改措施")] == [row.text for row in tables.measures]
    assert warnings == []


def test_a_run_in_which_nothing_was_found_has_its_workbook(tmp_path):
    book, warnings, _ = written(Tables(), tmp_path)
    assert warnings == []
    assert [cell.value for cell in column(book["问题"], "问题")] == []
