"""Web pages (html, mht): bytes → the article's blocks; everything around it is left out by name.

Three steps: the page's text in reading order with the element that each piece stands in (`Piece`);
the element that holds the article (`_article`); the page's own lines at its edges (chrome.py).
Nothing is fetched, no script is run, frames and linked pages are not opened.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from lxml import etree

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Block, Document, Omitted, Warned
from pipeline.readers.encoding import decode
from pipeline.readers.text_share import coverage
from pipeline.readers.web.chrome import is_chrome, rules, trim
from pipeline.readers.web.html_grid import PageCell, place

UNSEEN = frozenset((
    "script", "style", "noscript", "template", "head", "iframe", "object", "embed", "svg", "math", "map",
    "select", "textarea", "frameset", "noframes", "applet", "canvas", "audio", "video", "datalist",
))  # fmt: skip
FORM = frozenset((
    "button", "input", "label", "nav", "footer", "aside", "menu",
))  # fmt: skip
INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "img", "ins", "kbd", "mark", "nobr", "o:p", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "st1:chsdate", "label",
))  # fmt: skip
BOLD = frozenset(("b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"))
ARTICLE_SHARE = 0.8  # of the running text must be in one element for it to be the article's
RUNNING = 25  # characters of a line of running text
_BLANKS = re.compile(r"[ \t\r\n\f\u200b\xa0]+")
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em)?\s*(?:;|$)|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(r"</?(?:font|span|b|strong|i|em|u|small|big|center)\b[^<>]{0,500}>", re.IGNORECASE)
_ALIGN = re.compile(r"text-align\s*:\s*(center|right)", re.IGNORECASE)
_ENDS = re.compile(r"[。；！？：，]")


@dataclass(slots=True)
class Piece:
    """A line of the page: its text, the elements around it (outermost first) and how it looks."""

    text: str
    path: tuple[int, ...]  # numbers of the elements around it
    tag: str = ""
    linked: int = 0  # characters that are links
    align: str = ""
    bold: int = 0
    table: int = -1
    row: int = -1
    column: int = -1
    merged: bool = False
    chrome: bool = False  # stands in an element that is named as page furniture
    hidden: bool = False


def read_bytes(data: bytes, name: str) -> Document:
    """The article of a web page.  Raises too_large, bad_encoding, no_text."""
    if len(data) > limits.TEXT_FILE_BYTES:
        raise Rejected("too_large", f"网页超过 {limits.TEXT_FILE_BYTES // limits.MIB} MB")
    label = _META.search(data[:4096])
    decoded = decode(data, label[1].decode("ascii", "ignore") if label else "")
    root = _parse(decoded.text)
    if root is None:
        raise Rejected("no_text", "网页没有正文")
    pieces = PageWalk().pieces(root)
    title = _title(root)
    kept, left = _article(pieces, title)
    blocks, omitted, metadata = trim([_block(piece) for piece in kept], page=True)
    around = trim([_block(piece) for piece in left if not piece.hidden], page=True)[2]
    blocks = [replace(block, text=block.text.strip()) for block in blocks]
    blocks = _without_empty_rows(blocks)
    omitted = [*(Omitted("hidden" if piece.hidden else "chrome", piece.text) for piece in left), *omitted]
    if not blocks:
        raise Rejected("no_text", "网页没有正文")
    warnings = list(decoded.warnings)
    if any(piece.hidden and piece.text for piece in left):
        warnings.append(Warned("hidden_text", "网页中有隐藏的文字，未读入"))
    return Document(
        name=name,
        format="html",
        sha256=sha256(data).hexdigest(),
        blocks=tuple(blocks),
        warnings=tuple(warnings),
        omitted=tuple(omitted),
        metadata={**around, **metadata, **({"title": title} if title else {})},
        encoding=decoded.encoding,
        coverage=coverage("".join(_seen(root)), blocks, omitted),
    )


def read_mht(data: bytes, name: str) -> Document:
    """A page saved as one file (mht): its first html part, and only that."""
    payload = b""
    try:
        # the older policy: it takes headers as they are, the newer one reads them by recursion
        for part in email.message_from_bytes(data, policy=email.policy.compat32).walk():
            found = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
            if isinstance(found, bytes) and found.strip():
                payload = found
                break
    except RecursionError as error:
        raise Rejected("xml_too_deep", "mht") from error
    if not payload:
        raise Rejected("no_text", "mht 文件里没有网页")
    return read_bytes(payload, name)


def _parse(text: str) -> Any:
    """The page's root element; None for a page without elements.  Raises no_text, xml_too_deep."""
    root, deep = _tree(text)
    if deep:  # old pages never close their <font>; without such tags most are shallow enough
        root, deep = _tree(_INLINE_TAG.sub("", text))
    if deep:  # what lies deeper was not read
        raise Rejected("xml_too_deep", "网页")
    return root


