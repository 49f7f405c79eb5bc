"""Text files (txt, md): bytes → blocks, one a line; lines of cells become a table.

Lines end at \\r\\n, \\n or \\r only.  Lines that a program had wrapped are joined; a line that holds
a whole flattened document stays one block and is split by the outline.
"""

from __future__ import annotations

import re
from hashlib import sha256

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Block, Document, Omitted
from pipeline.readers.encoding import decode
from pipeline.readers.lines import unwrap
from pipeline.readers.text_share import coverage

TABLE_CELLS = 3  # cells from which on lines with tabs or bars are rows of a table
FORM_LINES, FORM_NAME = 3, 10  # lines of two cells that are a form, and letters of their names at the most
_BARS = "|｜│¦"
_NEWLINE = re.compile(r"\r\n|\n|\r")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_BREAK = re.compile(r"<br\s{0,2}/?>", re.IGNORECASE)
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.{1,400}?)(?<=\S)\1")
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$|^\s*(?:\*{3,}|-{3,}|_{3,})\s*$")


def read_bytes(data: bytes, name: str) -> Document:
    """A text file as a document.  Raises too_large, empty, bad_encoding."""
    if len(data) > limits.TEXT_FILE_BYTES:
        raise Rejected("too_large", f"文本文件超过 {limits.TEXT_FILE_BYTES // limits.MIB} MB")
    decoded = decode(data)
    lines = _NEWLINE.split(decoded.text)
    markdown = name.lower().endswith((".md", ".markdown"))
    omitted: list[Omitted] = []
    blocks = _markdown(lines, omitted) if markdown else plain(lines, omitted)
    return Document(
        name=name,
        format="md" if markdown else "txt",
        sha256=sha256(data).hexdigest(),
        blocks=tuple(blocks),
        warnings=decoded.warnings,
        omitted=tuple(omitted),
        encoding=decoded.encoding,
        coverage=coverage(decoded.text, blocks, omitted),
    )


def plain(lines: list[str], omitted: list[Omitted] | None = None) -> list[Block]:
    """Blocks of lines: paragraphs, and runs of lines with equally many cells as tables; `omitted` takes their bars."""
    if max(map(len, lines), default=0) > limits.PARAGRAPH_CHARACTERS or len(lines) > limits.BLOCKS:
        raise Rejected("too_large", f"一行超过 {limits.PARAGRAPH_CHARACTERS} 字，或行数超过 {limits.BLOCKS}")
    blocks: list[Block] = []
    waiting: list[str] = []
    tables = at = 0
    while at < len(lines):
        mark, end = _table(lines, at)
        rows = [line for line in lines[at:end] if not _RULE.match(line)]
        if len(rows) < 2:
            waiting.append(lines[at])
            at += 1
            continue
        blocks += _paragraphs(waiting)
        waiting = []
        blocks += [
            Block(text=cell.strip(), kind="cell", table=tables, row=row, column=column)
            for row, line in enumerate(rows)
            for column, cell in enumerate(_cells(line, mark))
        ]
        if omitted is not None and mark != "\t":
            for line in lines[at:end]:
                _leave(omitted, line if _RULE.match(line) else mark * line.count(mark))
        tables, at = tables + 1, end
    return blocks + _paragraphs(waiting)


def _table(lines: list[str], start: int) -> tuple[str, int]:
    """What parts the cells, and the line after the run of lines with the same number of cells."""
    for mark in "\t" + _BARS:
        cells = len(_cells(lines[start], mark))
        end = start
        while cells >= TABLE_CELLS and end < len(lines) and lines[end].strip():
            if len(_cells(lines[end], mark)) != cells and not (mark != "\t" and _RULE.match(lines[end])):
                break
            end += 1
        if end > start:
            return mark, end
    end = start
    while end < len(lines) and _named(lines[end]):
        end += 1
    return ("\t", end) if end - start >= FORM_LINES else ("", start)


def _named(line: str) -> bool:
    """A line of a form of two columns: a short name in letters, a tab, its value (反馈问题⇥学习不深入)."""
    cells = line.split("\t")
    return len(cells) == 2 and cells[0].strip().isalpha() and len(cells[0].strip()) <= FORM_NAME


def _cells(line: str, mark: str) -> list[str]:
    return line.split(mark) if mark == "\t" else line.strip().removeprefix(mark).removesuffix(mark).split(mark)


def _paragraphs(lines: list[str]) -> list[Block]:
    return [Block(text=line.strip()) for line in unwrap(lines) if line.strip()]


def _markdown(lines: list[str], omitted: list[Omitted]) -> list[Block]:
    """Headings by their marks, tables by their bars; the marks themselves are left out."""
    blocks: list[Block] = []
    tables, row = 0, -1
    for line in lines:
        if not line.strip() or _RULE.match(line):
            _leave(omitted, line)
            row = row if line.strip() else -1
            continue
        if line.strip().startswith("|") and line.count("|") >= 3:
            tables, row = (tables + 1, 0) if row < 0 else (tables, row + 1)
            blocks += [
                Block(text=_lines(_bare(cell, omitted), omitted), kind="cell", table=tables - 1, row=row, column=column)
                for column, cell in enumerate(_cells(line, "|"))
            ]
            _leave(omitted, "|" * (line.count("|")))
            continue
        row = -1
        heading = _HEADING.match(line.strip())
        text = _bare(heading[2] if heading else line, omitted)
        if heading:
            _leave(omitted, "#" * line.count("#"))
        level = len(heading[1]) if heading else None
        if text:
            style = f"heading {level}" if level else ""
            blocks.append(Block(text=text, style=style, level=level - 1 if level else None, bold=_bold(line, text)))
    return blocks


def _bare(text: str, omitted: list[Omitted]) -> str:
    bare = _EMPHASIS.sub(r"\2", text)
    _leave(omitted, "*" * (text.count("*") - bare.count("*")) + "_" * (text.count("_") - bare.count("_")))
    return bare.strip()


def _lines(text: str, omitted: list[Omitted]) -> str:
    """A cell whose lines are parted by <br>."""
    _leave(omitted, "".join(_BREAK.findall(text)))
    return _BREAK.sub("\n", text)


def _bold(line: str, text: str) -> int:
    found = _EMPHASIS.match(line.strip())
    return min(len(found[2]), len(text)) if found else 0


def _leave(omitted: list[Omitted], text: str) -> None:
    if text.strip():
        omitted.append(Omitted("markup", text.strip()))
