"""Decisions of people laid over newly read tables, and earlier decisions joined with new ones.

Used on newly read tables a decision is a three-way merge: where the reading has not changed, the decision replaces
it; where it has, the decision still stands and the difference is listed as a conflict.  A decision is never put on a
row that is no longer the one it was made for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.core.rows import (
    ROW_TYPES,
    SCHEMA,
    ClaimRow,
    ConflictRow,
    DocumentRow,
    FactRow,
    FindingRow,
    MeasureRow,
    ProblemRow,
    Tables,
    with_rows,
)
from pipeline.core.vocabulary import REVIEWER
from pipeline.decisions.added import with_measure, with_problem
from pipeline.decisions.columns import ANCHORS, EDITABLE, Decided, stored_text
from pipeline.decisions.correction import ADD as ADD
from pipeline.decisions.correction import CHANGE as CHANGE
from pipeline.decisions.correction import DELETE as DELETE
from pipeline.decisions.correction import Correction as Correction
from pipeline.decisions.correction import load_corrections as load_corrections
from pipeline.decisions.correction import save_corrections as save_corrections
from pipeline.decisions.identity import RowPlaces
from pipeline.decisions.told_matches import LINKS, told_links

RESULT_FIELDS = {"status", "long_term", "lead", "dept", "person", "deadline"}
_ADDED_ID = re.compile(r"[-:]r\d+$")  # of a row that a person added
GONE, CHANGED, ALIKE = "gone", "changed", "alike"  # why a decision is listed


def combined(earlier: Sequence[Correction], fresh: Iterable[Correction]) -> list[Correction]:
    """Earlier and new decisions as one list: the later wins, a decision for the reading itself is a withdrawal."""
    kept = {correction.key: correction for correction in earlier}
    added = {correction.key[:2]: correction for correction in earlier if correction.action == ADD}
    for correction in fresh:
        before = kept.get(correction.key)
        if correction.action == CHANGE and before is None and correction.key[:2] in added:
            row = added[correction.key[:2]]  # another cell of a row that a person added
            kept[correction.key] = replace(
                row, field=correction.field, old="", new=correction.new, when=correction.when
            )
            continue
        if correction.action == DELETE and (correction.key[:2] in added or _ADDED_ID.search(correction.row)):
            for key in [k for k in kept if k[:2] == correction.key[:2]]:
                del kept[key]
            continue
        if before is not None and before.new == correction.new and before.action in (correction.action, ADD):
            continue  # decided already
        if before is not None:  # what the program had read stays what it was
            correction = replace(correction, old=before.old, anchor=before.anchor, action=before.action)
        elif correction.action != ADD:  # what a person saw may be his own words
            words = kept.get((correction.table, correction.row, ANCHORS.get(correction.table, "")))
            correction = replace(correction, anchor=words.old) if words and words.action == CHANGE else correction
        if correction.action == CHANGE and correction.new == correction.old:
            kept.pop(correction.key, None)
        else:
            kept[correction.key] = correction
    return list(kept.values())


# --- file → tables ----------------------------------------------------------------------------------


def merge(tables: Tables, corrections: Sequence[Correction]) -> Tables:
    """Newly read tables with decisions laid over; `conflicts` are those whose ground has changed.

    What people decided about findings waits for `merge_findings`: it comes before the checks, they after.
    """
    matches = [(one.row, one.doc_id, one.anchor, one.new) for one in corrections if one.table == LINKS]
    corrections = [one for one in corrections if one.table in EDITABLE and one.table != "findings"]
    work = _Work(tables, tuple(name for name in EDITABLE if name != "findings"), corrections)
    conflicts: list[ConflictRow] = []
    gone: dict[str, set[int]] = {name: set() for name in work.rows}
    # rows are found before anything is changed: a decision may change the very words that tell a row
    for correction, found in [(c, work.places.row(c)) for c in corrections if c.action != ADD]:
        if found is None:
            conflicts.append(_conflict(correction, GONE))
            continue
        words = stored_text(getattr(work.read[correction.table][found.at], ANCHORS[correction.table]))
        if correction.action == DELETE:
            gone[correction.table].add(found.at)
            conflicts += [] if found.exact else [_conflict(correction, ALIKE, "", words)]
            continue
        now = stored_text(getattr(work.rows[correction.table][found.at], correction.field))
        if now not in (correction.old, correction.new):
            conflicts.append(_conflict(correction, CHANGED, now, words))
        elif not found.exact:
            conflicts.append(_conflict(correction, ALIKE, now, words))
        work.decide(correction, found.at)
    added = [correction for correction in corrections if correction.action == ADD]
    whole, lost = _with_added(_without(work.tables(), gone), added, work.places)
    links = told_links(matches, tables, whole)
    return replace(whole, conflicts=(*conflicts, *(_conflict(one, GONE) for one in lost)), told_links=links)


def merge_findings(tables: Tables, corrections: Sequence[Correction]) -> Tables:
    """Tables with what reviewers said on the findings; a finding that is gone needs no decision any more."""
    work = _Work(tables, ("findings",), corrections)
    lost = []
    for correction in [one for one in corrections if one.table == "findings"]:
        at = work.places.row(correction)
        if at is not None and correction.action == CHANGE:
            work.decide(correction, at.at)
        elif work.places.document(correction) is None:
            lost.append(_conflict(correction, GONE))
    return replace(work.tables(), conflicts=(*tables.conflicts, *lost))


class _Work:
    """The rows of some tables while decisions are laid over them."""

    def __init__(self, tables: Tables, names: Sequence[str], corrections: Sequence[Correction]) -> None:
        self._tables = tables
        self.places = RowPlaces(tables, names, corrections)
        self.read = {name: tuple(rows) for name, rows in self.places.rows.items()}
        self.rows = self.places.rows
        self._facts: list[FactRow] = []

    def tables(self) -> Tables:
        """The tables as they are now."""
        return with_rows(self._tables, {**self.rows, "facts": [*self._tables.facts, *self._facts]})

    def decide(self, correction: Correction, at: int) -> None:
        """Set a field to what a person decided."""
        row = _decided(self.rows[correction.table][at], correction)
        self.rows[correction.table][at] = row
        if correction.field in SCHEMA[correction.table]:
            owner = "" if isinstance(row, DocumentRow | ClaimRow) else row.problem_id
            self._facts.append(
                FactRow(
                    doc_id=row.doc_id, problem_id=owner, field=correction.field, value=correction.new, rule=REVIEWER
                )
            )


def _with_added(
    tables: Tables, corrections: Sequence[Correction], places: RowPlaces
) -> tuple[Tables, list[Correction]]:
    """The tables with the rows that people added, and the decisions whose paper or problem is gone."""
    groups: dict[tuple[str, str], list[Correction]] = {}
    for correction in corrections:
        groups.setdefault((correction.table, correction.row), []).append(correction)
    problems, measures, lost = list(tables.problems), list(tables.measures), []
    for (table, identity), group in sorted(groups.items(), key=lambda entry: entry[0][0] != "problems"):
        first, doc_id = group[0], places.document(group[0])
        if doc_id is None:
            lost.append(first)
            continue
        values = {one.field: typed(table, one.field, one.new) for one in group}
        after = places.moved(first.after, first)
        if table == "problems":
            problem: Any = replace(ProblemRow(doc_id=doc_id, problem_id=identity), **values)  # type: ignore[arg-type]
            problems = with_problem(problems, problem, after)
            continue
        owner = first.anchor if any(row.problem_id == first.anchor for row in problems) else places.problem(first)
        if owner is None:
            lost.append(first)
            continue
        measure: Any = MeasureRow(doc_id=doc_id, problem_id=owner, measure_id=identity)
        measures = with_measure(measures, replace(measure, **values), after)
    return with_rows(tables, {"problems": problems, "measures": measures}), lost


def _with(row: Decided, correction: Correction) -> Decided:
    """The row with the field as a person decided it."""
    value: Any = typed(correction.table, correction.field, correction.new)
    return replace(row, **{correction.field: value})


def _decided(row: Decided, correction: Correction) -> Decided:
    """The row as a person decided; text that no longer holds is not used any more."""
    row = _with(row, correction)
    if isinstance(row, ProblemRow):
        if correction.field in RESULT_FIELDS:
            row = replace(row, rectification="")
        if correction.field in ("status", "long_term"):
            row = replace(row, status_text="")
        if correction.field == "deadline":
            row = replace(row, deadline_text="")
    if isinstance(row, FindingRow) and row.review_state == "dismissed":
        reason = row.review_note or "审核认为不成立"
        row = replace(row, waived=f"{reason}（{correction.by}，{correction.when[:10]}）")
    return row


def typed(table: str, field: str, text: str) -> object:
    """A correction's text as the value that rows hold."""
    kind = SCHEMA[table].get(field, str)
    if kind is bool:
        return text == "true" if text else None
    return kind(text) if text or kind is str else None


