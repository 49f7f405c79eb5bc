"""What a paper says about a problem that is none of its fields: label and words, so that nothing is dropped.

In: a problem with all that was read of it.  Out: cells of columns without a role under their headings, and the
sentences between what was read (整改成效：…, 存在差距：…, a lead-in, a remark).  The one idea: what no fact covers, and
no number, marker or stop explains, is kept under the key that it stands behind.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pipeline.core.model import Document, Span
from pipeline.extract.found import Problem, trimmed
from pipeline.ruleset.rule import Rules

_SENTENCE = re.compile(r"[^。；！？\n]+[。；！？\n]?|[。；！？\n]")
_WORDS = re.compile(r"[\u4e00-\u9fff]{2}|[A-Za-z]{2}")  # what says something: no number, no bracket
_OPENING = ("label", "rectification", "facet", "responsibility")  # what only opens what was read
_BETWEEN = "。；！？，、 　\n）」"  # what may stand between two sentences of one extra


def extras(document: Document, views: Sequence[str], problem: Problem, rules: Rules) -> list[tuple[str, Span]]:
    """Label ("" where there is none) and place of what a problem says besides its fields, in reading order."""
    found = [(label, trimmed(document, span)) for label, span in problem.extra]
    facts = (problem.problem, problem.school, problem.aspect, problem.category, *(m.fact for m in problem.measures))
    told = _places(views, [*(f.span for f in facts if f is not None), *(span for _, span in found)])
    duties = _places(views, (fact.span for fact in problem.fields.values()))
    status = _places(views, [problem.status.span] if problem.status is not None else [])
    _framed(views, problem, told, rules)
    for block, spans in groupby(sorted(_single(problem.region), key=lambda s: (s.block, s.start)), lambda s: s.block):
        labels = _labels(views[block], told[block], rules)
        own = {at for span in spans for at in range(span.start, span.end)}
        for start, end in _runs(views[block], own - told[block]):
            if duties[block] & _sentence_at(views[block], start, end):
                continue  # the words that tie who and when together
            begin, key = _opened(views[block], start, end, rules)
            label = labels[max(at for at in labels if at <= start)] if key is None else key
            lead = rules.at("status_lead", views[block], begin, end)
            said = range(lead.end if lead is not None and lead.end in status[block] else begin, end)
            words = "".join(views[block][at] for at in said if at not in status[block])
            place = trimmed(document, Span(block, begin, end))
            if place.end <= place.start or not _WORDS.search(words):
                continue
            before = found[-1][1] if found and key is None and found[-1][0] == label else None
            if before is not None and before.block == block and not views[block][before.end : begin].strip(_BETWEEN):
                found[-1] = (found[-1][0], Span(block, before.start, place.end))
            else:
                found.append((label, place))
    found = [(label, place) for label, place in found if place.end > place.start]
    return sorted(dict.fromkeys(found), key=lambda one: (one[1].block, one[1].start))


def _single(spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if span.last in (-1, span.block)]


def _places(views: Sequence[str], spans: Iterable[Span]) -> defaultdict[int, set[int]]:
    """Block → the characters that some spans hold."""
    held: defaultdict[int, set[int]] = defaultdict(set)
    for span in spans:
        last = span.block if span.last == -1 else span.last
        for block in range(span.block, last + 1):
            start = span.start if block == span.block else 0
            held[block].update(range(start, span.end if block == last else len(views[block])))
    return held


def _framed(views: Sequence[str], problem: Problem, told: defaultdict[int, set[int]], rules: Rules) -> None:
    """The frame around a statement (关于“…”的问题, 问题表现（1）：) is its own."""
    first = problem.region[0] if problem.region else None
    if problem.problem is None or first is None or first.block != problem.problem.span.block:
        return
    at = first.start
    label = rules.at("label", views[first.block], at)
    at = label.end if label is not None else at
    frame = rules.at("frame", views[first.block], at)
    end = max(problem.problem.span.start, frame.end if frame is not None else 0)
    told[first.block].update(range(first.start, end))


def _runs(view: str, places: set[int]) -> Iterator[tuple[int, int]]:
    """Start and end of what is left, sentence by sentence."""
    for sentence in _SENTENCE.finditer(view):
        start = sentence.start()
        for at in range(sentence.start(), sentence.end() + 1):
            if at == sentence.end() or at not in places:
                if at > start:
                    yield start, at
                start = at + 1


def _labels(view: str, told: set[int], rules: Rules) -> dict[int, str]:
    """Start of each sentence → the key that still holds there: until the next one, or the next measure."""
    labels, label = {}, ""
    for sentence in _SENTENCE.finditer(view):
        begin, key = _opened(view, sentence.start(), sentence.end(), rules)
        label = key if key is not None else "" if begin in told else label
        labels[sentence.start()] = label
    return labels


def _sentence_at(view: str, start: int, end: int) -> set[int]:
    """The places of the sentence around a run."""
    first = max(view.rfind(stop, 0, start) for stop in "。；！？\n") + 1
    last = min((at for stop in "。；！？\n" if (at := view.find(stop, end - 1)) >= 0), default=len(view))
    return set(range(first, last))


def _opened(view: str, start: int, end: int, rules: Rules) -> tuple[int, str | None]:
    """Where the words begin behind numbers, markers and a key; that key, "" for one that opens measures, or None."""
    at, label = start, None
    while at < end:
        if view[at] in "。；，：、（ 　\n":
            at += 1
            continue
        opening = next((hit for name in _OPENING if (hit := rules.at(name, view, at, end)) is not None), None)
        key = rules.at("key", view, at, end)
        hit = key or opening
        if hit is None or hit.end <= at:
            break
        if key is not None:
            label = "" if rules.at("rectification", view, at, end) is not None else key.value
        at = hit.end
    return at, label
