"""What a check is: a function from a paper (or a case) to defects, entered by its decorator.

The decorator is the only registration; the docstring is the catalogue entry.  A defect is data: the
words for people come from `rules/checks.yaml`, the severity from the profile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import ProblemRow
from pipeline.core.vocabulary import Severity
from pipeline.reconcile.cases import Case
from pipeline.reconcile.match import Link
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.recount import Recount
from pipeline.reconcile.settings import Settings
from pipeline.reconcile.strands import Strand


@dataclass(frozen=True, slots=True)
class Defect:
    """One defect.  `words` fills the message; `severity` lowers the profile's, never raises it.

    `other` is the paper that `paper` is compared with; without one, what is compared stands in `paper` itself.
    """

    paper: Paper
    problem: ProblemRow | None = None
    other: Paper | None = None
    problem_id: str = ""  # where the problem is another document's (problem_unanswered)
    expected: str = ""
    actual: str = ""
    quote: str = ""
    other_quote: str = ""
    paragraph: int | None = None
    other_paragraph: int | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two documents of a case that answer each other, and how their problems belong together."""

    source: Paper
    answer: Paper
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may look at beside its own document."""

    case: Case
    settings: Settings
    pairs: tuple[Pair, ...] = ()
    as_of: date | None = None
    units: frozenset[str] = frozenset()  # comparable names of all units of the batch
    strands: tuple[Strand, ...] = ()  # the problems of the case, each through its papers
    items: tuple[ItemRow, ...] = ()  # the same as rows of the consolidated table, in the same order
    recounts: Mapping[str, Sequence[Recount]] = field(default_factory=dict)  # doc_id → its claims, counted again


PaperCheck = Callable[[Paper, Context], Iterator[Defect]]
CaseCheck = Callable[[Context], Iterator[Defect]]

PAPER_CHECKS: dict[str, PaperCheck] = {}
CASE_CHECKS: dict[str, CaseCheck] = {}


def check(name: str) -> Callable[[PaperCheck], PaperCheck]:
    """Enter a check of one document; the profile says for which kinds it runs."""

    def enter(function: PaperCheck) -> PaperCheck:
        assert function.__doc__, f"{name} has no catalogue entry"
        assert name not in PAPER_CHECKS, name
        PAPER_CHECKS[name] = function
        return function

    return enter


def case_check(name: str) -> Callable[[CaseCheck], CaseCheck]:
    """Enter a check that compares the documents of a case."""

    def enter(function: CaseCheck) -> CaseCheck:
        assert function.__doc__, f"{name} has no catalogue entry"
        assert name not in CASE_CHECKS, name
        CASE_CHECKS[name] = function
        return function

    return enter
