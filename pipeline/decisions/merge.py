"""What people decided, as data: `corrections.csv`, and its use on newly read tables.

A correction names document, row and field, what the program had read and what the person decided.  Used on
newly read tables it is a three-way merge: where the reading has not changed, the decision replaces it; where
it has, the decision still stands and the difference is listed as a conflict.  A decision is never put on a
row that is no longer the one it was made for.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from rapidfuzz.fuzz import ratio

from pipeline.core import limits
from pipeline.core.errors import InputError, Rejected
from pipeline.core.files import replace_file
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
from pipeline.core.text import guarded
from pipeline.core.vocabulary import REVIEWER, Status
from pipeline.decisions.columns import ANCHORS, DATES, EDITABLE, Decided, digest, positions, row_identity, stored_text
from pipeline.readers.gate import load

FILE = "corrections.csv"
CHANGE, ADD, DELETE = "change", "add", "delete"
# what people can't do with the rows of a table
NEVER = {"documents": (ADD, DELETE), "claims": (ADD,), "findings": (ADD,)}
ALIKE = 60  # from which likeness a changed reading is still the same problem
DATE_FIELDS = {"deadline", *DATES}
_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?")
RESULT_FIELDS = {"status", "long_term", "lead", "dept", "person", "deadline"}


@dataclass(frozen=True, slots=True)
class Correction:
    """One decision of a person; empty text means "not stated"."""

    document: str
    doc_id: str
    table: str
    row: str
    anchor: str
    action: str
    field: str
    old: str
    new: str
    by: str
    when: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is about: a later decision about the same replaces it."""
        return self.table, self.row, self.field


NAMES = [field.name for field in fields(Correction)]


# --- the file ---------------------------------------------------------------------------------------


def load_corrections(path: Path) -> list[Correction]:
    """The corrections of a file, none when there is no file.  Raises InputError with the line of what is wrong."""
    if not path.exists():
        return []
    try:
        text = _decoded(load(path))
    except (Rejected, UnicodeDecodeError) as error:
        raise InputError(str(path), "人工更正表读不出来", "请用 UTF-8 编码另存，或恢复原来的文件") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    before = csv.field_size_limit(limits.TEXT_CHARACTERS)  # the words of a row may be long
    try:
        if reader.fieldnames is None or not set(NAMES) <= set(reader.fieldnames):
            missing = "、".join(name for name in NAMES if name not in (reader.fieldnames or ()))
            raise InputError(f"{path.name}:1", f"缺少列 {missing}", "请恢复表头")
        return [_checked(entry, f"{path.name}:{reader.line_num}") for entry in reader]
    except csv.Error as error:
        where = f"{path.name}:{reader.line_num}"
        raise InputError(where, f"写法有误（{error}）", "请检查这一行的引号和长度") from error
    finally:
        csv.field_size_limit(before)


def _decoded(data: bytes) -> str:
    """UTF-8, else the system's encoding, in which Excel saves csv.  Raises UnicodeDecodeError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _checked(entry: dict[str, str], where: str) -> Correction:
    """A line as a correction.  Raises InputError for what no workbook would have given."""
    correction = Correction(**{name: _bare(entry[name] or "") for name in NAMES})
    if correction.table not in EDITABLE or correction.action not in (CHANGE, ADD, DELETE):
        raise InputError(where, f"不认识 {correction.table} {correction.action}", "请删去或改正这一行")
    if correction.action in NEVER.get(correction.table, ()):
        raise InputError(where, f"{correction.table} 的行不能 {correction.action}", "请删去这一行")
    if correction.action == DELETE:
        return correction
    if correction.field not in EDITABLE[correction.table].fields:
        raise InputError(where, f"{correction.field} 不是可以更正的列", "请删去或改正这一行")
    if len(correction.new) > limits.PARAGRAPH_CHARACTERS:
        what = f"new 这一格有 {len(correction.new)} 字，上限 {limits.PARAGRAPH_CHARACTERS} 字"
        raise InputError(where, what, "请写短或分成几行")
    if correction.new and not _is_value(correction):
        raise InputError(where, f"{correction.field} 不能是“{correction.new[:20]}”", "请改正 new 这一列")
    return correction


def _is_value(correction: Correction) -> bool:
    """Whether the new text is a value that the field may hold."""
    text, kind = correction.new, SCHEMA.get(correction.table, {}).get(correction.field, str)
    if correction.field == "status":
        return text in tuple(Status)
    if correction.field in DATE_FIELDS:
        return _DATE.fullmatch(text) is not None and is_day(text if len(text) > len("2025-06") else f"{text}-01")
    if kind is bool:
        return text in ("true", "false")
    return kind is not float or (_NUMBER.fullmatch(text) is not None and math.isfinite(float(text)))


def is_day(text: str) -> bool:
    """Whether the text is a day as tables hold it (2025-12-31)."""
    try:
        return len(text) == len("2025-12-31") and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _bare(text: str) -> str:
    """A csv cell without the ' that keeps spreadsheets from reading a formula."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) != text[1:] else text


