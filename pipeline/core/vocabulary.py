"""The closed lists of code names that tables and stages share: each an enumeration in the order of its rank.

A member is its code name (`Status.DONE == "done"`), so that it goes into a file or a message as it is.  What people
see instead is in `rules/labels.yaml`.
"""

from __future__ import annotations

from enum import Enum


class Code(str, Enum):
    """One of a closed list of code names; `rank` is its place in the list, from 0."""

    def __str__(self) -> str:
        return str.__str__(self)

    def __format__(self, form: str) -> str:
        return str.__format__(self, form)

    @property
    def rank(self) -> int:
        """Its place in the list, from 0."""
        return list(type(self)).index(self)


class Kind(Code):
    """What a document is; the order is that of a round: what was found, planned, done."""

    FEEDBACK = "feedback"
    PLAN = "plan"
    LEDGER = "ledger"
    BULLETIN = "bulletin"
    OTHER = "other"


class Status(Code):
    """How far a problem is, the furthest first; None where the document does not say."""

    DONE = "done"
    BASICALLY_DONE = "basically_done"
    IN_PROGRESS = "in_progress"
    NOT_DONE = "not_done"


class State(Code):
    """What became of a file."""

    OK = "ok"
    WARNED = "ok_with_warnings"
    QUARANTINED = "quarantined"
    SKIPPED = "skipped"


class Severity(Code):
    """How much a finding weighs, the heaviest first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Action(Code):
    """What a document does with a rule that it names."""

    CREATED = "created"
    REVISED = "revised"
    ABOLISHED = "abolished"
    CITED = "cited"


CASE_KINDS = (Kind.FEEDBACK, Kind.PLAN, Kind.LEDGER, Kind.BULLETIN)  # that take part in a case
ANSWERS = (Kind.BULLETIN, Kind.PLAN, Kind.LEDGER)  # that answer a feedback
OPEN = (Status.BASICALLY_DONE, Status.IN_PROGRESS, Status.NOT_DONE)
REVIEWER = "reviewer"  # the rule of a fact that a person decided
CLOSED = "closed"  # the review state of a problem that a person has struck off the list
READ = (State.OK, State.WARNED)  # states of documents that were read
TABLES, RESULTS = "tables", ("workbook", "word", "page", "annotated")  # what a run makes: the tables always
ALL_RESULTS = frozenset(RESULTS)
