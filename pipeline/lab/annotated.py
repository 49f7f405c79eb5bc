"""Annotated documents: one text file that gives both a document and the tables it must give.

A source (NAME.ann.txt) is a front matter of `key: value` lines between two lines `---`, then the document, one
paragraph a line, with tags around the parts that the tables must hold; tags may nest and may go over several lines,
and the text itself holds no < or >.

    <title> <aspect> <category> <problem id="1"> <status v="done" long_term="true"> <lead> <dept> <person>
    <deadline v="2021-03-31"> <m> (a measure) <advice> <claim metric="problems" value="33" unit="项">
    <ref action="created"> <docno> <money v="213000">

`p="3"` ties a tag to problem 3 when that is not the one opened last, `p=""` to none.  At the start of a line
`{auto:0}` … `{auto:3}` is one of Word's automatic numbers (no text in the docx), `{center}` and `{right}` align, and
a line that starts with `¦` is a table row, cells split by `¦`, `^` for a cell merged with the one above.

In: such a file.  Out: its lines, its spans, its gold tables, and the document as txt, html or docx.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.core.errors import InputError
from pipeline.core.files import FixedZip
from pipeline.core.values import numeral
from pipeline.core.vocabulary import Action, Status

TAGS = frozenset({"title", "aspect", "category", "problem", "status", "lead", "dept", "person", "deadline", "m",
                  "advice", "claim", "ref", "docno", "money"})  # fmt: skip
CLOSED = {"status": ("v", tuple(Status)), "ref": ("action", tuple(Action))}
LEVELS = 4  # of automatic numbers
CELL, ABOVE = "¦", "^"
_TAG = re.compile(r'<(/?)([a-z]+)((?:\s+[a-z_]+="[^"]*")*)\s*>')
_ATTRIBUTE = re.compile(r'([a-z_]+)="([^"]*)"')
_DIRECTIVE = re.compile(r"\{(?:auto:(?P<level>[0-3])|(?P<align>center|right))\}")
_FRONT = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TaggedLine:
    """One paragraph or table row: its text without tags, and how it is set."""

    text: str
    align: str = ""  # center, right
    level: int | None = None  # of an automatic number
    row: bool = False

    @property
    def cells(self) -> list[str]:
        """The cells of a table row; `^` stands for the one above."""
        return self.text[1:].split(CELL)


@dataclass(frozen=True, slots=True)
class TagSpan:
    """What one tag encloses: from `start` in line `line` to `end` in line `last` (counted from 0, `end` exclusive)."""

    tag: str
    line: int
    start: int
    last: int
    end: int
    text: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AnnotatedPaper:
    """An annotated document: front matter, lines, and spans in the order of their starts."""

    name: str
    meta: Mapping[str, str]
    lines: tuple[TaggedLine, ...]
    spans: tuple[TagSpan, ...]


def read(path: Path) -> AnnotatedPaper:
    """The source in a file NAME.ann.txt.  Raises InputError naming file and line."""
    return parse(path.read_text(encoding="utf-8"), path.name.removesuffix(".ann.txt"))


def parse(text: str, name: str) -> AnnotatedPaper:
    """The source of a text.  Raises InputError naming the line of an unknown, stray or open tag."""
    found = _FRONT.fullmatch(text.strip("\n"))
    if found is None:
        raise _fault(name, 1, "文件头没有用两行 --- 括起来")
    meta = dict(re.split(r":\s*", line, maxsplit=1) for line in found[1].splitlines() if line.strip())
    first = found[1].count("\n") + 4  # the line of the file on which the document begins
    lines: list[TaggedLine] = []
    spans: list[TagSpan] = []
    open_tags: list[tuple[str, int, int, dict[str, str]]] = []
    for number, raw in enumerate(found[2].splitlines()):
        text, events = _untagged(raw)
        lines.append(_line(raw, text))
        if "<" in text or ">" in text:
            raise _fault(name, first + number, "有多余的 < 或 >")
        for closing, tag, at, attributes in events:
            attribute, values = CLOSED.get(tag, ("", ("",)))
            if tag not in TAGS:
                raise _fault(name, first + number, f"没有标记 {tag}")
            if attributes.get(attribute, values[0]) not in values:
                raise _fault(name, first + number, f"标记 {tag} 没有取值 {attributes[attribute]}")
            if not closing:
                open_tags.append((tag, number, at, attributes))
            elif not open_tags or open_tags[-1][0] != tag:
                raise _fault(name, first + number, f"</{tag}> 没有对应的开头")
            else:
                _, line, start, given = open_tags.pop()
                spans.append(TagSpan(tag, line, start, number, at, _slice(lines, line, start, number, at), given))
    if open_tags:
        raise _fault(name, first + open_tags[-1][1], f"<{open_tags[-1][0]}> 没有结束")
    return AnnotatedPaper(name, meta, tuple(lines), tuple(sorted(spans, key=lambda span: (span.line, span.start))))


def _fault(name: str, line: int, what: str) -> InputError:
    return InputError(f"{name}.ann.txt:{line}", what, "请按 pipeline/lab/annotated.py 开头的说明修改标注")


def _line(raw: str, text: str) -> TaggedLine:
    directive = _DIRECTIVE.match(raw)
    if directive is None:
        return TaggedLine(text, row=raw.startswith(CELL))
    level = int(directive["level"]) if directive["level"] else None
    return TaggedLine(text, align=directive["align"] or "", level=level)


def _untagged(raw: str) -> tuple[str, list[tuple[bool, str, int, dict[str, str]]]]:
    """A line's text, and its tags as (closing, name, place in the text, attributes)."""
    directive = _DIRECTIVE.match(raw)
    body = raw[directive.end() :] if directive else raw
    text, at, events = "", 0, []
    for tag in _TAG.finditer(body):
        text += body[at : tag.start()]
        at = tag.end()
        events.append((bool(tag[1]), tag[2], len(text), dict(_ATTRIBUTE.findall(tag[3]))))
    return text + body[at:], events


