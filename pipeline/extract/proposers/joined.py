"""Rows of a list belong to the problems that they name, by number or by name; one row may name several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.core import values
from pipeline.extract.found import Problem
from pipeline.extract.proposers.cells import Cells
from pipeline.extract.proposers.proposal import Record

_NUMBERS = re.compile(r"\d{1,3}(?:\s?[-—–~至]\s?\d{1,3})?")
_MOST = 200  # problems that one range may name


def join(cells: Cells, records: Sequence[Record], problems: list[Problem], named: bool) -> None:
    """Adds each row to its problems.

    `named`: a column says which problems a row is for; without one the rows' own numbers count only where there are
    as many rows as problems.
    """
    if not problems or (not named and len(records) != len(problems)):
        return
    by_label = {problem.label.strip(): problem for problem in reversed(problems)}
    by_number = {_digits(problem.label): problem for problem in reversed(problems)}
    if len(by_number) != len(problems):  # without numbers, or with one twice: by place
        by_number = {str(number): problem for number, problem in enumerate(problems, 1)}
    for record in records:
        entry = record.of("ref") if named else record.of("seq")
        if entry is None:
            continue
        text = cells.view(entry.span).strip()
        found = [by_label[text]] if text in by_label else [by_number[n] for n in _named(text) if n in by_number]
        for problem in found or _by_name(text, problems):
            cells.complete(problem, record)


def _named(text: str) -> list[str]:
    """The numbers that a text names: 7、9, 3-5, 问题2."""
    found: list[str] = []
    for match in _NUMBERS.finditer(text):
        first, *last = (int(number) for number in re.findall(r"\d+", match[0]))
        found += [str(number) for number in range(first, min(last[0] if last else first, first + _MOST) + 1)]
    if not found:
        number = values.ordinal(re.sub(r"[第问题项条个号、.]", "", text))
        return [str(number)] if number is not None else []
    return list(dict.fromkeys(found))


def _by_name(text: str, problems: Sequence[Problem]) -> list[Problem]:
    """The problems whose words the text repeats."""
    plain = re.sub(r"\W", "", text)
    if len(plain) < 5:
        return []
    stated = [(re.sub(r"\W", "", str(p.problem.value)), p) for p in problems if p.problem is not None]
    return [problem for words, problem in stated if words.startswith(plain) or plain in words or words in plain]


def _digits(label: str) -> str:
    number = values.ordinal(re.sub(r"[^\d一二三四五六七八九十百①-⑳]", "", label))
    return "" if number is None else str(number)
