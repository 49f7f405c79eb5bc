"""The readings of one paper as data: the chosen one, and others that a person may choose instead.

In: the judge's verdict.  Out: `readings`, and their rows.  A reading is known by its structure (`identity`), not by who
proposed it: the same paper read to the same structure has the same name in every run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import astuple, replace

from pipeline.core.model import Document, Span
from pipeline.core.reading_rows import ReadingPartRow, ReadingRow
from pipeline.extract.assemble import ADVICE, DUTIES, GROUP, MEASURE, PROBLEM, STATUS, spans_of
from pipeline.extract.judge import Candidate, Verdict

MOST = 3  # other readings than the chosen one that are kept
SURE = 0.9  # confidence from which nobody is asked, so that other readings are not kept
_HELD = 50.0  # of merit: more than readings differ by evidence
_NAMES = {PROBLEM: "problem", MEASURE: "measure", STATUS: "status", ADVICE: "advice", **DUTIES}


def readings(verdict: Verdict) -> tuple[Candidate, tuple[Candidate, ...]]:
    """The chosen reading, and at most `MOST` others that differ from it and from each other, the best first."""
    return verdict.chosen, verdict.others[:MOST]


def identity(reading: Candidate) -> str:
    """Eight hex digits of where the problems of a reading stand and how many measures each has."""
    places = [(*astuple(p.problem.span), len(p.measures)) for p in reading.problems if p.problem is not None]
    return hashlib.sha256(repr(places).encode()).hexdigest()[:8]


def with_choice(verdict: Verdict, wanted: str, plain: Verdict) -> Verdict:
    """The verdict with the reading that a person chose, where it is among the proposals.

    `plain` is the verdict without what a person told of single pieces: the reading was named there, and of those
    proposed now the one counts whose problems begin at nearly the same places.
    """
    own = next((one for one in plain.proposals if wanted and identity(one) == wanted), None)
    if own is None:
        return verdict

    def distance(k: int) -> tuple[bool, int, float]:
        one = verdict.proposals[k]
        return identity(one) != wanted, len(_starts(one) ^ _starts(own)), -verdict.merits[k]

    least = max(verdict.merits) - _HELD  # what goes against a person's word lies far below
    fitting = [k for k, merit in enumerate(verdict.merits) if merit >= least]
    return replace(verdict, chosen=verdict.proposals[min(fitting, key=distance)])


def _starts(reading: Candidate) -> set[tuple[int, int]]:
    return {(one.problem.span.block, one.problem.span.start) for one in reading.problems if one.problem is not None}


def reading_rows(doc_id: str, document: Document, verdict: Verdict) -> Iterator[ReadingRow | ReadingPartRow]:
    """A row for each reading, and one for each part of those that were not chosen."""
    chosen, others = readings(verdict)
    for one in (chosen, *others):
        yield ReadingRow(
            doc_id=doc_id,
            reading=identity(one),
            form=one.form,
            chosen=one is chosen,
            problems=len(one.problems),
            measures=sum(len(problem.measures) for problem in one.problems),
            advice=len(one.advice),
            score=round(verdict.merits[verdict.proposals.index(one)], 2),
        )
    for one in others:
        yield from _parts(doc_id, document, one)


def _parts(doc_id: str, document: Document, reading: Candidate) -> Iterator[ReadingPartRow]:
    name = identity(reading)

    def part(number: int, role: str, span: Span) -> ReadingPartRow:
        last = span.block if span.last == -1 else span.last
        return ReadingPartRow(
            doc_id=doc_id,
            reading=name,
            number=number,
            role=role,
            text=document.text(span),
            paragraph=span.block + 1,
            start=span.start,
            end=span.end,
            end_paragraph=last + 1,
        )

    for number, problem in enumerate(reading.problems, 1):
        for role, span in spans_of(problem):
            is_category = role == GROUP and problem.category is not None and span == problem.category.span
            yield part(number, "category" if is_category else _NAMES.get(role, "aspect"), span)
    for _, advice in reading.advice:
        yield part(0, "advice", advice.span)
