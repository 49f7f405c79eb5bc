"""Document → Sections: which numbers label what, and what stands under what.

The one idea: a label is believed for its place (a paragraph's start, or after a stop) and for its
sequence (it continues, or begins at one).  The level of a scheme is not fixed: it is the order in
which schemes nest in this document, decided region by region, because `（一）` alone can be a
duty, an aspect, a problem or a measure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.core import values
from pipeline.core.model import Document, Span
from pipeline.extract.marks import Mark, find_marks, find_noise, renamed
from pipeline.ruleset.rule import Rules


@dataclass(slots=True)
class Section:
    """A labelled piece and what stands under it.

    `pieces` is its own text (label excluded, sections below it excluded) as spans in reading
    order; `children` are the sections directly below.  `index` counts sections from 0 in
    reading order, `parent` is the parent's index or -1.
    """

    index: int
    level: int
    mark: Mark
    parent: int
    pieces: list[Span] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)

    def walk(self) -> Iterator[Section]:
        """The section and everything below it, in reading order, without recursion."""
        stack = [self]
        while stack:
            section = stack.pop()
            yield section
            stack.extend(reversed(section.children))

    def all_pieces(self) -> list[Span]:
        """Its own text and that of all sections below, in reading order."""
        return [piece for section in self.walk() for piece in section.pieces]


@dataclass(frozen=True, slots=True)
class Outline:
    """The views of all blocks, the text before the first label, and the tree of sections."""

    views: tuple[str, ...]
    preamble: tuple[Span, ...]
    roots: tuple[Section, ...]
    sections: tuple[Section, ...]


def outline(document: Document, rules: Rules, last: int | None = None) -> Outline:
    """The outline of a document's paragraphs up to block `last` (table cells are read by their columns)."""
    views = tuple(values.view(block.text) for block in document.blocks)
    end = len(views) if last is None else last
    noise = find_noise(views, rules)
    numbers = [i for i in range(end) if document.blocks[i].kind == "paragraph" and i not in noise]
    marks = find_marks(document.blocks, views, numbers, rules)
    return _tree(views, numbers, marks)


def _tree(views: tuple[str, ...], numbers: Sequence[int], marks: Sequence[Mark]) -> Outline:
    sections: list[Section] = []
    roots: list[Section] = []
    stack: list[Section] = []
    preamble: list[Span] = []
    at = 0
    for i in numbers:
        start = 0
        while at < len(marks) and marks[at].block == i:
            mark = marks[at]
            _append(stack, preamble, views, i, start, mark.start)
            _push(mark, stack, roots, sections, views)
            start, at = mark.end, at + 1
        _append(stack, preamble, views, i, start, len(views[i]))
    return Outline(views, tuple(preamble), tuple(roots), tuple(sections))


def _append(stack: list[Section], preamble: list[Span], views: Sequence[str], i: int, start: int, end: int) -> None:
    text = views[i][start:end]
    if not text.strip():
        return
    start += len(text) - len(text.lstrip())
    end -= len(text) - len(text.rstrip())
    (stack[-1].pieces if stack else preamble).append(Span(i, start, end))


def _push(
    mark: Mark, stack: list[Section], roots: list[Section], sections: list[Section], views: Sequence[str]
) -> None:
    if mark.scheme == "break":
        stack.clear()
    elif mark.scheme == "aside":
        while stack and stack[-1].mark.enumerator:
            stack.pop()
        del stack[-1:]
    depth = next((d for d in reversed(range(len(stack))) if stack[d].mark.scheme == mark.scheme), None)
    if depth is not None and _nested(mark, stack[depth:], views):
        mark = renamed(mark, mark.scheme + "'")
        depth = next((d for d in reversed(range(len(stack))) if stack[d].mark.scheme == mark.scheme), None)
    elif depth is None or (depth is not None and mark.number != 1):
        variant = next((d for d in reversed(range(len(stack))) if stack[d].mark.scheme == mark.scheme + "'"), None)
        if (
            variant is not None
            and (stack[variant].mark.number or 0) + 1 == mark.number
            and (depth is None or variant > depth)
        ):
            mark, depth = renamed(mark, mark.scheme + "'"), variant
    if depth is None and not mark.inline and not mark.enumerator:
        while stack and (stack[-1].mark.enumerator or stack[-1].mark.inline) and not _open_list(stack[-1], views):
            stack.pop()
        if mark.scheme in ("chinese", "chapter"):  # nothing stands above 一、 but 第一部分
            while stack and stack[-1].mark.scheme != "chapter":
                stack.pop()
    elif depth is not None:
        del stack[depth:]
    parent = stack[-1] if stack else None
    section = Section(len(sections), len(stack), mark, parent.index if parent else -1)
    (parent.children if parent else roots).append(section)
    sections.append(section)
    stack.append(section)


def _nested(mark: Mark, above: Sequence[Section], views: Sequence[str]) -> bool:
    """A list that begins at one again right after `整改措施：` stands inside the item of the same scheme."""
    return (
        mark.number == 1
        and bool(above[0].mark.number)
        and len(above) == 1
        and _open_list(above[0], views)
        and len(above[0].pieces) > 0
    )


def _open_list(section: Section, views: Sequence[str]) -> bool:
    """Whether the section's text so far ends by announcing a list (`…：`)."""
    if section.children or not section.pieces:
        return False
    piece = section.pieces[-1]
    return views[piece.block][piece.start : piece.end].rstrip().endswith("：")
