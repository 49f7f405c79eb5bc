"""One page of a PDF: its characters and rulings as pdfium gives them, upright, in points.

In: an open page.  Out: `Page`.  Characters that pdfium makes up (blanks, line ends) are not taken:
where characters stand says more.  The origin is the lower left corner, as in the file.
"""

from __future__ import annotations

import ctypes
import itertools
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from pipeline.core import limits
from pipeline.core.errors import Rejected

THIN = 3.0  # points: a filled shape that is thinner is a line
SHORTEST = 4.0  # points: shorter lines are dots and ticks
MAX_RULINGS = 20_000  # of one page; more is a drawing
_CURVE = 1  # FPDF_SEGMENT_BEZIERTO
_MOVE = 2  # FPDF_SEGMENT_MOVETO


@dataclass(frozen=True, slots=True)
class Char:
    """A character, its left and right edge, its base line and its size."""

    text: str
    left: float
    right: float
    base: float
    size: float


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line: at `at`, from `start` to `end`; `upright` lines have x as `at`."""

    upright: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows; `twice` are characters drawn again on top of themselves (false bold)."""

    width: float
    height: float
    chars: tuple[Char, ...]
    rulings: tuple[Ruling, ...]
    twice: str = ""
    pictures: int = 0


def page(source: pypdfium2.PdfPage, number: int) -> Page:
    """The page's characters and rulings.  Raises too_large."""
    width, height = source.get_size()  # as shown: rotated pages have theirs exchanged
    turn = source.get_rotation()
    found = _chars(source, number, turn, width, height)
    chars, twice = _once(found)
    rulings, pictures = _objects(source, turn, width, height)
    return Page(width, height, tuple(chars), tuple(rulings), twice, pictures)


def _upright(x: float, y: float, turn: int, width: float, height: float) -> tuple[float, float]:
    """A point of the file as it is shown on a turned page."""
    if turn == 90:
        return y, height - x
    if turn == 180:
        return width - x, height - y
    if turn == 270:
        return width - y, x
    return x, y


def _chars(source: pypdfium2.PdfPage, number: int, turn: int, width: float, height: float) -> list[Char]:
    text = source.get_textpage()
    try:
        count = text.count_chars()
        if count > limits.PDF_PAGE_CHARACTERS:
            raise Rejected("too_large", f"第 {number} 页有 {count} 个字符")
        box = pdfium.FS_RECTF()
        x, y = ctypes.c_double(), ctypes.c_double()
        found: list[Char] = []
        for index in range(count):
            if pdfium.FPDFText_IsGenerated(text, index) == 1:
                continue
            code = pdfium.FPDFText_GetUnicode(text, index)
            if code <= 32 or code in (0xA0, 0xAD, 0x3000, 0xFFFE, 0xFFFF) or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
                continue
            pdfium.FPDFText_GetLooseCharBox(text, index, box)
            pdfium.FPDFText_GetCharOrigin(text, index, x, y)
            left, low = _upright(box.left, box.bottom, turn, width, height)
            right, high = _upright(box.right, box.top, turn, width, height)
            _, base = _upright(x.value, y.value, turn, width, height)
            # a Chinese character is as wide as it is high; its box's height depends on the font's own figures
            size = max(1.0, abs(right - left) if code > 0x2E7F else abs(high - low))
            found.append(Char(chr(code), min(left, right), max(left, right), base, size))
        return found
    finally:
        text.close()


def _once(chars: list[Char]) -> tuple[list[Char], str]:
    """Characters without those drawn again at nearly the same place."""
    seen: dict[tuple[str, int, int], list[Char]] = {}
    kept: list[Char] = []
    twice: list[str] = []
    for char in chars:
        column, row = int(char.left // 2), int(char.base // 2)
        near = [
            other
            for across in (-1, 0, 1)
            for down in (-1, 0, 1)
            for other in seen.get((char.text, column + across, row + down), ())
        ]
        if any(abs(other.left - char.left) < 1 and abs(other.base - char.base) < 1 for other in near):
            twice.append(char.text)
            continue
        seen.setdefault((char.text, column, row), []).append(char)
        kept.append(char)
    return kept, "".join(twice)


def _objects(source: pypdfium2.PdfPage, turn: int, width: float, height: float) -> tuple[list[Ruling], int]:
    rulings: list[Ruling] = []
    pictures = 0
    for thing in source.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        if thing.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
            continue
        for start, end in _segments(thing):
            ruling = _ruling(_upright(*start, turn, width, height), _upright(*end, turn, width, height))
            if ruling is not None:
                rulings.append(ruling)
        if len(rulings) > MAX_RULINGS:
            return [], pictures
    return rulings, pictures


Point = tuple[float, float]


def _segments(path: Any) -> list[tuple[Point, Point]]:
    """The straight lines of a path; a thin filled shape gives its middle line."""
    matrix = path.get_matrix()
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(path, fill, stroke)
    x, y = ctypes.c_float(), ctypes.c_float()
    shapes: list[list[Point]] = []
    for index in range(min(pdfium.FPDFPath_CountSegments(path), MAX_RULINGS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if kind == _MOVE or not shapes:
            shapes.append([])
        shapes[-1].append(point)
        if pdfium.FPDFPathSegment_GetClose(segment) and shapes[-1]:
            shapes[-1].append(shapes[-1][0])
    lines: list[tuple[Point, Point]] = []
    for shape in shapes:
        lines += _shape_lines(shape, stroked=bool(stroke.value), filled=bool(fill.value))
    return lines


def _shape_lines(shape: list[Point], *, stroked: bool, filled: bool) -> list[tuple[Point, Point]]:
    left, right = min(x for x, _ in shape), max(x for x, _ in shape)
    low, high = min(y for _, y in shape), max(y for _, y in shape)
    if filled and min(right - left, high - low) <= THIN:
        if right - left >= high - low:
            return [((left, (low + high) / 2), (right, (low + high) / 2))]
        return [(((left + right) / 2, low), ((left + right) / 2, high))]
    return list(itertools.pairwise(shape)) if stroked else []


def _ruling(start: Point, end: Point) -> Ruling | None:
    wide, high = abs(start[0] - end[0]), abs(start[1] - end[1])
    if wide <= 1 and high >= SHORTEST:
        return Ruling(True, (start[0] + end[0]) / 2, min(start[1], end[1]), max(start[1], end[1]))
    if high <= 1 and wide >= SHORTEST:
        return Ruling(False, (start[1] + end[1]) / 2, min(start[0], end[0]), max(start[0], end[0]))
    return None
