"""Word templates: a docx that people edit in Word, in; finished documents of the same look, out.

A template holds words, order and Jinja fields (docxtpl's `{{ }}`, `{%p %}`, `{%tr %}`); page, fonts and
spacing come from the layout profile and are put on when the template is read.  Fields run in a sandbox;
values are text and are escaped.  A broken template raises TemplateError with the place in it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import jinja2
from docxtpl import DocxTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from pipeline.core.errors import Rejected, TemplateError
from pipeline.core.files import FixedZip
from pipeline.core.text import clean
from pipeline.publish.word import page
from pipeline.publish.word.fit import fit_columns, keep_signature
from pipeline.publish.word.layout import Layout
from pipeline.publish.word.own_table import room_on, table_xml, turned, wide
from pipeline.publish.word.typography import width
from pipeline.readers.package import open_package
from pipeline.readers.xml import parse

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_REMEDY = "请在 Word 中改正模板的这一处，或恢复原来的模板"
_BREAK = Markup('</w:t><w:br/><w:t xml:space="preserve">')


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart: its part, and the workbook that holds its numbers."""

    name: str
    part: bytes
    workbook: bytes
    height: float = 80  # mm
    words: str = ""  # what it shows, for who can't see it


@dataclass(frozen=True, slots=True)
class Template:
    """A template made ready: compiled document, the other parts as bytes, lines for messages."""

    name: str
    body: jinja2.Template
    source: tuple[str, ...]
    parts: Mapping[str, bytes]
    relations: bytes
    types: bytes
    profile: Layout
    styles: Mapping[str, str]  # the profile's style ids → the template's


_MARKS = (("{{", "}}"), ("{%", "%}"), ("{#", "#}"))
_TAG = re.compile(r"\{%-?(?:p|tr|tc|r)?\s+(for|if|endfor|endif|elif|else)\b[^%]*%\}")


def _check_fields(name: str, root: etree._Element) -> None:
    """Each field must close in its own paragraph, and each loop and condition must have its end.

    Jinja would find that too, but where it gives up is far from where the person went wrong.
    """
    opened: list[tuple[str, str]] = []
    for paragraph in root.iter(f"{{{W}}}p"):
        text = "".join(node.text or "" for node in paragraph.iter(f"{{{W}}}t"))
        for start, end in _MARKS:
            if text.count(start) != text.count(end):
                raise _at(name, text, f"{start} 与 {end} 没有成对")
        for tag in _TAG.finditer(text):
            word = tag.group(1)
            if word in ("for", "if"):
                opened.append((word, tag.group()))
            elif not opened or (word.startswith("end") and opened[-1][0] != word[3:]):
                raise _at(name, tag.group(), f"{word} 前面没有对应的 for 或 if")
            elif word.startswith("end"):
                opened.pop()
    if opened:
        raise _at(name, opened[-1][1], f"后面没有对应的 end{opened[-1][0]}")


def _at(name: str, text: str, message: str) -> TemplateError:
    return TemplateError(f"{name} 的“{text.strip()[:60]}”处", f"模板字段写法有误（{message}）", _REMEDY)


def _shown(value: object) -> object:
    """How a field prints: None as nothing, text escaped with line breaks, markup as it is."""
    if value is None or isinstance(value, jinja2.Undefined):
        return value if isinstance(value, jinja2.Undefined) else ""
    if isinstance(value, Markup):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = escape(clean(str(value))[0])
    return text.replace("\n", _BREAK) if "\n" in text else text


def environment() -> ImmutableSandboxedEnvironment:
    """The sandbox in which templates run: no attribute of Python's own, no change of values, no silent gap."""
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=jinja2.StrictUndefined, finalize=_shown)


def load_template(path: Path, profile: Layout) -> Template:
    """Read a template and put the profile's layout on it.  Raises TemplateError."""
    try:
        package = open_package(path.read_bytes())
        parts = {name: package.read(name) for name in package.names()}
        root = parse(parts["word/document.xml"], "word/document.xml")
        styles = page.prepare(parts, root, profile)
    except OSError as error:
        raise TemplateError(path.name, "模板读不到", "请恢复这个模板，或重新安装程序") from error
    except Rejected as error:
        what = f"模板不是完好的 docx（{error}）"
        raise TemplateError(path.name, what, "请用 Word 打开并另存，或恢复原来的模板") from error
    except KeyError as error:
        raise TemplateError(path.name, f"模板缺少部件 {error}", "请用 Word 打开并另存，或恢复原来的模板") from error
    _check_fields(path.name, root)
    xml = etree.tostring(root, encoding="unicode")
    patched = DocxTemplate(None).patch_xml(xml)
    patched = re.sub(r"<w:p([ >])", r"\n<w:p\1", patched)  # a paragraph a line, so that errors have a place
    lines = tuple(patched.split("\n"))
    try:
        body = environment().from_string(patched)
    except jinja2.TemplateSyntaxError as error:
        raise _broken(path.name, lines, error.lineno, str(error.message)) from error
    parts.pop("word/document.xml")
    relations = parts.pop("word/_rels/document.xml.rels")
    types = parts.pop("[Content_Types].xml")
    return Template(path.name, body, lines, parts, relations, types, profile, styles)


