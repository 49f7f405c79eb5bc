"""What the extraction hands on: facts grouped by the problem that they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.core.model import Document, Fact, Span
from pipeline.ruleset.rule import Hit

TRIM = "。；，、：:;,.* 　\n\t"
LEADING = TRIM + "#—–•·●■◆▪►◇"  # a list's dashes and dots too


@dataclass(slots=True)
class Problem:
    """One problem with all that was found in it; `problem` is None until its statement is read."""

    label: str = ""
    school: Fact | None = None
    aspect: Fact | None = None
    category: Fact | None = None
    problem: Fact | None = None
    status: Fact | None = None
    long_term: bool = False
    fields: dict[str, Fact] = field(default_factory=dict)  # lead, dept, person, deadline
    measures: list[Measure] = field(default_factory=list)
    rectification: list[Span] = field(default_factory=list)
    region: list[Span] = field(default_factory=list)  # everything of the document that is this problem's
    extra: list[tuple[str, Span]] = field(default_factory=list)  # what is none of these: key or heading, and words


@dataclass(slots=True)
class Measure:
    """One enumerated action and its enumerator."""

    fact: Fact
    label: str = ""
    headline: str = ""


def trimmed(document: Document, span: Span, extra: str = "") -> Span:
    """The span without blanks and closing punctuation at its ends (only its first and last block matter)."""
    last = span.block if span.last == -1 else span.last
    head = document.blocks[span.block].text
    tail = document.blocks[last].text
    start, end = span.start, span.end
    limit = end if last == span.block else len(head)
    while start < limit and head[start] in LEADING:
        start += 1
    floor = start if last == span.block else 0
    while end > floor and tail[end - 1] in TRIM + extra:
        end -= 1
    return Span(span.block, start, end, -1 if last == span.block else last)


def inside(inner: Span, outer: Span) -> bool:
    """Whether a span of one block lies within another span."""
    last = outer.block if outer.last == -1 else outer.last
    begins = (outer.block, outer.start) <= (inner.block, inner.start)
    return begins and (inner.block, inner.end) <= (last, outer.end)


def joined(spans: list[Span]) -> Span:
    """From the first to the last of some spans in reading order."""
    first, last = spans[0], spans[-1]
    end_block = last.block if last.last == -1 else last.last
    return Span(first.block, first.start, last.end, -1 if end_block == first.block else end_block)


def fact(document: Document, name: str, span: Span, rule: str, value: object = None) -> Fact:
    """A fact whose value is its own text, unless a normal value is given."""
    text = document.text(span)
    return Fact(name, text if value is None else value, text, span, rule)  # type: ignore[arg-type]


def set_status(document: Document, problem: Problem, hit: Hit, place: Span) -> None:
    """The status that a rule saw, whose words stand at a place, is the problem's."""
    problem.status = fact(document, "status", place, hit.rule.id, hit.value)
    problem.long_term = hit.long_term
