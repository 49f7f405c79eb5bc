"""Rows of a list belong to the problems that they name, by number or by name; one row may name several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.core import values
from pipeline.extract.found import Problem
from pipeline.extract.proposers.cells import Cells
from pipeline.extract.proposers.proposal import Record


def join(cells: Cells, records: Sequence[Record], problems: list[Problem], named: bool) -> None:
    """Adds each row to its problems.

    `named`: a column says which problems a row is for; without one the rows' own numbers count only where there are
    as many rows as problems.
    """
    if not problems or (not named and len(records) != len(problems)):
        return
    by_label = {problem.label.strip(): problem for problem in reversed(problems)}
    by_number = {_number(problem.label): problem for problem in reversed(problems)}
    if len(by_number) != len(problems):  # without numbers, or with one twice: by place
        by_number = dict(enumerate(problems, 1))
    for record in records:
        entry = record.of("ref") if named else record.of("seq")
        if entry is None:
            continue
        text = cells.view(entry.span).strip()
        found = (
            [by_label[text]] if text in by_label else [by_number[n] for n in values.numbers_of(text) if n in by_number]
        )
        for problem in found or _by_name(text, problems):
            cells.complete(problem, record)


def _by_name(text: str, problems: Sequence[Problem]) -> list[Problem]:
    """The problems whose words the text repeats."""
    plain = re.sub(r"\W", "", text)
    if len(plain) < 5:
        return []
    stated = [(re.sub(r"\W", "", str(p.problem.value)), p) for p in problems if p.problem is not None]
    return [problem for words, problem in stated if words.startswith(plain) or plain in words or words in plain]


def _number(label: str) -> int | None:
    """The number of a label: （三）, 问题3, ②."""
    return next(iter(values.numbers_of(label)), None)
