"""Checks of what a document says about itself in numbers: totals, statuses, parts, rates, sums."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from pipeline.core.rows import ClaimRow, ProblemRow
from pipeline.core.values import view
from pipeline.core.vocabulary import Kind, Severity, Status
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.recount import TOTALS, WHOLE, Recount, first_values, statuses, whole
from pipeline.reconcile.registry import Context, Defect, check
from pipeline.reconcile.sums import Sum, sums

_DIGIT = re.compile(r"[1-9]")
_DECIMALS = re.compile(r"\.(\d+)")


def _wrong(paper: Paper, context: Context, metrics: Sequence[str]) -> Iterator[Recount]:
    """The first wrong claim of each metric: a wrong total stated twice is one defect."""
    seen = set()
    for counted in context.recounts[paper.doc_id]:
        metric = counted.claim.metric
        if metric in metrics and counted.verdict and counted.agrees is False and metric not in seen:
            seen.add(metric)
            yield counted


def _defect(
    paper: Paper, claim: ClaimRow, expected: str, actual: str = "", severity: Severity | None = None, **words: str
) -> Defect:
    return Defect(
        paper,
        severity=severity,
        expected=expected,
        actual=actual or f"{claim.value or 0:g}",
        quote=claim.text,
        paragraph=claim.paragraph or 0,
        words={"metric": claim.metric, **words},
    )


@check("total_mismatch")
def total_mismatch(paper: Paper, context: Context) -> Iterator[Defect]:
    """A stated total of aspects, categories, problems, tasks, measures or advice differs from the document's rows."""
    stated = {c.metric for c in whole(paper.claims)}
    for counted in _wrong(paper, context, TOTALS):
        # a bulletin may sum up the plan's tasks and measures: the number is doubtful, not wrong for sure
        borrowed = paper.kind == Kind.BULLETIN and "problems" in stated
        doubt = {"measures": Severity.WARNING, "tasks": Severity.INFO} if borrowed else {}
        yield _defect(paper, counted.claim, counted.expected, severity=doubt.get(counted.claim.metric))


@check("status_count_mismatch")
def status_count_mismatch(paper: Paper, context: Context) -> Iterator[Defect]:
    """A stated number of done, ongoing or unfinished problems differs from the statuses of the problems."""
    for counted in _wrong(paper, context, (*Status, "long_term")):
        yield _defect(paper, counted.claim, counted.expected)


@check("parts_mismatch")
def parts_mismatch(paper: Paper, context: Context) -> Iterator[Defect]:
    """The stated parts (done, ongoing, unfinished; or the parts of one sum) do not add up to the stated total."""
    claims = whole(paper.claims)
    first = first_values(claims)
    total = next((t for t in WHOLE if t in first), None)
    parts = [m for m in Status if m in first]
    nested = {c.metric for c in claims if c.part_of}
    extra = [m for m in ("long_term", "extended", "immediate") if m in first and m not in nested]
    if total and len(parts) >= 2:
        base = sum(first[m] for m in parts)
        # 未完成2个 may be the same two that are 正在整改, or hold them
        going_on = first.get("in_progress", 0.0)
        within = going_on if first.get("not_done", 0.0) >= going_on else 0.0
        sums = {
            start + sum(first[m] for m in some)
            for start in (base, base - within)
            for n in range(len(extra) + 1)
            for some in combinations(extra, n)
        }
        if not sums & {c.value for c in claims if c.metric in WHOLE}:
            claim = next(c for c in claims if c.metric == total)
            formula = "＋".join(f"{first[m]:g}" for m in parts) + f"＝{base:g}"
            yield _defect(paper, claim, f"{base:g}", formula=formula)
    yield from _nested_parts(paper)


def _nested_parts(paper: Paper) -> Iterator[Defect]:
    """其中: a part is not more than its total; several parts of one metric add up to it."""
    totals = first_values(whole(paper.claims))
    parts: dict[str, list[ClaimRow]] = {}
    for claim in paper.claims:
        if claim.part_of in totals and claim.value is not None:
            parts.setdefault(claim.part_of, []).append(claim)
    for metric, claims in parts.items():
        same = [c for c in claims if c.metric == metric]
        total = totals[metric]
        values = {c.scope or c.text: c.value or 0.0 for c in same}
        worst = max(claims, key=lambda c: c.value or 0.0)
        if (worst.value or 0.0) > total:
            yield _defect(paper, worst, f"{total:g}", formula=f"其中{worst.value:g}，大于{total:g}")
        elif len(values) >= 2 and sum(values.values()) != total:
            formula = "＋".join(f"{v:g}" for v in values.values()) + f"＝{sum(values.values()):g}"
            yield _defect(paper, same[0], f"{sum(values.values()):g}", f"{total:g}", formula=formula)


def _rates(paper: Paper, done: Sequence[str]) -> dict[float, str]:
    """Every rate that follows from what is stated or counted, with its formula."""
    first, counts = first_values(whole(paper.claims)), statuses(paper)
    found: dict[float, str] = {}
    numbers: list[tuple[float, float]] = []
    stated = [first[t] for t in WHOLE if first.get(t)]
    if "done" in first:
        numbers += [(sum(first.get(m, 0.0) for m in done), t) for t in stated or [float(len(paper.problems))]]
    if paper.problems and not counts[""]:
        counted = float(sum(counts[m] for m in done))
        numbers += [(counted, t) for t in [*stated, float(len(paper.problems))]]
    for top, bottom in numbers:
        if bottom:
            found.setdefault(round(100 * top / bottom, 4), f"{top:g}÷{bottom:g}")
    return found


