"""Checks of who and by when: plan and ledger owe a responsible person and a date, a public bulletin does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import ProblemRow
from pipeline.core.values import valid
from pipeline.core.vocabulary import Kind
from pipeline.reconcile.checks.form import Place, places
from pipeline.reconcile.consolidate import open_still
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.registry import Context, Defect, check

_DATES = ("date", "date_month", "dotted_date")


def _named(name: str, context: Context) -> str:
    """A responsible leader, department or person; vague words (相关部门) name nobody."""
    value = name.strip()
    return "" if context.settings.find("vague_responsible", value) else value


@check("responsible_missing")
def responsible_missing(paper: Paper, context: Context) -> Iterator[Defect]:
    """Neither leader nor department nor person is named for a problem; a document without any is one defect."""
    bare = [p for p in paper.problems if not any(_named(name, context) for name in (p.lead, p.dept, p.person))]
    if bare and len(bare) == len(paper.problems):
        yield Defect(paper, quote=paper.row.title)
        return
    for problem in bare:
        vague = "、".join(name for name in (problem.lead, problem.dept, problem.person) if name)
        yield Defect(
            paper,
            problem,
            quote=problem.problem,
            actual=vague,
            words={"vague": f"（“{vague}”等于没有落实）" if vague else ""},
        )


@check("person_missing")
def person_missing(paper: Paper, context: Context) -> Iterator[Defect]:
    """Only a department is named, no leader and no person."""
    for problem in paper.problems:
        dept = _named(problem.dept, context)
        if dept and not _named(problem.lead, context) and not _named(problem.person, context):
            yield Defect(paper, problem, quote=problem.problem, actual=dept, words={"dept": dept})


@check("deadline_missing")
def deadline_missing(paper: Paper, context: Context) -> Iterator[Defect]:
    """No date by which the problem is to be solved; a document without any is one defect."""
    empty = {
        "",
        *(p.deadline_text for p in paper.problems if context.settings.find("empty_answer", p.deadline_text.strip())),
    }
    bare = [p for p in paper.problems if not p.deadline and p.deadline_text in empty]
    if bare and len(bare) == len(paper.problems):
        yield Defect(paper, quote=paper.row.title)
        return
    for problem in bare:
        yield Defect(paper, problem, quote=problem.problem)


@check("deadline_vague")
def deadline_vague(paper: Paper, context: Context) -> Iterator[Defect]:
    """The deadline is a word (尽快, 长期坚持) and no date; long-term tasks may say 长期坚持."""
    for problem in paper.problems:
        text = problem.deadline_text
        if not text or problem.deadline or problem.long_term:
            continue
        if context.settings.find("vague_deadline", text) and not context.settings.find("date", text):
            yield Defect(paper, problem, quote=problem.problem, actual=text, words={"text": text})


@check("deadline_passed")
def deadline_passed(paper: Paper, context: Context) -> Iterator[Defect]:
    """The deadline lies before the day of judgement (--as-of, else the document's date) and no paper of the case
    reports the problem as done."""
    day = context.as_of.isoformat() if context.as_of else paper.date
    items = {name: item for item in context.items for name in _ids(item)}
    for problem in paper.problems:
        deadline, item = problem.deadline, items.get(problem.problem_id)
        if item is None or item.deadline_from != paper.doc_id:
            continue  # the paper whose deadline counts tells it, once
        known = item.status is not None or context.as_of
        if day and deadline and known and open_still(item) and deadline < day[: len(deadline)]:
            yield Defect(
                paper,
                problem,
                expected=deadline,
                actual=day,
                quote=problem.problem,
                words={"deadline": deadline, "as_of": day},
            )


def _ids(item: ItemRow) -> list[str]:
    """The problem in the papers that may state a deadline."""
    return [
        name
        for ids in (item.plan_problem_id, item.ledger_problem_id, item.bulletin_problem_id, item.feedback_problem_id)
        for name in ids.split(";")
        if name
    ]


@check("date_disordered")
def date_disordered(paper: Paper, context: Context) -> Iterator[Defect]:
    """Inspection, feedback, issue and deadlines do not follow one another."""
    row = paper.row
    inspected_from, inspected_to = row.inspected_from, row.inspected_to
    feedback, issued = row.feedback_date, paper.date
    chain = [
        ("巡察结束日期", inspected_to, "巡察开始日期", inspected_from),
        ("反馈日期", feedback, "巡察结束日期", inspected_to or inspected_from),
    ]
    if paper.kind != Kind.FEEDBACK:
        chain.append(("成文日期", issued, "反馈日期", feedback))
    for name, one, other_name, other in chain:
        if _before(one, other):
            yield _disorder(paper, None, name, one, other_name, other)
    for problem in paper.problems:
        deadline = problem.deadline
        if _before(deadline, feedback):
            yield _disorder(paper, problem, "整改时限", deadline, "反馈日期", feedback)


def _before(one: str, other: str) -> bool:
    """Whether a date is earlier for sure; a month equals each of its days."""
    length = min(len(one), len(other))
    return bool(length >= 7 and one[:length] < other[:length])


def _disorder(paper: Paper, problem: ProblemRow | None, name: str, one: str, other_name: str, other: str) -> Defect:
    words = {"earlier_name": name, "earlier": one, "later_name": other_name, "later": other}
    return Defect(paper, problem, expected=other, actual=one, quote=one, words=words)


@check("date_invalid")
def date_invalid(paper: Paper, context: Context) -> Iterator[Defect]:
    """A written date is not in the calendar (11月31日); the same date twice in a problem is one defect."""
    seen = set()
    extra = [Place(p.deadline_text, p, p.paragraph or 0, "deadline") for p in paper.problems]
    for at in [*places(paper), *extra]:
        for trigger in _DATES:
            for match in context.settings.matches(trigger, at.text):
                parts = match.groupdict()
                day = int(parts["day"]) if parts.get("day") else None
                year = int(parts["year"]) if parts.get("year") else 2000  # a leap year: no false alarm without year
                quote = at.text[match.start() : match.end()]
                key = (at.problem.problem_id if at.problem else at.paragraph, quote)
                impossible = not valid(year, int(parts["month"]), day) or day == 0
                if impossible and key not in seen:
                    seen.add(key)
                    yield Defect(paper, at.problem, actual=quote, quote=quote, paragraph=at.paragraph)


@check("report_late")
def report_late(paper: Paper, context: Context) -> Iterator[Defect]:
    """The document came later after the feedback than the profile allows."""
    days = context.settings.profile.days
    limit = days.get("plan_after_feedback" if paper.kind == Kind.PLAN else "report_after_feedback")
    feedback, issued = context.case.stated("feedback_date"), paper.date
    if limit is None or len(feedback) != 10 or len(issued) != 10:
        return
    latest = (date.fromisoformat(feedback) + timedelta(days=limit)).isoformat()
    if issued > latest:
        words = {"kind": paper.kind, "days": str(limit)}
        yield Defect(paper, expected=latest, actual=issued, quote=issued, words=words)
