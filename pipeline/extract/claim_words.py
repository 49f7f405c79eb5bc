"""A text → the words that totals are made of: numbers with their classifiers, nouns, verbs, sanctions, sums, each in
its clause.

Words inside the title of a document or a slogan's quotes are none.  A clause ends at a comma, a colon or a stop; what
stands in brackets is a clause of its own, and is left out of the clause around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.core.model import Span
from pipeline.extract.marks import Quoted
from pipeline.ruleset.rule import Hit, Rules

# of two words that overlap the longer counts, of equally long ones the earlier in this list
KINDS = ("part", "people", "money", "rate", "number", "verb", "rules", "noun")
_SENTENCE, _CLAUSE, _OPEN, _CLOSE = "。；！？\n", "，：", "（", "）"


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a total: its kind, what it stands for (a metric, `none`, or `rules`), and its place."""

    kind: str
    value: str
    hit: Hit

    @property
    def start(self) -> int:
        """Where it begins in the view."""
        return self.hit.start

    @property
    def end(self) -> int:
        """Where it ends in the view."""
        return self.hit.end

    @property
    def name(self) -> str:
        """The word itself, without 处分 behind it."""
        return self.hit.groups.get("name") or self.hit.groups.get("phrase") or self.value

    @property
    def all(self) -> bool:
        """Whether a verb says 全部, 均."""
        return any(text for name, text in self.hit.groups.items() if name.startswith("all"))

    @property
    def unit(self) -> str:
        """The classifier of a number."""
        return self.hit.groups.get("unit") or ""


@dataclass(frozen=True, slots=True)
class Clause:
    """Words between two commas; `before` are the last two in front of the bracket that the clause stands in."""

    start: int
    words: tuple[Word, ...]
    before: tuple[Word, ...] = ()


def sentences(view: str, span: Span) -> Iterator[tuple[int, int]]:
    """Where the sentences of a span lie."""
    start = span.start
    for at in range(span.start, span.end):
        if view[at] in _SENTENCE:
            yield start, at
            start = at + 1
    if start < span.end:
        yield start, span.end


def find_words(view: str, start: int, end: int, quoted: Quoted, rules: Rules) -> list[Word]:
    """The words of a stretch, without overlap, in order."""
    found = [
        Word(kind, hit.rule.value, hit)
        for kind in KINDS
        for rule in rules.within(f"claim_{kind}", view)
        for hit in rule.find(view, start, end)
        if not quoted.inside(hit.start)
    ]
    found.sort(key=lambda word: (word.start - word.end, KINDS.index(word.kind)))
    taken: set[int] = set()
    chosen = []
    for word in found:
        places = set(range(word.start, word.end))
        if not places & taken:
            taken |= places
            chosen.append(word)
    return sorted(chosen, key=lambda word: word.start)


def clauses(view: str, start: int, end: int, words: list[Word]) -> list[Clause]:
    """The clauses of a sentence in order; a bracket's clauses stand behind the one that it interrupts."""
    found: list[Clause] = []
    stack: list[tuple[int, list[Word], tuple[Word, ...]]] = [(start, [], ())]
    inner: list[Clause] = []
    waiting = list(reversed(words))
    for at in range(start, end):
        if waiting and at == waiting[-1].start:
            stack[-1][1].append(waiting.pop())
        sign = view[at]
        if sign == _OPEN:
            stack.append((at + 1, [], tuple(stack[-1][1][-2:])))
        elif sign == _CLOSE and len(stack) > 1:
            first, held, before = stack.pop()
            inner.append(Clause(first, tuple(held), before))
        elif sign in _CLAUSE:
            first, held, before = stack.pop()
            clause = Clause(first, tuple(held), before)
            if stack:
                inner.append(clause)
            else:
                found += [clause, *inner]
                inner = []
            stack.append((at + 1, [], ()))
    rest = [Clause(first, tuple(held), before) for first, held, before in stack]
    return [*found, *rest[:1], *inner, *rest[1:]]
