"""What stands beside a problem's statement and is none of its words: a tick, a remark in brackets, a status."""

from __future__ import annotations

from pipeline.core import values
from pipeline.core.model import Fact, Span
from pipeline.core.vocabulary import Kind
from pipeline.extract.found import Problem, fact, set_status, trimmed
from pipeline.extract.parts import Reading
from pipeline.ruleset.rule import Hit


def unticked(reading: Reading, problem: Problem, pieces: list[Span]) -> list[Span]:
    """第1条　✔, with the statement in the next paragraph: the tick is the status and none of its words."""
    first = reading.view(pieces[0]).strip()
    if reading.rules.at("sign", first) is None:
        return pieces
    tick = reading.rules.at("tick", first)
    if tick is not None and reading.kind != Kind.FEEDBACK:
        set_status(reading.document, problem, tick, trimmed(reading.document, pieces[0]))
    return pieces[1:]


def take_remark(reading: Reading, problem: Problem) -> None:
    """`…照度不足（长期坚持）`: a status in brackets behind the statement is none of its words."""
    found = problem.problem
    if found is None or found.span.last != -1:
        return
    remark = reading.bracketed_status(values.view(found.text))
    if remark is not None:
        _cut(reading, problem, found, *remark)


def take_status(reading: Reading, problem: Problem) -> list[Span]:
    """`…有名无实。正在整改，因…`: what opens with a status behind the statement is none of its words but answer."""
    found = problem.problem
    if found is None or problem.status is not None or found.span.last != -1 or reading.kind == Kind.FEEDBACK:
        return []
    view = values.view(found.text)
    for stop in (i for i, char in enumerate(view) if char in "。；"):
        at = stop + 1 + len(view[stop + 1 :]) - len(view[stop + 1 :].lstrip())
        status = reading.rules.at("status", view, at)
        if status is None or not (status.end >= len(view) or view[status.end] in "，。；（"):
            continue
        _cut(reading, problem, found, stop, status)
        return [Span(found.span.block, found.span.start + at, found.span.end)]
    return []


def _cut(reading: Reading, problem: Problem, found: Fact, end: int, status: Hit) -> None:
    """The statement ends in front of its character `end`; the status behind it is the problem's."""
    block, start = found.span.block, found.span.start
    words = trimmed(reading.document, Span(block, start, start + end))
    problem.problem = fact(reading.document, "problem", words, found.rule)
    place = Span(block, start + status.value_start, start + status.value_end)
    set_status(reading.document, problem, status, place)