def _without(tables: Tables, gone: Mapping[str, set[int]]) -> Tables:
    """The tables without some rows (by their places), and without all that belongs to a problem that is gone."""
    problems = {tables.problems[at].problem_id for at in gone["problems"]}
    measures = {tables.measures[at].measure_id for at in gone["measures"]}
    left: dict[str, list[Any]] = {
        name: [
            row
            for at, row in enumerate(tables.rows(name))
            if at not in gone.get(name, ()) and getattr(row, "problem_id", "") not in problems
        ]
        for name in ROW_TYPES
    }
    for name in ("references", "amounts"):  # what stood in a measure that is gone still belongs to the problem
        left[name] = [replace(row, measure_id="") if row.measure_id in measures else row for row in left[name]]
    return with_rows(tables, left)


def _conflict(correction: Correction, why: str, now: str = "", words: str = "") -> ConflictRow:
    """A decision that a person should look at: what is read now instead, and the words of its row now."""
    return ConflictRow(
        why=why,
        file=correction.document,
        doc_id=correction.doc_id,
        table=correction.table,
        row=correction.problem if correction.action == ADD and correction.table == "measures" else correction.anchor,
        row_now=words,
        field=correction.field if correction.action == CHANGE else "",
        action=correction.action,
        was=correction.old,
        now=now,
        human=correction.new,
        by=correction.by,
        when=correction.when,
        key=json.dumps(correction.key, ensure_ascii=False),
    )
