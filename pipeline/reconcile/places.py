"""Where a person finds a row in its paper: the numbers of the headings above it, as in 二（三）2（1）."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.core.rows import PassageRow, ProblemRow, Tables, by_document, place
from pipeline.extract.paragraphs import BETWEEN, HEADINGS

_SHEET, _PAGED = "!", "pdf"
_END = 1 << 30  # behind every character of a paragraph
_CLOSED = "、.．,，:：\t 　"  # what ends a number and says nothing of it


@dataclass(frozen=True, slots=True)
class _Outline:
    """The numbers above each place of one paper, in the order of the places."""

    starts: list[tuple[int, int]] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Look-ups of places in all papers; `parts` names the parts of a paper that bear no number."""

    outlines: Mapping[str, _Outline]
    problems: Mapping[str, ProblemRow]
    standing: Mapping[tuple[str, int], ProblemRow]  # document and paragraph → the problem that begins there
    parts: Mapping[str, str]
    cells: Mapping[tuple[str, int], str]  # document and paragraph → sheet and cell, page, or place in a table

    def of(self, doc_id: str, paragraph: int | None, problem_id: str = "") -> str:
        """The place in words; "" where the finding has none in this paper."""
        problem = self.problems.get(problem_id)
        if problem is None or problem.doc_id != doc_id:
            problem = self.standing.get((doc_id, paragraph or 0))
        if problem is None and not paragraph:
            return ""
        if problem is not None:
            numbers = self._numbers(doc_id, place(problem), HEADINGS) + _bare(problem.label)
        else:
            numbers = self._numbers(doc_id, (paragraph or 0, _END))
        at = paragraph or (problem.paragraph if problem else None) or 0
        cell = self.cells.get((doc_id, at), "")
        if _SHEET in cell:
            return cell
        if numbers and cell:
            return f"{numbers}（{cell}）"
        return numbers or cell or self._part(doc_id, at) or _paragraph(at)

    def _at(self, doc_id: str, where: tuple[int, int]) -> tuple[_Outline, int]:
        """The paper's outline, and which of its places is the last before or at another."""
        outline = self.outlines.get(doc_id, _Outline())
        return outline, bisect_right(outline.starts, where) - 1

    def _numbers(self, doc_id: str, where: tuple[int, int], of_parts: Collection[str] = ()) -> str:
        """The numbers at a place, or of the last passage of some parts before it."""
        outline, at = self._at(doc_id, where)
        while of_parts and at >= 0 and outline.parts[at] not in of_parts:
            at -= 1
        return outline.numbers[at] if at >= 0 else ""

    def _part(self, doc_id: str, paragraph: int) -> str:
        outline, at = self._at(doc_id, (paragraph, _END))
        return self.parts.get(outline.parts[at], "") if at >= 0 else ""


def whereabouts(tables: Tables, parts: Mapping[str, str]) -> Whereabouts:
    """The places of all papers; `parts` are the labels of the parts."""
    outlines = {doc_id: _outline(rows) for doc_id, rows in by_document(tables.passages).items()}
    standing = {(row.doc_id, row.paragraph): row for row in reversed(tables.problems) if row.paragraph}
    problems = {row.problem_id: row for row in tables.problems}
    return Whereabouts(outlines, problems, standing, parts, _cells(tables))


def _cells(tables: Tables) -> dict[tuple[str, int], str]:
    """Where paragraphs stand that no heading places: in a file of sheets or pages, or in a table."""
    readers = {row.doc_id: row.reader for row in tables.documents}
    return {
        (row.doc_id, row.paragraph): row.place.rsplit(BETWEEN, 1)[-1]
        for row in tables.paragraphs
        if row.place and (row.table or readers.get(row.doc_id) == _PAGED)
    }


def _outline(passages: Iterable[PassageRow]) -> _Outline:
    outline = _Outline()
    above: list[tuple[int, str]] = []
    for row in sorted(passages, key=place):
        level = row.level or 0
        if row.part in HEADINGS:
            above = [entry for entry in above if entry[0] < level]
        number = "".join(label for _, label in above if above) + _bare(row.label)
        outline.starts.append(place(row))
        outline.numbers.append(number)
        outline.parts.append(row.part)
        if row.part in HEADINGS:
            above.append((level, _bare(row.label)))
    return outline


def _bare(label: str) -> str:
    """`一、` and `1.` as 一 and 1: a path needs no stops."""
    return label.strip(_CLOSED)


def _paragraph(number: int | None) -> str:
    return f"第{number}段" if number else ""
