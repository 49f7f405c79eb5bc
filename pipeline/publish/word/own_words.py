"""A document's own paragraphs and cells, with what people decided written over the very words that it replaces.

In: the tables.  Out: the paragraphs of `paragraphs` in their order, nothing lost and nothing invented: a value that
nobody decided stays as it stands; one that somebody did replaces the characters that it was read from; what the paper
has no characters for (a measure that was added, a deadline that it lacks) stands behind the problem's last words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.core.rows import DocumentRow, FactRow, MeasureRow, ParagraphRow, ProblemRow
from pipeline.core.vocabulary import REVIEWER
from pipeline.publish.word.content import WordSource, deadline_words, measure_line, status_words
from pipeline.publish.word.typography import spaced

UNSHOWN = ("comment", "noise")  # what is said about the paper, and what stands between its pages
STOPS = "；。，、 　"
DUTIES: dict[str, Callable[[WordSource, ProblemRow], str]] = {
    "status": status_words,
    "lead": lambda source, row: row.lead,
    "dept": lambda source, row: row.dept,
    "person": lambda source, row: row.person,
    "deadline": deadline_words,
}


@dataclass(frozen=True, slots=True)
class _Edit:
    """Characters `start` to `end` of one paragraph become `text`."""

    start: int
    end: int
    text: str


def own_paragraphs(source: WordSource, document: DocumentRow) -> list[ParagraphRow]:
    """The paragraphs of a document as they are printed; none where the tables hold no paragraphs of it."""
    rows = [row for row in source.paragraphs.get(document.doc_id, ()) if row.part not in UNSHOWN]
    spoken = {row.paragraph for row in source.passages.get(document.doc_id, ())}
    edits = _edits(source, document, {row.paragraph: row for row in rows})
    return [
        replace(row, text=_written(row.text, edits[row.paragraph])) if row.paragraph in edits else row
        for row in rows
        if row.paragraph in spoken or not _gone(source, row)
    ]


def _gone(source: WordSource, row: ParagraphRow) -> bool:
    """Whether the problems that a paragraph belongs to were deleted."""
    return bool(row.problems) and not any(source.problem(identity) for identity in row.problems.split(";"))


def _written(text: str, edits: Sequence[_Edit]) -> str:
    """The text with its edits; they do not overlap."""
    out, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start >= at:
            out += [text[at : edit.start], edit.text]
            at = edit.end
    return "".join([*out, text[at:]])


def _edits(source: WordSource, document: DocumentRow, paragraphs: dict[int, ParagraphRow]) -> dict[int, list[_Edit]]:
    """Paragraph → what decisions change in it."""
    facts = _by_problem(source, document)
    edits: dict[int, list[_Edit]] = defaultdict(list)
    for row in source.problems.get(document.doc_id, ()):
        if row.paragraph is None or not paragraphs:
            continue
        own = facts.get(row.problem_id, [])
        if _plain(row.problem) != _plain(_sliced(paragraphs, row)):
            _replace(edits, paragraphs, row, row.problem)
        lacking = [*_decided(source, row, own, edits, paragraphs), *_measures(source, row, own, edits, paragraphs)]
        last = max((at for at, one in paragraphs.items() if row.problem_id in one.problems.split(";")), default=0)
        if lacking and last:
            text = paragraphs[last].text
            edits[last].append(_Edit(len(text), len(text), "".join(f"\n{line}" for line in lacking)))
    return edits


def _by_problem(source: WordSource, document: DocumentRow) -> dict[str, list[FactRow]]:
    facts: dict[str, list[FactRow]] = defaultdict(list)
    for fact in source.facts.get(document.doc_id, ()):
        facts[fact.problem_id].append(fact)
    return facts


def _decided(
    source: WordSource,
    row: ProblemRow,
    facts: Sequence[FactRow],
    edits: dict[int, list[_Edit]],
    paragraphs: dict[int, ParagraphRow],
) -> list[str]:
    """Writes what people decided over what was read; gives the lines for what was not read anywhere."""
    decided = {fact.field for fact in facts if fact.rule == REVIEWER}
    if "long_term" in decided:
        decided.add("status")
    lacking = []
    for field, words in DUTIES.items():
        if field not in decided:
            continue
        read = next((fact for fact in facts if fact.field == field and fact.rule != REVIEWER), None)
        if read is not None and not (field == "status" and source.stated_above(row)):
            _replace(edits, paragraphs, read, words(source, row))
        elif words(source, row):
            lacking.append(f"{source.labels.column('problems', field)}：{words(source, row)}。")
    return lacking


def _measures(
    source: WordSource,
    row: ProblemRow,
    facts: Sequence[FactRow],
    edits: dict[int, list[_Edit]],
    paragraphs: dict[int, ParagraphRow],
) -> list[str]:
    """Changed and deleted measures in their places; gives the lines of those that were added."""
    measures = source.measures.get(row.problem_id, [])
    kept = {(one.paragraph, one.start) for one in measures}
    for one in measures:
        if one.paragraph is not None and _plain(one.text) != _plain(_sliced(paragraphs, one)):
            _replace(edits, paragraphs, one, one.text)
    for fact in facts:
        if fact.field == "measure" and fact.paragraph is not None and (fact.paragraph, fact.start) not in kept:
            _replace(edits, paragraphs, fact, "", STOPS)
    return [measure_line(source, one) for one in measures if one.paragraph is None]


def _sliced(paragraphs: dict[int, ParagraphRow], row: ProblemRow | MeasureRow) -> str:
    """The characters that a row was read from."""
    first, last = row.paragraph or 0, row.end_paragraph or row.paragraph or 0
    if first not in paragraphs or last not in paragraphs:
        return ""
    if first == last:
        return paragraphs[first].text[row.start : row.end]
    inner = [paragraphs[at].text for at in range(first + 1, last) if at in paragraphs]
    return "\n".join([paragraphs[first].text[row.start :], *inner, paragraphs[last].text[: row.end]])


def _plain(text: str) -> str:
    return "".join(text.split())


def _replace(
    edits: dict[int, list[_Edit]],
    paragraphs: dict[int, ParagraphRow],
    row: ProblemRow | MeasureRow | FactRow,
    text: str,
    along: str = "",
) -> None:
    """Write a text over the characters of a row, with the stops `along` that follow them."""
    first, last = row.paragraph or 0, row.end_paragraph or row.paragraph or 0
    for at in range(first, last + 1):
        if at not in paragraphs:
            continue
        whole = paragraphs[at].text
        start = (row.start or 0) if at == first else 0
        end = (row.end or 0) if at == last else len(whole)
        while end < len(whole) and whole[end] in along:
            end += 1
        edits[at].append(_Edit(start, end, text if at == first else ""))


def printed(source: WordSource, row: ParagraphRow) -> str:
    """A paragraph with its automatic number, as it goes on the page."""
    return source.text((spaced(row.label, source.profile) if row.label else "") + row.text)
