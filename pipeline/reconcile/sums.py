"""Sums of money in a text that stand for themselves: no thresholds, no prices by the head."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.rows import MeasureRow
from pipeline.core.values import MONEY, money, view
from pipeline.reconcile.settings import Settings

_MONEY = re.compile(MONEY)
_CLAUSE_BEFORE, _CLAUSE_AFTER = 24, 40  # characters around a sum that are read as its clause


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum in yuan, as it is written, with the words around it."""

    value: float
    text: str
    before: str
    after: str


def sums(text: str, settings: Settings) -> list[Sum]:
    """The sums of a text that are no thresholds and no prices by the head."""
    found = []
    for match in _MONEY.finditer(view(text)):
        value, (start, end) = money(match[0]), match.span()
        if value is None:
            continue
        one = Sum(value, text[start:end], text[max(0, start - _CLAUSE_BEFORE) : start], text[end : end + _CLAUSE_AFTER])
        if not settings.find("threshold", one.after) and not settings.find("per_head", one.before):
            found.append(one)
    return found


def repaid(measures: Sequence[MeasureRow], owed: float | None, settings: Settings) -> float | None:
    """What the measures of a problem say was paid back, in yuan; None when they name no such sum.

    Each sum counts once; where the whole sum is named, the others are its parts.
    """
    clauses = [clause for measure in measures for clause in settings.split("clause_end", measure.text)]
    values = {one.value for clause in clauses if settings.find("repaid", clause) for one in sums(clause, settings)}
    if not values:
        return None
    return owed if owed in values else round(sum(values), 2)
