"""Workbooks made in memory, as offices fill them."""

from __future__ import annotations

import datetime
import io

import openpyxl
from openpyxl.comments import Comment

HEADING = ["序号", "问题方面", "具体问题", "整改时限", "责任单位", "完成率"]


def ledger() -> openpyxl.Workbook:
    """Title over all columns, merged aspect, dates, a percent, a stored formula's cell, notes below, hidden parts."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "台账"
    sheet["A1"] = "柳湾区第四小学巡察整改台账"
    sheet.merge_cells("A1:F1")
    sheet["A2"], sheet["D2"] = "填报单位：第四小学党支部", "填报时间：2024年10月8日"
    for column, text in enumerate(HEADING, 1):
        sheet.cell(3, column, text)
    rows = [
        (1, "履行职责方面", "理论学习流于形式", datetime.date(2024, 7, 31), "办公室", 0.9871),
        (2, None, "食堂采购不规范", datetime.datetime(2024, 8, 30), "总务处\n财务室", 1.0),
        (3.0, "作风建设方面", "超标准发放补贴2.40万元", "2024年底前", None, 0.5),
        (4, None, "隐藏的一行", None, None, None),
    ]
    for row, values in enumerate(rows, 4):
        for column, value in enumerate(values, 1):
            sheet.cell(row, column, value)
        sheet.cell(row, 6).number_format = "0.00%"
    sheet.merge_cells("B4:B5")
    sheet.row_dimensions[7].hidden = True
    sheet["A9"] = "备注：本台账每月更新一次。"
    sheet["C4"].comment = Comment("批注里的话", "某人")
    hidden = book.create_sheet("草稿")
    hidden["A1"], hidden.sheet_state = "草稿内容", "hidden"
    second = book.create_sheet("清单")
    second.append(["序号", "制度名称"])
    second.append([1, "《学习制度》"])
    return book


def data(book: openpyxl.Workbook) -> bytes:
    """The workbook's bytes."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
