"""What is overdue and what is due soon, out of the consolidated table.

A problem that a later paper reports as done is neither, and one that a bulletin reports on without a status is left to
the reader: nobody is reminded of what may be finished.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.core.item_row import ItemRow
from pipeline.reconcile.consolidate import open_still


@dataclass(frozen=True, slots=True)
class DueItem:
    """A problem that is not done, the last day of its deadline, and how many days that is past (negative: to come)."""

    item: ItemRow
    end: datetime.date
    days: int

    @property
    def overdue(self) -> bool:
        """Whether the deadline is past."""
        return self.days > 0


def due_items(items: Iterable[ItemRow], day: datetime.date, ahead: int) -> list[DueItem]:
    """The problems whose deadline is past on a day, or no more than `ahead` days to come, in their order."""
    found = []
    for item in items:
        end = last_day(item.deadline)
        if end is None or not open_still(item):
            continue
        days = (day - end).days
        if days >= -ahead:
            found.append(DueItem(item, end, days))
    return found


def last_day(iso: str) -> datetime.date | None:
    """The day of an ISO date; of a month its last day."""
    try:
        if len(iso) == 7:
            year, month = int(iso[:4]), int(iso[5:])
            return datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
        return datetime.date.fromisoformat(iso)
    except ValueError:
        return None
