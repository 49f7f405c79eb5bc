"""The sheet 超期与到期: the problems that are overdue or due soon, by the day that its heading names."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from functools import partial

from pipeline.core.rows import Tables
from pipeline.decisions.columns import Column, labelled, shown
from pipeline.publish.due import due_items
from pipeline.publish.word.typography import chinese_date
from pipeline.ruleset.labels import Labels

OVERDUE, SOON = "overdue", "due_soon"


def due_columns(labels: Labels, day: datetime.date) -> list[Column]:
    """The columns; the second says by which day they are judged."""
    column = partial(labelled, labels, "items")
    heading = labels.of("wording", "as_of").replace("{day}", chinese_date(day.isoformat()))
    return [
        column("unit", 22),
        Column("state", heading, 14, "centre"),
        column("problem", 50),
        column("deadline", 12, "date"),
        column("deadline_text", 16),
        column("days", 8, "centre"),
        column("status", 10, "centre"),
        column("lead", 12),
        column("dept", 14),
        column("person", 12),
        column("reason", 30),
        column("source", 26),
    ]


def due_lines(
    tables: Tables, labels: Labels, unit: Callable[[str], str], day: datetime.date, ahead: int
) -> Iterator[list[object]]:
    """The lines, the longest overdue first."""
    files = {row.doc_id: row.file for row in tables.documents}
    found = due_items(tables.items, day, ahead)
    for one in sorted(found, key=lambda entry: (-entry.days, entry.item.unit, entry.item.seq)):
        item = one.item
        yield [
            unit(item.problem_from) or item.unit,
            labels.of("wording", OVERDUE if one.overdue else SOON),
            item.problem,
            shown("deadline", item.deadline, labels),
            item.deadline_text,
            max(one.days, 0) or None,
            shown("status", item.status, labels),
            item.lead,
            item.dept,
            item.person,
            item.reason,
            files.get(item.deadline_from, ""),
        ]
