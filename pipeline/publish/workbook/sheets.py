"""Worksheets out of plain rows: styles, widths, filters, print set-up, and cells that stay what they are.

Every text cell is a string, never a formula.  What a cell can't hold (control characters, more than
32,767 UTF-16 units or 253 line feeds) is replaced or continued in the next row, and said in a warning.
The workbook is written by openpyxl's write-only mode with a handful of shared styles.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter

from pipeline.core.files import FixedZip
from pipeline.core.text import clean
from pipeline.decisions.columns import CONTINUED, Column

UNITS, LINE_FEEDS, ROWS = 32_767, 253, 1_048_576  # Excel's limits of a cell and of a sheet
CREATED = datetime.datetime(2000, 1, 1)

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FONT = "微软雅黑"
_LINE = Side(style="thin", color="BFBFBF")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


@dataclass(frozen=True, slots=True)
class SheetLink:
    """A cell that leads to another place of the workbook (`'问题'!A5`)."""

    text: str
    place: str


STYLES: dict[str, dict[str, Any]] = {
    "text": {},
    "centre": {"alignment": Alignment(horizontal="center", vertical="top", wrap_text=True)},
    "number": {"number_format": "#,##0.######", "alignment": Alignment(vertical="top")},
    "money": {"number_format": "#,##0.00", "alignment": Alignment(vertical="top")},
    "share": {"number_format": "0.0%", "alignment": Alignment(vertical="top")},
    "date": {"number_format": "yyyy-mm-dd", "alignment": Alignment(horizontal="center", vertical="top")},
    "fill": {"fill": PatternFill("solid", fgColor="FFFBE6")},
    "fill_date": {"fill": PatternFill("solid", fgColor="FFFBE6"), "number_format": "yyyy-mm-dd"},
    "link": {"font": Font(name=_FONT, size=10, color="0563C1", underline="single")},
    "header": {
        "font": Font(name=_FONT, size=10, bold=True, color="FFFFFF"),
        "fill": PatternFill("solid", fgColor="3B5B7F"),
        "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    },
    "fill_header": {
        "font": Font(name=_FONT, size=10, bold=True, color="7F4F00"),
        "fill": PatternFill("solid", fgColor="FFE699"),
        "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
    },
    "total": {"font": Font(name=_FONT, size=10, bold=True), "fill": PatternFill("solid", fgColor="EDF2F8")},
    "total_share": {
        "font": Font(name=_FONT, size=10, bold=True),
        "fill": PatternFill("solid", fgColor="EDF2F8"),
        "number_format": "0.0%",
    },
    "heading": {"font": Font(name=_FONT, size=16, bold=True, color="3B5B7F"), "border": Border()},
    "section": {"font": Font(name=_FONT, size=12, bold=True, color="3B5B7F"), "border": Border()},
    "plain": {"border": Border()},
    "note": {"border": Border(), "alignment": Alignment(vertical="top")},  # one line over the empty cells beside it
    "plain_link": {"border": Border(), "font": Font(name=_FONT, size=10, color="0563C1", underline="single")},
}


def pieces(text: str) -> list[str]:
    """A text cut so that each piece fits a cell; almost always the text itself."""
    if len(text) <= UNITS // 2 and text.count("\n") <= LINE_FEEDS:
        return [text]
    out, units, lines, start = [], 0, 0, 0
    for at, character in enumerate(text):
        width = 2 if character > "\uffff" else 1
        if units + width > UNITS or (character == "\n" and lines == LINE_FEEDS):
            out.append(text[start:at])
            units, lines, start = 0, 0, at
        units += width
        lines += character == "\n"
    return [*out, text[start:]]


def height(columns: Sequence[Column], line: Sequence[object]) -> float:
    """The height in points that a row's longest wrapped text needs, at ten points a character."""
    lines = 1
    for column, value in zip(columns, line, strict=True):
        text = value.text if isinstance(value, SheetLink) else value
        if isinstance(text, str) and not column.hidden:
            wide = len(text) if text.isascii() else 2 * len(text)
            if wide > column.width or "\n" in text:
                lines = max(lines, text.count("\n") + -(-wide // max(int(column.width), 1)))
    return min(4 + 13.5 * lines, 400)


def _placed(cells: Iterable[Any], number: int) -> Iterator[Any]:
    """The cells of a row, each told where it stands."""
    for at, cell in enumerate(cells, 1):
        cell.column, cell.row = at, number
        if cell._hyperlink is not None:
            cell._hyperlink.ref = cell.coordinate
        yield cell


class Book:
    """A workbook in the making: sheets are laid out first, then filled in any order, then taken as bytes."""

    def __init__(self) -> None:
        self.workbook = openpyxl.Workbook(write_only=True)
        self.warnings: list[str] = []
        self._styles: dict[str, Any] = {}
        for name, parts in STYLES.items():
            style = NamedStyle(name=f"整改{name}")
            style.font = parts.get("font", Font(name=_FONT, size=10))
            style.border = parts.get("border", _BORDER)
            style.alignment = parts.get("alignment", Alignment(vertical="top", wrap_text=True))
            style.fill = parts.get("fill", PatternFill())
            style.number_format = parts.get("number_format", "General")
            self.workbook.add_named_style(style)

    def sheet(self, title: str, tab: str = "") -> Any:
        """A new worksheet at the end."""
        sheet = self.workbook.create_sheet(title)
        sheet._values_to_row = _placed  # our rows are cells already: no guessing of types, a third less time
        if tab:
            sheet.sheet_properties.tabColor = tab
        return sheet

    def cell(self, sheet: Any, value: object, style: str = "text") -> Any:
        """A styled cell of its own; None stays empty."""
        cell = WriteOnlyCell(sheet)
        if style not in self._styles:
            cell.style = f"整改{style}"
            self._styles[style] = cell._style
        else:
            cell._style = self._styles[style]
        self._fill(cell, value, sheet)
        return cell

    def _fill(self, cell: Any, value: object, sheet: Any) -> None:
        """Give a cell its value with its own type: a text stays a text, whatever it starts with."""
        if isinstance(value, str) and value:  # "" is an empty cell
            cell.data_type = "s"
            text, replaced = clean(value)
            if replaced:
                self.warnings.append(f"工作表“{sheet.title}”有 {replaced} 个不能显示的字符，已换成“\ufffd”")
            cell._value = _ESCAPE.sub("_x005F_", text) if "_x" in text else text
        elif isinstance(value, SheetLink):
            self._fill(cell, value.text, sheet)
            cell._hyperlink = Hyperlink(ref="", location=value.place, display=None)
        elif isinstance(value, datetime.date):
            cell.data_type, cell._value = "d", value
        else:
            cell.data_type, cell._value = "n", None if value == "" else value

    def table(
        self, sheet: Any, columns: Sequence[Column], rows: Iterable[Sequence[object]], identity: int = -1
    ) -> tuple[int, list[int]]:
        """Fill a sheet with a header and rows; `identity` is the column that holds the stable id.

        Returns the number of the last row, and where each of the given rows starts.  Rows that no longer
        fit go on in a sheet of the same name with (2), (3) …
        """
        lay_out(sheet, columns)
        sheet.append(
            [self.cell(sheet, c.heading, "fill_header" if c.style.startswith("fill") else "header") for c in columns]
        )
        cells = [self.cell(sheet, None, column.style) for column in columns]
        number, part = 1, 1
        starts: list[int] = []
        for row in rows:
            starts.append(number + 1)
            for line in self._lines(sheet, row, identity):
                if number >= ROWS:
                    finish(sheet, columns, number)
                    part += 1
                    following = self.sheet(f"{sheet.title.split(' (')[0]} ({part})")
                    self.warnings.append(f"工作表“{sheet.title}”超过 {ROWS} 行，其余写在“{following.title}”")
                    sheet, number = following, 1
                    lay_out(sheet, columns)
                    sheet.append([self.cell(sheet, c.heading, "header") for c in columns])
                    cells = [self.cell(sheet, None, column.style) for column in columns]
                number += 1
                # a height that Excel may change: without one LibreOffice shows a single line of wrapped text
                sheet.row_dimensions[number] = {"ht": str(height(columns, line))}
                sheet.append([self._reuse(cell, value, sheet) for cell, value in zip(cells, line, strict=True)])
                del sheet.row_dimensions[number]
        finish(sheet, columns, number)
        return number, starts

    def _reuse(self, cell: Any, value: object, sheet: Any) -> Any:
        # the writer is done with a cell before it takes the next row, so one cell a column is enough
        if cell._hyperlink is not None or isinstance(value, SheetLink):
            fresh = WriteOnlyCell(sheet)
            fresh._style = self._style_of("link") if isinstance(value, SheetLink) else cell._style
            self._fill(fresh, value, sheet)
            return fresh
        self._fill(cell, value, sheet)
        return cell

    def _style_of(self, name: str) -> Any:
        if name not in self._styles:
            self.cell(self.workbook.worksheets[0], None, name)
        return self._styles[name]

    def _lines(self, sheet: Any, row: Sequence[object], identity: int) -> list[Sequence[object]]:
        """The row itself, or the row and those in which its long texts go on."""
        if not any(isinstance(value, str) and (len(value) > UNITS // 2 or "\n" in value) for value in row):
            return [row]
        parts = [pieces(clean(value)[0]) if isinstance(value, str) else [value] for value in row]
        height = max(map(len, parts))
        if height == 1:
            return [row]
        lines: list[Sequence[object]] = [
            [part[at] if at < len(part) else None for part in parts] for at in range(height)
        ]
        for line in lines[1:]:
            if identity >= 0:
                line[identity] = f"{CONTINUED}{row[identity]}"  # type: ignore[index]
        self.warnings.append(f"工作表“{sheet.title}”有一格超过 Excel 的上限，其余文字写在下一行（{row[identity]}）")
        return lines

    def content(self) -> bytes:
        """The finished workbook, the same bytes for the same content."""
        properties = self.workbook.properties
        properties.creator, properties.lastModifiedBy = "整改通", "整改通"
        properties.created = properties.modified = CREATED
        buffer = io.BytesIO()
        ExcelWriter(self.workbook, FixedZip(buffer)).save()
        return buffer.getvalue()


def lay_out(sheet: Any, columns: Sequence[Column], landscape: bool = True, freeze: str = "A2") -> None:
    """Widths, frozen header and print set-up; has to come before the first row."""
    for at, column in enumerate(columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(at)]
        dimension.width, dimension.hidden = column.width, column.hidden
    sheet.freeze_panes = freeze
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    wide = sum(column.width for column in columns if not column.hidden) > 200
    sheet.page_setup.paperSize = 8 if wide else 9  # A3, A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    sheet.page_margins = openpyxl.worksheet.page.PageMargins(
        left=0.4, right=0.4, top=0.6, bottom=0.7, header=0.3, footer=0.3
    )
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    sheet.oddHeader.center.text = "&A"


def finish(sheet: Any, columns: Sequence[Column], rows: int) -> None:
    """Filter, repeated header and drop-downs, once the number of rows is known."""
    last = get_column_letter(len(columns))
    sheet.auto_filter.ref = f"A1:{last}{max(rows, 1)}"
    sheet.print_title_rows = "1:1"
    for at, column in enumerate(columns, 1):
        if column.choices:
            letter = get_column_letter(at)
            choice = DataValidation(type="list", formula1='"' + ",".join(column.choices) + '"', allow_blank=True)
            choice.showErrorMessage = column.strict
            choice.errorTitle, choice.error = column.heading, "请从下拉列表中选择"
            choice.add(f"{letter}2:{letter}{rows + 500}")  # rows that people add below have it too
            sheet.data_validations.append(choice)
