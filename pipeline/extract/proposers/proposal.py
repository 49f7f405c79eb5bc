"""What a proposer offers: problems with all that belongs to them, and how sure it is that this is their form."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.core.model import Fact, Span
from pipeline.extract.found import Problem


@dataclass(frozen=True, slots=True)
class NamedCell:
    """One cell or field: its role, the words that name it, the rule that told, and the value's place."""

    role: str
    name: str
    rule: str
    span: Span


@dataclass(frozen=True, slots=True)
class Record:
    """The entries of one problem, or of one row of a list that names problems by number; in reading order."""

    entries: tuple[NamedCell, ...]
    table: int = -1

    def of(self, role: str) -> NamedCell | None:
        """The first entry of a role."""
        return next((entry for entry in self.entries if entry.role == role), None)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A reading of the paper's problems.

    `blocks` are all blocks of the tables or forms that it read; `tables` gives each problem's table (its number in the
    document); `named` are the places of the headings with the role and the rule that decided it; `roles` are the roles
    of the first table's columns, for the kind of the paper; `headings` are the blocks of all headings and of the
    fields' names.
    """

    form: str
    problems: list[Problem]
    blocks: frozenset[int]
    tables: tuple[int, ...] = ()
    named: tuple[tuple[Span, str, str], ...] = ()
    roles: tuple[str, ...] = ()
    headings: frozenset[int] = frozenset()
    advice: list[tuple[str, Fact]] = field(default_factory=list)