def _slice(lines: list[TaggedLine], line: int, start: int, last: int, end: int) -> str:
    if line == last:
        return lines[line].text[start:end]
    inner = (between.text for between in lines[line + 1 : last])
    return "\n".join([lines[line].text[start:], *inner, lines[last].text[:end]])


# --- gold --------------------------------------------------------------------------------------------------------


def gold(source: AnnotatedPaper) -> dict[str, Any]:
    """The tables that a perfect reading gives: meta, problems, measures, claims, references, amounts, advice.

    Raises InputError where a tag names a problem that is not there.
    """
    problems: dict[str, dict[str, Any]] = {}
    tables: dict[str, list[Any]] = {"measures": [], "claims": [], "references": [], "amounts": [], "advice": []}
    aspect = category = current = None
    for span in source.spans:
        if span.tag == "aspect":
            aspect, category = span.text, None
        elif span.tag == "category":
            category = span.text
        elif span.tag == "problem":
            current = span.attributes["id"]
            problems[current] = _problem(span, aspect, category)
        elif span.tag in ("status", "lead", "dept", "person", "deadline"):
            answered = problems.get(span.attributes.get("p", current or ""))
            if answered is None:
                raise InputError(source.name, f"“{span.text}”没有所属的问题", '请用 p="编号" 指明是哪个问题的')
            answered.update(_answer(span))
        else:
            _other_row(tables, source, span, span.attributes.get("p", current))
    title = next((span.text for span in source.spans if span.tag == "title"), None)
    meta = {**source.meta, "title": source.meta.get("title", title)}
    return {"meta": meta, "problems": list(problems.values()), **tables}


def _problem(span: TagSpan, aspect: str | None, category: str | None) -> dict[str, Any]:
    return {
        "id": span.attributes["id"], "problem": span.text, "aspect": span.attributes.get("aspect", aspect),
        "category": span.attributes.get("category", category), "status": None, "long_term": False, "lead": None,
        "dept": None, "person": None, "deadline": None,
    }  # fmt: skip


def _answer(span: TagSpan) -> dict[str, Any]:
    if span.tag == "status":
        return {"status": span.attributes["v"], "long_term": span.attributes.get("long_term") == "true"}
    return {span.tag: span.attributes.get("v", span.text) if span.tag == "deadline" else span.text}


def _other_row(tables: dict[str, list[Any]], source: AnnotatedPaper, span: TagSpan, problem: str | None) -> None:
    given = span.attributes
    if span.tag == "m":
        tables["measures"].append({"problem": problem, "text": span.text})
    elif span.tag == "claim":
        tables["claims"].append({"metric": given["metric"], "value": float(given["value"]),
                                 "unit": given.get("unit", ""), "text": span.text})  # fmt: skip
    elif span.tag == "ref":
        tables["references"].append({"title": span.text, "action": given.get("action", "cited"),
                                     "docno": _docno_behind(source, span), "problem": problem})  # fmt: skip
    elif span.tag == "money":
        tables["amounts"].append({"value": float(given["v"]), "text": span.text, "problem": problem})
    elif span.tag == "advice":
        tables["advice"].append(span.text)


