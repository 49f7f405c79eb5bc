"""The templates as they are shipped, made anew: `rules/templates/starters.yaml` in, one docx each out.

    python -m pipeline.publish.word.starter [RULES_FOLDER]

Only for getting the original templates back, or for laying out a new kind; from then on people edit the
docx in Word or WPS.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pipeline.core.files import FixedZip, replace_file
from pipeline.publish.word.layout import Layout, load_profile, run_properties, section_xml, style_xml
from pipeline.publish.word.page import HEAD, OFFICE, WORD_TYPE, W, core_properties
from pipeline.ruleset.layers import load, rules_folder
from pipeline.ruleset.shape import any_text, flag, items, mapping, number, record, text, unknown
from pipeline.ruleset.yaml_file import Entry, Items

PACKAGE = "http://schemas.openxmlformats.org/package/2006"


_TABLE = record(
    {
        "landscape": flag,
        "before": items(text),
        "after": items(text),
        "columns": items(
            record(
                # over: the loops that make several columns of one, in the heading and in the rows
                {
                    "head": text,
                    "width": number(1, 200),
                    "style": text,
                    "text": items(any_text, 1),
                    "over": items(text, 2),
                },
                ("head", "width", "text"),
            ),
            1,
        ),
    },
    ("before", "after", "columns"),
)


def _line_shape(value: Any, place: str, name: str) -> None:
    """`Style|text`, the name of common lines, or a table."""
    (record({"table": _TABLE}, ("table",)) if isinstance(value, Entry) else text)(value, place, name)


_SHAPE = record(
    {
        "common": mapping(items(_line_shape)),
        "templates": mapping(record({"landscape": flag, "lines": items(_line_shape, 1)}, ("lines",))),
    },
    ("common", "templates"),
)


def starter(lines: list[Any], profile: Layout, landscape: bool) -> bytes:
    """A template out of its lines: `Style|text`, or a table."""
    body = "".join(_line(line, profile) for line in lines)
    section = f"<w:sectPr>{section_xml(profile, landscape)}</w:sectPr>"
    parts = {
        "[Content_Types].xml": (
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}.document.main+xml"/>'
            f'<Override PartName="/word/styles.xml" ContentType="{WORD_TYPE}.styles+xml"/>'
            '<Override PartName="/docProps/core.xml" '
            'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'
            f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" '
            'Target="docProps/core.xml"/></Relationships>'
        ),
        "docProps/core.xml": core_properties("").decode(),
        "word/_rels/document.xml.rels": (
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ),
        "word/styles.xml": (
            f'{HEAD}<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>'
            f"{run_properties(profile, profile.styles['Normal'])}</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
            + "".join(style_xml(profile, style, style.id) for style in profile.styles.values())
            + "</w:styles>"
        ),
        "word/document.xml": (
            f'{HEAD}<w:document xmlns:w="{W}" xmlns:r="{OFFICE}"><w:body>{body}{section}</w:body></w:document>'
        ),
    }
    buffer = io.BytesIO()
    with FixedZip(buffer) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return buffer.getvalue()


def _line(line: Any, profile: Layout) -> str:
    if isinstance(line, Entry):
        return _table(line["table"], profile)
    style, _, words = str(line).partition("|")
    return _paragraph(style, words)


def _paragraph(style: str, text: str) -> str:
    """A paragraph; `〖黑体：text〗` is a run with a font of its own, `<<page>>` starts a new page."""
    broken = text.startswith("<<page>>")
    text = text.removeprefix("<<page>>")
    properties = f'<w:pPr><w:pStyle w:val="{style}"/>{"<w:pageBreakBefore/>" if broken else ""}</w:pPr>'
    runs = []
    for font, inner, plain in re.findall(r"〖([^：〗]+)：([^〗]*)〗|([^〖]+)", text):
        own = f"<w:rPr><w:rFonts w:eastAsia={quoteattr(font)}/></w:rPr>" if font else ""
        runs.append(f'<w:r>{own}<w:t xml:space="preserve">{escape(inner or plain)}</w:t></w:r>')
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def _table(table: Any, profile: Layout) -> str:
    """A table over the whole width: header repeated on every page, rows that don't split."""
    page = profile.settings["page"]
    turned = profile.settings["landscape"] if table.get("landscape") else page
    total = round(
        ((page["height"] if table.get("landscape") else page["width"]) - turned["left"] - turned["right"]) * 1440 / 25.4
    )
    shares = [float(column["width"]) for column in table["columns"]]
    widths = [round(total * share / sum(shares)) for share in shares]
    widths[-1] += total - sum(widths)
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    before = "".join(
        f"<w:tr><w:tc>{_cell(total)}{_paragraph('TableText', f'{{%tr {tag} %}}')}</w:tc></w:tr>"
        for tag in table["before"]
    )
    after = "".join(
        f"<w:tr><w:tc>{_cell(total)}{_paragraph('TableText', f'{{%tr {tag} %}}')}</w:tc></w:tr>"
        for tag in table["after"]
    )
    columns = table["columns"]
    loops = [column.get("over", ("", "")) for column in columns]
    head = _row(
        widths,
        [_paragraph("TableHead", column["head"]) for column in columns],
        [over[0] for over in loops],
        header=True,
    )
    words = ["".join(_paragraph(column.get("style", "TableText"), one) for one in column["text"]) for column in columns]
    row = _row(widths, words, [over[1] for over in loops])
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{head}{before}{row}{after}</w:tbl>"
    )


