"""What can be settled only when a template is filled: which columns a table needs and how wide, what stays together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy

from lxml import etree

from pipeline.publish.word.layout import Layout
from pipeline.publish.word.typography import width

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CLOSING = ("Attachment", "Signature", "DocDate")  # the first of these stands below the last words of the body
RUNNING = 2  # times as long as what is kept on one line: no longer a short cell
SLACK = 0.5  # characters: figures are a little wider in some fonts
READABLE = 1320  # twips: five and a half characters, the least for a line of running text


def keep_signature(root: etree._Element, styles: Mapping[str, str]) -> bool:
    """Tie the last paragraph of the body to the signature below it, which never stands alone on a page."""
    closing = {styles[name] for name in CLOSING if name in styles}
    for named in root.iter(f"{W}pStyle"):
        if named.get(f"{W}val") in closing:
            below = next(parent for parent in named.iterancestors(f"{W}p"))
            above = below.getprevious()
            rows = above.findall(f"{W}tr") if above is not None else []
            tied = rows[-1].iter(f"{W}p") if rows else [above] if above is not None else []
            paragraphs = [paragraph for paragraph in tied if paragraph.tag == f"{W}p"]
            for paragraph in paragraphs:
                _tie(paragraph)
            return bool(paragraphs)
    return False


def _tie(paragraph: etree._Element) -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = etree.Element(f"{W}pPr")
        paragraph.insert(0, properties)
    if properties.find(f"{W}keepNext") is None:
        at = 1 if properties.find(f"{W}pStyle") is not None else 0
        properties.insert(at, etree.Element(f"{W}keepNext"))


def fit_columns(table: etree._Element, profile: Layout) -> bool:
    """Leave empty columns out and give short cells (names, dates) the width that keeps them on one line.

    Only a table with a heading row and as many cells in every row as columns is touched.  True when it changed.
    """
    rows = [row.findall(f"{W}tc") for row in table.findall(f"{W}tr")]
    grid = _grid(table, {len(row) for row in rows})
    if len(rows) < 2 or any(len(row) != len(grid) for row in rows) or not table.findall(f".//{W}tblHeader"):
        return False
    lines = [[_lines(cell) for cell in row] for row in rows]
    kept_empty = profile.setting("tables", "keep_empty", [])
    kept = [
        at for at, head in enumerate(lines[0]) if "".join(head) in kept_empty or any(any(row[at]) for row in lines[1:])
    ]
    for at in sorted(set(range(len(grid))) - set(kept), reverse=True):
        for element in (grid[at], *(row[at] for row in rows)):
            element.getparent().remove(element)  # type: ignore[union-attr]
    given = [int(column.get(f"{W}w", "0")) for column in grid]
    stated = table.find(f"{W}tblPr/{W}tblW")
    total = int(stated.get(f"{W}w", "0")) if stated is not None and stated.get(f"{W}type") == "dxa" else sum(given)
    least = [least_width([row[at] for row in lines], profile) for at in kept]
    for at, wide in zip(kept, widths([given[at] for at in kept], least, total), strict=True):
        grid[at].set(f"{W}w", str(wide))
        for row in rows:
            for cell_width in row[at].findall(f"{W}tcPr/{W}tcW"):
                cell_width.set(f"{W}w", str(wide))
    return True


def _grid(table: etree._Element, counts: set[int]) -> list[etree._Element]:
    """The columns of a table's grid, as many as its rows have cells: a loop in the template may make more or fewer."""
    grid = table.findall(f"{W}tblGrid/{W}gridCol")
    wanted = next(iter(counts)) if len(counts) == 1 else len(grid)
    while 0 < len(grid) < wanted:
        grid[-1].addnext(deepcopy(grid[-1]))
        grid = table.findall(f"{W}tblGrid/{W}gridCol")
    for column in grid[wanted:]:
        column.getparent().remove(column)  # type: ignore[union-attr]
    return grid[:wanted]


def _lines(cell: etree._Element) -> list[str]:
    """The lines of a cell that say something."""
    out = []
    for paragraph in cell.iter(f"{W}p"):
        parts = "".join("\n" if node.tag == f"{W}br" else node.text or "" for node in paragraph.iter(f"{W}t", f"{W}br"))
        out += [line for line in parts.split("\n") if line.strip()]
    return out


def least_width(cells: Sequence[Sequence[str]], profile: Layout) -> int:
    """The width in twips that keeps a column's short lines whole."""
    limit = float(profile.setting("tables", "one_line", 0))
    wide = [width(line) for cell in cells for line in cell]
    longest = max(wide, default=0)
    if longest > RUNNING * limit:
        return 0  # running text takes what is left
    shorter = max((one for one in wide if one <= limit), default=0)
    needed = longest if longest <= limit else max(longest / 2, shorter)  # in two lines
    margins = 2 * 57  # of the cell
    return round((needed + SLACK) * profile.character(profile.styles["TableText"])) + margins


def widths(given: Sequence[int], least: Sequence[int], total: int) -> list[int]:
    """Widths that fill the table: each at least what it needs, the rest by the shares of the template."""
    if not given:
        return []
    readable = min(READABLE, total // len(given))
    room_for_short = total - readable * sum(not low for low in least)
    scaled = min(1.0, room_for_short / max(1, sum(least)))
    floors = [low * scaled if low else float(readable) for low in least]
    free = set(range(len(given)))
    found = [0.0] * len(given)
    room = float(total)
    while free:
        scale = room / sum(given[at] for at in free)
        tight = {at for at in free if given[at] * scale < floors[at]}
        for at in tight or free:
            found[at] = floors[at] if tight else given[at] * scale
        room -= sum(floors[at] for at in tight)
        free = free - tight if tight else set()
    out = [round(wide) for wide in found]
    out[out.index(max(out))] += total - sum(out)
    return out
