"""A table of the paper's own as WordprocessingML: cells joined as they were, headings repeated on every page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from pipeline.core.text import clean
from pipeline.publish.word.fit import least_width, widths
from pipeline.publish.word.layout import PER_MM, Layout, fonts_xml
from pipeline.publish.word.typography import width


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: its words, over how many columns and rows it goes, and whether it names its column."""

    text: str
    across: int = 1
    down: int = 1
    head: bool = False


CellRows = Sequence[Sequence[GridCell | None]]
SHORT, LONG = 4, 40  # characters between which a column's share grows with its words


def table_xml(grid: CellRows, profile: Layout, styles: Mapping[str, str], room: float) -> str:
    """The table over a width of `room` twips; `styles` are the template's ids for the profile's styles."""
    columns = _columns(grid, profile, round(room))
    heads = _heads(grid)
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns_xml = "".join(f'<w:gridCol w:w="{one}"/>' for one in columns)
    rows = "".join(_row(grid, at, columns, at < heads, profile, styles) for at in range(len(grid)))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(columns)}" w:type="dxa"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{columns_xml}</w:tblGrid>"
        f"{rows}</w:tbl>" + _paragraph("", "TableEnd", profile, styles)
    )


def _heads(grid: CellRows) -> int:
    """How many rows at the top name the columns; at least one, so that it is repeated, where there are more rows."""
    count = next((at for at, row in enumerate(grid) if not any(cell is not None and cell.head for cell in row)), 0)
    return count if 0 < count < len(grid) else 0


def _columns(grid: CellRows, profile: Layout, room: int) -> list[int]:
    """The width of each column: by how much it says, short words on one line."""
    given, least = [], []
    for at in range(len(grid[0])):
        cells = [row[at] for row in grid]
        lines = [cell.text.split("\n") for cell in cells if cell is not None and cell.across == 1]
        longest = max((width(line) for one in lines for line in one), default=SHORT)
        given.append(round(100 * min(max(longest, SHORT), LONG)))
        least.append(least_width(lines, profile))
    return widths(given, least, room)


def _row(
    grid: CellRows, at: int, columns: Sequence[int], head: bool, profile: Layout, styles: Mapping[str, str]
) -> str:
    cells = []
    column = 0
    while column < len(columns):
        owner = _owner(grid, at, column)
        cell = grid[owner][column] or GridCell("")
        merge = "" if cell.down == 1 else f'<w:vMerge w:val="{"restart" if owner == at else "continue"}"/>'
        span = f'<w:gridSpan w:val="{cell.across}"/>' if cell.across > 1 else ""
        wide = sum(columns[column : column + cell.across])
        style = "TableHead" if cell.head or head else "TableText"
        lines = cell.text.split("\n") if owner == at else [""]
        words = "".join(_paragraph(line, style, profile, styles) for line in lines)
        middle = '<w:vAlign w:val="center"/>' if style == "TableHead" else ""
        cells.append(f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>{span}{merge}{middle}</w:tcPr>{words}</w:tc>')
        column += cell.across
    repeated = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _owner(grid: CellRows, at: int, column: int) -> int:
    """The row of the cell that covers a place at its left edge."""
    row = at
    while row > 0 and grid[row][column] is None:
        row -= 1
    return row


def _paragraph(text: str, style: str, profile: Layout, styles: Mapping[str, str]) -> str:
    run = ""
    if text:
        fonts = fonts_xml(profile, profile.styles[style].font, profile.styles[style].digits)
        run = f'<w:r><w:rPr>{fonts}</w:rPr><w:t xml:space="preserve">{escape(clean(text)[0])}</w:t></w:r>'
    return f"<w:p><w:pPr><w:pStyle w:val={quoteattr(styles[style])}/></w:pPr>{run}</w:p>"


def turned(table: str, styles: Mapping[str, str], sections: tuple[str, str]) -> str:
    """A wide table on landscape pages of its own; `sections` are the template's for an upright and a landscape page."""
    upright, landscape = (
        f"<w:p><w:pPr><w:pStyle w:val={quoteattr(styles['TableEnd'])}/>{section}</w:pPr></w:p>" for section in sections
    )
    return f"{upright}{table}{landscape}"


def wide(grid: CellRows, profile: Layout) -> bool:
    """Whether a table has more columns than an upright page takes."""
    return len(grid[0]) > int(profile.setting("tables", "upright_columns", 7))


def room_on(profile: Layout, landscape: bool) -> float:
    """The width of the text on a page, in twips."""
    page, turned = profile.settings["page"], profile.settings.get("landscape", {})
    if not landscape:
        return profile.line_width
    return float(page["height"] - turned.get("left", page["left"]) - turned.get("right", page["right"])) * PER_MM
