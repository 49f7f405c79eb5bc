"""One decision of a person on the page → corrections, and back again.

In: which cell, what it should be, and what the person saw there.  Out: corrections for the store.  A cell that has
changed since the person saw it is refused, so that two windows never lose each other's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.core.errors import InputError
from pipeline.core.rows import Tables
from pipeline.decisions.columns import ANCHORS, EDITABLE, Decided, positions, row_identity, stored_text
from pipeline.decisions.edited_sheet import EditedSheet, cell_value
from pipeline.decisions.merge import CHANGE, Correction
from pipeline.ruleset.labels import Labels

Key = tuple[str, str, str]
DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants a cell to hold (`text`, as he would write it in the workbook), and what he saw (`seen`)."""

    table: str
    row: str
    field: str
    text: str
    seen: str


class StaleError(InputError):
    """The cell is no longer what the person saw; `now` is what it holds."""

    def __init__(self, heading: str, now: str) -> None:
        super().__init__(heading, f"已在别处改为“{now[:40]}”", "这次没有改动；请看过新的内容再决定")
        self.now = now

    def __reduce__(self) -> tuple[type[StaleError], tuple[str, ...]]:
        return type(self), (self.where, self.now)


def corrections_of(
    wishes: Sequence[Wish], tables: Tables, kept: Sequence[Correction], labels: Labels, who: tuple[str, str]
) -> list[Correction]:
    """The corrections that make the wishes true.  Raises InputError, StaleError; then none of them is made."""
    files = {row.doc_id: row.file for row in tables.documents}
    read = {correction.key: correction.old for correction in kept}
    out = []
    for wish in wishes:
        editable = EDITABLE.get(wish.table)
        if editable is None or wish.field not in editable.fields:
            raise InputError(wish.field, "这一栏不能更正", "请换一栏")
        row = _row(tables, wish.table, wish.row)
        heading = labels.column(wish.table, wish.field)
        now = stored_text(getattr(row, wish.field))
        if now != wish.seen:
            raise StaleError(heading, now)
        anchor = ANCHORS[wish.table]
        words = read.get((wish.table, wish.row, anchor), stored_text(getattr(row, anchor)))
        new = _stored(wish, labels)
        if new == now:
            continue
        out.append(
            Correction(
                files.get(row.doc_id, ""), row.doc_id, wish.table, wish.row, words, CHANGE, wish.field, now, new, *who
            )
        )
    _reasoned(wishes, tables, labels)
    return out


def _reasoned(wishes: Sequence[Wish], tables: Tables, labels: Labels) -> None:
    """A finding is dismissed with a reason only."""
    said = {(wish.row, wish.field): wish.text.strip() for wish in wishes if wish.table == "findings"}
    for (row, field), text in said.items():
        if field == "review_state" and labels.code("finding_review", text) == DISMISSED:
            note = said.get(
                (row, "review_note"), stored_text(getattr(_row(tables, "findings", row), "review_note", ""))
            )
            if not note:
                raise InputError(text, "没有写理由", "请写明为什么不成立")


def _row(tables: Tables, table: str, identity: str) -> Decided:
    """The row with this identity.  Raises InputError when it is gone."""
    rows: Iterable[Decided] = tables.rows(table)  # type: ignore[assignment]
    found = next((row for at, row in positions(list(rows)) if row_identity(row, at) == identity), None)
    if found is None:
        raise InputError("", "这一行已经不在结果里", "请刷新页面")
    return found


def _stored(wish: Wish, labels: Labels) -> str:
    """The text as the store holds it, understood as a cell of the workbook is.  Raises InputError."""
    sheet = EditedSheet(wish.table, labels.of("sheet", wish.table), [wish.field], [])
    value = cell_value(sheet, 1, {wish.field: wish.text}, wish.field, labels)
    if value is None:
        what = sheet.wrong[0].partition("：")[2]
        raise InputError(labels.column(wish.table, wish.field), what, "请改正后再试")
    return value
