"""Settle a part of a docx before it is walked: the tree as the author would see it with all changes taken.

In: the tree of one part, as parsed.  Out: the same tree, with deletions, alternatives that are not shown,
readings above characters and hidden text taken out (each kept as `Omitted`), wrappers without a look of
their own dissolved, and text boxes lifted out of the lines that they hang on.  What is left is
body > paragraph | table, table > row > cell > paragraph | table.  One look finds which of these steps a
file needs at all; most need none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from pipeline.core.model import Omitted
from pipeline.readers.docx.names import (
    MC,
    PARAGRAPH,
    PARAGRAPH_PROPERTIES,
    RUN,
    RUN_PROPERTIES,
    TEXT,
    TEXTS,
    VAL,
    Element,
    W,
)
from pipeline.readers.docx.styles import Styles, is_on
from pipeline.readers.docx.symbols import visible_text

ALTERNATE, CHOICE, FALLBACK = MC + "AlternateContent", MC + "Choice", MC + "Fallback"
DELETED, MOVED_AWAY, INSERTED, MOVED_HERE = W + "del", W + "moveFrom", W + "ins", W + "moveTo"
CELL_DELETED = W + "cellDel"
OLD_PROPERTIES = tuple(
    W + name
    for name in (
        "pPrChange",
        "rPrChange",
        "sectPrChange",
        "tblPrChange",
        "tblPrExChange",
        "tblGridChange",
        "trPrChange",
        "tcPrChange",
        "numberingChange",
    )
)
CONTROL, CONTROL_CONTENT, CUSTOM = W + "sdt", W + "sdtContent", W + "customXml"
CONTROL_PROPERTIES = (W + "sdtPr", W + "sdtEndPr", W + "customXmlPr", W + "smartTagPr")
READING, BOX, HIDDEN, STYLE_USED = W + "rt", W + "txbxContent", W + "vanish", W + "rStyle"
WRAPPERS = (CONTROL, CONTROL_CONTENT, CUSTOM, W + "smartTag", INSERTED, MOVED_HERE, ALTERNATE, CHOICE, FALLBACK)
REVISIONS = (DELETED, MOVED_AWAY, INSERTED, MOVED_HERE, CELL_DELETED, *OLD_PROPERTIES)
SPECIAL = (*REVISIONS, ALTERNATE, CONTROL, CUSTOM, W + "smartTag", READING, BOX, HIDDEN)

# namespaces of a Choice whose text this reader can read; anything else falls back
UNDERSTOOD = frozenset(
    {
        "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing",
        "http://schemas.microsoft.com/office/word/2010/wordml",
        "http://schemas.microsoft.com/office/word/2012/wordml",
        "http://schemas.microsoft.com/office/drawing/2010/main",
        "http://schemas.openxmlformats.org/officeDocument/2006/math",
        W[1:-1],
    }
)


@dataclass
class Settled:
    """What settling found."""

    omitted: list[Omitted] = field(default_factory=list)
    boxes: dict[Element, list[Element]] = field(default_factory=dict)  # paragraph → its text boxes
    revised: bool = False
    hidden: bool = False


def settle(root: Element, styles: Styles, *, private: bool) -> Settled:
    """Settle the tree in place.  `private`: it has characters of symbol fonts."""
    result = Settled()
    present = {element.tag for element in root.iter(*SPECIAL)}
    if ALTERNATE in present:
        choose_alternates(root, result)
    if not present.isdisjoint(REVISIONS):
        result.revised = True
        accept_revisions(root, result)
    if READING in present:
        for element in list(root.iter(READING)):
            leave_out(element, "ruby", result)
    if not present.isdisjoint((CONTROL, CUSTOM, W + "smartTag")):
        for element in list(root.iter(*CONTROL_PROPERTIES)):
            leave_out(element, "properties", result)
    if not present.isdisjoint(WRAPPERS):
        etree.strip_tags(root, *WRAPPERS)
    if HIDDEN in present or (styles.hiding and uses_hiding_style(root, styles)):
        hide(root, styles, result)
    if private:
        show_symbols(root)
    if BOX in present:
        lift_boxes(root, result)
    return result


def text_of(element: Element) -> str:
    """The characters in an element, deleted ones too; one line a paragraph."""
    pieces: list[str] = []
    for item in element.iter(PARAGRAPH, *TEXTS):
        pieces.append("\n" if item.tag == PARAGRAPH else item.text or "")
    return "".join(pieces).strip("\n")


def leave_out(element: Element, reason: str, result: Settled) -> None:
    """Take an element out of the tree; its text is kept with the reason."""
    text = text_of(element)
    if text.strip():
        result.omitted.append(Omitted(reason, text))
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def choose_alternates(root: Element, result: Settled) -> None:
    """Keep of every alternative the first choice that can be read, else its fallback."""
    for alternate in list(root.iter(ALTERNATE)):
        branches = list(alternate.iterchildren(CHOICE, FALLBACK))
        chosen = next((branch for branch in branches if is_understood(branch)), None)
        for branch in branches:
            if branch is not chosen:
                for inner in list(branch.iter(ALTERNATE)):  # counted with the branch around them
                    etree.strip_tags(inner, CHOICE, FALLBACK)
                leave_out(branch, "alternate", result)


def is_understood(branch: Element) -> bool:
    if branch.tag == FALLBACK:
        return True
    prefixes = (branch.get("Requires") or "").split()
    return all(branch.nsmap.get(prefix) in UNDERSTOOD for prefix in prefixes)


def accept_revisions(root: Element, result: Settled) -> None:
    """The final text: deleted and moved-away content out, deleted rows, cells and paragraph ends too."""
    for element in list(root.iter(*OLD_PROPERTIES)):
        leave_out(element, "properties", result)
    ended: list[Element] = []
    owners: list[Element] = []  # rows and cells
    for element in list(root.iter(DELETED, MOVED_AWAY, CELL_DELETED)):
        holder = element.getparent()
        if holder is None or next(element.iterancestors(DELETED, MOVED_AWAY), None) is not None:
            continue
        owner = holder.getparent()
        if holder.tag == RUN_PROPERTIES:  # the mark at a paragraph's end
            paragraph = owner.getparent() if owner is not None else None
            if paragraph is not None and paragraph.tag == PARAGRAPH:
                ended.append(paragraph)
        elif holder.tag in (W + "trPr", W + "tcPr"):
            if owner is not None:
                owners.append(owner)
        else:
            leave_out(element, "deleted", result)
    for owner in reversed(owners):  # inner ones first, so that no text is counted twice
        leave_out(owner, "deleted", result)
    join_with_next(ended)


def join_with_next(ended: list[Element]) -> None:
    """Paragraphs whose end is deleted run on into the next one, and take their looks from there.

    From the last to the first, so that every run moves once; the emptied paragraphs go when all is done.
    """
    heirs: dict[Element, Element | None] = {}
    for paragraph in reversed(ended):
        following = paragraph.getnext()
        while following is not None and following.tag != PARAGRAPH and next(following.iter(PARAGRAPH), None) is None:
            following = following.getnext()
        if following is not None and following.tag != PARAGRAPH:  # a table: nothing to run on into
            following = None
        heir = heirs.get(following, following) if following is not None else None
        if heir is not None:
            first = next(heir.iterchildren(), None)
            place = 1 if first is not None and first.tag == PARAGRAPH_PROPERTIES else 0
            for child in reversed([child for child in paragraph if child.tag != PARAGRAPH_PROPERTIES]):
                heir.insert(place, child)
        if heir is not None or not text_of(paragraph):
            heirs[paragraph] = heir
    for paragraph in heirs:
        parent = paragraph.getparent()
        if parent is not None:
            parent.remove(paragraph)


def uses_hiding_style(root: Element, styles: Styles) -> bool:
    return any(item.get(VAL) in styles.hiding for item in root.iter(STYLE_USED, W + "pStyle"))


def hide(root: Element, styles: Styles, result: Settled) -> None:
    """Take the text of hidden runs out."""
    for run in list(root.iter(RUN)):
        if next(run.iter(TEXT), None) is not None and is_hidden(run, styles):
            result.hidden = True
            leave_out(run, "hidden", result)


def is_hidden(run: Element, styles: Styles) -> bool:
    """A run says so itself, or its character style, or its paragraph's style."""
    properties = run.find(RUN_PROPERTIES)
    if properties is not None:
        direct = properties.find(HIDDEN)
        if direct is not None:
            return is_on(direct)
        used = properties.find(STYLE_USED)
        if used is not None and styles.character(used.get(VAL)).hidden:
            return True
    if not styles.hiding:
        return False
    paragraph = next(run.iterancestors(PARAGRAPH), None)
    used = paragraph.find(f"{PARAGRAPH_PROPERTIES}/{W}pStyle") if paragraph is not None else None
    return used is not None and styles.paragraph(used.get(VAL)).hidden


def show_symbols(root: Element) -> None:
    """Characters from the private area of symbol fonts become what a person sees."""
    for item in root.iter(TEXT):
        run = item.getparent()
        fonts = run.find(f"{RUN_PROPERTIES}/{W}rFonts") if run is not None else None
        names: Iterable[str] = (
            (fonts.get(W + name) or "" for name in ("ascii", "hAnsi", "eastAsia")) if (fonts is not None) else ()
        )
        font = next((name for name in names if name), "")
        item.text = visible_text(item.text or "", font)


def lift_boxes(root: Element, result: Settled) -> None:
    """Take text boxes out of their paragraphs; they are read after them."""
    for box in list(root.iter(BOX)):
        anchor = next(box.iterancestors(PARAGRAPH), None)
        parent = box.getparent()
        if anchor is not None and parent is not None:
            parent.remove(box)
            result.boxes.setdefault(anchor, []).append(box)
