"""How sure a reading is: named signs of doubt, added up by fitted weights.

In: a paper's parse, the judge's verdict, and what was found.  Out: a `Doubt`: how likely the reading is right,
and the signs that speak most against it.  Each sign is 0 where nothing is odd, and seldom above 1.  The weights stand
in `weights.yaml` under `judge`, made by `zhenggai rules calibrate`.  Nothing here reads anything anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.core.vocabulary import ANSWERS, Kind
from pipeline.extract.assemble import MEASURE, OTHER
from pipeline.extract.claims import Claim
from pipeline.extract.found import Problem
from pipeline.extract.judge import Candidate, Verdict, roles_of
from pipeline.extract.kinds import Vote
from pipeline.extract.parse import Parse, answers

Signs = Mapping[str, float]
Starts = frozenset[tuple[int, int]]  # blocks and offsets

T = TypeVar("T")

_LONG = 150  # characters: a statement longer than this has swallowed something
_FIT = 14.0  # the score of an atom in a paper whose forms are all known
_SHARP = 3.0  # how fast a lower score makes a reading count less
_TOLD = 0.3  # a sign that adds less than this is no reason
_MOST_REASONS = 3
_DEEDS = frozenset({"word.done", "word.verb_first"})
_TOTALS = ("problems", "tasks")


@dataclass(frozen=True, slots=True)
class Doubt:
    """`confidence` from 0 to 1; `reasons` are names of signs, the heaviest first; `signs` are all of them."""

    confidence: float
    reasons: tuple[str, ...] = ()
    signs: Signs = field(default_factory=dict)


CERTAIN = Doubt(1.0)


@dataclass(frozen=True, slots=True)
class WhatWasRead:
    """What a paper was read as: what the signs are read from."""

    kind: str
    problems: Sequence[Problem]
    advice: int
    claims: Sequence[Claim]
    votes: Sequence[Vote]


def doubt(
    parsed: Parse, verdict: Verdict | None, read: WhatWasRead, weights: Mapping[str, Mapping[str, float]]
) -> Doubt:
    """How sure a reading is; `weights` are the judge's (`read` and `unread`: sign → weight, and `bias`)."""
    signs, weigh = (
        (signs_unread(parsed, read), weights.get("unread", {}))
        if verdict is None
        else (signs_read(parsed, verdict, read), weights.get("read", {}))
    )
    added = {name: weigh.get(name, 0.0) * value for name, value in signs.items()}
    wrong = 1 / (1 + math.exp(-max(-30.0, min(30.0, sum(added.values()) + weigh.get("bias", 0.0)))))
    heavy = sorted((name for name, value in added.items() if value >= _TOLD), key=lambda name: -added[name])
    return Doubt(1 - wrong, tuple(heavy[:_MOST_REASONS]), signs)


def signs_unread(parsed: Parse, read: WhatWasRead) -> Signs:
    """Of a paper that was taken for none of ours: what speaks for one of ours all the same."""
    return {
        "names_ours": float(any(vote.kind != Kind.OTHER for vote in read.votes)),
        "would_answer": math.log1p(answers(parsed)),
        "would_state": math.log1p(parsed.roles.count("P")),
    }


def signs_read(parsed: Parse, verdict: Verdict, read: WhatWasRead) -> Signs:
    """Of a paper that was read."""
    return {**_other_readings(verdict), **_atoms(parsed, verdict.chosen), **_rows(read), **_totals(read)}


def starts(reading: Candidate) -> Starts:
    """Where the problems of a reading begin."""
    return frozenset((p.problem.span.block, p.problem.span.start) for p in reading.problems if p.problem is not None)


def measure_starts(reading: Candidate) -> Starts:
    """Where the measures of a reading begin."""
    return frozenset((m.fact.span.block, m.fact.span.start) for p in reading.problems for m in p.measures)


def _apart(one: Starts, other: Starts) -> float:
    """From 0 (the same places) to 1 (none in common)."""
    return 1 - 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def _other_readings(verdict: Verdict) -> Signs:
    """How far other readings lie from the chosen one."""
    chosen, best = verdict.chosen, max(verdict.merits)
    counts = [math.exp(_SHARP * (merit - best)) for merit in verdict.merits]
    others = [len(one.problems) != len(chosen.problems) for one in verdict.proposals]
    next_best = next(iter(verdict.others), None)
    return {
        "sections": _apart(starts(chosen), starts(verdict.proposals[-1])),
        "counts": sum(count for count, other in zip(counts, others, strict=True) if other) / sum(counts),
        "answers": 0.0 if next_best is None else _apart(measure_starts(chosen), measure_starts(next_best)),
    }


def _atoms(parsed: Parse, chosen: Candidate) -> Signs:
    """What the evidence says of the roles that the chosen reading gives."""
    if not parsed.path:
        return {}
    roles, items = roles_of(parsed.atoms, chosen), parsed.atoms.items
    sure = parsed.sureness(roles)
    opening = [k for k, atom in enumerate(items) if atom.first or atom.mark is not None]
    told = [k for k, role in enumerate(roles) if role != OTHER]
    measures = [parsed.own[k] for k, role in enumerate(roles) if role == MEASURE]
    inside = roles[told[0] : told[-1] + 1] if told else []
    return {
        "unsure": 1 - sum(float(sure[k]) for k in opening) / len(opening),
        "unfit": max(0.0, _FIT - parsed.score(parsed.roles) / len(items)) / _FIT,
        "gaps": _share(inside, lambda role: role == OTHER),
        "deeds": _share(measures, _DEEDS.isdisjoint),
    }


def _rows(read: WhatWasRead) -> Signs:
    """Whether the problems of a paper are alike: in length, label, answer and status."""
    problems, answering = read.problems, read.kind in ANSWERS
    return {
        "long": _share(problems, lambda one: one.problem is not None and len(one.problem.text) > _LONG),
        "labels": _some(problems, lambda one: bool(one.label)),
        "answered": _some(problems, lambda one: bool(one.measures)) if answering else 0.0,
        "status": _some(problems, lambda one: one.status is not None) if answering else 0.0,
        "advice": float(read.kind == Kind.FEEDBACK and not read.advice),
    }


def _totals(read: WhatWasRead) -> Signs:
    """Whether the paper's own total is what was read."""
    count = len(read.problems)
    stated = [float(str(claim.fact.value)) for claim in read.claims if claim.metric in _TOTALS and not claim.scope]
    off = min((abs(total - count) / max(total, 1.0) for total in stated), default=1.0)
    return {"total": float(off > 0), "total_off": min(1.0, off) if stated else 0.0}


def _share(many: Sequence[T], holds: Callable[[T], bool]) -> float:
    return sum(map(holds, many)) / len(many) if many else 0.0


def _some(many: Sequence[T], holds: Callable[[T], bool]) -> float:
    """0 where it holds of all or of none, 1 where of half of them."""
    share = _share(many, holds)
    return 4 * share * (1 - share)
