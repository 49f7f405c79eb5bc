"""Extraction → Tables: the rows of the contract for one document, with stable ids."""

from __future__ import annotations

import hashlib

from pipeline.core.errors import escaped
from pipeline.core.model import OK, WARNED, Document, Fact, Row, Span, Tables
from pipeline.core.schema import empty_tables, row
from pipeline.extract.document import Extraction
from pipeline.extract.found import Problem, joined

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


def place(span: Span) -> dict[str, int]:
    """Paragraph (from 1), start and end of a span; for one over several blocks `end` counts in the last."""
    return {"paragraph": span.block + 1, "start": span.start, "end": span.end}


def _long_place(span: Span) -> dict[str, int]:
    return {**place(span), "end_paragraph": (span.block if span.last == -1 else span.last) + 1}


def build(document: Document, found: Extraction) -> Tables:
    """All rows of one document."""
    tables = empty_tables()
    identity = doc_id(document.name)
    for number, problem in enumerate(found.problems, 1):
        _problem(tables, document, identity, number, problem)
    for claim in found.claims:
        tables["claims"].append(
            row(
                "claims",
                doc_id=identity,
                metric=claim.metric,
                value=claim.fact.value,
                unit=claim.unit or None,
                part_of=claim.part_of or None,
                scope=claim.scope or None,
                text=claim.fact.text,
                **place(claim.fact.span),
            )
        )
        _fact(tables, identity, None, claim.fact)
    for number, reference in found.references:
        owner = problem_id(identity, number) if number else None
        tables["references"].append(
            row(
                "references",
                doc_id=identity,
                problem_id=owner,
                title=reference.fact.value,
                action=reference.action,
                docno=reference.docno or None,
                **place(reference.fact.span),
            )
        )
        _fact(tables, identity, owner, reference.fact)
    for number, amount in found.amounts:
        owner = problem_id(identity, number) if number else None
        tables["amounts"].append(
            row(
                "amounts", doc_id=identity, problem_id=owner, value=amount.value, text=amount.text, **place(amount.span)
            )
        )
        _fact(tables, identity, owner, amount)
    for number, (label, advice) in enumerate(found.advice, 1):
        tables["advice"].append(
            row("advice", doc_id=identity, seq=number, label=label or None, text=advice.text, **place(advice.span))
        )
        _fact(tables, identity, None, advice)
    for number, passage in enumerate(found.passages, 1):
        values = {"doc_id": identity, "text": document.text(passage.span), **place(passage.span)}
        tables["passages"].append(
            row(
                "passages",
                seq=number,
                part=passage.part or "other",
                level=passage.level,
                label=passage.label or None,
                **values,
            )
        )
        if passage.part in UNUSED_PARTS:
            tables["unused"].append(row("unused", **values))
    for fact in found.header.facts.values():
        _fact(tables, identity, None, fact)
    for number, fact in found.structure:
        _fact(tables, identity, problem_id(identity, number) if number else None, fact)
    tables["documents"].append(_document(document, found, tables))
    return tables


def _document(document: Document, found: Extraction, tables: Tables) -> Row:
    total = sum(_weight(block.text) for block in document.blocks if not block.merged)
    unused = sum(_weight(str(r["text"])) for r in tables["unused"])
    contact = next((p for p in found.passages if p.part == "contact"), None)
    header = {name: found.header.value(name) for name in HEADER_FIELDS}
    return row(
        "documents",
        doc_id=doc_id(document.name),
        file=document.name,
        sha256=document.sha256,
        kind=found.header.kind,
        contact=document.text(contact.span) if contact else None,
        reader=document.format,
        encoding=document.encoding or None,
        coverage=round(document.coverage, 4),
        unused_share=round(unused / total, 4) if total else 0.0,
        state=WARNED if document.warnings else OK,
        warnings="；".join(dict.fromkeys(w.code for w in document.warnings)) or None,
        message="；".join(dict.fromkeys(escaped(w.message) for w in document.warnings)) or None,
        **header,
    )


def _weight(text: str) -> int:
    return sum(not char.isspace() for char in text)


def _problem(tables: Tables, document: Document, identity: str, number: int, problem: Problem) -> None:
    assert problem.problem is not None
    owner = problem_id(identity, number)
    fields = {name: problem.fields.get(name) for name in ("lead", "dept", "person")}
    deadline = problem.fields.get("deadline")
    tables["problems"].append(
        row(
            "problems",
            doc_id=identity,
            problem_id=owner,
            seq=number,
            label=problem.label or None,
            school=_value(problem.school),
            aspect=_value(problem.aspect),
            category=_value(problem.category),
            problem=problem.problem.text,
            status=_value(problem.status),
            status_text=problem.status.text if problem.status else None,
            long_term=problem.long_term,
            deadline=deadline.value or None if deadline else None,
            deadline_text=deadline.text if deadline else None,
            rectification=rectification_text(document, problem.rectification) or None,
            **{name: _value(f) for name, f in fields.items()},
            **_long_place(problem.problem.span),
        )
    )
    for seq, measure in enumerate(problem.measures, 1):
        tables["measures"].append(
            row(
                "measures",
                doc_id=identity,
                problem_id=owner,
                seq=seq,
                label=measure.label or None,
                headline=measure.headline or None,
                text=measure.fact.text,
                **_long_place(measure.fact.span),
            )
        )
        _fact(tables, identity, owner, measure.fact)
    for fact in (
        problem.problem,
        problem.school,
        problem.aspect,
        problem.category,
        problem.status,
        *problem.fields.values(),
    ):
        if fact is not None:
            _fact(tables, identity, owner, fact)


def rectification_text(document: Document, spans: list[Span]) -> str:
    """The rectification text with its labels; cells of one row on lines of their own."""
    if not spans:
        return ""
    if any(document.blocks[span.block].kind == "cell" for span in spans):
        return "\n".join(document.text(span) for span in spans)
    return document.text(joined(spans))


def _value(fact: Fact | None) -> object:
    return None if fact is None else fact.value


def _fact(tables: Tables, identity: str, owner: str | None, fact: Fact) -> None:
    tables["facts"].append(
        row(
            "facts",
            doc_id=identity,
            problem_id=owner,
            field=fact.field,
            value=None if fact.value is None else str(fact.value),
            text=fact.text,
            rule=fact.rule,
            **_long_place(fact.span),
        )
    )
