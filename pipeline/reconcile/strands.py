"""The problems of a case followed through all of its papers: papers in, one `Strand` a problem out.

The feedback, or without one the fullest paper, says which problems there are.  Every other paper is linked to it; what
finds no partner there, or only a doubtful one, is looked for in the newest earlier paper of each kind, whose problems
are followed already: a plan may say what a bulletin words anew.  What is still alone opens a strand of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.core.rows import ProblemRow
from pipeline.core.vocabulary import CASE_KINDS, Kind
from pipeline.reconcile.cases import Case
from pipeline.reconcile.match import Link
from pipeline.reconcile.paper import Paper

Linked = Callable[[Paper, Paper], Sequence[Link]]  # the links of two papers


@dataclass(frozen=True, slots=True)
class Strand:
    """One problem: its rows in each paper that treats it, earliest paper first."""

    rows: tuple[tuple[Paper, tuple[ProblemRow, ...]], ...]
    added: bool = False  # there is a feedback, and it does not name the problem
    doubtful: bool = False


@dataclass(slots=True)
class _Growing:
    """A strand in the making."""

    rows: dict[str, list[ProblemRow]]
    added: bool = False
    doubtful: bool = False


def in_time(papers: Iterable[Paper]) -> list[Paper]:
    """Papers in the order of time; one without a date comes after the dated ones of its kind and of those before it."""
    every, order = list(papers), {kind: at for at, kind in enumerate(CASE_KINDS)}

    def key(paper: Paper) -> tuple[str, int, str]:
        rank = order[paper.kind]
        dates = [paper.date] if paper.date else [p.date for p in every if order[p.kind] <= rank]
        day = max(dates, default="")
        return f"{day}-99" if len(day) == 7 else day, rank, paper.doc_id

    return sorted(every, key=key)


def backbone(case: Case) -> Paper | None:
    """The paper that says which problems there are: the fullest feedback, else the fullest paper."""
    stated = [paper for paper in case.of(Kind.FEEDBACK) if paper.followed] or [p for p in case.papers if p.followed]
    return max(stated, key=lambda paper: len(paper.followed), default=None)


def strands(case: Case, linked: Linked) -> list[Strand]:
    """One strand a problem of the case: those of the backbone in its order, then the others by paper."""
    base = backbone(case)
    if base is None:
        return []
    begun = [_Growing({base.doc_id: [row]}) for row in base.followed]
    of = {row.problem_id: [strand] for row, strand in zip(base.followed, begun, strict=True)}
    followed = [base]
    for paper in case.papers:
        if paper is base or not paper.followed:
            continue
        found = _placed(paper, followed, of, linked)
        for row in paper.followed:
            place, doubtful = found.get(row.problem_id, ([], False))
            if not place:
                place = [_Growing({}, added=base.kind == Kind.FEEDBACK)]
                begun += place
            for strand in place:
                strand.rows.setdefault(paper.doc_id, []).append(row)
                strand.doubtful |= doubtful
            of[row.problem_id] = place
        followed.append(paper)
    order = in_time(followed)
    return [
        Strand(
            tuple((paper, tuple(one.rows[paper.doc_id])) for paper in order if paper.doc_id in one.rows),
            one.added,
            one.doubtful,
        )
        for one in begun
    ]


def _placed(
    paper: Paper, followed: Sequence[Paper], of: dict[str, list[_Growing]], linked: Linked
) -> dict[str, tuple[list[_Growing], bool]]:
    """problem_id of the paper → its strands, and whether a person should look at that."""
    base, *others = followed
    found = _joined(linked(base, paper), of)
    newest = {other.kind: other for other in others}
    for other in newest.values():
        open_still = [p for p in paper.followed if found.get(p.problem_id, ([], True))[1]]
        if not open_still:
            break
        beside = _joined(linked(other, paper), of)
        for row in open_still:
            if row.problem_id in beside and (row.problem_id not in found or not beside[row.problem_id][1]):
                found[row.problem_id] = beside[row.problem_id]
    return found


def _joined(links: Iterable[Link], of: dict[str, list[_Growing]]) -> dict[str, tuple[list[_Growing], bool]]:
    found: dict[str, tuple[list[_Growing], bool]] = {}
    for link in links:
        place, doubtful = found.get(link.answer, ([], False))
        new = [strand for strand in of[link.source] if not any(strand is one for one in place)]
        found[link.answer] = ([*place, *new], doubtful or link.doubtful)
    return found


def turned(link: Link) -> Link:
    """The same link seen from the other paper."""
    return replace(link, source=link.answer, answer=link.source)
