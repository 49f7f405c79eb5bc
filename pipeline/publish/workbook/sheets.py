"""Worksheets out of plain rows: styles, widths, filters, print set-up, and cells that stay what they are.

Every text cell is a string, never a formula.  What a cell can't hold (control characters, more than
32,767 UTF-16 units or 253 line feeds) is replaced or continued in the next row, and said in a warning.
The workbook is written by XlsxWriter, row by row, so that no sheet is held whole.
"""

from __future__ import annotations

import datetime
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.core.files import TEMPORARY
from pipeline.core.text import clean
from pipeline.decisions.columns import CONTINUED, Column

UNITS, LINE_FEEDS, ROWS = 32_767, 253, 1_048_576  # Excel's limits of a cell and of a sheet
_FIRST = 34  # width of the first column where rows are merged
LINKS = 65_530  # that Excel opens on one sheet
CREATED = datetime.datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class SheetLink:
    """A cell that leads to another place of the workbook (`'问题'!A5`)."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class FileLink:
    """A cell that opens a file beside the workbook."""

    text: str
    path: str


@dataclass(slots=True)
class Sheet:
    """A worksheet that is filled from top to bottom."""

    title: str
    page: Worksheet
    rows: int = 0  # written so far
    links: int = 0


_BASE: dict[str, Any] = {
    "font_name": "微软雅黑",
    "font_size": 10,
    "border": 1,
    "border_color": "#BFBFBF",
    "valign": "top",
    "text_wrap": True,
}
_ONE_LINE = {"text_wrap": False}
_LINK = {"font_color": "#0563C1", "underline": 1}
_YELLOW = {"bg_color": "#FFFBE6"}
_HEAD = {"bold": True, "align": "center", "valign": "vcenter"}
_TOTAL = {"bold": True, "bg_color": "#EDF2F8"}
_DAY = {"num_format": "yyyy-mm-dd"}
STYLES: dict[str, dict[str, Any]] = {
    "text": {},
    "centre": {"align": "center"},
    "number": {"num_format": "#,##0.######", **_ONE_LINE},
    "money": {"num_format": "#,##0.00", **_ONE_LINE},
    "share": {"num_format": "0.0%", **_ONE_LINE},
    "date": {"align": "center", **_DAY, **_ONE_LINE},
    "fill": _YELLOW,
    "fill_date": {**_YELLOW, **_DAY},
    "link": _LINK,
    "header": {**_HEAD, "font_color": "#FFFFFF", "bg_color": "#3B5B7F"},
    "fill_header": {**_HEAD, "font_color": "#7F4F00", "bg_color": "#FFE699"},
    "total": _TOTAL,
    "total_money": {**_TOTAL, "num_format": "#,##0.00"},
    "total_share": {**_TOTAL, "num_format": "0.0%"},
    "heading": {"font_size": 16, "bold": True, "font_color": "#3B5B7F", "border": 0},
    "section": {"font_size": 12, "bold": True, "font_color": "#3B5B7F", "border": 0},
    "plain": {"border": 0},
    "note": {"border": 0, **_ONE_LINE},  # one line over the empty cells beside it
    "plain_link": {"border": 0, **_LINK},
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


class Book:
    """A workbook in the making: sheets are laid out first, then filled in any order, then taken as bytes."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=TEMPORARY)  # of the rows until they are packed
        self._buffer = io.BytesIO()
        self.workbook = Workbook(self._buffer, {"constant_memory": True, "tmpdir": self._folder.name})
        self.workbook.set_properties({"author": "整改通", "created": CREATED})
        self.warnings: list[str] = []
        self._styles = {name: self.workbook.add_format(_BASE | parts) for name, parts in STYLES.items()}

    def sheet(self, title: str, tab: str = "") -> Sheet:
        """A new worksheet at the end; `tab` is the colour of its tab."""
        page = self.workbook.add_worksheet(title)
        if tab:
            page.set_tab_color(f"#{tab}")
        return Sheet(title, page)

    def line(self, sheet: Sheet, values: Sequence[object], styles: Sequence[str], height: float | None = None) -> None:
        """The next row of a sheet; `height` in points."""
        if height is not None:
            sheet.page.set_row(sheet.rows, height)
        for at, (value, style) in enumerate(zip(values, styles, strict=True)):
            self._cell(sheet, at, value, self._styles[style])
        sheet.rows += 1

    def merged(self, sheet: Sheet, values: Sequence[object], style: str, width: int) -> None:
        """The next row of a sheet, its last value over all columns up to `width`."""
        *first, long = values
        room = (width - len(first)) * 10
        lines = -(-2 * len(str(long)) // room)
        head = -(-2 * len(str(values[0])) // _FIRST)
        sheet.page.set_row(sheet.rows, min(4 + 13.5 * max(lines, head, 1), 400))
        for at, value in enumerate(first):
            self._cell(sheet, at, value, self._styles[style])
        text = self._clean(sheet, str(long))
        sheet.page.merge_range(sheet.rows, len(first), sheet.rows, width - 1, text, self._styles[style])
        sheet.rows += 1

    def _cell(self, sheet: Sheet, at: int, value: object, style: Format) -> None:
        """A cell with its value's own type: a text stays a text, whatever it starts with; None stays empty."""
        page, row = sheet.page, sheet.rows
        if value is None or value == "":
            page.write_blank(row, at, None, style)
        elif isinstance(value, str):
            page.write_string(row, at, self._clean(sheet, value), style)
        elif isinstance(value, SheetLink):
            sheet.links += 1
            text = self._clean(sheet, value.text)
            if text and sheet.links <= LINKS:
                page.write_url(row, at, f"internal:{value.place}", self._link_style(style), text)
            else:
                page.write_string(row, at, text, style)
        elif isinstance(value, FileLink):
            page.write_url(row, at, f"external:{value.path}", self._styles["link"], self._clean(sheet, value.text))
        elif isinstance(value, datetime.date):
            page.write_datetime(row, at, value, style)
        else:
            page.write_number(row, at, value, style)

    def _link_style(self, style: Format) -> Format:
        return style if style is self._styles["plain_link"] else self._styles["link"]

    def _clean(self, sheet: Sheet, value: str) -> str:
        text, replaced = clean(value)
        if replaced:
            self.warnings.append(f"工作表“{sheet.title}”有 {replaced} 个不能显示的字符，已换成“\ufffd”")
        return text

    def table(
        self, sheet: Sheet, columns: Sequence[Column], rows: Iterable[Sequence[object]], identity: int = -1
    ) -> tuple[int, list[int]]:
        """Fill a sheet with a header and rows; `identity` is the column that holds the stable id.

        Returns the number of the last row, and where each of the given rows starts.  Rows that no longer
        fit go on in a sheet of the same name with (2), (3) …
        """
        heads = ["fill_header" if column.style.startswith("fill") else "header" for column in columns]
        styles = [column.style for column in columns]

        def begin() -> None:
            lay_out(sheet, columns)
            self.line(sheet, [column.heading for column in columns], heads)

        begin()
        part = 1
        starts: list[int] = []
        for row in rows:
            starts.append(sheet.rows + 1)
            for line in self._lines(sheet, row, identity):
                if sheet.rows >= ROWS:
                    finish(sheet, columns)
                    part += 1
                    following = self.sheet(f"{sheet.title.split(' (')[0]} ({part})")
                    self.warnings.append(f"工作表“{sheet.title}”超过 {ROWS} 行，其余写在“{following.title}”")
                    sheet = following
                    begin()
                # a height that Excel may change: without one LibreOffice shows a single line of wrapped text
                self.line(sheet, line, styles, height(columns, line))
        finish(sheet, columns)
        return sheet.rows, starts

    def _lines(self, sheet: Sheet, row: Sequence[object], identity: int) -> list[Sequence[object]]:
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
        for number, line in enumerate(lines[1:], 1):
            if identity >= 0:  # one mark more a row, so that sorting the sheet does not lose their order
                line[identity] = f"{CONTINUED * number}{row[identity]}"  # type: ignore[index]
        self.warnings.append(f"工作表“{sheet.title}”有一格超过 Excel 的上限，其余文字写在下一行（{row[identity]}）")
        return lines

    def colour(self, sheet: Sheet, letter: str, rows: int, formula: str, colour: str) -> None:
        """Colours the cells of a column, from the second row on, where the formula holds."""
        # a sheet without rows still has a range
        self.colour_range(sheet, (f"{letter}2", f"{letter}{max(rows, 2)}"), formula, colour)

    def colour_range(self, sheet: Sheet, corners: tuple[str, str], formula: str, colour: str) -> None:
        """Colours the cells between two where the formula, written for the first of them, holds."""
        look = self.workbook.add_format({"bg_color": f"#{colour}"})
        rule = {"type": "formula", "criteria": f"={formula}", "format": look}
        sheet.page.conditional_format(":".join(corners), rule)

    def chart(self, kind: str, subtype: str = "") -> Chart:
        """A chart to be filled and put on a sheet."""
        return self.workbook.add_chart({"type": kind, "subtype": subtype} if subtype else {"type": kind})

    def content(self) -> bytes:
        """The finished workbook, the same bytes for the same content."""
        self.workbook.close()
        self._folder.cleanup()
        return self._buffer.getvalue()


def lay_out(sheet: Sheet, columns: Sequence[Column], landscape: bool = True, frozen: int = 1) -> None:
    """Widths, frozen header rows and print set-up; has to come before the first row."""
    page = sheet.page
    for at, column in enumerate(columns):
        page.set_column(at, at, column.width, None, {"hidden": column.hidden})
    page.freeze_panes(frozen, 0)
    if landscape:
        page.set_landscape()
    wide = sum(column.width for column in columns if not column.hidden) > 200
    page.set_paper(8 if wide else 9)  # A3, A4
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.7)
    page.set_header("&C&A")
    page.set_footer("&C第 &P 页，共 &N 页")


def finish(sheet: Sheet, columns: Sequence[Column]) -> None:
    """Filter, repeated header and drop-downs, once the number of rows is known."""
    page, rows = sheet.page, max(sheet.rows, 1)
    page.autofilter(0, 0, rows - 1, len(columns) - 1)
    page.repeat_rows(0)
    for at, column in enumerate(columns):
        if column.choices:
            choice = {
                "validate": "list",
                "source": list(column.choices),
                "show_error": column.strict,
                "error_title": column.heading,
                "error_message": "请从下拉列表中选择",
            }
            letter = xl_col_to_name(at)
            page.data_validation(f"{letter}2:{letter}{rows + 500}", choice)  # rows that people add have it too
