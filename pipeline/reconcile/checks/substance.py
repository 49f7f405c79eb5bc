"""Checks of substance: are the measures more than words, and do they answer the problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.core.rows import MeasureRow, ProblemRow
from pipeline.core.vocabulary import Kind, Severity, Status
from pipeline.reconcile.match import grams, numbers, plain
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.registry import Context, Defect, check

_ALIKE = 0.12  # share of the problem's characters that even an answer in other words repeats
_ELSEWHERE = 3  # pairs of characters that an answer shares with the problem that it really belongs to
_OPEN = (Status.IN_PROGRESS, Status.NOT_DONE)
_BEGUN = (Status.DONE, Status.BASICALLY_DONE, Status.IN_PROGRESS)


def _on_measure(
    paper: Paper, problem: ProblemRow, measure: MeasureRow, words: list[str], severity: Severity | None = None
) -> Defect:
    return Defect(
        paper,
        problem,
        quote=measure.text,
        other_quote=problem.problem,
        paragraph=measure.paragraph or 0,
        other_paragraph=problem.paragraph or 0,
        words={"words": "、".join(f"“{w}”" for w in words[:6])},
        severity=severity,
    )


@check("measure_vague")
def measure_vague(paper: Paper, context: Context) -> Iterator[Defect]:
    """A measure of slogans only: no number, date, document, person or act."""
    settings = context.settings
    for problem in paper.problems:
        for measure in paper.measures_of(problem):
            text = measure.text
            words = settings.hits("slogan", text)
            if words and not any(settings.find(t, text) for t in ("fact", "act", "detail")):
                yield _on_measure(paper, problem, measure, words)


def _all_only(
    paper: Paper, context: Context, wanted: str, excluding: str
) -> Iterator[tuple[ProblemRow, MeasureRow, list[str]]]:
    """Problems whose measures all hit one trigger and miss another: the problem, a measure, the words."""
    settings = context.settings
    for problem in paper.problems:
        measures = paper.measures_of(problem)
        texts = [m.text for m in measures]
        if texts and all(settings.find(wanted, t) and not _remains(wanted, excluding, t, context) for t in texts):
            yield problem, measures[0], [w for t in texts for w in settings.hits(wanted, t)]


def _remains(wanted: str, excluding: str, text: str, context: Context) -> bool:
    """Whether something of the excluded sort is left when the wanted words are taken out."""
    rest = text
    content = f"{wanted}_content"  # 研究了食堂账目公开工作: what was talked about is not done by that
    for trigger in (content, wanted) if content in context.settings.triggers else (wanted,):
        for hit in context.settings.hits(trigger, rest):
            rest = rest.replace(hit, "，")
    return context.settings.find(excluding, rest) is not None


@check("meeting_only")
def meeting_only(paper: Paper, context: Context) -> Iterator[Defect]:
    """All measures of a problem are meetings, study and demands."""
    for problem, measure, words in _all_only(paper, context, "meeting", "meeting_act"):
        # where too little was studied or met, studying and meeting is the answer
        asked = context.settings.find("about_meetings", problem.problem)
        yield _on_measure(paper, problem, measure, list(dict.fromkeys(words)), Severity.INFO if asked else None)


@check("paper_only")
def paper_only(paper: Paper, context: Context) -> Iterator[Defect]:
    """All measures of a problem make documents; nothing is carried out."""
    for problem, measure, words in _all_only(paper, context, "paper", "paper_act"):
        yield _on_measure(paper, problem, measure, list(dict.fromkeys(words)))


@check("promise_only")
def promise_only(paper: Paper, context: Context) -> Iterator[Defect]:
    """A problem is reported as done or under way, but its measures only say what will be done."""
    for problem in paper.problems:
        measures = paper.measures_of(problem)
        if problem.status not in _BEGUN or not measures:
            continue
        promises = [_promise(m.text, context, m.label) for m in measures]
        if all(promises):
            defect = _on_measure(
                paper,
                problem,
                measures[0],
                [w for words in promises for w in words],
                Severity.INFO if paper.kind == Kind.LEDGER else None,
            )
            yield replace(defect, words={**defect.words, "now": problem.status})


def _promise(text: str, context: Context, label: str) -> list[str]:
    """The words of intention in a text that holds nothing else; empty when something was done."""
    settings, words = context.settings, []
    intended = settings.find("future_label", label)
    if intended and not settings.find("achieved", text):
        return [intended[0]]
    for sentence in settings.split("sentence_end", text):
        future = settings.find("future", sentence)
        before = sentence[: future.start()] if future else sentence
        if future and settings.find("achieved", sentence[future.end() :]):
            return []
        headline = not future and settings.find("headline", sentence)
        if settings.find("fact", before) or (not headline and settings.find("act", before)):
            return []
        if future:
            words.append(sentence[future.start() : future.end()])
    return words


@check("reason_missing")
def reason_missing(paper: Paper, context: Context) -> Iterator[Defect]:
    """A problem is not finished and neither it nor the headline says why, nor what is still going on."""
    settings = context.settings
    excused = {status for status in _OPEN if _headline_reason(paper, status, context)}
    for problem in paper.problems:
        status = problem.status
        if status not in _OPEN or status in excused:
            continue
        remark = problem.status_text
        answer = paper.answer(problem).replace(remark or "\0", "，", 1)
        text = "。\n".join([answer, *(m.text for m in paper.measures_of(problem))])
        # 正在办理 names the status and is no reason; 因施工单位重组，正在办理 is one
        if not settings.find("reason", f"{text}。\n{remark}") and not settings.find("ongoing", text):
            yield Defect(paper, problem, quote=problem.problem, actual=problem.status_text)


def _headline_reason(paper: Paper, status: Status, context: Context) -> bool:
    """Whether the total of this status carries a reason: 因客观原因暂未完成的1项."""
    settings = context.settings
    own = [c for c in paper.claims if c.metric == status]
    texts = {(c.paragraph or 0) for c in own}
    for passage in paper.passages:
        if (passage.paragraph or 0) not in texts:
            continue
        for clause in settings.split("clause_end", passage.text):
            stated = any(c.text and c.text in clause for c in own)
            spoken = any(word in clause for word in settings.status_words.get(status, ()))
            if (stated or spoken) and settings.find("reason", clause):
                return True
    return _reason_after(paper, status, texts, context)


def _reason_after(paper: Paper, status: Status, paragraphs: set[int], context: Context) -> bool:
    """正在推进的问题，主要是因为…: the reason in the clause after the one that names the status."""
    settings = context.settings
    for passage in paper.passages:
        if (passage.paragraph or 0) not in paragraphs:
            continue
        for sentence in settings.split("sentence_end", passage.text):
            clauses = settings.split("clause_end", sentence)
            opening = clauses[0] if clauses else ""
            named = any(word in opening for word in settings.status_words.get(status, ()))
            if named and settings.find("reason", "，".join(clauses[1:2])):
                return True
    return False


@check("money_unsettled")
def money_unsettled(paper: Paper, context: Context) -> Iterator[Defect]:
    """A sum is owed or was misused, and no measure says what became of it."""
    settings = context.settings
    for problem in paper.problems:
        text, measures = problem.problem, paper.measures_of(problem)
        sums = numbers(text)[1]
        if sums and measures and settings.find("owed", text) and not settings.find("settle", paper.answer(problem)):
            yield Defect(
                paper,
                problem,
                quote=text,
                actual="、".join(sorted(sums)),
                words={"amount": "、".join(s.replace("¥", "") + "元" for s in sorted(sums))},
            )


@check("off_topic")
def off_topic(paper: Paper, context: Context) -> Iterator[Defect]:
    """Problem and answer have no two characters in a row in common, and no number either."""
    for problem in paper.problems:
        measures = paper.measures_of(problem)
        answer = paper.answer(problem) + "\n".join(m.text for m in measures)
        asked = problem.problem + problem.category
        if not measures or len(answer) < 30 or len(asked) < 16:
            continue
        alike = len(set(plain(asked)) & set(plain(answer))) / max(len(set(plain(asked))), 1)
        if alike >= _ALIKE or numbers(asked)[0] & numbers(answer)[0]:
            continue
        told = grams(answer).keys()
        if not grams(asked).keys() & told:
            # short answers in other words are common; only one that fits another problem is likely misplaced
            elsewhere = any(len(grams(other.problem).keys() & told) >= _ELSEWHERE for other in paper.problems)
            yield _on_measure(paper, problem, measures[0], [], None if elsewhere else Severity.INFO)


@check("measure_repeats_problem")
def measure_repeats_problem(paper: Paper, context: Context) -> Iterator[Defect]:
    """A measure repeats the problem's words instead of answering it."""
    limit = context.settings.profile.thresholds["repeats"]
    for problem in paper.problems:
        asked = grams(problem.problem)
        for measure in paper.measures_of(problem):
            told = grams(measure.text)
            if told.total() > 2 * asked.total():
                continue  # much longer than the problem: it says more
            shared = 2 * (asked & told).total() / max(asked.total() + told.total(), 1)
            if asked.total() >= 6 and shared > limit:
                yield _on_measure(paper, problem, measure, [f"{shared:.2f}"])
