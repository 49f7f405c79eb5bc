"""The page layout: `rules/profiles/NAME.yaml` in, a `Layout` and its WordprocessingML out.

Everything that GB/T 9704 fixes about a page (paper, margins, fonts, sizes, spacing, page numbers) is in the
profile; templates hold words and order only.  Lengths become twips (1/20 point), sizes half points.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from pipeline.ruleset.layers import load
from pipeline.ruleset.shape import any_text, day, flag, items, mapping, number, one_of, pattern, record, text

PER_MM = 1440 / 25.4
DEFAULT = "gbt9704"


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """One paragraph style; indents in characters, spacing in lines, `line` in points (0: single)."""

    id: str
    name: str
    font: str
    size: float
    align: str = "both"
    first: float = 0
    left: float = 0
    right: float = 0
    hanging: float = 0
    before: float = 0
    after: float = 0
    line: float | None = None
    outline: int | None = None
    keep_next: bool = False
    together: bool = False
    bold: bool = False
    color: str = ""
    border: str = ""
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout; `section` holds the parts of the file that are plain settings."""

    name: str
    line: float
    spacing: float
    digits: str
    styles: Mapping[str, ParagraphStyle]
    fonts: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    punctuation: bool = True
    renumber: bool = False
    word_grid: bool = False
    levels: tuple[re.Pattern[str], ...] = ()

    def setting(self, group: str, name: str, default: Any = "") -> Any:
        """A plain setting such as `signature.seal`."""
        return self.settings.get(group, {}).get(name, default)

    @property
    def line_width(self) -> float:
        """The width of the text on an upright page, in twips."""
        size = self.settings["page"]
        return float(size["width"] - size["left"] - size["right"]) * PER_MM

    def level(self, label: str) -> int | None:
        """The level of a heading (from 1) by its own number; None for a number that the profile doesn't rank."""
        return next((at for at, found in enumerate(self.levels, 1) if found.match(label)), None)

    def character(self, style: ParagraphStyle) -> float:
        """The width of one Chinese character of a style, in twips."""
        return (style.size + (self.spacing if style.size == 16 else 0)) * 20


_ALIGN = one_of("left", "right", "center", "both")
_SPACE = number(-100, 100)
_SIDE = number(0, 500)
_STYLE = record(
    {
        "id": text,
        "name": text,
        "font": text,
        "size": number(1, 200),
        "align": _ALIGN,
        "first": _SPACE,
        "left": _SPACE,
        "right": _SPACE,
        "hanging": _SPACE,
        "before": _SPACE,
        "after": _SPACE,
        "line": number(0, 500),
        "outline": number(0, 8, whole=True),
        "keep_next": flag,
        "together": flag,
        "bold": flag,
        "color": text,
        "border": text,
        "digits": text,
    },
    ("id", "name", "font", "size"),
)
_PAGE = ("width", "height", "top", "bottom", "left", "right", "header", "footer")
_SHAPE = record(
    {
        "name": text,
        "line": number(1, 500),
        "character_spacing": _SPACE,
        "word_grid": flag,
        "digits": text,
        "page": record(dict.fromkeys(_PAGE, _SIDE), _PAGE),
        "landscape": record(dict.fromkeys(_PAGE[2:], _SIDE)),
        "fonts": mapping(items(text)),
        "styles": items(_STYLE, 1),
        "page_number": record({"show": flag, "form": text, "style": one_of("outside", "center")}),
        "signature": record({"seal": flag}),
        "title": record(
            {
                "characters": number(4, 60, whole=True),
                "break_before": items(text),
                "break_after": items(text),
                "never_after": items(text),
                "whole": items(text),
                "ordinal": pattern,
                "never_first": any_text,
                "never_last": any_text,
            }
        ),
        "marks": record(
            {
                "number": pattern,
                "attachment": pattern,
                "imprint": pattern,
                "date": pattern,
                "enumerators": items(text),
                "levels": items(pattern),
            }
        ),
        "tables": record(
            {"keep_empty": items(text), "one_line": number(0, 30), "upright_columns": number(1, 63, whole=True)}
        ),
        "letterhead": record({"show": flag, "name": any_text, "number": any_text, "issuer": any_text}),
        "imprint": record({"show": flag, "copies": any_text, "printer": any_text, "date": any_text}),
        "office": record(
            {"name": text, "dated": flag, "date": any_text, "as_of": day, "remind_days": number(0, 3660, whole=True)}
        ),
        "punctuation": flag,
        "numbering": one_of("as_seen", "renumber"),
    },
    ("page", "styles", "line"),
)


def load_profile(rules_folder: Path, name: str = DEFAULT) -> Layout:
    """Read a layout; raises RuleError with the place of what is wrong."""
    content = load(rules_folder, f"profiles/{name}.yaml", _SHAPE)
    styles = [ParagraphStyle(**entry) for entry in content["styles"]]
    return Layout(
        name=str(content.get("name", name)),
        line=float(content["line"]),
        spacing=float(content.get("character_spacing", 0)),
        digits=str(content.get("digits", "same")),
        styles={style.id: style for style in styles},
        fonts={font: tuple(others) for font, others in content.get("fonts", {}).items()},
        settings={key: value for key, value in content.items() if isinstance(value, dict) and key != "fonts"},
        punctuation=content.get("punctuation", True),
        renumber=content.get("numbering") == "renumber",
        word_grid=content.get("word_grid", False),
        levels=tuple(re.compile(found) for found in content.get("marks", {}).get("levels", ())),
    )


