"""What stands beside a problem's statement and is none of its words: a tick, a remark in brackets, a status."""

from __future__ import annotations

from pipeline import values
from pipeline.extract.found import Problem, fact, trimmed
from pipeline.extract.parts import Reading
from pipeline.model import FEEDBACK, Fact, Span

_OPENING, _CLOSING = "（〔【[", "）)〕】]"


def unticked(reading: Reading, problem: Problem, pieces: list[Span]) -> list[Span]:
    """第1条　✔, with the statement in the next paragraph: the tick is the status and none of its words."""
    first = reading.view(pieces[0]).strip()
    if reading.rules.at("sign", first) is None:
        return pieces
    tick = reading.rules.at("tick", first)
    if tick is not None and reading.kind != FEEDBACK:
        place = trimmed(reading.document, pieces[0])
        problem.status = Fact("status", tick.value, reading.document.text(place), place, tick.rule.id)
    return pieces[1:]


def take_remark(reading: Reading, problem: Problem) -> None:
    """`…照度不足（长期坚持）`: a status in brackets behind the statement is none of its words."""
    found = problem.problem
    if found is None or found.span.last != -1 or found.text[-1:] not in _CLOSING:
        return
    view = values.view(found.text)
    at = max(view.rfind(mark) for mark in _OPENING)
    status = reading.rules.at("status", view, at + 1)
    if at <= 0 or status is None or status.end != len(view) - 1:
        return
    span = Span(found.span.block, found.span.start, found.span.start + at)
    problem.problem = fact(reading.document, "problem", trimmed(reading.document, span), found.rule)
    place = Span(span.block, found.span.start + status.value_start, found.span.start + status.value_end)
    problem.status = Fact("status", status.value, reading.document.text(place), place, status.rule.id)
    problem.long_term = status.long_term


def take_status(reading: Reading, problem: Problem) -> list[Span]:
    """`…有名无实。正在整改，因…`: what opens with a status behind the statement is none of its words but answer."""
    found = problem.problem
    if found is None or problem.status is not None or found.span.last != -1 or reading.kind == FEEDBACK:
        return []
    view = values.view(found.text)
    for stop in (i for i, char in enumerate(view) if char in "。；"):
        at = stop + 1 + len(view[stop + 1 :]) - len(view[stop + 1 :].lstrip())
        status = reading.rules.at("status", view, at)
        if status is None or not (status.end >= len(view) or view[status.end] in "，。；（"):
            continue
        span = Span(found.span.block, found.span.start, found.span.start + stop)
        problem.problem = fact(reading.document, "problem", trimmed(reading.document, span), found.rule)
        place = Span(span.block, found.span.start + status.value_start, found.span.start + status.value_end)
        problem.status = Fact("status", status.value, reading.document.text(place), place, status.rule.id)
        problem.long_term = status.long_term
        return [Span(span.block, found.span.start + at, found.span.end)]
    return []
