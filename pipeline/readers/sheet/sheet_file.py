"""Workbooks and csv → blocks: each sheet a table, merged cells carried, hidden parts left out by name.

Formulas give the value that was stored with them.  Lines above the table's heading and below its last row
that hold one text only (title, 填报单位, 备注) are paragraphs, as a person sees them.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.files import csv_cells
from pipeline.core.model import Block, Document, Omitted, Warned
from pipeline.readers.encoding import decode
from pipeline.readers.kind import sniff
from pipeline.readers.sheet.xlsx_marks import Marks, faulty_cells, marks
from pipeline.readers.text_share import coverage

if TYPE_CHECKING:
    from pipeline.readers.package import Package

_BROKEN = {"xls": "bad_ole"}  # class of a file that the library can't read
_OLE, _HEADER = b"\xd0\xcf\x11\xe0", 512
_COUNTS = struct.Struct("<II16xI4xI")  # sectors of the directory, the FAT, the mini FAT and the DIFAT, from byte 40 on
CellPlace = tuple[int, int]  # row and column from 0
DELIMITERS = ",\t;|"
_REPEATED = re.compile(rb'<table:table-cell\b[^>]*number-columns-repeated="(\d{4,9})"[^>]*[^/]>')
_REPEATED_ROW = re.compile(
    rb'<table:table-row\b[^>]*number-rows-repeated="(\d{4,9})"[^>]*>(.{0,4000}?)</table:table-row>', re.DOTALL
)


@dataclass(slots=True)
class ShownSheet:
    """The shown texts of a sheet: its name, rows of equally many cells, and the places that merged cells cover."""

    rows: list[list[str]]
    name: str = ""
    covered: dict[CellPlace, CellPlace] = field(default_factory=dict)  # place → where its text stands


def read_bytes(data: bytes, name: str) -> Document:
    """A workbook as a document.  Raises encrypted, bad_zip, bad_package, bad_ole, too_large, empty."""
    import python_calamine

    kind = sniff(data, name)
    warnings: list[Warned] = []
    omitted: list[Omitted] = []
    known = _checked(data, kind, warnings, omitted)
    with _faults_told(kind):
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [
            sheet
            for meta in workbook.sheets_metadata
            if (sheet := _sheet(workbook, meta, known.get(meta.name, Marks()), omitted)) is not None
        ]
    if any(left.reason == "hidden" for left in omitted):
        warnings.append(Warned("hidden_text", "有隐藏的工作表、行或列，未读入"))
    blocks: list[Block] = []
    tables = 0
    for sheet in sheets:
        blocks += (own := sheet_blocks(sheet, tables))
        tables += any(block.kind == "cell" for block in own)
    source = "".join(text for sheet in sheets for row in sheet.rows for text in row)
    return Document(
        name=name,
        format=kind,
        sha256=sha256(data).hexdigest(),
        blocks=tuple(blocks),
        warnings=tuple(warnings),
        omitted=tuple(omitted),
        coverage=coverage(source + "".join(left.text for left in omitted), blocks, omitted),
    )


def raw_cells(data: bytes) -> dict[str, list[list[Any]]]:
    """Sheet name → rows of an xlsx file's cells with their own types.  Raises Rejected."""
    import python_calamine

    _checked(data, "xlsx", [], [])
    with _faults_told("xlsx"):
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in workbook.sheet_names
        }


def unreadable_cells(data: bytes) -> dict[str, dict[str, str]]:
    """Sheet name → address → what stands there of an xlsx file's cells that `raw_cells` gives as empty."""
    from pipeline.readers.package import open_package

    return faulty_cells(open_package(data))


@contextmanager
def _faults_told(kind: str) -> Iterator[None]:
    """What the library raises on a broken file, as `Rejected`."""
    import python_calamine

    broken = _BROKEN.get(kind, "bad_package")
    try:
        yield
    except python_calamine.PasswordError as error:
        raise Rejected("encrypted", "Excel 密码") from error
    except (python_calamine.CalamineError, ValueError, OverflowError, KeyError, OSError) as error:
        raise Rejected(broken, str(error)[:120]) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a bug of the library shows on a broken file
            raise
        raise Rejected(broken, "结构损坏") from error