def fonts_xml(profile: Layout, font: str, digits: str = "") -> str:
    """The fonts of a run: Chinese for characters and for quotes and dashes, its own for digits and letters.

    The hint is what puts “ ” — … into the Chinese font: without it Word takes them for Latin.
    """
    latin = digits or (font if profile.digits == "same" else profile.digits)
    return (
        f"<w:rFonts w:ascii={quoteattr(latin)} w:eastAsia={quoteattr(font)} w:hAnsi={quoteattr(font)} "
        f'w:cs={quoteattr(latin)} w:hint="eastAsia"/>'
    )


def run_properties(profile: Layout, style: ParagraphStyle) -> str:
    """The character properties of a style, in the order of the schema."""
    spacing = round(profile.spacing * 20) if style.size == 16 and not profile.word_grid else 0
    return (
        fonts_xml(profile, style.font, style.digits)
        + ("<w:b/>" if style.bold else '<w:b w:val="0"/><w:bCs w:val="0"/>')
        + '<w:i w:val="0"/>'
        + f'<w:color w:val="{style.color or "000000"}"/>'
        + f'<w:spacing w:val="{spacing}"/><w:kern w:val="0"/>'
        + f'<w:sz w:val="{round(style.size * 2)}"/><w:szCs w:val="{round(style.size * 2)}"/>'
    )


def paragraph_properties(profile: Layout, style: ParagraphStyle) -> str:
    """The paragraph properties of a style, in the order of the schema."""
    border = (
        f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="1" w:color="{style.border}"/></w:pBdr>'
        if style.border
        else ""
    )
    line = profile.line if style.line is None else style.line
    # 28.9 pt lines leave 22 of them room on the page; space before and after counts in such lines
    gap = profile.line * 20
    spacing = f'<w:spacing w:before="{round(style.before * gap)}" w:after="{round(style.after * gap)}" ' + (
        f'w:line="{round(line * 20)}" w:lineRule="exact"/>' if line else 'w:line="240" w:lineRule="auto"/>'
    )
    grid = '<w:snapToGrid w:val="0"/>' if not profile.word_grid or style.size != 16 else ""
    outline = f'<w:outlineLvl w:val="{style.outline}"/>' if style.outline is not None else ""
    return (
        ("<w:keepNext/>" if style.keep_next else '<w:keepNext w:val="0"/>')
        + '<w:keepLines w:val="0"/><w:widowControl w:val="0"/>'
        + border
        + '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
        + grid
        + spacing
        + indent_xml(profile, style)
        + ("<w:contextualSpacing/>" if style.together else "")
        + f'<w:jc w:val="{style.align}"/>'
        + outline
    )


def indent_xml(profile: Layout, style: ParagraphStyle, left: float | None = None, right: float | None = None) -> str:
    """Indents in characters, with the same in twips for programs that know no characters."""
    one = profile.character(style)
    left = style.left if left is None else left
    right = style.right if right is None else right
    parts = [
        f'w:leftChars="{round(left * 100)}" w:left="{round(left * one)}"',
        f'w:rightChars="{round(right * 100)}" w:right="{round(right * one)}"',
    ]
    if style.hanging:
        parts.append(f'w:hangingChars="{round(style.hanging * 100)}" w:hanging="{round(style.hanging * one)}"')
    else:
        parts.append(f'w:firstLineChars="{round(style.first * 100)}" w:firstLine="{round(style.first * one)}"')
    return f"<w:ind {' '.join(parts)}/>"


def style_xml(profile: Layout, style: ParagraphStyle, identity: str) -> str:
    """A whole paragraph style; `identity` is the id that the template uses for it."""
    normal = style.id == "Normal"
    return (
        f'<w:style w:type="paragraph" {"w:default=" + chr(34) + "1" + chr(34) + " " if normal else ""}'
        f"{'' if _built_in(style) else 'w:customStyle=' + chr(34) + '1' + chr(34) + ' '}"
        f"w:styleId={quoteattr(identity)}><w:name w:val={quoteattr(style.name)}/>"
        + ("" if normal else '<w:basedOn w:val="Normal"/>')
        + "<w:qFormat/>"
        + f"<w:pPr>{paragraph_properties(profile, style)}</w:pPr>"
        + f"<w:rPr>{run_properties(profile, style)}</w:rPr></w:style>"
    )


def _built_in(style: ParagraphStyle) -> bool:
    return style.name in ("Normal", "Title") or style.name.startswith("heading ")


def section_xml(profile: Layout, landscape: bool) -> str:
    """Paper and margins of a section, as the elements that stand in sectPr after the references."""
    page = profile.settings["page"]
    turned = profile.settings.get("landscape", {}) if landscape else {}
    width, height = (page["height"], page["width"]) if landscape else (page["width"], page["height"])

    def twips(name: str) -> int:
        return round(float(turned.get(name, page.get(name, 0))) * PER_MM)

    orient = ' w:orient="landscape"' if landscape else ""
    grid = (
        '<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-849"/>'
        if profile.word_grid and not landscape
        else ""
    )
    margins = " ".join(f'w:{n}="{twips(n)}"' for n in ("top", "right", "bottom", "left", "header", "footer"))
    return (
        f'<w:pgSz w:w="{round(width * PER_MM)}" w:h="{round(height * PER_MM)}"{orient}/>'
        f'<w:pgMar {margins} w:gutter="0"/><w:cols w:space="425"/>{grid}'
    )
