"""The sheets of a workbook that came back: found by their headings, whatever their order and whatever people added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl.utils import coordinate_to_tuple, get_column_letter

from pipeline.core import limits
from pipeline.core.errors import REASONS, InputError, Rejected
from pipeline.decisions.columns import BASE, COLUMNS, CONTINUED, EDITABLE, IDENTITIES, KEY
from pipeline.decisions.edited_sheet import UNREADABLE, EditedSheet
from pipeline.readers.gate import load
from pipeline.readers.sheet.sheet_file import raw_cells, unreadable_cells
from pipeline.ruleset.labels import Labels

HEAD_ROWS = 10  # rows from the top in which the headings may stand, should people put a title above
REMEDY = "请在最近一次生成的工作簿上更正"
Identities = dict[str, tuple[str, str]]  # row id → document, digest of the row's words
SheetCells = list[list[Any]]


@dataclass(slots=True)
class Opened:
    """A workbook's cells by sheet, the cells that hold no value, the ids that were written, and what people added."""

    name: str
    cells: dict[str, SheetCells]
    unreadable: dict[str, dict[str, str]]
    identities: dict[str, Identities]
    own: list[str] = field(default_factory=list)


def opened_workbook(path: Path) -> Opened:
    """The workbook at a path.  Raises InputError for what is no workbook, or none of ours."""
    try:
        data = load(path.resolve())
    except Rejected as error:
        why = error.detail or REASONS[error.error][0]
        raise InputError(str(path), f"工作簿读不到（{why}）", "请检查路径，并关闭 Excel 后再试") from error
    try:
        cells, unreadable = raw_cells(data), unreadable_cells(data)
    except Rejected as error:
        reason = error.message.rstrip("。").partition("。")[0]
        raise InputError(path.name, f"不是完好的 xlsx 工作簿（{reason}）", "请用 Excel 另存为 xlsx 后再试") from error
    return Opened(path.name, cells, unreadable, _identities(cells, path.name))


def _identities(cells: dict[str, SheetCells], name: str) -> dict[str, Identities]:
    """Every id that was written, with its document and the digest of its row's words."""
    if IDENTITIES not in cells:
        raise InputError(name, "不是整改通生成的工作簿，或隐藏的行标识表被删去了", REMEDY)
    rows = cells[IDENTITIES]
    names = [str(cell) for cell in rows[0]] if rows else []
    missing = [table for table in EDITABLE if table not in names]
    if missing:
        raise InputError(name, f"行标识表缺少 {'、'.join(missing)}", REMEDY)
    entries = {
        table: [str(row[at]).rsplit("|", 2) for row in rows[1:] if row[at] not in ("", None)]
        for at, table in enumerate(names)
        if table in EDITABLE
    }
    if any(len(entry) != 3 for column in entries.values() for entry in column):
        raise InputError(name, "隐藏的行标识表被改动过", REMEDY)
    return {
        table: {identity: (doc_id, anchor) for identity, doc_id, anchor in column} for table, column in entries.items()
    }


def edited_sheet(opened: Opened, name: str, labels: Labels) -> EditedSheet:
    """A sheet's rows.  A column that is missing is told; one that people added is noted.

    Raises InputError where the sheet, its headings or the hidden columns are gone.
    """
    title = labels.of("sheet", name)
    parts = [part for part in opened.cells if part == title or re.fullmatch(rf"{re.escape(title)} \(\d+\)", part)]
    if not parts:
        raise InputError(opened.name, f"缺少工作表“{title}”", "请恢复这张工作表")
    sheet = EditedSheet(name, title, [], [])
    headings = {column.heading: column.key for column in COLUMNS[name](labels)}
    further: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for part in parts:
        rows = opened.cells[part]
        top = _head(rows, headings, labels)
        if top is None:
            raise InputError(f"{part}!A1", "找不到表头，或隐藏的行标识列被删去了", "请恢复表头和隐藏的列，" + REMEDY)
        keys = [headings.get(str(cell).strip(), "") for cell in rows[top]]
        sheet.keys = [key if key not in keys[:at] else "" for at, key in enumerate(keys)]
        _note_columns(opened, sheet, rows[top], headings, labels)
        faults = _faults(opened.unreadable.get(part, {}), sheet, part)
        for number, cells in enumerate(rows[top + 1 :], top + 2):
            _note_overlong(sheet, part, number, cells, faults)
            _collect(sheet, number, {**dict(zip(sheet.keys, cells, strict=False)), **faults.get(number, {})}, further)
    _join(sheet, further)
    return sheet


