"""`整改台账.xlsx` as people left it → `corrections.csv`: what they changed, added and deleted, cell by cell.

Every row is held against the values that were written beside it.  Anything that can't be understood is
collected with its cell's address, and then nothing at all is taken over.
"""

from __future__ import annotations

import datetime
import getpass
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl.utils import column_index_from_string, get_column_letter

from pipeline.core import limits
from pipeline.core.errors import REASONS, InputError, Rejected
from pipeline.decisions.columns import (
    ANCHORS,
    BASE,
    COLUMNS,
    CONTINUED,
    EDITABLE,
    IDENTITIES,
    KEY,
    shown,
    stored_text,
)
from pipeline.decisions.edited_sheet import EditedSheet, cell_value, untouched
from pipeline.decisions.merge import (
    ADD,
    CHANGE,
    DELETE,
    FILE,
    Correction,
    combined,
    load_corrections,
    merge,
    merge_findings,
    save_corrections,
)
from pipeline.readers.gate import load
from pipeline.readers.sheet.sheet_file import raw_cells, unreadable_cells
from pipeline.ruleset.labels import Labels, load_labels

__all__ = ["Correction", "apply", "load_corrections", "merge", "merge_findings", "read_workbook"]

GONE = 1 / 3  # of a sheet's rows that may be deleted without asking
SHOWN = 20  # wrong cells that one message names


Identities = dict[str, tuple[str, str]]
SheetRows = dict[str, list[list[Any]]]  # sheet name → rows of cells
Unreadable = dict[str, dict[str, str]]  # sheet name → address → what stands there


def apply(
    workbook: Path,
    rules_folder: Path,
    output_folder: Path | None = None,
    who: tuple[str, str] | None = None,
    sure: bool = False,
) -> list[str]:
    """Take over what people changed in a workbook; gives lines that say what was taken over.

    The corrections are kept in `corrections.csv` of the output folder (by default the workbook's own); `who` is the
    person and the moment.  Raises InputError with every wrong cell's address, or where more than a third of a
    sheet's rows are gone and nobody said that he is `sure`, and then takes over nothing.
    """
    target = (output_folder or workbook.parent) / FILE
    now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    fresh = read_workbook(workbook, rules_folder, who or (getpass.getuser(), now), sure)
    kept = combined(load_corrections(target), fresh)
    save_corrections(target, kept)
    labels = load_labels(rules_folder)
    counts = Counter(correction.table for correction in fresh)
    what = "，".join(f"{labels.of('sheet', table)} {count} 处" for table, count in counts.items()) or "没有改动"
    return [f"读到更正：{what}", f"已存入 {target}（共 {len(kept)} 条），下次运行、核对和出文书时采用"]


def read_workbook(
    path: Path, rules_folder: Path, who: tuple[str, str] = ("", ""), sure: bool = False
) -> list[Correction]:
    """Everything that people changed in a workbook.  Raises InputError with all wrong cells."""
    labels = load_labels(rules_folder)
    book, unreadable = _cells(path)
    identities = _identities(book, path)
    sheets = [_sheet(book, name, labels, path) for name in EDITABLE]
    documents = {str(r[KEY]): str(r["file"] or "") for _, r in sheets[-1].rows if r[KEY]}
    for sheet in sheets:
        _refuse_unreadable(sheet, unreadable)
        sheet.documents = {identity: doc_id for identity, (doc_id, _) in identities[sheet.name].items()}
    out: list[Correction] = []
    for sheet in sheets:
        out += _changes(sheet, identities[sheet.name], documents, labels, sheets[0], who)
    wrong = [line for sheet in sheets for line in sheet.wrong]
    if wrong:
        more = f" 等 {len(wrong)} 处" if len(wrong) > SHOWN else ""
        raise InputError(path.name, "；".join(wrong[:SHOWN]) + more, "请改正这些单元格后重新运行；本次没有采用任何更正")
    if not sure:
        _refuse_many_gone(sheets, identities, out, path)
    return out


def _refuse_unreadable(sheet: EditedSheet, unreadable: Unreadable) -> None:
    """Name the cells that hold an error or a formula without a value: they are not cleared."""
    last = len(sheet.keys)
    for part, cells in unreadable.items():
        if part == sheet.title or re.fullmatch(rf"{re.escape(sheet.title)} \(\d+\)", part):
            for address, found in cells.items():
                if column_index_from_string(address.rstrip("0123456789")) <= last:
                    what = "是没有算出值的公式" if found == "=" else f"是错误值 {found}"
                    sheet.wrong.append(f"{part}!{address} {what}，请直接填写内容")


