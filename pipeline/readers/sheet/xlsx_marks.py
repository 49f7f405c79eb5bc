"""What calamine does not tell of an xlsx: hidden rows and columns, percent formats, how far the cells reach.

In: the guarded package.  Out: `Marks` of each sheet, in the workbook's order.  The sheets are looked
through by pattern and not built as trees: a sheet may have a million cells.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.readers.package import Package
from pipeline.readers.xml import parse_office

_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# places as any program may write them, not only as Excel does: calamine makes room for all of them
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\s[^<>]*?\br\s*=\s*[\"'](\d{1,10})[\"'][^<>]*")
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]{1,9})(\d{1,10})[\"']([^<>]*)")
_NOTHING = re.compile(rb">\s*</")  # behind a cell's attributes: formatted, but empty
_UNPLACED = re.compile(rb"<(?:[\w.-]+:)?c(?=[\s/>])(?![^<>]*?\br\s*=)")  # a cell that stands where its row says
_DISGUISED = re.compile(rb"<(?:[\w.-]+:)?(?:c|row)\s[^<>]*?\br\s*=\s*(?:\"[^\"&<>]*&|'[^'&<>]*&)")
_WHOLE_CELL = re.compile(rb"<(?:[\w.-]+:)?c\s([^<>]*?)(?:/>|>(.*?)</(?:[\w.-]+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,9}\d{1,10})[\"']")
_IS_ERROR = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v>([^<]+)<")
_STYLE = re.compile(rb'\bs="(\d{1,6})"')
_PERCENT = re.compile(r"0(?:\.(0+))?%")
_BUILT_IN = {9: 0, 10: 2}  # number formats 0% and 0.00%


@dataclass(frozen=True, slots=True)
class Marks:
    """Of one sheet: rows and columns (from 0) that are hidden, and the decimals of percent cells."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()
    percents: dict[tuple[int, int], int] = field(default_factory=dict)


def marks(package: Package) -> dict[str, Marks]:
    """Sheet name → marks.  Raises bad_package, too_large and what the guarded readers raise."""
    if "xl/workbook.xml" not in package:
        raise Rejected("bad_package", "缺少 xl/workbook.xml")
    workbook = parse_office(package.read("xl/workbook.xml"), "xl/workbook.xml")
    targets = _targets(package)
    percents = _percent_styles(package)
    sheets = list(workbook.iter(f"{_SPREADSHEET}sheet"))
    if len(sheets) > limits.SHEETS:
        raise Rejected("too_large", f"{len(sheets)} 张工作表，上限 {limits.SHEETS} 张")
    found: dict[str, Marks] = {}
    for sheet in sheets:
        target = targets.get(sheet.get(_RELATION) or "", "")
        if target in package:
            found[sheet.get("name") or ""] = _sheet_marks(package.read(target), percents)
    return found


def faulty_cells(package: Package) -> dict[str, dict[str, str]]:
    """Sheet name → address → what no value can be read from: `#REF!` and the like, `=` for a formula never computed."""
    workbook, targets = parse_office(package.read("xl/workbook.xml"), "xl/workbook.xml"), _targets(package)
    found: dict[str, dict[str, str]] = {}
    for sheet in workbook.iter(f"{_SPREADSHEET}sheet"):
        target = targets.get(sheet.get(_RELATION) or "", "")
        if target in package:
            found[sheet.get("name") or ""] = _faults(package.read(target))
    return found


def _faults(data: bytes) -> dict[str, str]:
    faults: dict[str, str] = {}
    for cell in _WHOLE_CELL.finditer(data):
        place, inside = _PLACE.search(cell[1]), cell[2] or b""
        value = _VALUE.search(inside)
        if place and _IS_ERROR.search(cell[1]):
            faults[place[1].decode()] = value[1].decode("utf-8", "replace") if value else "#"
        elif place and value is None and _FORMULA.search(inside):
            faults[place[1].decode()] = "="
    return faults


def _targets(package: Package) -> dict[str, str]:
    """Relationship id → part name."""
    part = "xl/_rels/workbook.xml.rels"
    if part not in package:
        return {}
    return {
        relation.get("Id") or "": posixpath.normpath(posixpath.join("/xl", relation.get("Target") or "")).lstrip("/")
        for relation in parse_office(package.read(part), part)
        if isinstance(relation.tag, str)
    }


def _percent_styles(package: Package) -> dict[int, int]:
    """Number of a cell style → decimals of its percent format."""
    if "xl/styles.xml" not in package:
        return {}
    root = parse_office(package.read("xl/styles.xml"), "xl/styles.xml")
    decimals = dict(_BUILT_IN)
    for form in root.iter(f"{_SPREADSHEET}numFmt"):
        identity, code = form.get("numFmtId") or "", form.get("formatCode") or ""
        if identity.isdigit() and (found := _PERCENT.search(code)):
            decimals[int(identity)] = len(found[1] or "")
    formats = root.find(f"{_SPREADSHEET}cellXfs")
    styles = [] if formats is None else [form.get("numFmtId") or "" for form in formats]
    return {
        number: decimals[int(identity)]
        for number, identity in enumerate(styles)
        if identity.isdigit() and int(identity) in decimals
    }


def _sheet_marks(data: bytes, styles: dict[int, int]) -> Marks:
    if _DISGUISED.search(data):  # no program writes a place with character references
        raise Rejected("bad_package", "单元格位置的写法不正常")
    rows = {int(found[1]): bool(_HIDDEN.search(found[0])) for found in _ROW.finditer(data)}
    last_row, last_column = max(rows, default=0) if _UNPLACED.search(data) else 0, 0
    columns: set[int] = set()
    for found in _COLUMN.finditer(data):
        ends = [re.search(rb'\b%s="(\d{1,6})"' % name, found[0]) for name in (b"min", b"max")]
        if _HIDDEN.search(found[0]) and ends[0] and ends[1]:
            columns.update(range(int(ends[0][1]) - 1, min(int(ends[1][1]), 16384)))
    percents: dict[tuple[int, int], int] = {}
    for found in _CELL.finditer(data):
        if found[3].endswith(b"/") or _NOTHING.match(data, found.end()):
            continue  # calamine passes over it too
        row, column = int(found[2]), column_number(found[1].upper())
        last_row, last_column = max(last_row, row), max(last_column, column)
        style = _STYLE.search(found[3])
        if style and int(style[1]) in styles:
            percents[row - 1, column - 1] = styles[int(style[1])]
    if last_row * last_column > limits.SHEET_CELLS:  # calamine holds the whole rectangle in memory
        raise Rejected("too_large", f"工作表有 {last_row} 行 {last_column} 列，上限 {limits.SHEET_CELLS} 格")
    hidden = frozenset(number - 1 for number, is_hidden in rows.items() if is_hidden)
    return Marks(hidden, frozenset(columns), percents)


def column_number(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