def _tree(text: str) -> tuple[Any, bool]:
    """The root element, and whether the parser gave up on the depth."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise Rejected("no_text", "网页没有内容") from error
    return root, any("depth" in entry.message for entry in parser.error_log)


def _seen(root: Any) -> list[str]:
    """All text that is not in an element without text of its own (script, style …)."""
    found: list[str] = []
    skipped = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        unseen = element.tag in UNSEEN
        if event == "start":
            skipped += unseen
            if not skipped and element.text:
                found.append(element.text)
        else:
            skipped -= unseen
            if not skipped and element.tail:
                found.append(element.tail)
    return found


def _title(root: Any) -> str:
    found = root.find(".//title")
    text = _BLANKS.sub(" ", "".join(found.itertext())).strip() if found is not None else ""
    return max(re.split(r"\s*[_|｜]+\s*|\s+-+\s+|-{2,}", text), key=len).strip()  # the site's name stands beside it


class PageWalk:
    """One pass over the tree, without recursion: the state of the line that is being built."""

    def __init__(self) -> None:
        self.done: list[Piece] = []
        self.parts: list[tuple[str, bool, bool]] = []  # text, linked, bold
        self.path: list[int] = []
        self.count = self.links = self.bold = self.unseen = self.hidden = self.furniture = 0
        self.tables: list[list[list[PageCell]]] = []  # open tables, each rows of cells
        self.marks: list[tuple[bool, bool]] = []
        self.tag, self.align, self.aligned = "", "", [""]
        self.table_count = 0
        self.outside: tuple[int, ...] = ()  # the elements around the outermost open table

    def pieces(self, root: Any) -> list[Piece]:
        """The page's lines in reading order."""
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if not isinstance(element.tag, str):
                continue
            if event == "start":
                self._start(element, element.tag)
            else:
                self._end(element, element.tag)
        self._break()
        return self.done

    def _start(self, element: Any, tag: str) -> None:
        if tag not in INLINE:
            self._break()
            self.tag = tag
        self.count += 1
        self.path.append(self.count)
        style = element.get("style") or ""
        hidden = element.get("hidden") is not None or bool(style and _HIDDEN.search(style))
        furniture = tag in FORM or _furniture(element)
        self.marks.append((hidden, furniture))
        found = _ALIGN.search(style)
        self.aligned.append(found[1].lower() if found else _attribute(element, tag) or self.aligned[-1])
        self.hidden += hidden
        self.furniture += furniture
        self.unseen += tag in UNSEEN
        self.links += tag == "a" and element.get("href") is not None
        self.bold += tag in BOLD or bool(re.search(r"font-weight\s*:\s*(?:bold|[6-9]00)", style))
        if tag == "table":
            self.tables.append([])
            self.outside = tuple(self.path[:-1]) if len(self.tables) == 1 else self.outside
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables:
            if not self.tables[-1]:
                self.tables[-1].append([])
            cell = PageCell(len(self.done), _number(element, "rowspan"), _number(element, "colspan"))
            self.tables[-1][-1].append(cell)
        self._text(element.text)

    def _end(self, element: Any, tag: str) -> None:
        if tag not in INLINE or tag == "br":
            self._break(force=tag in ("td", "th") and len(self.tables) == 1)
        style = element.get("style") or ""
        if tag in ("td", "th") and self.tables and self.tables[-1] and self.tables[-1][-1]:
            self.tables[-1][-1][-1].last = len(self.done)
        elif tag == "table" and self.tables:
            self._close_table(self.tables.pop())
        hidden, furniture = self.marks.pop()
        self.aligned.pop()
        self.path.pop()
        self.hidden -= hidden
        self.furniture -= furniture
        self.unseen -= tag in UNSEEN
        self.links -= tag == "a" and element.get("href") is not None
        self.bold -= tag in BOLD or bool(re.search(r"font-weight\s*:\s*(?:bold|[6-9]00)", style))
        self._text(element.tail)

    def _text(self, text: str | None) -> None:
        if text and not self.unseen:
            self.parts.append((text, self.links > 0, self.bold > 0))

    def _break(self, *, force: bool = False) -> None:
        """End the line; `force` makes one for an empty cell too."""
        if len(self.done) > limits.BLOCKS:
            raise Rejected("too_large", f"网页超过 {limits.BLOCKS} 段")
        text = _BLANKS.sub(" ", "".join(part for part, _, _ in self.parts)).strip()
        cell = self.tables[-1][-1][-1] if self.tables and self.tables[-1] and self.tables[-1][-1] else None
        if text or (force and cell is not None and cell.first == len(self.done)):
            bold = 0
            for part, _, strong in self.parts:
                if part.strip() and not strong:
                    break
                bold += len(_BLANKS.sub(" ", part).strip())
            linked = sum(len(part.strip()) for part, link, _ in self.parts if link)
            self.done.append(
                Piece(text, tuple(self.path), self.tag, linked, self.aligned[-1], min(bold, len(text)),
                      chrome=self.furniture > 0, hidden=self.hidden > 0)
            )  # fmt: skip
        self.parts = []

    def _close_table(self, rows: list[list[PageCell]]) -> None:
        """Pieces of a data table get their place; a table for layout leaves its lines as they are."""
        if self.tables or not _is_data(rows, self.done):
            return
        first = min(cell.first for row in rows for cell in row)
        grid: list[Piece] = []
        for row, column, cell, merged in place(rows):
            inside = self.done[cell.first : cell.last]
            if not inside:
                continue
            text = "\n".join(piece.text for piece in inside if piece.text)
            grid.append(
                replace(
                    inside[0], text=text, path=self.outside, table=self.table_count, row=row, column=column,
                    merged=merged, linked=sum(piece.linked for piece in inside), tag="td",
                )
            )  # fmt: skip
        inside_cells = {index for row in rows for cell in row for index in range(cell.first, cell.last)}
        loose = [piece for index, piece in enumerate(self.done[first:], first) if index not in inside_cells]
        self.done[first:] = loose + grid
        self.table_count += 1


