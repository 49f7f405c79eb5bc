"""Small Word files for tests, made from the XML of their parts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

W_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W_NAMESPACE}" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:new="urn:not-known"'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
ROOTS = {
    "document": "document",
    "styles": "styles",
    "numbering": "numbering",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
    "header1": "hdr",
    "footer1": "ftr",
}
KINDS = {"header1": "header", "footer1": "footer"}


def paragraph(text: str = "", properties: str = "", run: str = "") -> str:
    inner = f"<w:r>{f'<w:rPr>{run}</w:rPr>' if run else ''}<w:t>{text}</w:t></w:r>" if text else ""
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def numbered(text: str, number: int = 1, level: int = 0) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')


def part_xml(name: str, inner: str) -> str:
    root = ROOTS[name]
    if name == "document":
        inner = f"<w:body>{inner}</w:body>"
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:{root} {NAMESPACES}>{inner}</w:{root}>'


def docx_parts(body: str, *, relations: str = "", main_type: str = "document.main+xml", **inner: str) -> dict[str, str]:
    """The parts of a package: `styles`, `numbering` … as the inside of their roots."""
    names = {"document": body, **inner}
    overrides = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{WORD}'
        f'{main_type if name == "document" else KINDS.get(name, name) + "+xml"}"/>'
        for name in names
    )
    related = "".join(
        f'<Relationship Id="rId{place}" Type="{RELATION}{KINDS.get(name, name)}" Target="{name}.xml"/>'
        for place, name in enumerate(inner)
    )
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relationships = "http://schemas.openxmlformats.org/package/2006/relationships"
    return {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="rels" ContentType="application/vnd.'
        'openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{relationships}"><Relationship Id="rId1" '
        f'Type="{RELATION}officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{relationships}">{related}{relations}</Relationships>',
        **{f"word/{name}.xml": part_xml(name, text) for name, text in names.items()},
    }


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(body: str, **inner: str) -> bytes:
    return zipped(docx_parts(body, **inner))


def level(place: int, number_format: str, text: str, extra: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="{start}"/><w:numFmt w:val="{number_format}"/>{extra}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def abstract(identifier: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{identifier}">{"".join(levels)}</w:abstractNum>'


def number(identifier: int, abstract_identifier: int, inside: str = "") -> str:
    return f'<w:num w:numId="{identifier}"><w:abstractNumId w:val="{abstract_identifier}"/>{inside}</w:num>'