def save_corrections(path: Path, corrections: Iterable[Correction]) -> None:
    """Write the file in one step."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(NAMES)
    writer.writerows([guarded(value) for value in astuple(correction)] for correction in corrections)
    replace_file(path, target.getvalue().encode("utf-8-sig"))


def combined(earlier: Sequence[Correction], fresh: Iterable[Correction]) -> list[Correction]:
    """Earlier and new decisions as one list: the later wins, a decision for the reading itself is a withdrawal."""
    kept = {correction.key: correction for correction in earlier}
    for correction in fresh:
        before = kept.get(correction.key)
        if correction.action == DELETE and _is_added(kept.values(), correction):
            for key in [k for k in kept if k[:2] == correction.key[:2]]:
                del kept[key]
            continue
        if before is not None:  # what the program had read stays what it was
            correction = replace(correction, old=before.old, anchor=before.anchor, action=before.action)
        if correction.action == CHANGE and correction.new == correction.old:
            kept.pop(correction.key, None)
        else:
            kept[correction.key] = correction
    return list(kept.values())


def _is_added(corrections: Iterable[Correction], deleted: Correction) -> bool:
    return any(c.action == ADD and (c.table, c.row) == (deleted.table, deleted.row) for c in corrections)


# --- file → tables ----------------------------------------------------------------------------------


def merge(tables: Tables, corrections: Sequence[Correction]) -> Tables:
    """Newly read tables with decisions laid over; `conflicts` are those whose ground has changed.

    What people decided about findings waits for `merge_findings`: it comes before the checks, they after.
    """
    corrections = [correction for correction in corrections if correction.table != "findings"]
    work = _Work(tables, tuple(name for name in EDITABLE if name != "findings"))
    # rows are found before anything is changed: a decision may change the very words that tell a row
    for correction in corrections:
        if correction.action == ADD:
            work.add(correction)
    found = [(c, work.place_of(c)) for c in corrections if c.action != ADD]
    conflicts: list[ConflictRow] = []
    gone: dict[str, set[int]] = {name: set() for name in work.rows}
    for correction, at in found:
        if at is None:
            conflicts.append(_conflict(correction, None))
        elif correction.action == DELETE:
            gone[correction.table].add(at)
        else:
            now = stored_text(getattr(work.rows[correction.table][at], correction.field))
            if now not in (correction.old, correction.new):
                conflicts.append(_conflict(correction, now))
            work.decide(correction, at)
    return replace(_without(work.tables(), gone), conflicts=tuple(conflicts))


def merge_findings(tables: Tables, corrections: Sequence[Correction]) -> Tables:
    """Tables with what reviewers said on the findings; a finding that is gone needs no decision any more."""
    work = _Work(tables, ("findings",))
    for correction in corrections:
        at = work.place_of(correction) if correction.table == "findings" else None
        if at is not None and correction.action == CHANGE:
            work.decide(correction, at)
    return work.tables()


class _Work:
    """The rows of some tables while decisions are laid over them."""

    def __init__(self, tables: Tables, names: Sequence[str]) -> None:
        self._tables = tables
        self.rows: dict[str, list[Decided]] = {name: list(tables.rows(name)) for name in names}  # type: ignore[arg-type]
        self._known = {
            name: {row_identity(row, at): place for place, (at, row) in enumerate(positions(rows))}
            for name, rows in self.rows.items()
        }
        self._files = {row.file: row.doc_id for row in tables.documents}
        self._facts: list[FactRow] = []

    def tables(self) -> Tables:
        """The tables as they are now."""
        return with_rows(self._tables, {**self.rows, "facts": [*self._tables.facts, *self._facts]})

    def place_of(self, correction: Correction) -> int | None:
        """The row that a decision was made for: the same id with the same words, else the same words elsewhere in
        the document, else the same id with nearly the same words."""
        rows, anchor = self.rows[correction.table], ANCHORS[correction.table]
        place = self._known[correction.table].get(correction.row)
        if place is not None and _same(getattr(rows[place], anchor), correction.anchor):
            return place
        doc_id = self._files.get(correction.document, correction.doc_id)
        same = [
            at for at, row in enumerate(rows) if row.doc_id == doc_id and _same(getattr(row, anchor), correction.anchor)
        ]
        if len(same) == 1:
            return same[0]
        if place is None or ratio(stored_text(getattr(rows[place], anchor)), correction.anchor) < ALIKE:
            return None
        return place

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

    def add(self, correction: Correction) -> None:
        """A row that a person added: its fields arrive one by one."""
        rows, known = self.rows[correction.table], self._known[correction.table]
        if correction.row not in known:
            known[correction.row] = len(rows)
            doc_id = self._files.get(correction.document, correction.doc_id)
            rows.append(_new_row(correction, doc_id, rows))
        at = known[correction.row]
        rows[at] = _with(rows[at], correction)


def _new_row(correction: Correction, doc_id: str, rows: Sequence[Decided]) -> Decided:
    if correction.table == "problems":
        number = sum(row.doc_id == doc_id for row in rows) + 1
        return ProblemRow(doc_id=doc_id, problem_id=correction.row, seq=number)
    owner = correction.anchor
    own = [row for row in rows if isinstance(row, MeasureRow) and row.doc_id == doc_id and row.problem_id == owner]
    return MeasureRow(doc_id=doc_id, problem_id=owner, measure_id=correction.row, seq=len(own) + 1)


def _same(value: object, anchor: str) -> bool:
    """Whether a row's words are the anchor; of a deleted row only their digest is known."""
    return digest(value) == anchor if anchor.startswith("#") else stored_text(value) == anchor


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
        return text == "true"
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


def _conflict(correction: Correction, now: str | None) -> ConflictRow:
    """A decision whose ground has changed; `now` None: the row is gone."""
    return ConflictRow(
        file=correction.document,
        doc_id=correction.doc_id,
        table=correction.table,
        row=correction.anchor[:80],
        field=correction.field,
        was=correction.old,
        now="（这一行已不存在，更正没有采用）" if now is None else now,
        human=correction.new if correction.action != DELETE else "（删除）",
        by=correction.by,
        when=correction.when,
    )