def _attribute(element: Any, tag: str) -> str:
    if tag == "center":
        return "center"
    align = (element.get("align") or "").lower()
    if align in ("center", "right"):
        return align
    return "left" if align == "left" else ""


def _number(element: Any, name: str) -> int:
    value = (element.get(name) or "1").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _furniture(element: Any) -> bool:
    """Is the element named as navigation, footer, sharing …?"""
    if element.tag in ("body", "html"):
        return False
    words = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}".lower().strip()
    known = rules().containers
    return bool(words) and any(word in known for word in re.split(r"[\s_]+|(?<=[a-z])-(?=[a-z])", words))


def _is_data(rows: list[list[PageCell]], done: list[Piece]) -> bool:
    """Rows of several short cells; a table whose one cell holds most of its text is layout."""
    if sum(len(row) > 1 for row in rows) < 2:
        return False
    lengths = [sum(len(piece.text) for piece in done[cell.first : cell.last]) for row in rows for cell in row]
    most = max((cell.last - cell.first for row in rows for cell in row), default=0)
    return not (most > 12 and max(lengths) * 2 > sum(lengths))


def _article(pieces: list[Piece], title: str) -> tuple[list[Piece], list[Piece]]:
    """What the smallest element with most of the running text holds, and its title if that stands outside."""
    if not any(map(_weight, pieces)):  # a page that a script would uncover
        pieces = [replace(piece, hidden=False) for piece in pieces]
    weights: dict[int, int] = {}
    depth: dict[int, int] = {}
    total = 0
    for piece in pieces:
        weight = _weight(piece)
        total += weight
        for level, element in enumerate(piece.path):
            if weight:
                weights[element] = weights.get(element, 0) + weight
                depth[element] = level
    if not total:
        inside = {index for index, piece in enumerate(pieces) if not piece.hidden}
    else:
        holders = [element for element, weight in weights.items() if weight >= ARTICLE_SHARE * total]
        best = max(holders, key=lambda element: depth[element])
        inside = {index for index, piece in enumerate(pieces) if best in piece.path and not piece.hidden}
        inside = {index for index in inside if not _furnished(pieces[index], best, total)}
    first = min(inside, default=0)
    if (index := _title_before(pieces, first, title, inside)) is not None:
        inside.add(index)
    kept = [piece for index, piece in enumerate(pieces) if index in inside]
    return kept, [piece for index, piece in enumerate(pieces) if index not in inside]


