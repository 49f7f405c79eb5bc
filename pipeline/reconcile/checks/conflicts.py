"""Checks across the papers of a case: one problem, and papers that say different things about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from pipeline.core.rows import MeasureRow, ProblemRow
from pipeline.core.vocabulary import Kind, Severity, Status
from pipeline.reconcile.consolidate import another_day, status_of
from pipeline.reconcile.match import grams, plain
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.registry import Context, Defect, case_check
from pipeline.reconcile.sums import repaid, sums

_PLANNED = (Kind.PLAN, Kind.LEDGER)
_REPORTED = (Kind.LEDGER, Kind.BULLETIN)
_LIST = re.compile(r"[、，,；;\s/]+")  # several names in one cell
_DUTIES = ("lead", "dept", "person")
_Side = tuple[Paper, Sequence[ProblemRow]]


def _pairs(context: Context, kinds: tuple[Kind, ...]) -> Iterator[tuple[_Side, _Side]]:
    """The rows of each problem in two papers of different kinds, the earlier paper first."""
    for strand in context.strands:
        for one, other in combinations((side for side in strand.rows if side[0].kind in kinds), 2):
            if one[0].kind != other[0].kind:
                yield one, other


def _defect(one: _Side, other: _Side, before: str, now: str, **words: str) -> Defect:
    """A defect of the later paper, with what the earlier one says and where."""
    (source, asked), (answer, given) = one, other
    return Defect(
        answer,
        given[0],
        source,
        expected=before,
        actual=now,
        quote=given[0].problem,
        other_quote=asked[0].problem,
        other_paragraph=asked[0].paragraph or 0,
        words={"source": source.kind, "kind": answer.kind, "before": before, "now": now} | words,
    )


@case_check("status_conflict")
def status_conflict(context: Context) -> Iterator[Defect]:
    """Ledger and bulletin give a problem different statuses, and time does not explain it."""
    for one, other in _pairs(context, _REPORTED):
        before, now = status_of(*one), status_of(*other)
        if not before or not now or before == now:
            continue
        days = one[0].date, other[0].date
        moved_on = all(days) and days[0] < days[1] and now.rank < before.rank
        if not moved_on:
            yield _defect(one, other, before, now)


@case_check("deadline_conflict")
def deadline_conflict(context: Context) -> Iterator[Defect]:
    """Plan and ledger give a problem different deadlines."""
    for one, other in _pairs(context, _PLANNED):
        before, now = ({row.deadline for row in side[1] if row.deadline} for side in (one, other))
        if before and now and all(another_day(a, b) for a in before for b in now):
            yield _defect(one, other, max(before), max(now))


@case_check("responsible_conflict")
def responsible_conflict(context: Context) -> Iterator[Defect]:
    """Plan and ledger name different people or departments for a problem; one defect a problem."""
    for one, other in _pairs(context, _PLANNED):
        told = []
        for duty in _DUTIES:
            before, now = (_names(side[1], duty, context) for side in (one, other))
            if before and now and not any(a in b or b in a for a in before for b in now):
                told.append(("、".join(sorted(before)), "、".join(sorted(now))))
        if told:
            yield _defect(one, other, "；".join(a for a, _ in told), "；".join(b for _, b in told))


def _names(rows: Sequence[ProblemRow], duty: str, context: Context) -> set[str]:
    parts = [part for row in rows for part in _LIST.split(getattr(row, duty))]
    return {plain(part) for part in parts if plain(part) and not context.settings.find("vague_responsible", part)}


@case_check("amount_conflict")
def repaid_differently(context: Context) -> Iterator[Defect]:
    """Ledger and bulletin say that different sums were paid back for one finished problem."""
    for one, other in _pairs(context, _REPORTED):
        if {status_of(*one), status_of(*other)} != {Status.DONE}:
            continue
        owed = max((s.value for row in one[1] for s in sums(row.problem, context.settings)), default=None)
        before, now = (repaid(_measures(side), owed, context.settings) for side in (one, other))
        if before and now and before != now:
            files = {"here": f"（{other[0].file_name}）", "there": f"（{one[0].file_name}）"}
            told = (next(m for m in _measures(side) if sums(m.text, context.settings)) for side in (one, other))
            earlier, later = told
            yield replace(
                _defect(one, other, f"{before:g}", f"{now:g}", **files),
                quote=later.text,
                other_quote=earlier.text,
                paragraph=later.paragraph or 0,
                other_paragraph=earlier.paragraph or 0,
                severity=Severity.WARNING,
            )


@case_check("measure_dropped")
def measure_dropped(context: Context) -> Iterator[Defect]:
    """The plan's measure is nowhere in what the last bulletin reports on the problem."""
    least = context.settings.profile.thresholds["dropped"]
    for strand in context.strands:
        plans = [side for side in strand.rows if side[0].kind == Kind.PLAN]
        bulletins = [side for side in strand.rows if side[0].kind == Kind.BULLETIN and _measures(side)]
        if not plans or not bulletins:
            continue
        plan, bulletin = plans[-1], bulletins[-1]
        told = grams(
            "".join(
                [
                    *(m.text for side in bulletins for m in _measures(side)),
                    *(row.rectification for side in bulletins for row in side[1]),
                ]
            )
        ).keys()
        for measure in _measures(plan):
            own = grams(measure.text)
            if own.total() >= 8 and sum(1 for gram in own if gram in told) < least * len(own):
                yield Defect(
                    bulletin[0],
                    bulletin[1][0],
                    plan[0],
                    quote=bulletin[1][0].problem,
                    other_quote=measure.text,
                    other_paragraph=measure.paragraph or 0,
                    words={"source": Kind.PLAN},
                )


def _measures(side: _Side) -> list[MeasureRow]:
    return [measure for row in side[1] for measure in side[0].measures_of(row)]
