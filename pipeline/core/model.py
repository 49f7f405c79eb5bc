"""The nouns that pass between the stages: frozen, flat, and each value knows where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or one table cell, as a person sees it.

    `label` is an automatic number made visible (`（一）`); it is not part of `text`.
    A cell's place is `table` (counted from 0 over the document), `row` and `column` (grid
    coordinates from 0); `merged` marks a copy of a value that a merged cell carries to the
    further rows or columns that it covers.  Line breaks inside a block are "\\n".  `place` is where a person
    finds it in a file that has pages or sheets (`第 3 页`, `台账!C5`), else "".
    """

    text: str
    kind: str = "paragraph"  # paragraph, cell
    style: str = ""  # the style's name in lower case ("heading 1"), "" when unknown
    label: str = ""
    level: int | None = None  # outline or list level from 0, None when the document states none
    align: str = ""  # center, right, ""
    bold: int = 0  # how many characters at the start are bold (a run-in heading)
    table: int = -1
    row: int = -1
    column: int = -1
    merged: bool = False
    part: str = "body"  # body, footnote, endnote, comment, textbox
    place: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive); of block `block`, or from it to block `last`."""

    block: int
    start: int
    end: int
    last: int = -1  # the block in which `end` counts, -1: the same block


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a reader noticed on a file that it could read (`code`: reliability.md)."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Omitted:
    """Text of the source that is no block on purpose: header, footer, deleted, chrome, hidden …"""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """What every reader returns: blocks in reading order, and what was noticed."""

    name: str
    format: str  # docx, doc, wps, rtf, odt, pdf, html, txt, md, xlsx, xls, csv
    sha256: str
    blocks: tuple[Block, ...]
    warnings: tuple[Warned, ...] = ()
    omitted: tuple[Omitted, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)  # title, published, docno, source …
    encoding: str = ""
    coverage: float = 1.0  # share of the source's non-blank characters in blocks or `omitted`

    def text(self, span: Span) -> str:
        """The source text of a span; blocks are joined by a line feed."""
        if span.last in (-1, span.block):
            return self.blocks[span.block].text[span.start : span.end]
        inner = [block.text for block in self.blocks[span.block + 1 : span.last]]
        return "\n".join([self.blocks[span.block].text[span.start :], *inner, self.blocks[span.last].text[: span.end]])


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that one rule saw in a document.

    `value` is normal (ISO date, yuan, code name); `text` is the document's own wording, equal
    to `document.text(span)` up to white space.  `owner` groups the facts of one problem,
    measure or claim: its sequence number in the document, 0 for the document itself.
    """

    field: str
    value: str | float | bool | None
    text: str
    span: Span
    rule: str
    owner: int = 0