def _refuse_many_gone(
    sheets: Sequence[EditedSheet], identities: dict[str, Identities], out: Sequence[Correction], path: Path
) -> None:
    """More rows gone than anybody deletes one by one: a filter or a wrong copy may have taken them."""
    gone = Counter(correction.table for correction in out if correction.action == DELETE)
    for sheet in sheets:
        count, all_rows = gone[EDITABLE[sheet.name].table], len(identities[sheet.name])
        if count > all_rows * GONE:
            what = f"工作表“{sheet.title}”的 {all_rows} 行少了 {count} 行，本次没有采用任何更正"
            raise InputError(path.name, what, "确实要删去这些行的，请加 --yes 重新运行；否则请恢复这些行")


def _cells(path: Path) -> tuple[SheetRows, Unreadable]:
    try:
        data = load(path.resolve())
    except Rejected as error:
        raise InputError(
            str(path), f"工作簿读不到（{error.detail or REASONS[error.error][0]}）", "请检查路径，并关闭 Excel 后再试"
        ) from error
    try:
        return raw_cells(data), unreadable_cells(data)
    except Rejected as error:
        reason = error.message.rstrip("。").partition("。")[0]
        raise InputError(path.name, f"不是完好的 xlsx 工作簿（{reason}）", "请用 Excel 另存为 xlsx 后再试") from error


def _identities(book: SheetRows, path: Path) -> dict[str, Identities]:
    """Every id that was written, with its document and the digest of its row's words."""
    if IDENTITIES not in book:
        what = "不是整改通生成的工作簿，或隐藏的行标识表被删去了"
        raise InputError(path.name, what, "请在最近一次生成的工作簿上更正")
    rows = book[IDENTITIES]
    names = [str(cell) for cell in rows[0]] if rows else []
    missing = [name for name in EDITABLE if name not in names]
    if missing:
        raise InputError(path.name, f"行标识表缺少 {'、'.join(missing)}", "请在最近一次生成的工作簿上更正")
    entries = {
        name: [str(row[at]).rsplit("|", 2) for row in rows[1:] if row[at] not in ("", None)]
        for at, name in enumerate(names)
    }
    if any(len(entry) != 3 for column in entries.values() for entry in column):
        raise InputError(path.name, "隐藏的行标识表被改动过", "请在最近一次生成的工作簿上更正")
    return {
        name: {identity: (doc_id, anchor) for identity, doc_id, anchor in column} for name, column in entries.items()
    }


def _sheet(book: SheetRows, name: str, labels: Labels, path: Path) -> EditedSheet:
    """A sheet's rows; a heading that was moved, renamed or removed refuses the workbook."""
    title = labels.of("sheet", name)
    columns = COLUMNS[name](labels)
    parts = [n for n in book if n == title or re.fullmatch(rf"{re.escape(title)} \(\d+\)", n)]
    if not parts:
        raise InputError(path.name, f"缺少工作表“{title}”", "请恢复这张工作表")
    sheet = EditedSheet(name, title, [column.key for column in columns], [])
    for part in parts:
        rows = book[part]
        head = [str(cell).strip() for cell in rows[0]] if rows else []
        for at, column in enumerate(columns):
            if at >= len(head) or head[at] != column.heading:
                found = f"是“{head[at]}”" if at < len(head) and head[at] else "是空的"
                raise InputError(
                    f"{part}!{get_column_letter(at + 1)}1",
                    f"表头应为“{column.heading}”，现在{found}",
                    "请把移动或删去的列恢复原样；本次没有采用任何更正",
                )
        _refuse_overlong(sheet, part, rows)
        _collect(sheet, rows[1:])
    return sheet


def _refuse_overlong(sheet: EditedSheet, part: str, rows: Sequence[Sequence[Any]]) -> None:
    """Name the cells that hold more than any cell may: no document could show them."""
    for number, cells in enumerate(rows, 1):
        for at, cell in enumerate(cells[: len(sheet.keys)], 1):
            if isinstance(cell, str) and len(cell) > limits.CELL_CHARACTERS:
                what = f"有 {len(cell)} 字，上限 {limits.CELL_CHARACTERS} 字"
                sheet.wrong.append(f"{part}!{get_column_letter(at)}{number} {what}，请写短或分成几行")


def _collect(sheet: EditedSheet, rows: Sequence[Sequence[Any]]) -> None:
    """Rows by key; a row that only goes on with the one above is put back into it."""
    for number, cells in enumerate(rows, 2):
        if all(cell in ("", None) for cell in cells):
            continue
        row = dict(zip(sheet.keys, cells, strict=False))
        identity = str(row.get(KEY) or "")
        if identity.startswith(CONTINUED) and sheet.rows and sheet.rows[-1][1][KEY] == identity[1:]:
            before = sheet.rows[-1][1]
            for key, value in row.items():
                if key != KEY and isinstance(value, str) and value:
                    before[key] = f"{before[key]}{value}"
            continue
        sheet.rows.append((number, row))


