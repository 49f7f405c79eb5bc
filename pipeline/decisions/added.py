"""Rows that people added: numbered and placed as their neighbours.

In: the decisions that add a row, and the rows that were read.  Out: the rows with the added ones in their places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pipeline.core.rows import MeasureRow, ProblemRow
from pipeline.core.values import LABELLED_NUMBER, next_number

GROUPS = ("school", "aspect", "category")
_NUMBER = re.compile(LABELLED_NUMBER)
Numbered = TypeVar("Numbered", ProblemRow, MeasureRow)


def with_problem(rows: Sequence[ProblemRow], row: ProblemRow, after: str) -> list[ProblemRow]:
    """The problems with one more, below the one with the id `after`; "" (or an unknown one): last of its aspect."""
    own = [at for at, other in enumerate(rows) if other.doc_id == row.doc_id]
    alike = [at for at in own if row.aspect and rows[at].aspect == row.aspect]
    named = [at for at in own if rows[at].problem_id == after]
    at = (named or alike[-1:] or own[-1:] or [len(rows) - 1])[0]
    if own and not any(getattr(row, name) for name in GROUPS):
        groups: dict[str, Any] = {name: getattr(rows[at], name) for name in GROUPS}
        row = replace(row, **groups)
    before = rows[at] if own else None
    out = [*rows[: at + 1], replace(row, label=next_label(before.label) if before else ""), *rows[at + 1 :]]
    return _counted(_relabelled(out, at + 1, "doc_id"), "doc_id", row.doc_id)


def with_measure(rows: Sequence[MeasureRow], row: MeasureRow, after: str) -> list[MeasureRow]:
    """The measures with one more, below the one with the id `after`; "" (or an unknown one): last of its problem."""
    own = [at for at, other in enumerate(rows) if other.problem_id == row.problem_id]
    named = [at for at in own if rows[at].measure_id == after]
    at = (named or own[-1:] or [len(rows) - 1])[0]
    before = rows[at] if own else None
    out = [*rows[: at + 1], replace(row, label=next_label(before.label) if before else ""), *rows[at + 1 :]]
    return _counted(_relabelled(out, at + 1, "problem_id"), "problem_id", row.problem_id)


def next_label(label: str) -> str:
    """The number that follows in the same way of writing: （三） → （四）, 问题表现（9）： → 问题表现（10）：."""
    numbers = list(_NUMBER.finditer(label))
    if not numbers:
        return ""
    last = numbers[-1]
    following = next_number(last.group())
    return f"{label[: last.start()]}{following}{label[last.end() :]}" if following else ""


def _relabelled(rows: list[Numbered], at: int, owner: str) -> list[Numbered]:
    """The rows behind a new one move up by one as long as they carry the number of the one before."""
    taken = rows[at].label
    for place in range(at + 1, len(rows)):
        row = rows[place]
        if not taken or row.label != taken or getattr(row, owner) != getattr(rows[at], owner):
            break
        taken = next_label(taken)
        rows[place] = replace(row, label=taken or row.label)
    return rows


def _counted(rows: list[Numbered], owner: str, value: str) -> list[Numbered]:
    """The rows of one owner numbered from 1 in their order."""
    number = 0
    for at, row in enumerate(rows):
        if getattr(row, owner) == value:
            number += 1
            rows[at] = replace(row, seq=number)
    return rows
