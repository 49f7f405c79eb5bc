"""PDF with a text layer: bytes → blocks.  Scans without text are refused by name.

Per page: characters and rulings (pdf_page.py), tables (pdf_table.py), lines (pdf_lines.py).  Then over
the whole document: headers, footers and page numbers go out, paragraphs and tables go on over pages.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from hashlib import sha256

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.core.model import Block, Document, Omitted, Warned
from pipeline.readers.lines import is_page_number
from pipeline.readers.pdf.pdf_lines import Line, Margins, lines, margins, paragraphs, text_of
from pipeline.readers.pdf.pdf_page import Char, Page, page
from pipeline.readers.pdf.pdf_rows import CellText, Part, Table, page_place
from pipeline.readers.pdf.pdf_table import Region, RuledGrid, grids
from pipeline.readers.text_share import coverage

EDGE = 0.12  # of the page's height: where headers and footers stand
PADDING = 8.0  # points that a cell's text keeps from its lines, at most
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
FEW = 10  # characters a page below which there is no text layer to speak of


def read_bytes(data: bytes, name: str) -> Document:
    """A PDF as a document.  Raises encrypted, bad_pdf, too_large, no_text."""
    pages, active = _pages(data)
    source = "".join(char.text for one in pages for char in one.chars) + "".join(one.twice for one in pages)
    if len(source) < FEW * max(1, len(pages) // 2):
        raise Rejected("no_text", f"{len(pages)} 页只有 {len(source)} 个字符")
    omitted = [Omitted("drawn_twice", one.twice) for one in pages if one.twice]
    parts = [part for number, one in enumerate(pages) for part in _parts(one, number)]
    _drop_edges(parts, pages, omitted)
    blocks = _blocks(parts, pages, omitted)
    return Document(
        name=name,
        format="pdf",
        sha256=sha256(data).hexdigest(),
        blocks=tuple(blocks),
        warnings=tuple(_warnings(pages, active)),
        omitted=tuple(omitted),
        coverage=coverage(source, blocks, omitted),
    )


def _pages(data: bytes) -> tuple[list[Page], bool]:
    """The pages, and whether the file has attachments or something that would run."""
    start = data[:1024].find(b"%PDF-")
    try:
        document = pypdfium2.PdfDocument(data[max(start, 0) :])
    except pypdfium2.PdfiumError as error:
        raise Rejected("encrypted" if "password" in str(error).lower() else "bad_pdf", "打不开") from error
    try:
        count = len(document)
        if count > limits.PDF_PAGES:
            raise Rejected("too_large", f"{count} 页，上限 {limits.PDF_PAGES} 页")
        active = bool(
            pdfium.FPDFDoc_GetAttachmentCount(document)
            or pdfium.FPDFDoc_GetJavaScriptActionCount(document)
            or _ACTIVE.search(data)
        )
        found: list[Page] = []
        for index in range(count):
            source = document[index]
            try:
                found.append(page(source, index + 1))
            finally:
                source.close()
    except pypdfium2.PdfiumError as error:
        raise Rejected("bad_pdf", str(error)[:120]) from error
    finally:
        document.close()
    if not found:
        raise Rejected("bad_pdf", "没有页面")
    return found, active


def _warnings(pages: list[Page], active: bool) -> list[Warned]:
    bare = [str(number) for number, one in enumerate(pages, 1) if one.pictures and len(one.chars) < FEW]
    found = [Warned("page_without_text", f"第 {'、'.join(bare)} 页没有文字，可能是扫描件")] if bare else []
    return found + ([Warned("active_content_ignored", "文件带有附件、脚本或多媒体，未打开")] if active else [])


def _parts(one: Page, number: int) -> list[Part]:
    """Tables and the lines between them, from above."""
    tables = grids(one.rulings)
    inside: dict[int, list[Char]] = {index: [] for index in range(len(tables))}
    loose: list[Char] = []
    for char in one.chars:
        x, y = (char.left + char.right) / 2, char.base + 0.3 * char.size
        index = next((index for index, grid in enumerate(tables) if grid.holds(x, y)), None)
        (loose if index is None else inside[index]).append(char)
    waiting = lines(loose, number)
    parts: list[Part] = []
    for index, grid in enumerate(tables):
        above = [line for line in waiting if line.base > grid.down[0]]
        waiting = [line for line in waiting if line.base <= grid.down[0]]
        parts += [Part(number, above)] if above else []
        parts.append(Part(number, [], grid, _cells(grid, inside[index], number)))
    return parts + ([Part(number, waiting)] if waiting else [])


def _cells(grid: RuledGrid, chars: list[Char], number: int) -> list[CellText]:
    """The text of each cell, its paragraphs parted by a line feed."""
    boxes = [(region, grid.box(region)) for region in grid.regions]
    texts: dict[Region, list[Char]] = {region: [] for region in grid.regions}
    for char in chars:
        x, y = (char.left + char.right) / 2, char.base + 0.3 * char.size
        home = next((region for region, box in boxes if box[0] <= x <= box[2] and box[1] <= y <= box[3]), None)
        if home is not None:
            texts[home].append(char)
    cells = []
    for region, (left, _, right, _) in boxes:
        found = lines(texts[region], number)
        if not found:
            cells.append(CellText(region, ""))
            continue
        edge = min(line.left for line in found)
        pad = min(max(edge - left, 0.0), PADDING)
        # a line in a cell may be centred: what counts is whether the next word would have fitted beside it
        flat = [replace(line, left=edge, right=edge + line.right - line.left, inner=0.0) for line in found]
        groups = paragraphs(flat, Margins(edge, edge + right - left - 2 * pad))
        bottom = region.row + region.rows == len(grid.down) - 1
        full = bottom and found[-1].base - grid.down[-1] < 1.6 * found[-1].size
        cells.append(CellText(region, "\n".join(text_of(group) for group in groups), full))
    return cells


def _drop_edges(parts: list[Part], pages: list[Page], omitted: list[Omitted]) -> None:
    """Page numbers, and lines at the top and bottom that come back on other pages."""
    seen: Counter[str] = Counter()
    for part in parts:
        for text in {_mask(line.text) for line in part.lines if _at_edge(line, pages)}:
            seen[text] += 1
    often = max(2, (len(pages) + 1) // 2)
    for part in parts:
        kept = []
        for line in part.lines:
            edge = _at_edge(line, pages)
            if edge and is_page_number(line.text) and (len(pages) > 1 or edge == "footer"):
                omitted.append(Omitted("page_number", line.text))
            elif edge and len(pages) > 1 and seen[_mask(line.text)] >= often:
                omitted.append(Omitted(edge, line.text))
            else:
                kept.append(line)
        part.lines = kept


def _mask(text: str) -> str:
    return re.sub(r"[\d\s]+", "#", text)


def _at_edge(line: Line, pages: list[Page]) -> str:
    height = pages[line.page].height
    if line.base > (1 - EDGE) * height:
        return "header"
    return "footer" if line.base < EDGE * height else ""


def _blocks(parts: list[Part], pages: list[Page], omitted: list[Omitted]) -> list[Block]:
    edges = _margins(parts, pages)
    blocks: list[Block] = []
    run: list[Line] = []
    width = 0
    table: Table | None = None
    tables = 0
    for part in parts:
        if part.grid is None:
            if not part.lines:
                continue
            if run and round(pages[part.page].width) != width:
                blocks, run = blocks + _text_blocks(run, edges[width]), []
            width, run, table = round(pages[part.page].width), run + part.lines, None
            continue
        if run:
            blocks, run = blocks + _text_blocks(run, edges[width]), []
        if table is not None and table.goes_on(part):
            blocks = table.add(part, blocks, omitted)
        else:
            table = Table(tables, part.grid)
            tables += 1
            blocks = table.add(part, blocks, omitted)
    return blocks + (_text_blocks(run, edges[width]) if run else [])


def _margins(parts: list[Part], pages: list[Page]) -> dict[int, Margins]:
    """The margins of the pages of each width."""
    found: dict[int, list[Line]] = {}
    for part in parts:
        found.setdefault(round(pages[part.page].width), []).extend(part.lines)
    return {width: margins(group) for width, group in found.items() if group}


def _text_blocks(run: list[Line], edge: Margins) -> list[Block]:
    blocks = []
    for group in paragraphs(run, edge):
        first, size = group[0], group[0].size
        before, after = first.left - edge.left, edge.right - group[-1].right
        align = ""
        if len(group) == 1 and before > 3 * size and after < 3 * size and after * 2 < before:
            align = "right"
        elif before > 2.6 * size and all(_centred(line, edge) for line in group):
            align = "center"
        blocks.append(Block(text=text_of(group), align=align, place=page_place(first.page)))
    return blocks


def _centred(line: Line, edge: Margins) -> bool:
    return abs(line.left + line.right - edge.left - edge.right) < 1.5 * line.size