def read_csv(data: bytes, name: str) -> Document:
    """A csv file as a document.  Raises too_large, bad_encoding."""
    if len(data) > limits.TEXT_FILE_BYTES:
        raise Rejected("too_large", f"文本文件超过 {limits.TEXT_FILE_BYTES // limits.MIB} MB")
    decoded = decode(data)
    text = decoded.text
    if (first := re.match(r"sep=(.)\r?\n", text)) is not None:  # Excel's own note of the delimiter
        delimiter, text = first[1], text[first.end() :]
    else:
        delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        with csv_cells(limits.CELL_CHARACTERS):
            rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        what = f"第 {reader.line_num} 行有一格超过 {limits.CELL_CHARACTERS} 字，或引号不成对"
        raise Rejected("too_large", what) from error
    if len(rows) > limits.SHEET_ROWS or sum(map(len, rows)) > limits.SHEET_CELLS:
        most = f"{limits.SHEET_ROWS} 行或 {limits.SHEET_CELLS} 格"
        raise Rejected("too_large", f"表格超过 {most}，请按单位或年度拆成几个文件")
    width = max(map(len, rows), default=0)
    if width * len(rows) > 4 * limits.SHEET_CELLS:
        raise Rejected("too_large", f"表格超过 {limits.SHEET_CELLS} 格")
    blocks = sheet_blocks(ShownSheet([row + [""] * (width - len(row)) for row in rows]), 0)

    plain = text.replace(delimiter, "").replace('"', "")
    held = [Block(block.text.replace(delimiter, "").replace('"', "")) for block in blocks]
    return Document(
        name=name,
        format="csv",
        sha256=sha256(data).hexdigest(),
        blocks=tuple(blocks),
        warnings=decoded.warnings,
        omitted=(),
        encoding=decoded.encoding,
        coverage=coverage(plain, held, ()),
    )


def _delimiter(text: str) -> str:
    """The sign that parts the first lines into the same number of cells, and into most."""
    lines = [line for line in re.split(r"\r\n|\n|\r", text[:20_000]) if line.strip()][:20]

    def fitness(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines]
        common = max(set(counts), key=counts.count, default=0)
        return (counts.count(common) if common else 0, common)

    return max(DELIMITERS, key=fitness)


def _checked(data: bytes, kind: str, warnings: list[Warned], omitted: list[Omitted]) -> dict[str, Marks]:
    """The container is sound; what the library does not read is noted."""
    if kind == "xls":
        _check_sectors(data)
        return {}
    from pipeline.readers.package import open_package
    from pipeline.readers.xml import parse, refuse_document_type

    package = open_package(data)
    names = package.names()
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        warnings.append(Warned("macro_present", "表格带有宏，未运行"))
    if any(name.startswith("xl/externalLinks/") for name in names):
        warnings.append(Warned("external_link_ignored", "表格中有指向别的文件的链接，未打开"))
    for name in names:  # all parts that the library will read go through the guards first
        if name.lower().endswith((".xml", ".rels")) and not name.startswith("xl/worksheets/sheet"):
            _note_texts(name, parse(package.read(name), name), omitted)
        elif name.startswith("xl/worksheets/sheet"):  # may be large: looked through by pattern, not built as a tree
            refuse_document_type(_worksheet(package, name), name)
        elif name.lower().endswith(".bin"):
            package.read(name)
    if kind == "ods":
        _check_repeats(package.read("content.xml") if "content.xml" in package else b"")
    return marks(package) if kind == "xlsx" else {}