def _weight(piece: Piece) -> int:
    """How much running text a line is: none for links, furniture and hidden lines."""
    if piece.chrome or piece.hidden or piece.linked * 2 > len(piece.text):
        return 0
    if piece.table >= 0:
        return len(piece.text)
    long = len(piece.text) >= RUNNING or (len(piece.text) >= 10 and _ENDS.search(piece.text))
    return len(piece.text) if long and not is_chrome(piece.text) else 0


def _furnished(piece: Piece, best: int, total: int) -> bool:
    """Inside the article: furniture, unless the page calls everything so."""
    return piece.chrome and (len(piece.text) < 200 or piece.linked * 2 > len(piece.text)) and total > 0 and best > 0


def _title_before(pieces: list[Piece], first: int, title: str, inside: set[int]) -> int | None:
    """The heading above the article: an h1, or the line that the page's title names."""
    plain = _bare(title)
    heads = [_bare(pieces[index].text) for index in sorted(inside)[:6]]
    for index in range(first - 1, max(-1, first - 40), -1):
        piece, text = pieces[index], _bare(pieces[index].text)
        if len(text) < 8 or piece.hidden or piece.table >= 0 or is_chrome(piece.text):
            continue
        named = piece.tag in ("h1", "h2") or text in plain or (len(plain) >= 8 and plain in text)
        if named and not piece.chrome and piece.linked * 2 <= len(text):
            return None if any(text in head for head in heads) else index
    return None


def _bare(text: str) -> str:
    return re.sub(r"[\s　\W_]+", "", text)


def _block(piece: Piece) -> Block:
    level = int(piece.tag[1]) if re.fullmatch(r"h[1-6]", piece.tag) else None
    return Block(
        text=piece.text.strip("　 "),
        kind="cell" if piece.table >= 0 else "paragraph",
        style=f"heading {level}" if level else "",
        level=level - 1 if level else None,
        align=piece.align if piece.align in ("center", "right") else "",
        bold=piece.bold,
        table=piece.table,
        row=piece.row,
        column=piece.column,
        merged=piece.merged,
    )


def _without_empty_rows(blocks: list[Block]) -> list[Block]:
    """Rows of a table without any text say nothing."""
    filled = {(block.table, block.row) for block in blocks if block.text}
    return [block for block in blocks if block.text or (block.table >= 0 and (block.table, block.row) in filled)]