def _near(claim: ClaimRow, rates: dict[float, str], tolerance: float) -> bool:
    decimals = _DECIMALS.search(view(claim.text))
    unit = 0.5 * 10 ** -len(decimals[1]) if decimals else 0.5
    value = claim.value or 0.0
    return any(abs(rate - value) <= max(tolerance, unit + 1e-6) for rate in rates)


@check("rate_mismatch")
def rate_mismatch(paper: Paper, context: Context) -> Iterator[Defect]:
    """The stated completion rate follows neither from the stated nor from the counted numbers."""
    profile = context.settings.profile
    rates, kinder = _rates(paper, profile.done), _rates(paper, (*profile.done, "basically_done"))
    tolerance = profile.thresholds["rate_tolerance"]
    for claim in [c for c in whole(paper.claims) if c.metric == "rate"][:1]:
        if rates and not _near(claim, rates, tolerance) and not _near(claim, kinder, tolerance):
            rate, formula = next(iter(rates.items()))
            yield _defect(paper, claim, f"{rate:.2f}", formula=formula)


@check("rate_overstated")
def rate_overstated(paper: Paper, context: Context) -> Iterator[Defect]:
    """The stated rate counts 基本完成 as done."""
    profile = context.settings.profile
    rates, kinder = _rates(paper, profile.done), _rates(paper, (*profile.done, "basically_done"))
    tolerance = profile.thresholds["rate_tolerance"]
    for claim in [c for c in whole(paper.claims) if c.metric == "rate"][:1]:
        if not rates:
            continue
        if not _near(claim, rates, tolerance) and _near(claim, kinder, tolerance):
            rate = next(iter(rates))
            yield _defect(paper, claim, f"{rate:.2f}", why=f"把基本完成的也算作完成；只计已完成的为 {rate:.2f}%")


@check("rules_count_mismatch")
def rules_count_mismatch(paper: Paper, context: Context) -> Iterator[Defect]:
    """The stated number of new or revised rules lies outside what the text lets one count."""
    for counted in context.recounts[paper.doc_id]:
        metric = counted.claim.metric
        if metric.startswith("rules_") and counted.agrees is False and counted.high:
            yield _defect(paper, counted.claim, counted.expected)


@check("amount_conflict")
def amount_conflict(paper: Paper, context: Context) -> Iterator[Defect]:
    """One and the same sum is given differently in the problem and in what was done about it."""
    settings = context.settings
    for problem in paper.problems:
        stated = sums(problem.problem, settings)
        answered = [(m, s) for m in paper.measures_of(problem) for s in sums(m.text, settings)]
        wanted = {s.value for s in stated}
        if len(wanted) != 1 or any(s.value in wanted for _, s in answered):
            continue
        owed = next(iter(wanted))
        values = [s.value for _, s in answered]
        if _adds_up(values, owed):
            continue
        for measure, one in answered:
            clause = _clause(settings.split("sentence_end", measure.text), one)
            same = _same_noun(stated[0], one)
            slipped = _slip(stated[0], one) and (same or _same_words(stated[0], one) or settings.find("repaid", clause))
            repaid = settings.find("repaid", clause) and _conflicts(problem, stated[0], one, clause, context)
            if slipped or repaid:
                yield Defect(
                    paper,
                    problem,
                    expected=f"{owed:g}",
                    actual=f"{one.value:g}",
                    quote=clause,
                    other_quote=problem.problem,
                    paragraph=measure.paragraph or 0,
                    other_paragraph=problem.paragraph or 0,
                    severity=Severity.INFO if paper.kind == Kind.PLAN else None,
                )
                break


def _clause(sentences: list[str], one: Sum) -> str:
    return next((s for s in sentences if one.text in s), one.before + one.text + one.after)


def _adds_up(values: list[float], total: float) -> bool:
    """Whether some of the answer's sums make up the whole (a part paid, a part still owed)."""
    some = values[:10]
    return any(abs(sum(c) - total) < 0.005 for n in range(1, len(some) + 1) for c in combinations(some, n))


def _slip(one: Sum, other: Sum) -> bool:
    """5.23 and 5.32: two digits that change places, neighbours or those around another, are a slip of the pen."""
    first, second = (view(s.text).replace(".", "") for s in (one, other))
    apart = [i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b]
    swapped = len(apart) == 2 and apart[1] <= apart[0] + 2 and sorted(first) == sorted(second)
    return swapped and len(_DIGIT.findall(first)) >= 3


def _same_noun(one: Sum, other: Sum) -> bool:
    """Whether the same two characters stand before both sums (工程款5.23万元)."""
    return bool(one.before[-2:]) and one.before[-2:] in other.before[-8:]


def _same_words(one: Sum, other: Sum) -> bool:
    """Whether two neighbouring characters around one sum stand around the other too (未登记入账 … 补登入账).

    合同价 and 审定价 are two kinds of price: sums whose names only end alike are not the same.
    """
    if one.before[-1:] == other.before[-1:] and one.before[-3:] != other.before[-3:]:
        return False
    around = [s.before + s.after for s in (one, other)]
    return any(around[0][i : i + 2] in around[1] for i in range(len(around[0]) - 1) if around[0][i : i + 2].isalpha())


def _conflicts(problem: ProblemRow, stated: Sum, one: Sum, clause: str, context: Context) -> bool:
    """Whether the two sums claim to be the same: the same noun, or all of it repaid."""
    settings = context.settings
    partial = settings.find("partial", clause) is not None
    near = 0.5 * stated.value < one.value < 2 * stated.value
    if near and settings.find("whole", clause) and not partial:
        return True
    if _same_noun(stated, one) and not partial:
        return True
    settled = near and not partial and problem.status == Status.DONE
    return bool(settled and settings.find("owed", problem.problem))