def _cell(width: int) -> str:
    return f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'


def _row(widths: list[int], cells: list[str], loops: list[str], header: bool = False) -> str:
    properties = f"<w:trPr><w:cantSplit/>{'<w:tblHeader/>' if header else ''}</w:trPr>"
    middle = '<w:vAlign w:val="center"/>' if header else ""
    return (
        f"<w:tr>{properties}"
        + "".join(
            _looped(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{middle}</w:tcPr>{cell}</w:tc>', loop)
            for width, cell, loop in zip(widths, cells, loops, strict=True)
        )
        + "</w:tr>"
    )


def _looped(cell: str, loop: str) -> str:
    """A cell, or the cells of a loop around it."""
    if not loop:
        return cell
    before, after = (
        f"<w:tc>{_cell(100)}{_paragraph('TableText', f'{{%tc {tag} %}}')}</w:tc>" for tag in (f"for {loop}", "endfor")
    )
    return f"{before}{cell}{after}"


def lines_of(rules: Path) -> dict[str, tuple[list[Any], bool]]:
    """Every template's lines, the common ones put in, and whether its page is turned.  Raises RuleError."""
    content = load(rules, "templates/starters.yaml", _SHAPE)
    styles = tuple(load_profile(rules).styles)
    common = content["common"]
    for lines in common.values():
        _require_styles(lines, styles, ())
    out = {}
    for name, entry in content["templates"].items():
        _require_styles(entry["lines"], styles, tuple(common))
        whole: list[Any] = []
        for line in entry["lines"]:
            whole += common.get(line, [line]) if isinstance(line, str) else [line]
        out[name] = (whole, entry.get("landscape", False))
    return out


def _require_styles(lines: Items, styles: Sequence[str], common: Sequence[str]) -> None:
    for line, place in zip(lines, lines.places, strict=True):
        style, bar, _ = line.partition("|") if isinstance(line, str) else ("", "|", "")
        if bar and style and style not in styles:
            raise unknown(place, "模板行的样式", style, styles)
        if not bar and style not in common:
            raise unknown(place, "模板行", style, common)


def write_starters(rules: Path) -> list[Path]:
    """Write all templates; gives their places."""
    profile = load_profile(rules)
    return [
        replace_file(rules / "templates" / f"{name}.docx", starter(lines, profile, landscape))
        for name, (lines, landscape) in lines_of(rules).items()
    ]


if __name__ == "__main__":
    for written in write_starters(rules_folder(Path(sys.argv[1]) if len(sys.argv) > 1 else None)):
        print(written)
