"""Checks between the documents of one case: unanswered, added, merged, softened, contradicting, regressed."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.core.rows import ClaimRow, ProblemRow
from pipeline.core.values import YEAR_UNIT, YUAN
from pipeline.core.vocabulary import ANSWERS, Kind
from pipeline.reconcile.match import MERGED, SPLIT, numbers, plain
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.recount import first_values, whole
from pipeline.reconcile.registry import Context, Defect, Pair, case_check

_COMPARED = ("aspects", "categories", "problems", "subproblems", "tasks", "measures")


def _answering(context: Context) -> list[Pair]:
    """Pairs in which the second document owes an answer to each problem of the first."""
    return [p for p in context.pairs if p.source.kind != p.answer.kind]


def _by_id(paper: Paper) -> dict[str, ProblemRow]:
    return {p.problem_id: p for p in paper.followed}


def _at(row: ProblemRow | ClaimRow) -> int:
    return row.paragraph or 0


@case_check("problem_unanswered")
def problem_unanswered(context: Context) -> Iterator[Defect]:
    """A problem of the feedback (or, without feedback, of the plan) is not found in the answer."""
    seen: set[tuple[str, str]] = set()
    for pair in _answering(context):
        answered = {link.source for link in pair.links} | _answered_before(pair, context)
        for problem in pair.source.followed:
            key = (pair.answer.doc_id, plain(problem.problem))
            if problem.problem_id in answered or key in seen or not pair.answer.followed:
                continue
            seen.add(key)
            yield Defect(
                pair.answer,
                other=pair.source,
                problem_id=problem.problem_id,
                other_quote=problem.problem,
                other_paragraph=_at(problem),
                words={"source": pair.source.kind},
            )


def _answered_before(pair: Pair, context: Context) -> set[str]:
    """Problems that an earlier report of the same kind answered: a later stage need not repeat them."""
    earlier = [
        p
        for p in context.pairs
        if p.source is pair.source
        and p.answer.kind == pair.answer.kind
        and p.answer.date
        and pair.answer.date
        and p.answer.date < pair.answer.date
    ]
    return {link.source for other in earlier for link in other.links}


@case_check("problem_added")
def problem_added(context: Context) -> Iterator[Defect]:
    """A problem of the answer is in no document that it answers."""
    for answer in context.case.of(*ANSWERS):
        pairs = [p for p in _answering(context) if p.answer is answer and p.source.followed]
        linked = {link.answer for pair in pairs for link in pair.links}
        for problem in answer.followed if pairs else ():
            if problem.problem_id not in linked:
                names = "、".join(dict.fromkeys(p.source.kind for p in pairs))
                yield Defect(answer, problem, quote=problem.problem, words={"source": names})


@case_check("problem_merged")
def problem_merged(context: Context) -> Iterator[Defect]:
    """Several problems are answered as one (不遗漏不合并)."""
    for pair in _answering(context):
        source, answer = _by_id(pair.source), _by_id(pair.answer)
        for merged in sorted({link.answer for link in pair.links if link.method == MERGED}):
            parts = [source[link.source] for link in pair.links if link.answer == merged]
            texts = "；".join(f"“{p.problem}”" for p in parts)
            yield Defect(
                pair.answer,
                answer[merged],
                pair.source,
                quote=answer[merged].problem,
                other_quote=texts,
                other_paragraph=_at(parts[0]),
                words={"source": pair.source.kind},
            )


@case_check("problem_softened")
def problem_softened(context: Context) -> Iterator[Defect]:
    """The answer states a problem milder: a sum, number, name, negation or sharp word is lost."""
    for pair in _answering(context):
        if pair.source.kind != Kind.FEEDBACK:
            continue
        source, answer = _by_id(pair.source), _by_id(pair.answer)
        told: dict[str, str] = {}
        for link in pair.links:  # what several answers (or one) say together about a problem
            told[link.source] = told.get(link.source, "") + "；" + answer[link.answer].problem
        for link in pair.links:
            if link.method in (SPLIT, MERGED):
                continue
            asked, given = source[link.source], answer[link.answer]
            lost = _lost(asked.problem, told[link.source], asked.category, context)
            if lost:
                yield Defect(
                    pair.answer,
                    given,
                    pair.source,
                    quote=given.problem,
                    other_quote=asked.problem,
                    other_paragraph=_at(asked),
                    words={"source": pair.source.kind, "lost": "、".join(lost)},
                )


def _lost(asked: str, given: str, category: str, context: Context) -> list[str]:
    """What the answer's wording lacks; a year left out, or another word for the same, is no loss."""
    settings = context.settings
    if plain(asked) in plain(given):
        return []
    figures = {n for n in numbers(asked)[0] if not n.endswith(YEAR_UNIT)}
    kept = set(numbers(given)[0]) | {n.removesuffix(YEAR_UNIT) for n in numbers(given)[0]}
    lost = [n.replace("¥", "") + (YUAN if n.startswith("¥") else "") for n in sorted(figures - kept)]
    lost += [name for name in settings.hits("organisation_name", asked) if plain(name) not in plain(given)]
    for group in settings.sharp:
        gone = [word for word in group if word in asked and word not in given]
        instead = [word for word in group if word in given and word not in asked]
        if gone and not instead:
            lost.append(gone[0])
    milder = settings.find("mild", given) and not settings.find("mild", asked)
    if milder and settings.find("negation", asked) and not settings.find("negation", given):
        lost += settings.hits("negation", asked)[:1]
    return list(dict.fromkeys(lost))


