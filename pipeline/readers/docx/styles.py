"""What a style gives its paragraphs and runs: name, numbering, outline level, alignment, bold, hidden.

Styles are resolved when they are first used, through `basedOn` with a visited set: most files define
a hundred and use five.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from pipeline.core import limits
from pipeline.readers.docx.names import VAL, W
from pipeline.readers.lines import shapes

OFF = frozenset({"0", "false", "off", "none"})
ALIGNMENTS = {"center": "center", "right": "right", "end": "right"}
STYLE, STYLE_ID, STYLE_TYPE, DEFAULT = W + "style", W + "styleId", W + "type", W + "default"
BASED_ON, NAME = W + "basedOn", W + "name"
PROPERTIES = (
    W + "numId",
    W + "ilvl",
    W + "outlineLvl",
    W + "jc",
    W + "b",
    W + "vanish",
)


@dataclass(frozen=True, slots=True)
class Style:
    """The settled properties of one style; `None` means that nothing in its chain says so."""

    name: str = ""
    number: str | None = None  # the list's numId
    list_level: int | None = None
    numbered_by: tuple[str, ...] = ()  # the style and those that it is based on, nearest first
    outline: int | None = None
    align: str = ""
    bold: bool = False
    hidden: bool = False


PLAIN = Style()


def whole(text: str | None, fallback: int, low: int, high: int) -> int:
    """A bounded whole number from an attribute; what is no number gives `fallback`."""
    try:
        value = int(text or "")
    except ValueError:
        return fallback
    return min(max(value, low), high)


def is_on(element: etree._Element) -> bool:
    """A toggle property: on unless its value says off."""
    value = element.get(VAL)
    return value is None or value.lower() not in OFF


class Styles:
    """The styles of one document, resolved on demand."""

    def __init__(self, root: etree._Element | None) -> None:
        self.elements: dict[str, etree._Element] = {}
        self.resolved: dict[tuple[str, str], Style] = {}
        self.paragraphs: dict[str | None, Style] = {}  # the same for paragraphs, asked once a paragraph
        self.own: dict[etree._Element, tuple[dict[str, etree._Element], str]] = {}
        self.default: dict[str, str] = {}
        for element in root.iterchildren(STYLE) if root is not None else ():
            identifier = element.get(STYLE_ID) or ""
            self.elements.setdefault(identifier, element)
            if (element.get(DEFAULT) or "0") not in OFF:
                self.default.setdefault(element.get(STYLE_TYPE) or "paragraph", identifier)
        self.hiding = self._hiding(root)

    def paragraph(self, identifier: str | None) -> Style:
        return self.paragraphs.get(identifier) or self._style(
            identifier if identifier is not None else self.default.get("paragraph", ""), "paragraph"
        )

    def character(self, identifier: str | None) -> Style:
        return self._style(identifier or "", "character")

    def list_of(self, identifier: str) -> str | None:
        """The numId of a numbering style."""
        return self._style(identifier, "numbering").number

    def _style(self, identifier: str, kind: str) -> Style:
        key = (identifier, kind)
        style = self.resolved.get(key)
        if style is None:
            element = self.elements.get(identifier)
            if element is None and kind == "paragraph":
                element = self.elements.get(self.default.get("paragraph", ""))
            style = self.resolved[key] = PLAIN if element is None else self._resolve(element)
            if kind == "paragraph":
                self.paragraphs[identifier] = style
        return style

    def _resolve(self, element: etree._Element) -> Style:
        found: dict[str, etree._Element] = {}
        chain: list[str] = []
        name = element.find(NAME)
        base: etree._Element | None = element
        while base is not None and len(chain) < limits.STYLE_CHAIN:
            identifier = base.get(STYLE_ID) or ""
            if identifier in chain:
                break
            chain.append(identifier)
            if base not in self.own:
                self.own[base] = own_properties(base)
            found = {**self.own[base][0], **found}
            base = self.elements.get(self.own[base][1])
        return settled(name.get(VAL) or "" if name is not None else "", found, tuple(chain))

    def _hiding(self, root: etree._Element | None) -> frozenset[str]:
        """The styles through which text may be hidden (most documents have none in use)."""
        direct = {
            style.get(STYLE_ID) or ""
            for vanish in (root.iter(W + "vanish") if root is not None else ())
            for style in vanish.iterancestors(STYLE)
        }
        if not direct:
            return frozenset()
        return frozenset(
            identifier
            for identifier, element in self.elements.items()
            if self._style(identifier, element.get(STYLE_TYPE) or "paragraph").hidden
        )


def own_properties(element: etree._Element) -> tuple[dict[str, etree._Element], str]:
    """What a style says itself, and the style that it is based on."""
    found: dict[str, etree._Element] = {}
    for item in element.iter(*PROPERTIES):
        parent = item.getparent()
        if (parent is not None and parent.getparent() is element) or item.tag in PROPERTIES[:2]:
            found.setdefault(item.tag, item)
    based_on = element.find(BASED_ON)
    return found, (based_on.get(VAL) or "") if based_on is not None else ""


def settled(name: str, found: dict[str, etree._Element], chain: tuple[str, ...]) -> Style:
    """A style from the properties that its chain gave."""
    number, list_level, outline, align, bold, hidden = (found.get(tag) for tag in PROPERTIES)
    name = name.lower()
    heading = shapes().heading_style.fullmatch(name)
    level = whole(outline.get(VAL), 9, 0, 9) if outline is not None else (int(heading[1]) - 1 if heading else 9)
    return Style(
        name=name,
        number=number.get(VAL) if number is not None else None,
        list_level=whole(list_level.get(VAL), 0, 0, limits.LIST_LEVELS - 1) if list_level is not None else None,
        numbered_by=chain,
        outline=level if level < 9 else None,
        align=ALIGNMENTS.get(align.get(VAL) or "", "") if align is not None else "",
        bold=bold is not None and is_on(bold),
        hidden=hidden is not None and is_on(hidden),
    )
