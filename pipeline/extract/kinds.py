"""What kind a paper is: named votes from its title, its opening, its columns, its text and from what was parsed.

Interface to the reading.  `text_votes` reads the votes of `rules/kind.yaml`.  `decide(votes, parsed)` adds them up and
gives the winner; `parsed` says how a trial reading of the paper went, and whoever reads papers hands it in:

    problems    how many problems the reading found
    answered    how many of them are answered: a measure or a status stands under them
    share       which share of the paper's characters has a role (0 to 1)
    own_tables  how many tables or forms have the columns of our papers

Without `parsed` (None) the votes of the texts decide alone: that is the kind under which a trial reading begins.
A paper is `other` unless the votes for one of our kinds outweigh those for `other`, which begins with a vote of its
own.  What was read in a paper that turns out to be `other` is dropped; and a paper whose table or list was read with
answers is no `other`, whatever its title says, unless it says so itself in the strongest terms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.vocabulary import ANSWERS, Kind
from pipeline.ruleset.rule import Rule, Rules

WHERE = ("title", "opening", "columns", "body")
_DOUBT = 2.0  # what stands against a paper from the beginning
_ANSWERED = 3.0  # two answered problems or more
_ONE = 1.0  # one answered problem
_TABLE = 3.0  # a table or form of ours with problems in it
_EMPTY = 1.0  # nothing was read, though the words sound like ours


@dataclass(frozen=True, slots=True)
class Parsed:
    """How a trial reading went; see the module's docstring."""

    problems: int = 0
    answered: int = 0
    share: float = 0.0
    own_tables: int = 0


@dataclass(frozen=True, slots=True)
class Vote:
    """A reason for a kind: the rule (or `parsed.…`) that gives it, and how much it weighs."""

    name: str
    kind: str
    weight: float


def text_votes(texts: Mapping[str, str], rules: Rules) -> list[Vote]:
    """The votes of the rules; `texts` by `where`: title, opening, columns (field names), body."""
    return [
        Vote(rule.id, rule.value, float(rule.options.get("weight", 2)))
        for where in WHERE
        for rule in rules.of("kind")
        if rule.options.get("where") == where and _applies(rule, texts.get(where, ""))
    ]


def decide(votes: Sequence[Vote], parsed: Parsed | None = None) -> Vote:
    """The winning kind, with the heaviest reason for it; the weight is its margin over the next kind."""
    every = [*votes, *(_parse_votes(votes, parsed) if parsed is not None else ())]
    totals = _totals(every)
    totals[Kind.OTHER] = totals.get(Kind.OTHER, 0) + _DOUBT
    kind = ours(every)
    if not kind or totals[kind] <= totals[Kind.OTHER]:
        kind = Kind.OTHER
    margin = totals[kind] - max((total for other, total in totals.items() if other != kind), default=0)
    reasons = [vote for vote in every if vote.kind == kind]
    name = max(reasons, key=lambda vote: vote.weight).name if reasons else "kind.default"
    return Vote(name, kind, margin)


def ours(votes: Sequence[Vote]) -> str:
    """The kind of ours with the most votes, of two the one voted for first; "" when no vote is for one of ours."""
    totals = _totals([vote for vote in votes if vote.kind != Kind.OTHER])
    return max(totals, key=lambda kind: totals[kind], default="")


def _totals(votes: Sequence[Vote]) -> dict[str, float]:
    totals: dict[str, float] = {}
    for vote in votes:
        totals[vote.kind] = totals.get(vote.kind, 0) + vote.weight
    return totals


def _parse_votes(votes: Sequence[Vote], parsed: Parsed) -> list[Vote]:
    kind = ours(votes)
    found = []
    if parsed.answered:
        answers = kind if kind in ANSWERS else Kind.LEDGER if parsed.own_tables else Kind.BULLETIN
        found.append(Vote("parsed.answered", answers, _ANSWERED if parsed.answered > 1 else _ONE))
    if parsed.own_tables and parsed.problems:
        stated = Kind.LEDGER if parsed.answered else Kind.FEEDBACK
        found.append(Vote("parsed.tables", kind or stated, _TABLE))
    if not parsed.problems and kind in (Kind.FEEDBACK, Kind.LEDGER):
        found.append(Vote("parsed.empty", Kind.OTHER, _EMPTY))
    return found


def _applies(rule: Rule, text: str) -> bool:
    if not text or not rule.search(text):
        return False
    without, needs = rule.options.get("not"), rule.options.get("needs")
    if without and any(word in text for word in str(without).split("|")):
        return False
    return not needs or any(word in text for word in str(needs).split("|"))
