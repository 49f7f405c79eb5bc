"""Extraction → Tables: the rows of the contract for one document, with stable ids."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypedDict

from pipeline.core.errors import escaped
from pipeline.core.model import Document, Fact, Span
from pipeline.core.rows import (
    AdviceRow,
    AmountRow,
    ClaimRow,
    DocumentRow,
    ExtraRow,
    FactRow,
    MeasureRow,
    PassageRow,
    ProblemRow,
    ReferenceRow,
    Row,
    Tables,
    UnusedRow,
    tables_of,
)
from pipeline.core.vocabulary import Action, Kind, State, Status
from pipeline.extract.document import Extraction
from pipeline.extract.found import Problem, inside, joined
from pipeline.extract.paragraphs import paragraph_rows
from pipeline.extract.readings import SURE, reading_rows

UNUSED_PARTS = ("other", "front", "cell", "")
HEADER_FIELDS = (
    "title",
    "unit",
    "short_name",
    "inspector",
    "round",
    "inspected_from",
    "inspected_to",
    "feedback_date",
    "issued_date",
    "docno",
)


def doc_id(name: str) -> str:
    """The stable id of a document: ten hex digits of the sha256 of its name in the input."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:10]


def problem_id(document: str, number: int) -> str:
    """The stable id of a document's problem; `number` counts from 1."""
    return f"{document}-{number:03d}"


def measure_id(problem: str, number: int) -> str:
    """The stable id of a problem's measure; `number` counts from 1."""
    return f"{problem}:{number}"


class RowPlace(TypedDict):
    """Paragraph (from 1) and start, last paragraph and the end in it."""

    paragraph: int
    start: int
    end: int
    end_paragraph: int


def place(span: Span) -> RowPlace:
    """Where a span stands, as rows say it."""
    last = span.block if span.last == -1 else span.last
    return {"paragraph": span.block + 1, "start": span.start, "end": span.end, "end_paragraph": last + 1}


def build(document: Document, found: Extraction) -> Tables:
    """All rows of one document."""
    rows = tables_of(_rows(document, found))
    return replace(rows, documents=(_document(document, found, rows.unused),))


def _rows(document: Document, found: Extraction) -> Iterator[Row]:
    identity = doc_id(document.name)
    for number, problem in enumerate(found.problems, 1):
        yield from _problem(document, problem_id(identity, number), number, problem)
    for claim in found.claims:
        assert isinstance(claim.fact.value, float | int)
        yield ClaimRow(
            doc_id=identity,
            metric=claim.metric,
            value=claim.fact.value,
            unit=claim.unit,
            part_of=claim.part_of,
            scope=claim.scope,
            text=claim.fact.text,
            **place(claim.fact.span),
        )
        yield _fact(identity, "", claim.fact)
    for number, reference in found.references:
        owner = problem_id(identity, number) if number else ""
        yield ReferenceRow(
            doc_id=identity,
            problem_id=owner,
            measure_id=_measure_at(found, identity, number, reference.fact.span),
            title=_text(reference.fact),
            action=Action(reference.action),
            docno=reference.docno,
            **place(reference.fact.span),
        )
        yield _fact(identity, owner, reference.fact)
    for number, amount in found.amounts:
        owner = problem_id(identity, number) if number else ""
        assert isinstance(amount.value, float | int)
        yield AmountRow(
            doc_id=identity,
            problem_id=owner,
            measure_id=_measure_at(found, identity, number, amount.span),
            value=amount.value,
            text=amount.text,
            **place(amount.span),
        )
        yield _fact(identity, owner, amount)
    for number, (label, advice) in enumerate(found.advice, 1):
        yield AdviceRow(doc_id=identity, seq=number, label=label, text=advice.text, **place(advice.span))
        yield _fact(identity, "", advice)
    for number, passage in enumerate(found.passages, 1):
        text, at = document.text(passage.span), place(passage.span)
        yield PassageRow(
            doc_id=identity,
            seq=number,
            part=passage.part or "other",
            level=passage.level,
            label=passage.label,
            text=text,
            **at,
        )
        if passage.part in UNUSED_PARTS:
            yield UnusedRow(doc_id=identity, text=text, **at)
    yield from paragraph_rows(document, identity, found, _owners(identity, found.problems))
    for fact in found.header.facts.values():
        yield _fact(identity, "", fact)
    for number, fact in found.structure:
        yield _fact(identity, problem_id(identity, number) if number else "", fact)
    if found.verdict is not None and found.doubt.confidence < SURE:
        yield from reading_rows(identity, document, found.verdict)


