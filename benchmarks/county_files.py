"""Texts and tables → small files of the formats in which offices send them."""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import openpyxl


def write_docx(path: Path, text: str) -> None:
    """A Word file of plain paragraphs."""
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    document.save(_ready(path).as_posix())


def write_html(path: Path, text: str) -> None:
    """A page of a government's site, with what stands around the article."""
    title, *lines = text.split("\n")
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    page = (
        f'<html><head><meta charset="utf-8"><title>{html.escape(title)}</title></head><body>'
        f'<div class="nav"><a href="#">首页</a> <a href="#">政务公开</a></div><h1>{html.escape(title)}</h1>'
        f'<div class="article">{body}</div><div class="footer">主办单位：县人民政府办公室</div></body></html>'
    )
    _ready(path).write_text(page, encoding="utf-8")


def write_text(path: Path, text: str) -> None:
    """A text file as Windows writes it."""
    _ready(path).write_bytes(text.replace("\n", "\r\n").encode("gb18030"))


def write_rtf(path: Path, text: str) -> None:
    """Rich text, every character escaped."""
    escaped = "".join("\\par\n" if char == "\n" else f"\\u{ord(char)}?" for char in text)
    _ready(path).write_text("{\\rtf1\\ansi\\deff0 " + escaped + "}", encoding="ascii")


def write_sheet(path: Path, name: str, title: str, rows: Sequence[Sequence[str]]) -> None:
    """A workbook of one sheet: a title over a table."""
    _ready(path).write_bytes(sheet_bytes(name, title, rows))


def sheet_bytes(name: str, title: str, rows: Sequence[Sequence[str]]) -> bytes:
    """The same as the bytes of the file."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    sheet.append([title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(rows[0]))
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _ready(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


WRITERS: dict[str, Callable[[Path, str], None]] = {
    "docx": write_docx,
    "html": write_html,
    "txt": write_text,
    "rtf": write_rtf,
}
