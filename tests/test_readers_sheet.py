"""Workbooks and csv: what a person sees in the sheet."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Document
from pipeline.readers import gate
from pipeline.readers.sheet.sheet_file import shown
from pipeline.readers.text_share import characters
from tests import workbooks

FILES = Path(__file__).parent / "files"


def rows(document: Document, table: int = 0) -> list[list[str]]:
    found: dict[int, list[str]] = {}
    for block in document.blocks:
        if block.table == table:
            found.setdefault(block.row, []).append(f"{block.text}^" if block.merged else block.text)
    return list(found.values())


@pytest.fixture(scope="module")
def ledger() -> Document:
    return gate.read_bytes(workbooks.data(workbooks.ledger()), "台账.xlsx")


def test_a_ledger_as_it_is_seen(ledger: Document) -> None:
    assert [block.text for block in ledger.blocks if block.kind == "paragraph"] == [
        "柳湾区第四小学巡察整改台账",
        "填报单位：第四小学党支部　　填报时间：2024年10月8日",
        "备注：本台账每月更新一次。",
    ]
    assert rows(ledger) == [
        workbooks.HEADING,
        ["1", "履行职责方面", "理论学习流于形式", "2024-07-31", "办公室", "98.71%"],
        ["2", "履行职责方面^", "食堂采购不规范", "2024-08-30", "总务处\n财务室", "100.00%"],
        ["3", "作风建设方面", "超标准发放补贴2.40万元", "2024年底前", "", "50.00%"],
    ]
    assert rows(ledger, 1) == [["序号", "制度名称"], ["1", "《学习制度》"]]


def test_hidden_parts_and_comments_are_left_out_by_name(ledger: Document) -> None:
    assert {(left.reason, left.text) for left in ledger.omitted} == {
        ("comment", "批注里的话"), ("hidden", "4"), ("hidden", "隐藏的一行"), ("hidden", "草稿内容"),
    }  # fmt: skip
    assert [warning.code for warning in ledger.warnings] == ["hidden_text"]


def test_every_shared_string_is_somewhere(ledger: Document) -> None:
    with zipfile.ZipFile(io.BytesIO(workbooks.data(workbooks.ledger()))) as package:
        parts = [package.read(name).decode() for name in package.namelist() if "worksheets/sheet" in name]
    strings = html.unescape("".join(text for part in parts for text in re.findall(r"<t[ >]([^<]+)", part)))
    assert "食堂采购不规范" in strings
    held = characters([block.text for block in ledger.blocks] + [left.text for left in ledger.omitted])
    assert not characters([strings]) - held
    assert ledger.coverage == 1.0


@pytest.mark.parametrize("name", ["ledger.xls", "ledger.ods"])
def test_old_and_open_workbooks(name: str) -> None:
    document = gate.read_bytes(FILES.joinpath(name).read_bytes(), name)
    assert document.format == name[-3:]
    assert rows(document)[0] == workbooks.HEADING
    aspect = "履行职责方面^" if name.endswith("xls") else ""  # the library does not tell merged cells of an ods
    assert rows(document)[2][:4] == ["2", aspect, "食堂采购不规范", "2024-08-30"]
    assert "草稿内容" in [left.text for left in document.omitted]


def test_a_heading_of_two_rows_keeps_its_merged_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["序号", "责任", None, "时限"], [None, "领导", "部门", None], [1, "张三", "办公室", "7月底"]):
        sheet.append(row)
    for area in ("A1:A2", "B1:C1", "D1:D2"):
        sheet.merge_cells(area)
    document = gate.read_bytes(workbooks.data(book), "a.xlsx")
    assert rows(document) == [
        ["序号", "责任", "责任^", "时限"], ["序号^", "领导", "部门", "时限^"], ["1", "张三", "办公室", "7月底"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.0, "3"), (0.1 + 0.2, "0.3"), (1e16, "10000000000000000"), (1.5e-7, "0.00000015"), (True, "TRUE"), (None, ""),
     (" 甲\r\n乙 ", "甲\n乙")],
)  # fmt: skip
def test_values_as_shown(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize("codec", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_csv(codec: str, sign: str) -> None:
    lines = [["序号", "问题", "措施"], ["1", f'"甲{sign}乙"', '"一是\n二是""好"""'], ["2", "丙", ""]]
    document = gate.read_bytes("\r\n".join(sign.join(line) for line in lines).encode(codec), "a.csv")
    assert rows(document) == [["序号", "问题", "措施"], ["1", f"甲{sign}乙", '一是\n二是"好"'], ["2", "丙", ""]]
    assert document.coverage == 1.0


