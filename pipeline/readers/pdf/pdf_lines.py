"""Characters of a page or a cell → lines, and lines → paragraphs.

One idea: a line was broken by the program that set it exactly when what follows would not have fitted
any more; then the paragraph goes on.  Indents, gaps and sizes overrule that.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from pipeline.readers.lines import ends_sentence, ends_within, join, starts_item
from pipeline.readers.pdf.pdf_page import Char

NO_START = "，。、；：！？）》”’】〕〉％%,.;:!?)]…·"  # may not begin a line: moves up with its neighbour
SEMICOLONS = "；;"
NO_END = "（《“‘【〔〈(["
GLUE = "“”‘’\"'"  # not parted from either side
# of a character: how far a full line may stay from the edge, beside what follows; more where no sentence ends
SLACK, SLACK_WITHIN = 0.6, 2.2


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its text, edges, base line, size, and the width of what can't be parted at its front."""

    text: str
    left: float
    right: float
    base: float
    size: float
    front: float
    inner: float  # right edge without closing punctuation, which may hang over the margin
    page: int = 0


@dataclass(frozen=True, slots=True)
class Margins:
    """Where the text of a page or cell can stand; `indented`: paragraphs begin with a set-in line."""

    left: float
    right: float
    pitch: float = 0.0  # usual distance between base lines, 0 when not known
    indented: bool = False


def lines(chars: Iterable[Char], page: int = 0) -> list[Line]:
    """Lines from above; characters whose base lines are near share one."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=lambda one: (-one.base, one.left)):
        near = rows[-1] if rows and rows[-1][0].base - char.base <= 0.4 * max(rows[-1][0].size, char.size) else None
        if near is None:
            rows.append([char])
        else:
            near.append(char)
    return [_line(sorted(row, key=lambda one: one.left), page) for row in rows]


def _line(chars: list[Char], page: int) -> Line:
    size = median(char.size for char in chars)
    parts = [chars[0].text]
    for before, char in itertools.pairwise(chars):
        gap = char.left - before.right
        latin = before.text.isascii() and char.text.isascii() and before.text.isalnum() and char.text.isalnum()
        if gap > 0.8 * size:
            parts.append("　")
        elif gap > 0.2 * size and latin:
            parts.append(" ")
        parts.append(char.text)
    right = max(char.right for char in chars)
    inner = chars[-2].right if len(chars) > 1 and chars[-1].text in NO_START else right
    return Line("".join(parts), chars[0].left, right, chars[0].base, size, _front(chars), inner, page)


def _front(chars: list[Char]) -> float:
    """Width of the first piece that may not be parted: 字。 （字 2024"""
    last = 0
    while last + 1 < len(chars):
        here, there = chars[last].text, chars[last + 1].text
        latin = here.isascii() and there.isascii() and chars[last + 1].left - chars[last].right < 0.2 * chars[0].size
        together = there in NO_START or here in NO_END or there in GLUE or here in GLUE or latin
        if not together:
            break
        last += 1
    return chars[last].right - chars[0].left


def margins(found: list[Line]) -> Margins:
    """The edges and the spacing that most lines of a text keep."""
    size = median(line.size for line in found)
    rights = sorted((line.inner for line in found), reverse=True)
    right = next((one for one, after in itertools.pairwise(rights) if one - after < size / 2), rights[0])
    left = min(_usual([round(line.left / 2) * 2.0 for line in found], size))
    pitches = [a.base - b.base for a, b in itertools.pairwise(found) if a.page == b.page and a.base > b.base]
    set_in = sum(left + 1.2 * size < line.left < left + 3.2 * size for line in found)
    return Margins(left, right, median(pitches) if pitches else 0.0, set_in >= max(2, len(found) // 12))


def _usual(values: list[float], size: float) -> list[float]:
    """The left edges that at least a tenth of the lines have."""
    counts = {value: sum(abs(value - other) < size / 2 for other in values) for value in set(values)}
    return [value for value, count in counts.items() if count * 10 >= len(values)] or values


def paragraphs(found: list[Line], edge: Margins) -> list[list[Line]]:
    """Lines that belong to one paragraph each."""
    groups: list[list[Line]] = []
    for line in found:
        if groups and continues(groups[-1], line, edge):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def continues(group: list[Line], line: Line, edge: Margins) -> bool:
    """Does the line go on with the paragraph?"""
    last, size = group[-1], group[-1].size
    if abs(line.size - size) > 0.15 * size:
        return False
    if line.page == last.page and edge.pitch and last.base - line.base > 1.45 * edge.pitch:
        return False
    if last.left - max(line.left, edge.left) > 3.2 * size and len(group) == 1:  # a centred or right line stands alone
        return False
    room = edge.right - last.right
    before = last.left - edge.left
    if before > (2.6 if edge.indented else 1.0) * size and abs(before - room) < size / 2 and line.left < last.left:
        return False  # a centred title above text
    if edge.indented and line.left - edge.left > 1.2 * size:
        return False
    within = not ends_sentence(last.text) and not starts_item(line.text, running=False)
    if room > line.front + (SLACK_WITHIN if within else SLACK) * size:
        return False
    if line.left - last.left > 1.2 * size:  # set in: a new paragraph, or the hanging lines of a numbered one
        return len(group) == 1 and starts_item(last.text) and not starts_item(line.text) and not edge.indented
    # after a semicolon a full line goes on more often than not: (一)…；(二)…
    closed = ends_sentence(last.text) and last.text[-1] not in SEMICOLONS
    if closed and _numbered(line.text):
        return False
    if edge.indented and abs(line.left - edge.left) < size / 2:
        return True
    if starts_item(line.text, running=False):
        return last.text[-1] in SEMICOLONS or ends_within(last.text) or not (closed or _numbered(line.text))
    return True


def _numbered(text: str) -> bool:
    """A number and not a field's name stands at the front."""
    return starts_item(text, running=False) and not (text[:1].isalpha() and "：" in text[:9])


def text_of(group: list[Line]) -> str:
    """The paragraph's text."""
    text = group[0].text
    for line in group[1:]:
        text = join(text, line.text)
    return text