def _docno_behind(source: AnnotatedPaper, reference: TagSpan) -> str | None:
    """The document number that follows a title directly, but for a bracket."""
    for span in source.spans:
        if span.tag == "docno" and span.line == reference.line and 0 <= span.start - reference.end <= 2:
            return span.text
    return None


# --- documents ---------------------------------------------------------------------------------------------------


def labels(source: AnnotatedPaper) -> list[str]:
    """The automatic number of each line as Word shows it; empty for a line without one."""
    counts, shown = [0] * LEVELS, []
    for line in source.lines:
        if line.level is None:
            shown.append("")
            continue
        counts[line.level] += 1
        counts[line.level + 1 :] = [0] * (LEVELS - line.level - 1)
        number = counts[line.level]
        shown.append((f"{numeral(number)}、", f"（{numeral(number)}）", f"{number}.", f"（{number}）")[line.level])
    return shown


def _shown(source: AnnotatedPaper) -> Iterator[tuple[TaggedLine, str]]:
    return ((line, label + line.text) for line, label in zip(source.lines, labels(source), strict=True))


def as_txt(source: AnnotatedPaper) -> str:
    """The document as plain text, cells split by tabs, automatic numbers written out."""
    return "".join(
        ("\t".join("" if cell == ABOVE else cell for cell in line.cells) if line.row else text) + "\n"
        for line, text in _shown(source)
    )


def as_html(source: AnnotatedPaper) -> str:
    """The document as a page of an office's site, with its navigation and foot."""
    parts: list[str] = []
    in_table = False
    for line, text in _shown(source):
        if line.row != in_table:
            parts.append("<table border=1>" if line.row else "</table>")
            in_table = line.row
        if line.row:
            cells = ("" if cell == ABOVE else html.escape(cell) for cell in line.cells)
            parts.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        else:
            parts.append(f"<p>　　{html.escape(text)}</p>")
    body = "\n".join([*parts, "</table>"] if in_table else parts)
    title = html.escape(gold(source)["meta"]["title"] or "")
    return (
        f"<!DOCTYPE html><html lang=zh><head><meta charset=utf-8><title>{title}</title></head>"
        f"<body><div class=nav>首页 &gt; 政务公开</div><div class=content>\n{body}\n"
        "</div><div class=foot>【打印本页】【关闭窗口】</div></body></html>\n"
    )


def as_docx(source: AnnotatedPaper) -> bytes:
    """The document as Word would have it: automatic numbers, alignment, tables with merged cells; equal bytes twice."""
    from docx import Document
    from docx.enum.text import WD_PARAGRAPH_ALIGNMENT

    document = Document()
    if any(line.level is not None for line in source.lines):
        _add_numbering(document)
    rows: list[list[str]] = []
    for line in source.lines:
        if line.row:
            rows.append(line.cells)
            continue
        _add_table(document, rows)
        rows = []
        paragraph = document.add_paragraph(line.text)
        if line.align:
            paragraph.alignment = WD_PARAGRAPH_ALIGNMENT[line.align.upper()]
        elif line.level is not None:
            _number(paragraph, line.level)
    _add_table(document, rows)
    saved, fixed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as before, FixedZip(fixed) as after:
        for name in before.namelist():
            after.writestr(name, before.read(name))
    return fixed.getvalue()


_NUMBERING_ID = "90"
_FORMATS = (("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."), ("decimal", "（%4）"))


def _add_numbering(document: Any) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
        '<w:lvlJc w:val="left"/></w:lvl>'
        for level, (form, text) in enumerate(_FORMATS)
    )
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{_NUMBERING_ID}"><w:multiLevelType w:val="multilevel"/>'
        f"{levels}</w:abstractNum>"
    ))  # fmt: skip
    numbering.append(parse_xml(
        f'<w:num {nsdecls("w")} w:numId="{_NUMBERING_ID}"><w:abstractNumId w:val="{_NUMBERING_ID}"/></w:num>'
    ))  # fmt: skip


def _number(paragraph: Any, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = int(_NUMBERING_ID)


def _add_table(document: Any, rows: list[list[str]]) -> None:
    if not rows:
        return
    table = document.add_table(rows=len(rows), cols=max(map(len, rows)))
    table.style = "Table Grid"
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            if text == ABOVE and at:
                table.cell(at - 1, column).merge(table.cell(at, column))
            else:
                table.cell(at, column).text = text