def sheet_xml(cells: str) -> bytes:
    """The ledger with another first sheet."""
    out = io.BytesIO()
    whole = io.BytesIO(workbooks.data(workbooks.ledger()))
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                content = head + cells.encode() + b"</sheetData></worksheet>"
            target.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "too_large"),
        ("<row><c><v>1</v>", "bad_package"),
    ],
)
def test_hostile_sheets(cells: str, error: str) -> None:
    with pytest.raises(Rejected, match=error):
        gate.read_bytes(sheet_xml(cells), "a.xlsx")


def test_a_document_type_is_refused() -> None:
    data = workbooks.data(workbooks.ledger())
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            evil = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' if name == "xl/workbook.xml" else b""
            target.writestr(name, evil + source.read(name))
    with pytest.raises(Rejected, match="xml_dtd_forbidden"):
        gate.read_bytes(out.getvalue(), "a.xlsx")


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SHEET_CELLS", 10)
    cases = ((workbooks.data(workbooks.ledger()), "a.xlsx"), (("甲,乙\n" * 6).encode(), "a.csv"))
    for data, name in cases:
        with pytest.raises(Rejected, match="too_large"):
            gate.read_bytes(data, name)


def with_cells(cells: str) -> bytes:
    """A workbook with further cells as some other program writes them."""
    source = io.BytesIO(workbooks.data(workbooks.ledger()))
    target = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b"</sheetData>", cells.encode() + b"</sheetData>")
            new.writestr(name, part)
    return target.getvalue()


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ("<row r='1048576'><c r='XFD1048576' t='inlineStr'><is><t>x</t></is></c></row>", "too_large"),
        ('<row r="1048576"><c r = "xfd1048576"><v>1</v></c></row>', "too_large"),
        ('<x-y:row xmlns:x-y="urn:x" r="1048576"><x-y:c\nr="XFD1048576"><v>1</v></x-y:c></x-y:row>', "too_large"),
        ('<row r="9"><c r="XFD9"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>', "too_large"),
        ('<row r="4294967295"><c r="ZZZZZZ4294967295"><v>1</v></c></row>', "too_large"),
        ('<row r="1048576"><c r="XFD&#49;048576"><v>1</v></c></row>', "bad_package"),
    ],
)  # fmt: skip
def test_far_cells_are_refused_before_room_is_made_for_them(cells: str, error: str) -> None:
    with pytest.raises(Rejected) as caught:
        gate.read_bytes(with_cells(cells), "台账.xlsx")
    assert caught.value.error == error


def test_empty_rows_down_to_the_end_are_no_size() -> None:
    document = gate.read_bytes(with_cells('<row r="1048576" ht="14"/>'), "台账.xlsx")
    assert rows(document)[0] == workbooks.HEADING


def test_a_workbook_of_too_many_rows_is_large_and_no_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    for number in range(2000):
        book.active.append([number, f"第{number * 7919 % 2000}号台账记录不完整"])
    monkeypatch.setattr(limits, "PART_BYTES", 50_000)
    with pytest.raises(Rejected, match=r"too_large.*拆成几个文件"):
        gate.read_bytes(workbooks.data(book), "台账.xlsx")


@pytest.mark.parametrize(
    "cells",
    ['<row r="60000"><c r="A60000" s="1"/><c r="HV60000" s="1" t="n"></c></row>',
     '<row r="1048576"><c r="XFD1048576" s="1"\n/></row>'],
)  # fmt: skip
def test_formatted_empty_cells_are_no_size(cells: str) -> None:
    document = gate.read_bytes(with_cells(cells), "台账.xlsx")
    assert rows(document)[0] == workbooks.HEADING


def test_an_overlong_cell_is_named_by_its_address() -> None:
    long = "".join(f"第{number}号台账" for number in range(20_000))
    with pytest.raises(Rejected, match=r"台账!C9 一格有 \d+ 字"):
        gate.read_bytes(with_cells(f'<row r="9"><c r="C9" t="inlineStr"><is><t>{long}</t></is></c></row>'), "台账.xlsx")
    with pytest.raises(Rejected, match="第 3 行有一格"):
        gate.read_bytes(f"序号,问题,措施\n1,甲,乙\n2,{long},丙\n".encode(), "台账.csv")


def test_a_sheet_of_more_rows_than_are_read_is_large_and_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SHEET_ROWS", 8)
    with pytest.raises(Rejected, match=r"too_large.*工作表“台账”有 9 行.*拆成几个文件"):
        gate.read_bytes(workbooks.data(workbooks.ledger()), "台账.xlsx")


@pytest.mark.parametrize("at", [44, 64, 72])
def test_an_old_workbook_that_counts_more_than_it_holds_is_broken(at: int) -> None:
    data = (Path(__file__).parent / "files" / "ledger.xls").read_bytes()
    with pytest.raises(Rejected, match="bad_ole"):
        gate.read_bytes(data[:at] + b"\xff\xff\xff\x7f" + data[at + 4 :], "台账.xls")
