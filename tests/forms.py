"""One text in every form: lines with a few directives → txt, html, docx, and by LibreOffice doc and pdf.

`{center}` and `{right}` align a line, `{auto:0}` to `{auto:3}` give it an automatic number of that level, a line that
starts with `¦` is a row of a table (a cell `^` goes on with the cell above).
"""

from __future__ import annotations

import html
import re
import subprocess
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt

Line = tuple[str, str]
DIGITS = "零一二三四五六七八九十"
FORMATS = (("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."), ("decimal", "（%4）"))


def lines(text: str) -> list[Line]:
    """(directive, text) of each line."""
    found = []
    for line in text.splitlines():
        directive = re.match(r"\{([a-z:0-9]+)\}", line)
        found.append((directive[1], line[directive.end() :]) if directive else ("row" if line[:1] == "¦" else "", line))
    return found


def labelled(source: list[Line]) -> list[Line]:
    """The lines with their automatic numbers written out."""
    counts = [0, 0, 0, 0]
    found = []
    for directive, text in source:
        if directive.startswith("auto:"):
            level = int(directive[5])
            counts[level:] = [counts[level] + 1, *[0] * (3 - level)]
            number = _chinese(counts[level]) if level < 2 else str(counts[level])
            text = FORMATS[level][1].replace(f"%{level + 1}", number) + text
        found.append((directive, text))
    return found


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if number <= 10:
        return DIGITS[number]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def cells(text: str) -> list[str]:
    return text[1:].split("¦")


def as_text(source: list[Line]) -> str:
    return "\n".join(
        "\t".join(cell.replace("^", "") for cell in cells(text)) if directive == "row" else text
        for directive, text in labelled(source)
    )


def as_page(source: list[Line]) -> str:
    """A web page with the text between navigation and footer; merged cells by rowspan."""
    out: list[str] = []
    rows: list[list[str]] = []

    def close() -> None:
        for number, row in enumerate(rows):
            shown = []
            for column, cell in enumerate(row):
                high = 1
                while number + high < len(rows) and rows[number + high][column] == "^":
                    high += 1
                shown += [] if cell == "^" else [f"<td rowspan={high}>{html.escape(cell)}</td>"]
            out.append(f"{'' if number else '<table border=1>'}<tr>{''.join(shown)}</tr>")
        out.extend(["</table>"] if rows else [])
        rows.clear()

    for directive, text in labelled(source):
        if directive == "row":
            rows.append(cells(text))
            continue
        close()
        align = f" style='text-align:{directive}'" if directive in ("center", "right") else ""
        out.append(f"<p{align}>　　{html.escape(text)}</p>")
    close()
    body = "\n".join(out)
    return (
        "<!DOCTYPE html><html><head><meta charset=gb2312><title>公开</title></head><body>"
        "<div class=nav><a href=/>首页</a> <a href=/a>政务公开</a></div>"
        f"<div class=content>{body}</div><div class=foot>版权所有 某网站</div></body></html>"
    )


def as_docx(source: list[Line], path: Path) -> None:
    """A Word document with paragraphs set in, as such documents are."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.7)
    _define_numbers(document)
    rows: list[list[str]] = []
    for directive, text in source:
        if directive == "row":
            rows.append(cells(text))
            continue
        _table(document, rows)
        paragraph = document.add_paragraph(text)
        if directive in ("center", "right"):
            paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, directive.upper())
        else:
            paragraph.paragraph_format.first_line_indent = Pt(22)
        if directive.startswith("auto:"):
            number = OxmlElement("w:numPr")
            for name, value in (("w:ilvl", directive[5]), ("w:numId", "90")):
                child = OxmlElement(name)
                child.set(qn("w:val"), value)
                number.append(child)
            paragraph._p.get_or_add_pPr().append(number)
    _table(document, rows)
    document.save(str(path))


def _define_numbers(document: Document) -> None:
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:suff w:val="nothing"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/></w:lvl>'
        for level, (form, text) in enumerate(FORMATS)
    )
    head = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:multiLevelType w:val="multilevel"/>'
    numbering.insert(0, parse_xml(f"{head}{levels}</w:abstractNum>"))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))


def _table(document: Document, rows: list[list[str]]) -> None:
    if not rows:
        return
    table = document.add_table(rows=len(rows), cols=max(map(len, rows)))
    table.style = "Table Grid"
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            if text == "^":
                table.cell(row - 1, column).merge(table.cell(row, column))
            else:
                table.cell(row, column).text = text
    rows.clear()


def convert(sources: list[Path], ending: str, folder: Path) -> None:
    """Print or save the documents by LibreOffice, all in one start."""
    subprocess.run(
        ["soffice", "--headless", "--norestore", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
         "--convert-to", ending, "--outdir", str(folder), *map(str, sources)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
