"""What people do in Excel comes back: copied rows, dates as they write them, sorted sheets, columns of their own."""

import datetime
import shutil
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from pipeline.core.errors import InputError
from pipeline.core.text import clean
from pipeline.decisions.columns import COLUMNS, EDITABLE, shown
from pipeline.decisions.correction import load_corrections
from pipeline.decisions.merge import merge, merge_findings
from pipeline.decisions.workbook_in import apply, edits_in
from pipeline.decisions.workbook_sheets import opened_workbook
from pipeline.publish.workbook.workbook_file import write_workbook
from pipeline.ruleset.labels import load_labels
from tests.samples import RULES, fictional_case, reports
from tests.test_corrections import WHO, Edited, edits_of
from tests.word_layout import opened

LABELS = load_labels(RULES)


def taken(edited, folder):
    """Apply a workbook; gives the corrections that are kept, and the lines that were said."""
    done = apply(edited.save(), RULES, folder, WHO)
    return load_corrections(folder / "corrections.csv"), done.lines


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("2025年9月底", "2025-09"), ("2025年9月底前", "2025-09"), ("9月底前", "2024-09"), ("9月30日", "2024-09-30"),
        (45565, "2024-09-30"), ("45565", "2024-09-30"), (45565.0, "2024-09-30"), ("2025.9.30", "2025-09-30"),
        ("2025/9/3", "2025-09-03"), ("2025年年底前", "2025-12"), ("25年6月", "2025-06"), (" ２０２５年６月 ", "2025-06"),
        (datetime.datetime(2025, 6, 30, 8, 0), "2025-06-30"),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(tmp_path, written, stored):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "整改时限", 5, written)
    (found,), _ = taken(edited, tmp_path)
    assert (found.field, found.new) == ("deadline", stored)


def test_a_date_without_a_year_needs_one_from_somewhere(tmp_path):
    tables = fictional_case()
    tables = replace(
        tables, documents=tuple(replace(row, issued_date="", feedback_date="") for row in tables.documents)
    )
    edited = Edited(tables, tmp_path)
    address = edited.set("问题", "整改时限", 7, "9月底前")
    assert edits_of(edited.save()) == (
        [],
        [f"问题!{address}：“9月底前”没有写明是哪一年（写成 2025-06-30 或 2025-06）"],
    )


def test_names_are_trimmed_and_sums_may_have_their_unit(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "责任领导", 5, " \u3000校长 李明\u3000")
    edited.set("数据核对", "文中数值", 4, "1.6万元")
    corrections, _ = taken(edited, tmp_path)
    assert [c.new for c in corrections] == ["校长 李明", "16000"]


def copy_row(sheet, number, to):
    """Copy a row as Excel does: with its hidden cells, inserted above another."""
    sheet.insert_rows(to)
    source = number + (number >= to)
    for cell in list(sheet[source]):
        sheet.cell(to, cell.column, cell.value)


def put(sheet, rows):
    """Fill a sheet from its first cell on; what starts with = stays text."""
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"


@pytest.mark.parametrize("to", [5, 6])  # above the original, below it
def test_a_copied_row_is_a_new_row_placed_and_numbered_as_its_neighbours(tmp_path, to):
    edited = Edited(fictional_case(), tmp_path)
    copy_row(edited.book["问题"], 5, to)
    edited.set("问题", "问题", to, "补记的一个问题")
    corrections, lines = taken(edited, tmp_path)
    assert lines[0] == "读到更正：问题 1 处" and {c.action for c in corrections} == {"add"}
    tables = merge(fictional_case(), corrections)
    assert tables.conflicts == ()
    own = [row for row in tables.problems if row.doc_id == "b"]
    place = 0 if to == 5 else 1
    new = own[place if to == 6 else -1]  # above the first row of a paper: nothing is known above it
    assert (new.problem, new.aspect, new.lead, new.status) == ("补记的一个问题", "党的领导方面", "校长顾青", "done")
    assert [row.seq for row in own] == [1, 2, 3, 4]
    if to == 6:
        assert [row.label for row in own] == ["（1）", "（2）", "（3）", "（4）"]
        (path,) = reports(tables, tmp_path / "out", RULES, ["bulletin"])
        text = "".join(opened(path).text())
        assert text.index("制度执行不严") < text.index("补记的一个问题") < text.index("经费管理混乱")


