"""Papers → cases: what belongs together by unit, inspector and round.

A `Case` is the papers of one unit in one round, several reports of a unit standing in the order of their dates.
Nothing is guessed: two documents are kept apart as soon as both state an inspector, a round or a year of feedback and
these differ.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.core.vocabulary import CASE_KINDS, Kind
from pipeline.reconcile.aliases import Aliases
from pipeline.reconcile.belonging import parted, unit_names
from pipeline.reconcile.paper import Paper


@dataclass(frozen=True, slots=True)
class Case:
    """The papers of one unit in one round, earliest first within a kind."""

    case_id: str
    unit: str
    papers: tuple[Paper, ...]

    def of(self, *kinds: Kind) -> list[Paper]:
        """The papers of some kinds."""
        return [paper for paper in self.papers if paper.kind in kinds]

    def stated(self, column: str) -> str:
        """The first value that a paper of the case states, the feedback's before the others'."""
        return _stated(self.papers, column)


def _stated(papers: Iterable[Paper], column: str) -> str:
    return next((value for paper in papers if (value := getattr(paper.row, column))), "")


def build_cases(papers: Sequence[Paper], aliases: Aliases) -> list[Case]:
    """Papers grouped into cases, in the order of the units' names."""
    names = unit_names(papers, aliases)
    groups: dict[str, list[list[Paper]]] = defaultdict(list)
    order = {kind: i for i, kind in enumerate(CASE_KINDS)}
    # a part of a joint paper comes last: it joins the case that the unit's own papers make
    every = sorted(
        parted(papers, names, aliases),
        key=lambda e: (e[0].part, order[e[0].kind], e[0].date or "9999", e[0].row.file, e[0].doc_id),
    )
    for paper, unit in every:
        fitting = next((g for g in groups[unit] if not any(_differ(paper, other, aliases) for other in g)), None)
        if fitting is None or not unit:
            groups[unit].append([paper])
        else:
            fitting.append(paper)
    return [_case(unit, group, aliases) for unit in sorted(groups) for group in groups[unit]]


def _case(unit: str, papers: list[Paper], aliases: Aliases) -> Case:
    facts = [_stated(papers, column) for column in ("inspector", "round")]
    key = "|".join([unit, aliases.inspector(facts[0]), facts[1]] if unit else [papers[0].doc_id])
    identity = "c" + hashlib.sha256(key.encode()).hexdigest()[:12]
    order = {kind: i for i, kind in enumerate(CASE_KINDS)}
    in_order = sorted(papers, key=lambda p: (order[p.kind], p.date or "9999", p.row.file, p.doc_id))
    return Case(identity, _spelled(unit, in_order), tuple(in_order))


def _spelled(unit: str, papers: Iterable[Paper]) -> str:
    """The unit's name as the first paper writes it that writes it in full, else the name that the folder gives."""
    own = [paper.row.unit for paper in papers if paper.row.unit and not paper.part]
    full = [paper.row.unit for paper in papers if paper.unit == unit and paper.row.unit and not paper.part]
    return next(iter([*full, *own]), unit)


def _differ(one: Paper, other: Paper, aliases: Aliases) -> bool:
    """Whether both state something that can't hold for one case."""
    inspectors = {aliases.inspector(p.row.inspector) for p in (one, other)} - {""}
    rounds = {p.row.round for p in (one, other)} - {""}
    years = {p.row.feedback_date[:7] for p in (one, other)} - {""}
    return len(inspectors) > 1 or len(rounds) > 1 or len(years) > 1