def _head(rows: SheetCells, headings: dict[str, str], labels: Labels) -> int | None:
    """The row of the headings: the first that has both hidden columns."""
    for at, row in enumerate(rows[:HEAD_ROWS]):
        found = {headings.get(str(cell).strip()) for cell in row}
        if {KEY, BASE} <= found:
            return at
    return None


def _note_columns(
    opened: Opened, sheet: EditedSheet, head: Sequence[Any], headings: dict[str, str], labels: Labels
) -> None:
    own = [heading for cell in head if (heading := str(cell or "").strip()) and heading not in headings]
    opened.own += [f"“{sheet.title}”的“{heading}”列" for heading in own]
    for name in EDITABLE[sheet.name].fields:
        if name not in sheet.keys:
            heading = labels.column(EDITABLE[sheet.name].table, name)
            sheet.wrong.append(f"{sheet.title} 少了“{heading}”列：这一列的更正没有采用")


def _faults(unreadable: dict[str, str], sheet: EditedSheet, part: str) -> dict[int, dict[str, Any]]:
    """The cells that hold an error or a formula without a value: they are told, and not taken for cleared."""
    faults: dict[int, dict[str, Any]] = {}
    for address, found in unreadable.items():
        row, column = coordinate_to_tuple(address)
        key = sheet.keys[column - 1] if column <= len(sheet.keys) else ""
        if key in (KEY, BASE, *EDITABLE[sheet.name].fields):
            what = "是没有算出值的公式" if found == "=" else f"是错误值 {found}"
            sheet.wrong.append(f"{part}!{address} {what}，请直接填写内容")
            faults.setdefault(row, {})[key] = UNREADABLE
    return faults


def _note_overlong(
    sheet: EditedSheet, part: str, number: int, cells: Sequence[Any], faults: dict[int, dict[str, Any]]
) -> None:
    """A cell that holds more than any cell may is told, and not taken: no document could show it."""
    for at, (key, cell) in enumerate(zip(sheet.keys, cells, strict=False), 1):
        if key and isinstance(cell, str) and len(cell) > limits.CELL_CHARACTERS:
            what = f"有 {len(cell)} 字，上限 {limits.CELL_CHARACTERS} 字"
            sheet.wrong.append(f"{part}!{get_column_letter(at)}{number} {what}，请写短或分成几行")
            faults.setdefault(number, {})[key] = UNREADABLE


def _collect(
    sheet: EditedSheet, number: int, row: dict[str, Any], further: dict[str, list[tuple[int, dict[str, Any]]]]
) -> None:
    """A row, or one that only goes on with another: those wait in `further` by the other's id."""
    row.pop("", None)
    if all(cell in ("", None) for cell in row.values()):
        return
    identity = str(row.get(KEY) or "")
    bare = identity.lstrip(CONTINUED)
    if bare == identity:
        sheet.rows.append((number, row))
    else:
        further.setdefault(bare, []).append((len(identity) - len(bare), row))


def _join(sheet: EditedSheet, further: dict[str, list[tuple[int, dict[str, Any]]]]) -> None:
    """Long texts that were written into several rows are put together again, wherever the rows stand now."""
    for _, row in sheet.rows:
        parts = further.pop(str(row.get(KEY) or ""), [])
        for _, more in sorted(parts, key=lambda part: part[0]):
            for key, value in more.items():
                if key != KEY and isinstance(value, str) and value and isinstance(row.get(key), str):
                    row[key] += value
