"""The entries of a record → a problem: statement, groups, measures, status, duties, each from its own cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.core import values
from pipeline.core.model import Document, Fact, Span
from pipeline.extract.duties import assign, read_fields
from pipeline.extract.found import Measure, Problem, fact, set_status, trimmed
from pipeline.extract.items import sentence_end
from pipeline.extract.marks import Mark, find_marks
from pipeline.extract.proposers.proposal import NamedCell, Record
from pipeline.extract.proposers.roles import DUTIES, GROUPS, PAIRS
from pipeline.extract.status import by_morphemes
from pipeline.ruleset.rule import Hit, Rules

_KEPT = ("found", "goal", "opinion", "proof", "type", "place", "other", "effect", "task")  # words that go with it


class Cells:
    """Reads the cells of one document into problems."""

    def __init__(self, document: Document, views: Sequence[str], rules: Rules) -> None:
        self.document, self.views, self.rules = document, views, rules

    def view(self, span: Span) -> str:
        """The view of a span within one block."""
        return self.views[span.block][span.start : span.end]

    def problem(self, record: Record) -> Problem:
        """The problem that a record states."""
        problem = Problem()
        seq = record.of("seq") or record.of("ref")
        if seq is not None and self.view(seq.span).strip():
            problem.label = self.document.text(seq.span).strip()
        for entry in record.entries:
            if entry.role in GROUPS and getattr(problem, entry.role) is None:
                setattr(problem, entry.role, self._words(entry, entry.role))
            elif entry.role == "problem" and problem.problem is None:
                problem.problem = self._words(entry, "problem")
        if problem.school is not None:
            problem.aspect, problem.category = problem.school, problem.aspect
        if problem.aspect is None and problem.category is not None:
            problem.aspect, problem.category = problem.category, None
        self.complete(problem, record)
        return problem

    def complete(self, problem: Problem, record: Record) -> None:
        """Adds what a record says about a problem: its own, or one that a list's row names."""
        roles = {entry.role for entry in record.entries}
        measures = "measures" if "measures" in roles else "task"
        progress = "progress" if roles & {"progress", "tick"} else "effect"
        for entry in record.entries:
            if entry.role == measures:
                self._measures(problem, entry, progress in roles or "tick" in roles)
        for entry in record.entries:
            if entry.role == progress and (progress == "progress" or self._said(entry)):
                self._progress(problem, entry, measures in roles)
            elif entry.role == "tick":
                self._tick(problem, entry)
            elif entry.role == "remark":
                problem.rectification.append(entry.span)
                problem.extra.append((entry.name, entry.span))
            elif entry.role in _KEPT and entry.role != measures:
                problem.extra.append((entry.name, entry.span))
        for entry in record.entries:
            for_roles = PAIRS.get(entry.role, (entry.role,) if entry.role in DUTIES else ())
            if for_roles and self.rules.first("responsibility", self.view(entry.span)) is None:
                place = trimmed(self.document, entry.span)
                assign(self.document, problem, for_roles, place, entry.rule, self.rules)
        kept = [e.span for e in record.entries if e.role not in _KEPT or e.role in ("task", "effect")]
        problem.region += [span for span in kept if span not in problem.region]

    def duties(self, problem: Problem) -> None:
        """Responsibility after labels within the cells (包抓：甲　承办：教务处), in whatever column."""
        read_fields(self.document, self.views, problem, self.rules)

    def _words(self, entry: NamedCell, name: str) -> Fact:
        """A cell's text without its own number and frame."""
        return self.words(entry.span, name, entry.rule)

    def words(self, span: Span, name: str, rule: str) -> Fact:
        """The text at a place without its own number and frame."""
        view = self.views[span.block]
        start = span.start + len(self.view(span)) - len(self.view(span).lstrip())
        label = self.rules.at("label", view, start)
        if label is not None and label.end < span.end:
            start = label.end
        hit = self.rules.at("frame", view, start, span.end)
        end = len(view[: span.end].rstrip("。；， \n"))
        if hit is not None and (hit.end >= end or (name != "problem" and view[hit.end] == "（")):
            place = trimmed(self.document, Span(span.block, hit.value_start, hit.value_end))
            return fact(self.document, name, place, hit.rule.id)
        return fact(self.document, name, trimmed(self.document, Span(span.block, start, span.end)), rule)

    def _measures(self, problem: Problem, entry: NamedCell, status_elsewhere: bool) -> None:
        start = entry.span.start
        problem.rectification.append(entry.span)
        if not status_elsewhere and problem.status is None:
            hit = self.rules.at("status", self.views[entry.span.block], start)
            if hit is not None and hit.end < len(self.views[entry.span.block].rstrip("。； ")):
                set_status(self.document, problem, hit, Span(entry.span.block, hit.value_start, hit.value_end))
                start = hit.end
        problem.measures += self.measures(Span(entry.span.block, start, entry.span.end))

    def _progress(self, problem: Problem, entry: NamedCell, has_measures: bool) -> None:
        view, start = self.views[entry.span.block], entry.span.start
        start += len(self.view(entry.span)) - len(self.view(entry.span).lstrip())
        hit = self._status(entry.span, start)
        problem.rectification.append(entry.span)
        if hit is not None and problem.status is None:
            set_status(self.document, problem, hit, Span(entry.span.block, hit.value_start, hit.value_end))
        rest = hit is None or hit.end < len(view[: entry.span.end].rstrip("。； "))
        if not has_measures and rest:
            begin = hit.end if hit is not None and hit.start <= start else start
            problem.measures += self.measures(Span(entry.span.block, begin, entry.span.end))

    def _status(self, span: Span, start: int) -> Hit | None:
        """The status of a cell: at its start, as a tick, behind a stop, at last by the morphemes of its first words."""
        view = self.views[span.block]
        known = self.rules.at("status", view, start) or self.rules.at("progress_share", view, start)
        if known is None and (tick := self.rules.at("tick", view, span.start)) is not None:
            place = trimmed(self.document, span)
            return Hit(place.start, place.end, place.start, place.end, tick.value, tick.rule)
        stops = [k + 1 for k in range(span.start, span.end) if view[k] in "。；，（\n"]
        inner = (self.rules.at("status", view, at) for at in stops)
        return known or next((hit for hit in inner if hit is not None), None) or by_morphemes(view, self.rules, start)

    def _said(self, entry: NamedCell) -> bool:
        """Whether a cell of effects begins with a known status (整改结果：已完成)."""
        return self.rules.at("status", self.views[entry.span.block], entry.span.start) is not None

    def _tick(self, problem: Problem, entry: NamedCell) -> None:
        """The status over the column in which a row is ticked."""
        status = self.rules.at("status", entry.name)
        if status is None or self.rules.at("tick", self.view(entry.span)) is None or problem.status is not None:
            return
        set_status(self.document, problem, status, trimmed(self.document, entry.span))

    def measures(self, span: Span) -> list[Measure]:
        """The measures in a cell: by its enumerators (1. ① 一是), else one for each line."""
        view, found = self.views[span.block], []
        marks = self.marks(span)
        for k, mark in enumerate(marks):
            end = marks[k + 1].start if k + 1 < len(marks) else span.end
            found += self._measure(Span(span.block, mark.end, end), mark.text, mark.rule)
        if marks:
            return found
        at = span.start
        for line in view[span.start : span.end].split("\n"):
            label = self.rules.at("measure_label", view, at)
            begin = label.end if label is not None and label.end < at + len(line) else at
            rule = label.rule.id if label is not None else "measure.paragraph"
            found += self._measure(Span(span.block, begin, at + len(line)), view[at:begin].strip(), rule)
            at += len(line) + 1
        return found

    def marks(self, span: Span) -> list[Mark]:
        """The enumerators of a cell's outermost list."""
        marks = [
            mark
            for mark in find_marks(self.document.blocks, self.views, [span.block], self.rules)
            if span.start <= mark.start and mark.end <= span.end and mark.scheme not in ("break", "aside")
        ]
        first = marks[0].scheme.rstrip("+'") if marks else ""
        marks = [mark for mark in marks if mark.scheme.rstrip("+'") == first]
        return self._further(marks[0], span) if len(marks) == 1 else marks

    def _further(self, mark: Mark, span: Span) -> list[Mark]:
        """The labels that go on from an enclosed first one without a stop between (（1）甲（2）乙)."""
        view, found = self.views[span.block], [mark]
        while (number := found[-1].number) is not None and found[-1].end > found[-1].start:
            label = following(view[found[-1].start : found[-1].end], number)
            at = view.find(label, found[-1].end, span.end) if label else -1
            if at < 0:
                break
            found.append(replace(mark, start=at, end=at + len(label), number=number + 1, text=label, inline=True))
        return found

    def _measure(self, span: Span, label: str, rule: str) -> list[Measure]:
        place = trimmed(self.document, span)
        if place.end <= place.start:
            return []
        text = self.document.text(place)
        cut = sentence_end(values.view(text))
        headline = text[:cut] if 0 < cut <= 40 and cut < len(text) - 1 else ""
        return [Measure(fact(self.document, "measure", place, rule), label, headline)]


def following(label: str, number: int) -> str:
    """The enclosed label behind an enclosed one ((1) → (2), ① → ②), "" for others, which could be figures."""
    bare = label.strip()
    if len(bare) == 1 and values.ENCLOSED.get(bare) == number and values.ENCLOSED.get(chr(ord(bare) + 1)) == number + 1:
        return chr(ord(bare) + 1)
    if bare[:1] == "（" and bare[-1:] == "）" and bare[1:-1] == str(number):
        return f"（{number + 1}）"
    return ""
