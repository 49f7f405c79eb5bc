"""Matches that a person confirmed or changed: they stand above whatever is computed."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.core.reading_rows import ToldLinkRow
from pipeline.reconcile.cases import Case
from pipeline.reconcile.match import Link
from pipeline.reconcile.paper import Paper

TOLD = "told"
ToldLinks = tuple[ToldLinkRow, ...]


def told_in(case: Case, told: ToldLinks) -> ToldLinks:
    """What people told about the problems of a case."""
    own = {problem.problem_id for paper in case.papers for problem in paper.problems} if told else set()
    return tuple(one for one in told if one.source in own)


def as_told(found: Sequence[Link], told: ToldLinks, source: Paper, answer: Paper) -> tuple[Link, ...]:
    """The links of two papers as people told them, whichever of the two a person started from."""
    own, theirs = ({row.problem_id for row in paper.problems} for paper in (source, answer))
    ahead = {one.source: one.answer for one in told if one.paper == answer.doc_id and one.source in own}
    back = {one.source: one.answer for one in told if one.paper == source.doc_id and one.source in theirs}
    kept = [link for link in found if link.source not in ahead and link.answer not in back]
    kept += [Link(name, other, 1.0, TOLD) for name, other in ahead.items() if other in theirs]
    kept += [Link(other, name, 1.0, TOLD) for name, other in back.items() if other in own]
    return tuple(kept)