@case_check("document_conflict")
def document_conflict(context: Context) -> Iterator[Defect]:
    """Two documents of a case state different totals, or different sums for one problem."""
    for pair in context.pairs:
        if pair.source.kind == pair.answer.kind:
            continue
        before, now = first_values(whole(pair.source.claims)), first_values(whole(pair.answer.claims))
        metrics = _COMPARED if {pair.source.kind, pair.answer.kind} != {Kind.PLAN, Kind.BULLETIN} else _COMPARED[:-1]
        for metric in metrics:
            if metric in before and metric in now and before[metric] != now[metric]:
                claim, stated = (_stated(paper, metric) for paper in (pair.answer, pair.source))
                yield Defect(
                    pair.answer,
                    other=pair.source,
                    other_quote=stated.text,
                    other_paragraph=_at(stated),
                    expected=f"{before[metric]:g}",
                    actual=f"{now[metric]:g}",
                    quote=claim.text,
                    paragraph=_at(claim),
                    words={"metric": metric, "source": pair.source.kind},
                )
        yield from _sums_differ(pair)


def _stated(paper: Paper, metric: str) -> ClaimRow:
    return next(claim for claim in paper.claims if claim.metric == metric and not claim.scope)


def _sums_differ(pair: Pair) -> Iterator[Defect]:
    source, answer = _by_id(pair.source), _by_id(pair.answer)
    for link in pair.links:
        asked, given = source[link.source], answer[link.answer]
        one, other = numbers(asked.problem)[1], numbers(given.problem)[1]
        if link.method not in (SPLIT, MERGED) and one and other and len(one) == len(other) and one != other:
            words = {"metric": "金额", "source": pair.source.kind}
            yield Defect(
                pair.answer,
                given,
                pair.source,
                expected="、".join(sorted(one - other)),
                quote=given.problem,
                actual="、".join(sorted(other - one)),
                other_quote=asked.problem,
                other_paragraph=_at(asked),
                words=words,
            )


def _versions(context: Context) -> list[Pair]:
    """Pairs of an earlier and a later report of one kind."""
    return [p for p in context.pairs if p.source.kind == p.answer.kind and p.source.date < p.answer.date]


@case_check("status_regressed")
def status_regressed(context: Context) -> Iterator[Defect]:
    """A later report gives a problem a status behind that of the earlier one."""
    for pair in _versions(context):
        before, after = _by_id(pair.source), _by_id(pair.answer)
        for link in pair.links:
            old, new = before[link.source].status, after[link.answer].status
            if old and new and new.rank > old.rank:
                problem = after[link.answer]
                yield Defect(
                    pair.answer,
                    problem,
                    pair.source,
                    expected=old,
                    actual=new,
                    quote=problem.problem,
                    other_quote=before[link.source].problem,
                    other_paragraph=_at(before[link.source]),
                    words={"before": old, "now": new},
                )


@case_check("unchanged_resubmission")
def unchanged_resubmission(context: Context) -> Iterator[Defect]:
    """A later report repeats the earlier one's answers word for word."""
    limit = context.settings.profile.thresholds["unchanged"]
    for pair in _versions(context):
        before, after = _by_id(pair.source), _by_id(pair.answer)
        same = [
            k
            for k in pair.links
            if plain(pair.source.answer(before[k.source]))
            and plain(pair.source.answer(before[k.source])) == plain(pair.answer.answer(after[k.answer]))
        ]
        if len(after) >= 3 and len(same) >= limit * len(after):
            words = {"before": pair.source.date, "same": str(len(same))}
            yield Defect(
                pair.answer,
                other=pair.source,
                quote=pair.answer.row.title,
                other_quote=pair.source.row.title,
                words=words,
            )


@case_check("changed_since_last")
def changed_since_last(context: Context) -> Iterator[Defect]:
    """What a later report says otherwise than the earlier one: statuses, answers, problems; for information."""
    for pair in _versions(context):
        before, after = _by_id(pair.source), _by_id(pair.answer)
        told = [(before[k.source], after[k.answer]) for k in pair.links]
        moved = [(old, new) for old, new in told if old.status != new.status]
        answers = [new for old, new in told if plain(pair.source.answer(old)) != plain(pair.answer.answer(new))]
        added = len(after) - len({k.answer for k in pair.links})
        gone = len(before) - len({k.source for k in pair.links})
        words = {
            "date": pair.source.date,
            "moved": str(len(moved)),
            "answers": str(len(answers)),
            "added": str(added),
            "gone": str(gone),
            "titles": "；".join(new.problem for _, new in moved[:5]),
        }
        if moved or answers or added or gone:
            yield Defect(pair.answer, other=pair.source, words=words)


@case_check("partner_missing")
def partner_missing(context: Context) -> Iterator[Defect]:
    """There is no feedback for an answer, or no answer for a feedback: the comparison was not made."""
    answers, feedback = context.case.of(*ANSWERS), context.case.of(Kind.FEEDBACK)
    for paper in (p for p in answers if p.followed and not feedback):
        yield Defect(paper, words={"missing": Kind.FEEDBACK})
    for paper in (p for p in feedback if p.followed and not answers):
        yield Defect(paper, words={"missing": "、".join((Kind.PLAN, Kind.LEDGER, Kind.BULLETIN))})