def _check_sectors(data: bytes) -> None:
    """An OLE file counts no more sectors than it can hold: the library makes room for all that are counted."""
    if data.startswith(_OLE) and (len(data) < _HEADER or max(_COUNTS.unpack_from(data, 40)) > len(data) // 64):
        raise Rejected("bad_ole", "扇区数目不对")


def _worksheet(package: Package, name: str) -> bytes:
    """A sheet's part; one that is only large, and not blown up, is told as that."""
    try:
        return package.read(name)
    except Rejected as error:
        if (
            error.error == "zip_bomb"
            and package.members[name.lower()].compress_size * limits.PART_RATIO > limits.PART_BYTES
        ):
            size = limits.PART_BYTES // limits.MIB
            raise Rejected("too_large", f"工作表展开后超过 {size} MB，行数过多，请按单位或年度拆成几个文件") from error
        raise


def _note_texts(name: str, root: Any, omitted: list[Omitted]) -> None:
    """Comments and text boxes stand beside the cells."""
    reason = "comment" if "/comments" in name or "/threadedComments" in name else ""
    reason = "textbox" if name.startswith("xl/drawings/drawing") else reason
    if reason:
        named = (element for element in root.iter() if isinstance(element.tag, str))
        text = "".join(element.text or "" for element in named if element.tag.endswith("}t"))
        if text.strip():
            omitted.append(Omitted(reason, text))


def _check_repeats(content: bytes) -> None:
    cells = [int(found[1]) for found in _REPEATED.finditer(content)]
    rows = [int(found[1]) for found in _REPEATED_ROW.finditer(content) if b"<text:p" in found[2]]
    if max(cells, default=0) > limits.TABLE_COLUMNS * 16 or max(rows, default=0) > limits.SHEET_ROWS:
        raise Rejected("too_large", "同一格重复次数过多")


def _sheet(workbook: Any, meta: Any, known: Marks, omitted: list[Omitted]) -> ShownSheet | None:
    """The sheet's texts; hidden ones go to `omitted`.  None for a sheet without text."""
    if not str(meta.typ).endswith(".WorkSheet"):
        return None
    source = workbook.get_sheet_by_name(meta.name)
    height, width = (last + 1 for last in source.end or (-1, -1))
    if height > limits.SHEET_ROWS or height * width > limits.SHEET_CELLS:
        most = f"上限 {limits.SHEET_ROWS} 行、{limits.SHEET_CELLS} 格，请按单位或年度拆成几个文件"
        raise Rejected("too_large", f"工作表“{meta.name}”有 {height} 行 {width} 列，{most}")
    rows = [
        [shown(value, known.percents.get((row, column))) for column, value in enumerate(values)]
        for row, values in enumerate(source.to_python(skip_empty_area=False))
    ]
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            if len(text) > limits.CELL_CHARACTERS:
                where = _place(ShownSheet(rows, meta.name), row, column)
                raise Rejected("too_large", f"{where} 一格有 {len(text)} 字，上限 {limits.CELL_CHARACTERS} 字")
    if not str(meta.visible).endswith(".Visible"):
        omitted.extend(Omitted("hidden", text) for row in rows for text in row if text)
        return None
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            if text and (row in known.rows or column in known.columns):
                omitted.append(Omitted("hidden", text))
                texts[column] = ""
    if not any(text for texts in rows for text in texts):
        return None
    return ShownSheet(rows, meta.name, _covered(source.merged_cell_ranges or [], rows))


def _covered(ranges: Iterable[tuple[CellPlace, CellPlace]], rows: list[list[str]]) -> dict[CellPlace, CellPlace]:
    """Each place that a merged cell covers → where its text stands.  Raises too_large."""
    width = max(map(len, rows), default=0)
    covered: dict[CellPlace, CellPlace] = {}
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= width:
            continue
        low, far = min(bottom, len(rows) - 1), min(right, width - 1)
        if (low - top + 1) * (far - left + 1) + len(covered) > limits.MERGED_COPIES:
            raise Rejected("too_large", f"合并单元格覆盖超过 {limits.MERGED_COPIES} 格")
        for row in range(top, low + 1):
            for column in range(left, far + 1):
                if (row, column) != (top, left):
                    covered[row, column] = (top, left)
    return covered


def shown(value: object, percent: int | None = None) -> str:
    """A cell's value as a person reads it: dates ISO, numbers without .0, percents as such."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if percent is not None:
            return f"{value * 100:.{percent}f}%"
        text = f"{value:.15g}"
        return format(Decimal(text), "f") if "e" in text else text
    if isinstance(value, datetime.datetime):
        at_midnight = value.time() == datetime.time()
        return value.date().isoformat() if at_midnight else value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return "" if value is None else str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def sheet_blocks(sheet: ShownSheet, table: int) -> list[Block]:
    """Rows as cells; single texts above and below them as paragraphs."""
    filled = [row for row, texts in enumerate(sheet.rows) if any(texts)]
    columns = [column for column in range(_width(sheet)) if any(sheet.rows[row][column] for row in filled)]
    first, last = _extent(sheet, filled, len(columns))
    blocks: list[Block] = []
    for row in filled:
        if not first <= row <= last:
            text = "　　".join(text for text in sheet.rows[row] if text)
            at = _place(sheet, row, next(column for column, text in enumerate(sheet.rows[row]) if text))
            blocks += [Block(text=line.strip(), place=at) for line in text.split("\n") if line.strip()]
            continue
        for column in range(columns[0], columns[-1] + 1):
            home = sheet.covered.get((row, column))
            text = sheet.rows[home[0]][home[1]] if home else sheet.rows[row][column]
            at = _place(sheet, row, column)
            merged = home is not None
            blocks.append(Block(text, "cell", table=table, row=row - first, column=column, merged=merged, place=at))
    return blocks


def _place(sheet: ShownSheet, row: int, column: int) -> str:
    """A cell as people name it: `台账!C5`, in a csv file `C5`."""
    letters, left = "", column + 1
    while left:
        left, letter = divmod(left - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{sheet.name}!{letters}{row + 1}" if sheet.name else f"{letters}{row + 1}"


def _extent(sheet: ShownSheet, filled: list[int], columns: int) -> tuple[int, int]:
    """First and last row of the table: the heading fills half of the columns, merged cells counted."""
    heads = [row for row in filled if _filled(sheet, row) * 2 >= columns and _texts(sheet, row) > 1]
    if not heads:
        return len(sheet.rows), -1
    last = max(row for row in filled if _texts(sheet, row) > 1)
    while last + 1 in filled and not _alone(sheet, last + 1):
        last += 1  # a row with one text in a column of its own still belongs to the table
    return heads[0], last


def _texts(sheet: ShownSheet, row: int) -> int:
    return sum(map(bool, sheet.rows[row]))


def _filled(sheet: ShownSheet, row: int) -> int:
    """Places of the row that show a text."""
    homes = (sheet.covered.get((row, column), (row, column)) for column in range(len(sheet.rows[row])))
    return sum(bool(sheet.rows[down][right]) for down, right in homes)


def _alone(sheet: ShownSheet, row: int) -> bool:
    """Does the row's only text run across the sheet, or stand in its first column?"""
    column = next(column for column, text in enumerate(sheet.rows[row]) if text)
    return column == 0 or (row, column + 1) in sheet.covered


def _width(sheet: ShownSheet) -> int:
    return max(map(len, sheet.rows), default=0)