def test_a_copied_measure_is_a_new_measure_of_the_same_problem(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    copy_row(edited.book["措施"], 2, 3)
    edited.set("措施", "整改措施", 3, "约谈有关人员2人")
    corrections, _ = taken(edited, tmp_path)
    tables = merge(fictional_case(), corrections)
    own = [row for row in tables.measures if row.problem_id == "b-001"]
    assert [(row.label, row.seq) for row in own] == [("一是", 1), ("二是", 2), ("三是", 3)]
    assert own[1].text == "约谈有关人员2人"


def test_a_copied_row_where_no_row_can_be_added_is_told(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    copy_row(edited.book["数据核对"], 2, 3)
    assert edits_of(edited.save()) == ([], ["数据核对 第 3 行是多出来的：这张表不能增加行，没有采用"])


def test_the_same_workbook_twice_changes_nothing(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    copy_row(edited.book["问题"], 5, 6)
    edited.set("问题", "问题", 6, "补记的一个问题")
    edited.set("问题", "责任领导", 5, "甲")
    edited.set("核对发现", "审核状态", 2, "不成立")
    edited.book["措施"].delete_rows(4)
    path = edited.save()
    apply(path, RULES, tmp_path, WHO)
    first = (tmp_path / "corrections.csv").read_bytes()
    apply(path, RULES, tmp_path, ("别人", "2026-01-01T00:00:00+08:00"))
    assert (tmp_path / "corrections.csv").read_bytes() == first


def test_what_is_undone_in_the_same_workbook_is_undone(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "责任领导", 5, "甲")
    edited.set("问题", "责任人", 5, "乙")
    copy_row(edited.book["问题"], 6, 7)
    edited.set("问题", "问题", 7, "补记的一个问题")
    taken(edited, tmp_path)
    edited.set("问题", "责任领导", 5, "校长顾青")
    edited.book["问题"].delete_rows(7)
    corrections, _ = taken(edited, tmp_path)
    assert [(c.field, c.new) for c in corrections] == [("person", "乙")]


def test_a_second_added_row_leaves_the_first_alone(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    copy_row(edited.book["问题"], 5, 6)
    edited.set("问题", "问题", 6, "先补的问题")
    first, _ = taken(edited, tmp_path)
    tables = merge(fictional_case(), first)
    edited = Edited(tables, tmp_path)
    copy_row(edited.book["问题"], 5, 6)
    edited.set("问题", "问题", 6, "后补的问题")
    second, _ = taken(edited, tmp_path)
    texts = [row.problem for row in merge(fictional_case(), second).problems if row.doc_id == "b"]
    assert texts[1:3] == ["后补的问题", "先补的问题"] and len(texts) == 5


def test_sorted_hidden_filtered_and_reordered_columns(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "责任领导", 5, "甲")
    sheet = edited.book["问题"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    last = len(rows[0]) - 1
    order = [last, last - 1, *range(last - 1)]
    body = sorted(rows[1:], key=lambda row: str(row[7]), reverse=True)
    put(sheet, [[row[at] for at in order] for row in [rows[0], *body]])
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.auto_filter.ref = "A1:C4"
    corrections, wrong = edits_of(edited.save())
    assert wrong == [] and [(c.row, c.field, c.new) for c in corrections] == [("b-001", "lead", "甲")]


def test_a_long_text_is_whole_in_a_sorted_sheet(tmp_path):
    tables = fictional_case()
    long = "".join(str(n) for n in range(20_000))
    tables = replace(tables, problems=(replace(tables.problems[0], problem=long), *tables.problems[1:]))
    edited = Edited(tables, tmp_path)
    sheet = edited.book["问题"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    put(sheet, [rows[0], *reversed(rows[1:])])
    assert edits_of(edited.save()) == ([], [])


def test_a_title_above_and_columns_of_one_s_own_are_no_matter(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "责任领导", 5, "甲")
    sheet = edited.book["问题"]
    sheet.insert_cols(3)
    sheet.cell(1, 3, "我的备注")
    sheet.cell(5, 3, "=1/0")
    sheet.insert_rows(1)
    sheet.cell(1, 1, "县委巡察办问题表")
    edited.book.create_sheet("我的表")["A1"] = "随手记"
    done = apply(edited.save(), RULES, tmp_path, WHO)
    assert [c.new for c in load_corrections(tmp_path / "corrections.csv")] == ["甲"]
    assert not done.whole and "“问题”的“我的备注”列" in done.lines[-1]


def test_a_column_that_is_gone_is_told_and_the_others_are_taken(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "责任领导", 5, "甲")
    at = edited.place("问题", "整改状态", 1).column
    edited.book["问题"].delete_cols(at)
    corrections, wrong = edits_of(edited.save())
    assert wrong == ["问题 少了“整改状态”列：这一列的更正没有采用"] and [c.new for c in corrections] == ["甲"]


def test_headings_tell_columns_apart():
    for name, columns in COLUMNS.items():
        headings = [column.heading for column in columns(LABELS)]
        assert len(headings) == len(set(headings)), name


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_a_copy_saved_by_libreoffice(tmp_path):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("问题", "责任领导", 5, "甲")
    edited.set("问题", "整改时限", 5, datetime.date(2024, 6, 30))
    edited.save()
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run([*command, tmp_path / "saved", edited.path], check=True, capture_output=True, timeout=120)
    corrections, wrong = edits_of(tmp_path / "saved" / edited.path.name)
    assert wrong == [] and [(c.field, c.new) for c in corrections] == [("lead", "甲"), ("deadline", "2024-06-30")]


def hostile(name, book, folder):
    """A workbook spoilt in one way; gives its path."""
    path = folder / f"{name}.xlsx"
    sheet = book["问题"]
    if name == "merged":
        sheet.merge_cells("H2:H5")
    elif name == "blank rows between":
        sheet.insert_rows(4, 3)
    elif name == "ids cleared":
        for row in range(2, 8):
            sheet.cell(row, 26).value = None
    elif name == "all words cleared":
        for row in range(2, 8):
            sheet.cell(row, 8).value = None
    elif name == "formulas":
        for row in range(2, 8):
            sheet.cell(row, 12).value = f"=A{row}"
    elif name == "numbers for words":
        for row in range(2, 8):
            sheet.cell(row, 9).value = 12.5
    elif name == "base of another row":
        sheet.cell(2, 27).value = sheet.cell(5, 27).value[:-2]
    elif name == "sheet twice":
        book.copy_worksheet(sheet).title = "问题 (2)"
    elif name == "very long words":
        sheet.cell(5, 8).value = "长" * 32_000
    elif name == "control characters":
        sheet.cell(5, 8).value = "甲_x0000_乙_x000D_丙"
    elif name == "rows of another workbook":
        for column in range(1, 28):
            sheet.cell(9, column).value = "x" * column
    elif name == "many copies":
        for number in range(100):
            for cell in list(sheet[5]):
                sheet.cell(10 + number, cell.column).value = cell.value
    book.save(path)
    return path


HOSTILE = [
    "merged", "blank rows between", "ids cleared", "all words cleared", "formulas", "numbers for words",
    "base of another row", "sheet twice", "very long words", "control characters", "rows of another workbook",
    "many copies",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_ends_in_a_sentence_and_loses_nothing(tmp_path, name):
    edited = Edited(fictional_case(), tmp_path)
    edited.set("核对发现", "审核意见", 2, "请补充")
    earlier = Edited(fictional_case(), tmp_path)
    earlier.set("问题", "责任人", 6, "早先的更正")
    taken(earlier, tmp_path)
    path = hostile(name, edited.book, tmp_path)
    try:
        lines = apply(path, RULES, tmp_path, WHO).lines
    except InputError as error:
        lines = [str(error)]
    assert lines and all(line.strip() for line in lines)
    kept = load_corrections(tmp_path / "corrections.csv")
    tables = merge_findings(merge(fictional_case(), kept), kept)
    original = fictional_case()
    assert {row.problem for row in original.problems} <= {row.problem for row in tables.problems} | {"长" * 32_000} | {
        row.problem for row in original.problems if name == "control characters"
    }
    if len(lines) > 1:  # not refused as a whole: the good cell was taken, whatever the others held
        assert "请补充" in {row.review_note for row in tables.findings}


TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
CELLS = [
    (table, name)
    for table, editable in EDITABLE.items()
    for name in editable.fields
    if name not in ("status", "long_term", "deadline", "review_state", "value", "feedback_date", "issued_date")
]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("written") / "整改台账.xlsx"
    write_workbook(fictional_case(), path, RULES)
    return opened_workbook(path)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(CELLS), st.integers(0, 5), TEXTS), min_size=1, max_size=4))
def test_random_edits_come_back_exactly_or_are_listed(written, edits):
    """Words typed into any cell are what the tables are corrected to, or are named as not taken."""
    book = replace(written, cells={name: [list(row) for row in rows] for name, rows in written.cells.items()}, own=[])
    wanted = {}
    for (table, name), at, text in edits:
        rows = book.cells[LABELS.of("sheet", table)]
        column, number = rows[0].index(LABELS.column(table, name)), 1 + at % (len(rows) - 1)
        rows[number][column] = text
        identity = rows[number][rows[0].index("行标识")]
        wanted[table, identity, name] = clean(text.strip())[0].strip(), f"{get_column_letter(column + 1)}{number + 1}"
    found = edits_in(book, LABELS)
    changed = {one.key: one.new for one in found.corrections}
    for key, (text, coordinate) in wanted.items():
        told = any(coordinate in line for line in found.wrong)
        assert told or changed.get(key, found.seen[key]) == text, (key, text)
    assert changed.keys() <= wanted.keys()


def test_shown_values_are_read_back_as_they_were():
    assert shown("long_term", False, LABELS) == "否" and shown("long_term", None, LABELS) is None


def test_what_the_system_refuses_is_said_in_chinese(tmp_path):
    with pytest.raises(InputError, match="工作簿读不到（找不到）"):
        opened_workbook(tmp_path / "没有.xlsx")