def _owners(identity: str, problems: Sequence[Problem]) -> dict[int, list[str]]:
    """Block → the ids of the problems whose words it holds."""
    owners: dict[int, list[str]] = {}
    for number, problem in enumerate(problems, 1):
        held = (range(s.block, (s.block if s.last == -1 else s.last) + 1) for s in problem.region)
        for block in dict.fromkeys(block for blocks in held for block in blocks):
            owners.setdefault(block, []).append(problem_id(identity, number))
    return owners


def _document(document: Document, found: Extraction, unread: Sequence[UnusedRow]) -> DocumentRow:
    total = sum(_weight(block.text) for block in document.blocks if not block.merged)
    unused = sum(_weight(row.text) for row in unread)
    contact = next((p for p in found.passages if p.part == "contact"), None)
    return DocumentRow(
        doc_id=doc_id(document.name),
        file=document.name,
        sha256=document.sha256,
        kind=Kind(found.header.kind),
        contact=document.text(contact.span) if contact else "",
        reader=document.format,
        encoding=document.encoding,
        coverage=round(document.coverage, 4),
        unused_share=round(unused / total, 4) if total else 0.0,
        confidence=round(found.doubt.confidence, 2),
        doubts=" ".join(found.doubt.reasons),
        reading=found.verdict.chosen.form if found.verdict is not None and found.problems else "",
        state=State.WARNED if document.warnings else State.OK,
        warnings="；".join(dict.fromkeys(w.code for w in document.warnings)),
        message="；".join(dict.fromkeys(escaped(w.message) for w in document.warnings)),
        **{name: _plain(found.header.value(name)) for name in HEADER_FIELDS},
    )


def _weight(text: str) -> int:
    return sum(not char.isspace() for char in text)


def _problem(document: Document, owner: str, number: int, problem: Problem) -> Iterator[Row]:
    assert problem.problem is not None
    identity = doc_id(document.name)
    deadline = problem.fields.get("deadline")
    yield ProblemRow(
        doc_id=identity,
        problem_id=owner,
        seq=number,
        label=problem.label,
        school=_text(problem.school),
        aspect=_text(problem.aspect),
        category=_text(problem.category),
        problem=problem.problem.text,
        status=Status(_text(problem.status)) if problem.status else None,
        status_text=problem.status.text if problem.status else "",
        long_term=problem.long_term if problem.status or problem.long_term else None,
        lead=_text(problem.fields.get("lead")),
        dept=_text(problem.fields.get("dept")),
        person=_text(problem.fields.get("person")),
        deadline=_text(deadline),
        deadline_text=deadline.text if deadline else "",
        rectification=rectification_text(document, problem.rectification),
        **place(problem.problem.span),
    )
    for seq, measure in enumerate(problem.measures, 1):
        yield MeasureRow(
            doc_id=identity,
            problem_id=owner,
            measure_id=measure_id(owner, seq),
            seq=seq,
            label=measure.label,
            headline=measure.headline,
            text=measure.fact.text,
            **place(measure.fact.span),
        )
        yield _fact(identity, owner, measure.fact)
    for seq, (label, span) in enumerate(problem.extra, 1):
        text = document.text(span)
        yield ExtraRow(doc_id=identity, problem_id=owner, seq=seq, label=label, text=text, **place(span))
    own = (problem.problem, problem.school, problem.aspect, problem.category, problem.status, *problem.fields.values())
    for fact in own:
        if fact is not None:
            yield _fact(identity, owner, fact)


def rectification_text(document: Document, spans: list[Span]) -> str:
    """The rectification text with its labels, automatic numbers too; cells of one row on lines of their own."""
    if not spans:
        return ""
    cells = any(document.blocks[span.block].kind == "cell" for span in spans)
    return "\n".join(_numbered(document, span) for span in (spans if cells else [joined(spans)]))


def _numbered(document: Document, span: Span) -> str:
    """The text of a span, each block behind its first with its automatic number."""
    last = span.block if span.last == -1 else span.last
    if last == span.block:
        return document.text(span)
    inner = [block.label + block.text for block in document.blocks[span.block + 1 : last]]
    first, end = document.blocks[span.block].text[span.start :], document.blocks[last]
    return "\n".join([first, *inner, end.label + end.text[: span.end]])


def _measure_at(found: Extraction, document: str, number: int, span: Span) -> str:
    """The measure in which a span of a problem (from 1, 0: none) stands; "" for none."""
    measures = found.problems[number - 1].measures if number else []
    seq = next((seq for seq, measure in enumerate(measures, 1) if inside(span, measure.fact.span)), 0)
    return measure_id(problem_id(document, number), seq) if seq else ""


def _text(fact: Fact | None) -> str:
    return "" if fact is None else _plain(fact.value)


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _fact(identity: str, owner: str, fact: Fact) -> FactRow:
    return FactRow(
        doc_id=identity,
        problem_id=owner,
        field=fact.field,
        value=_plain(fact.value),
        text=fact.text,
        rule=fact.rule,
        **place(fact.span),
    )