def _changes(
    sheet: EditedSheet,
    identities: Identities,
    documents: dict[str, str],
    labels: Labels,
    problems: EditedSheet,
    who: tuple[str, str],
) -> Iterator[Correction]:
    known: set[str] = set(identities)
    seen: set[str] = set()
    editable = EDITABLE[sheet.name].fields
    by, when = who
    for number, row in sheet.rows:
        identity = str(row.get(KEY) or "")
        if not identity:
            yield from _added(sheet, number, row, documents, labels, problems, who, known | seen)
            continue
        if identity not in known:
            sheet.wrong.append(f"{sheet.address(number, KEY)} 的行标识不认识")
            continue
        if identity in seen:
            sheet.wrong.append(f"{sheet.address(number, KEY)} 的行标识重复（新增的行请清空最右边隐藏的两列）")
            continue
        seen.add(identity)
        base = _base(sheet, number, row, editable)
        if base is None:
            continue
        doc_id = identities[identity][0]
        anchor = stored_text(_anchor(sheet, row, base))
        for name, old in base.items():
            if untouched(row.get(name), shown(name, old, labels)):
                continue
            new = cell_value(sheet, number, row, name, labels)
            if new is not None and new != stored_text(old):
                yield Correction(
                    documents.get(doc_id, ""),
                    doc_id,
                    EDITABLE[sheet.name].table,
                    identity,
                    anchor,
                    CHANGE,
                    name,
                    stored_text(old),
                    new,
                    by,
                    when,
                )
    for identity, (doc_id, anchor) in identities.items():
        if identity not in seen:
            if sheet.name == "documents":
                sheet.wrong.append(f"{sheet.title} 少了一行（{identity}），文档不能在这里删去")
                continue
            yield Correction(
                documents.get(doc_id, ""),
                doc_id,
                EDITABLE[sheet.name].table,
                identity,
                anchor,
                DELETE,
                "",
                "",
                "",
                by,
                when,
            )


def _anchor(sheet: EditedSheet, row: dict[str, Any], base: dict[str, Any]) -> object:
    """The words that tell the row, as they were read."""
    column = ANCHORS[EDITABLE[sheet.name].table]
    return base[column] if column in base else row.get(column)


def _base(sheet: EditedSheet, number: int, row: dict[str, Any], fields: Sequence[str]) -> dict[str, Any] | None:
    try:
        values = json.loads(str(row[BASE]))
        return dict(zip(fields, values, strict=True))
    except (ValueError, TypeError, RecursionError):
        sheet.wrong.append(f"{sheet.address(number, BASE)} 隐藏列的内容被改动，这一行无法比对")
        return None


def _added(
    sheet: EditedSheet,
    number: int,
    row: dict[str, Any],
    documents: dict[str, str],
    labels: Labels,
    problems: EditedSheet,
    who: tuple[str, str],
    taken: set[str],
) -> Iterator[Correction]:
    """A row without an id: a problem or measure that a person added."""
    if sheet.name not in ("problems", "measures"):
        sheet.wrong.append(f"{sheet.title} 第 {number} 行没有行标识：这张表不能增加行")
        return
    values = {name: cell_value(sheet, number, row, name, labels) for name in EDITABLE[sheet.name].fields}
    main = "problem" if sheet.name == "problems" else "text"
    if not values[main]:
        sheet.wrong.append(f"{sheet.address(number, main)} 是空的：新增的行必须填写")
        return
    owner = _owner(sheet, number, row, documents, problems)
    if owner is None:
        return
    doc_id, problem_id = owner
    prefix = f"{doc_id}-r" if sheet.name == "problems" else f"{problem_id}:r"
    identity = next(f"{prefix}{n}" for n in range(1, 100_000) if f"{prefix}{n}" not in taken)
    taken.add(identity)
    for name, new in values.items():
        if new:
            yield Correction(
                documents.get(doc_id, ""),
                doc_id,
                EDITABLE[sheet.name].table,
                identity,
                problem_id,
                ADD,
                name,
                "",
                new,
                *who,
            )


def _owner(
    sheet: EditedSheet, number: int, row: dict[str, Any], documents: dict[str, str], problems: EditedSheet
) -> tuple[str, str] | None:
    """The document (and problem) that an added row belongs to, by the unit (and problem) written in it."""
    unit, file = str(row.get("unit") or "").strip(), str(row.get("file") or "").strip()
    wanted = str(row.get("problem") or "").strip()
    found: set[tuple[str, str]] = set()
    for _, other in problems.rows:
        identity = str(other.get(KEY) or "")
        doc_id = problems.documents.get(identity, "")
        if not identity or (unit and other.get("unit") != unit) or (file and documents.get(doc_id) != file):
            continue
        if row.get("kind") and other.get("kind") != row.get("kind"):
            continue
        if sheet.name == "problems":
            found.add((doc_id, ""))
        elif str(other.get("problem") or "").strip() == wanted:
            found.add((doc_id, identity))
    if len(found) == 1:
        return found.pop()
    what = "找不到对应的材料" if not found else "对应几份材料"
    column = "unit" if sheet.name == "problems" else "problem"
    sheet.wrong.append(f"{sheet.address(number, column)} {what}：请照上面的行填写单位、文种（问题表还可填文件）")
    return None
