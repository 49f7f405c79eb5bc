"""All readings of one paper's running text as one of a kind, and the judge's choice among them.

In: a document, the rules, the reading by sections and tables, a kind.  Out: a `Verdict`.  A new reading is a new
proposer in `proposers/` and a line here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.core.model import Document, Span
from pipeline.core.vocabulary import Kind
from pipeline.extract.assemble import assemble
from pipeline.extract.atoms import Atoms
from pipeline.extract.claims import read_claims
from pipeline.extract.found import Problem
from pipeline.extract.judge import Candidate, Verdict, WholePaper, choose
from pipeline.extract.parse import Parse, variants
from pipeline.extract.proposers.apart import rearranged
from pipeline.extract.proposers.inline import listed_inline
from pipeline.ruleset.rule import Rules

_ANSWERED = 0.5  # share of the findings whose answers name them, from which a notice of findings is an answer


def judged(parsed: Parse, document: Document, rules: Rules, sections: Candidate, kind: str) -> Verdict:
    """The best of the parse of the whole paper, its variants, the proposers' readings, and that by sections."""
    feedback = kind == Kind.FEEDBACK
    proposals = [
        replace(_labelled("parsed", document, rules, one.atoms, one.roles), roles=tuple(one.roles))
        for one in (parsed, *variants(parsed))
    ]
    answered = sum(bool(problem.measures) for problem in proposals[0].problems)
    plain = (answered, len(proposals[0].problems))
    proposals = [_stated(p) if feedback else replace(p, advice=()) for p in proposals]
    proposals += _apart(document, rules, parsed, feedback)
    inline = listed_inline(parsed, rules) if feedback else None
    if inline is not None:
        proposals.append(_stated(_labelled("inline", document, rules, *inline)))
    in_cells = any(p.problem and document.blocks[p.problem.span.block].kind == "cell" for p in sections.problems)
    if in_cells and len(sections.problems) >= len(proposals[0].problems):  # a table states the problems
        proposals = []
    outside = [
        Span(atom.block, atom.start, atom.end)
        for atom, role in zip(parsed.atoms.items, parsed.roles, strict=True)
        if role == "O"
    ]
    stated = read_claims(document, parsed.atoms.views, [(span, "") for span in outside], rules)
    totals = [float(str(claim.fact.value)) for claim in stated if claim.metric in ("problems", "tasks")]
    whole = WholePaper(tuple(totals), feedback, rules.weights["judge"]["factors"], plain)
    return choose(parsed, [*proposals, sections], whole)


def _labelled(form: str, document: Document, rules: Rules, atoms: Atoms, roles: Sequence[str]) -> Candidate:
    read = assemble(document, atoms, roles, rules)
    headings = frozenset((atoms.items[k].block, atoms.items[k].start) for k in read.groups)
    return Candidate(form, read.problems, read.advice, headings)


def _stated(proposal: Candidate) -> Candidate:
    return replace(proposal, problems=tuple(of_feedback(problem) for problem in proposal.problems))


def of_feedback(problem: Problem) -> Problem:
    """Of a feedback problem only what feedback states: no measures, no status."""
    problem.measures, problem.rectification, problem.status, problem.long_term = [], [], None, False
    return problem


def _apart(document: Document, rules: Rules, parsed: Parse, feedback: bool) -> list[Candidate]:
    """The reading that moves answers in chapters of their own behind their problems, where there are such.

    In a notice of findings only answers that name them count, not a second list with like numbers.
    """
    moved = rearranged(parsed, rules)
    if moved is None or (feedback and moved.named < _ANSWERED):
        return []
    return [_labelled("apart", document, rules, moved.atoms, moved.roles)]