def render(
    template: Template,
    context: Mapping[str, Any],
    title: str = "",
    charts: Sequence[Chart] = (),
    day: str = "",
) -> bytes:
    """One finished document; `day` is the paper's own (ISO).  Raises TemplateError when a field can't be filled."""
    layout = signature_layout(context.get("署名") or [], str(context.get("成文日期") or ""), template.profile)
    try:
        pictures = [Markup(picture) for picture in _pictures(charts)]  # noqa: S704 (our own drawing, no document text)
        body = [_with_table(template, entry) for entry in context.get("正文") or ()]
        xml = template.body.render({**context, "正文": body, "版面": layout, "图": pictures})
    except (jinja2.TemplateError, TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise _broken(template.name, template.source, _line_of(error), _reason(error)) from error
    data = _tidy(template, xml)
    buffer = io.BytesIO()
    with FixedZip(buffer) as package:
        package.writestr("[Content_Types].xml", _with_types(template.types, charts))
        for name, part in _fixed_parts(template, page.core_properties(title, day)):
            package.writestr(name, part)
        package.writestr("word/_rels/document.xml.rels", _with_relations(template.relations, charts))
        package.writestr("word/document.xml", data)
        for chart in charts:
            package.writestr(f"word/charts/{chart.name}.xml", chart.part)
            package.writestr(f"word/charts/_rels/{chart.name}.xml.rels", page.chart_relations(chart.name))
            package.writestr(f"word/embeddings/{chart.name}.xlsx", chart.workbook)
    return buffer.getvalue()


def _with_table(template: Template, entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry of the body with its table, if it is one, in the styles of the template."""
    if not entry.get("表"):
        return entry
    across = wide(entry["表"], template.profile)
    xml = table_xml(entry["表"], template.profile, template.styles, room_on(template.profile, across))
    if across:
        sections = (page.section(template.profile, False), page.section(template.profile, True))
        xml = turned(xml, template.styles, sections)
    return {**entry, "表": Markup(xml)}  # noqa: S704 (our own table, its words escaped)


def _pictures(charts: Sequence[Chart]) -> list[str]:
    """Each chart as the drawing that stands in a run, closing the text before it and opening the text after."""
    return [f"</w:t>{page.chart_xml(c.name, at, (150, c.height), c.words)}<w:t>" for at, c in enumerate(charts, 1)]


def _fixed_parts(template: Template, properties: bytes) -> Iterator[tuple[str, bytes]]:
    for name in sorted(template.parts, key=lambda name: (not name.startswith("_rels"), name)):
        yield name, properties if name == "docProps/core.xml" else template.parts[name]


def _tidy(template: Template, xml: str) -> bytes:
    """The document as bytes, checked: the fields may have left a table cell empty or broken the nesting."""
    data = xml.encode("utf-8")
    try:
        root = parse(data, "word/document.xml")
    except Rejected as error:
        what = f"填写之后结构不完整（{error.detail}），多半是循环或条件没有成对"
        raise TemplateError(template.name, what, _REMEDY) from error
    changed = keep_signature(root, template.styles)
    for cell in root.iter(f"{{{W}}}tc"):
        if cell[-1].tag != f"{{{W}}}p":
            cell.append(etree.Element(f"{{{W}}}p"))
            changed = True
    for table in list(root.iter(f"{{{W}}}tbl")):
        if not table.findall(f"{{{W}}}tr"):
            cast("etree._Element", table.getparent()).remove(table)
            changed = True
        elif fit_columns(table, template.profile):
            changed = True
    if changed:
        data = etree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + data


def _line_of(error: BaseException) -> int | None:
    """The line of the template in which rendering stopped."""
    line = getattr(error, "lineno", None)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _reason(error: BaseException) -> str:
    message = str(error)
    found = re.match(r"'(.+)' is undefined", message)
    return f"没有“{found.group(1)}”这个字段" if found else message


def _broken(name: str, lines: Sequence[str], line: int | None, message: str) -> TemplateError:
    """The error with the paragraph in which it stands, as the person sees it in Word."""
    text = ""
    if line is not None:
        for candidate in reversed(lines[max(0, line - 3) : line]):
            text = re.sub(r"<[^>]*>", "", candidate).strip()
            if "{" in text:
                break
    return _at(name, text, message) if text else TemplateError(name, f"模板字段写法有误（{message}）", _REMEDY)


def signature_layout(names: Sequence[str], date: str, profile: Layout) -> dict[str, Any]:
    """Indents in twips of the signature's lines and of the date, by the rule with or without seal.

    Without a seal the date begins two characters right of the signature, so both are set from the left: then it
    is no matter how wide a program draws the figures.  With one the date ends four characters from the edge and
    the signature is centred on it.
    """
    one = profile.character(profile.styles["Signature"])
    if not names or not date:
        rights, day_right = [2 * one] * max(len(names), 1), (2 if not names else 4) * one
        return _aligned("right", rights, day_right)
    longest, day = max(map(width, names)), width(date)
    if profile.setting("signature", "seal", False):
        middle = 4 + day / 2
        return _aligned("right", [max(0.0, middle - width(n) / 2) * one for n in names], 4 * one)
    day_left = max(2 * one, profile.line_width - (2 + day if day > longest else longest) * one)
    return _aligned("left", [day_left - 2 * one] * len(names), day_left)


def _aligned(side: str, names: Sequence[float], date: float) -> dict[str, Any]:
    other = "left" if side == "right" else "right"
    return {"对齐": side, "署名": [{side: round(n), other: 0} for n in names], "日期": {side: round(date), other: 0}}


def _with_types(types: bytes, charts: Sequence[Chart]) -> bytes:
    if not charts:
        return types
    added = "".join(
        f'<Override PartName="/word/charts/{c.name}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.drawingml.chart+xml"/>'
        for c in charts
    )
    if b'Extension="xlsx"' not in types:
        added = (
            '<Default Extension="xlsx" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"/>' + added
        )
    return types.replace(b"</Types>", added.encode() + b"</Types>")


def _with_relations(relations: bytes, charts: Sequence[Chart]) -> bytes:
    added = "".join(
        f'<Relationship Id="{c.name}" Target="charts/{c.name}.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"/>'
        for c in charts
    )
    return relations.replace(b"</Relationships>", added.encode() + b"</Relationships>")
