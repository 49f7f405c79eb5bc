"""Which reading of a paper counts: proposals laid on the same atoms, one score, and the margin to the next.

In: the parse of a paper and other proposals for its problems.  Out: a `Verdict`: the chosen proposal and all others
with their scores.  A proposal cannot break another paper: it counts only where it scores higher.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.core.model import Fact
from pipeline.extract.assemble import (
    ADVICE,
    ADVICE_ON,
    GROUP,
    KEYED,
    MEASURE,
    MEASURE_ON,
    OTHER,
    PROBLEM,
    PROBLEM_ON,
    REST,
    spans_of,
)
from pipeline.extract.atoms import KEY, Atoms
from pipeline.extract.found import Problem
from pipeline.extract.parse import Parse

_GOES_ON = {PROBLEM: PROBLEM_ON, MEASURE: MEASURE_ON, ADVICE: ADVICE_ON}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One whole reading: its form in words, its problems and its pieces of advice."""

    form: str  # parsed, sections, table, list
    problems: tuple[Problem, ...]
    advice: tuple[tuple[str, Fact], ...] = ()
    groups: frozenset[tuple[int, int]] = frozenset()  # block and start of the headings that only group
    roles: tuple[str, ...] = ()  # of the paper's own atoms, where the reading gave them


@dataclass(frozen=True, slots=True)
class WholePaper:
    """What no single atom shows: how many problems the paper says it has, whether it answers them, what that weighs."""

    totals: tuple[float, ...]
    feedback: bool
    factors: Mapping[str, float]
    plain: tuple[int, int] = (0, 0)  # how many problems the plain parse answers, and how many it finds


@dataclass(frozen=True, slots=True)
class Verdict:
    """The chosen reading, and all that were proposed with their scores; the last is that by sections and tables."""

    chosen: Candidate
    proposals: tuple[Candidate, ...]
    merits: tuple[float, ...]

    @property
    def others(self) -> tuple[Candidate, ...]:
        """The readings that differ in structure from the chosen one and from each other, the best first."""
        told = [self.chosen]
        for k in sorted(range(len(self.proposals)), key=lambda k: -self.merits[k]):
            if all(differs(one, self.proposals[k]) for one in told):
                told.append(self.proposals[k])
        return tuple(told[1:])


def choose(parse: Parse, proposals: Sequence[Candidate], whole: WholePaper) -> Verdict:
    """The proposal with the highest score; of equal ones the first."""
    merits = tuple(merit(parse, proposal, whole) for proposal in proposals)
    best = max(range(len(merits)), key=lambda k: merits[k])
    return Verdict(proposals[best], tuple(proposals), merits)


def merit(parse: Parse, proposal: Candidate, whole: WholePaper) -> float:
    """The evidence for the labelling, per atom, and what no single atom shows: answers, statuses, stated totals."""
    roles = proposal.roles or roles_of(parse.atoms, proposal)
    count = len(proposal.problems)
    held = {proposal.form: 1.0, "none": float(not count), "stated": float(count in whole.totals)}
    held["near"] = max((min(count, total) / max(count, total) for total in whole.totals if total), default=0.0)
    if count and not whole.feedback:
        answered = sum(bool(problem.measures) for problem in proposal.problems)
        held["answered"] = answered / count
        held["status"] = sum(problem.status is not None for problem in proposal.problems) / count
        if proposal.form == "apart":
            held["apart"] = _gain(answered, count, *whole.plain)
    factors = sum(whole.factors.get(name, 0.0) * value for name, value in held.items())
    return parse.score(roles) / max(1, len(roles)) + factors


def _gain(answered: int, count: int, plainly: int, plain: int) -> float:
    """How much larger a share of the problems has an answer than in the plain parse, if not fewer have one."""
    share = plainly / plain if plain else 0.0
    return max(0.0, answered / count - share) * min(1.0, answered / plainly if plainly else 1.0)


def roles_of(atoms: Atoms, proposal: Candidate) -> list[str]:
    """The role that a proposal gives to each atom; what stands between the parts of one problem belongs to it."""
    stated = [(role, span) for problem in proposal.problems for role, span in spans_of(problem)]
    stated += [(ADVICE, advice.span) for _, advice in proposal.advice]
    items = atoms.items
    ends = [(atom.block, atom.end) for atom in items]
    shares, best = [0] * len(items), [(OTHER, -1)] * len(items)
    for number, (role, span) in enumerate(stated):
        last = span.block if span.last == -1 else span.last
        for block in range(span.block, last + 1):
            start = span.start if block == span.block else 0
            end = span.end if block == last else len(atoms.views[block])
            for k in range(bisect_right(ends, (block, start)), len(items)):  # from the first that ends in it
                if items[k].block != block or items[k].start >= end:
                    break
                shared = min(end, items[k].end) - max(start, items[k].start)
                if shared > shares[k]:
                    shares[k], best[k] = shared, (role, number)
    roles: list[str] = []
    begun: set[int] = set()
    for role, number in best:
        roles.append(_GOES_ON.get(role, role) if number in begun else role)
        begun.add(number)
    _fill(atoms, roles)
    return roles


def _fill(atoms: Atoms, roles: list[str]) -> None:
    """Atoms between the parts of one problem are its keys or its rest."""
    told = [k for k, role in enumerate(roles) if role not in (OTHER, ADVICE, ADVICE_ON)]
    for before, behind in pairwise(told):
        if roles[behind] not in (PROBLEM, GROUP) and roles[before] != GROUP:
            for k in range(before + 1, behind):
                roles[k] = KEYED if atoms.items[k].form == KEY else REST


def differs(one: Candidate, other: Candidate) -> bool:
    """Whether two readings differ in structure: other problems or other numbers of measures."""
    return [(p.problem.span if p.problem else None, len(p.measures)) for p in one.problems] != [
        (p.problem.span if p.problem else None, len(p.measures)) for p in other.problems
    ]
