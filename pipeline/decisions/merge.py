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
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from pathlib import Path

from rapidfuzz.fuzz import ratio

from pipeline.core import limits
from pipeline.core.errors import InputError, Rejected
from pipeline.core.files import replace_file
from pipeline.core.model import Row, Tables
from pipeline.core.schema import SCHEMA
from pipeline.core.schema import row as new_row
from pipeline.core.text import guarded
from pipeline.core.vocabulary import STATUSES
from pipeline.decisions.columns import ANCHORS, DATES, EDITABLE, digest, positions, row_identity, stored_text
from pipeline.readers.gate import load

FILE = "corrections.csv"
CHANGE, ADD, DELETE = "change", "add", "delete"
REVIEWER = "reviewer"  # the rule of facts that a person decided
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
        text = load(path).decode("utf-8-sig")
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


def _checked(entry: dict[str, str], where: str) -> Correction:
    """A line as a correction.  Raises InputError for what no workbook would have given."""
    correction = Correction(**{name: _bare(entry[name] or "") for name in NAMES})
    if correction.table not in EDITABLE or correction.action not in (CHANGE, ADD, DELETE):
        raise InputError(where, f"不认识 {correction.table} {correction.action}", "请删去或改正这一行")
    if correction.action == DELETE:
        return correction
    if correction.field not in EDITABLE[correction.table].fields:
        raise InputError(where, f"{correction.field} 不是可以更正的列", "请删去或改正这一行")
    if correction.new and not _is_value(correction):
        raise InputError(where, f"{correction.field} 不能是“{correction.new[:20]}”", "请改正 new 这一列")
    return correction


def _is_value(correction: Correction) -> bool:
    """Whether the new text is a value that the field may hold."""
    text, kind = correction.new, SCHEMA.get(correction.table, {}).get(correction.field, str)
    if correction.field == "status":
        return text in STATUSES
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


def merge(tables: Tables, corrections: Sequence[Correction]) -> list[Row]:
    """Put decisions on newly read tables, in place; gives the conflicts, which also go to `tables["conflicts"]`.

    What people decided about findings waits for `merge_findings`: it comes before the checks, they after.
    """
    corrections = [correction for correction in corrections if correction.table != "findings"]
    conflicts: list[Row] = []
    index = {name: _rows_by_identity(tables, name) for name in EDITABLE}
    files = {str(row["file"]): str(row["doc_id"]) for row in tables.get("documents", ())}
    added: dict[tuple[str, str], Row] = {}
    gone: set[int] = set()
    # rows are found before anything is changed: a decision may change the very words that tell a row
    for correction in corrections:
        if correction.action == ADD:
            _add(tables, correction, files, added, index)
    found = [(c, _row_of(tables, c, files, index[c.table])) for c in corrections if c.action != ADD]
    for correction, row in found:
        if row is None:
            conflicts.append(_conflict(correction, None))
        elif correction.action == DELETE:
            gone.add(id(row))
        else:
            now = stored_text(row.get(correction.field))
            if now not in (correction.old, correction.new):
                conflicts.append(_conflict(correction, now))
            _decide(tables, row, correction)
    if gone:
        _remove(tables, gone)
    if conflicts:
        tables["conflicts"] = conflicts
    return conflicts


def merge_findings(tables: Tables, corrections: Sequence[Correction]) -> None:
    """Put what reviewers said on the findings of the checks; a finding that is gone needs no decision any more."""
    known = _rows_by_identity(tables, "findings")
    files = {str(row["file"]): str(row["doc_id"]) for row in tables.get("documents", ())}
    for correction in corrections:
        row = _row_of(tables, correction, files, known) if correction.table == "findings" else None
        if row is not None and correction.action == CHANGE:
            _decide(tables, row, correction)


def _rows_by_identity(tables: Tables, name: str) -> dict[str, Row]:
    table = EDITABLE[name].table
    return {row_identity(table, row, at): row for at, row in positions(tables.get(table, []))}


def _row_of(tables: Tables, correction: Correction, files: dict[str, str], known: dict[str, Row]) -> Row | None:
    """The row that a decision was made for: the same id with the same words, else the same words elsewhere in the
    document, else the same id with nearly the same words."""
    anchor = ANCHORS[correction.table]
    row = known.get(correction.row)
    if row is not None and _same(row.get(anchor), correction.anchor):
        return row
    doc_id = files.get(correction.document, correction.doc_id)
    same = [r for r in tables.get(correction.table, ())
            if r["doc_id"] == doc_id and _same(r.get(anchor), correction.anchor)]
    if len(same) == 1:
        return same[0]
    near = row is not None and ratio(stored_text(row.get(anchor)), correction.anchor) >= ALIKE
    return row if near else None


def _same(value: object, anchor: str) -> bool:
    """Whether a row's words are the anchor; of a deleted row only their digest is known."""
    return digest(value) == anchor if anchor.startswith("#") else stored_text(value) == anchor


def _decide(tables: Tables, row: Row, correction: Correction) -> None:
    """Set a field to what a person decided; text that no longer holds is not used any more."""
    value = typed(correction.table, correction.field, correction.new)
    row[correction.field] = value
    if correction.table == "problems":
        if correction.field in RESULT_FIELDS:
            row["rectification"] = None
        if correction.field in ("status", "long_term"):
            row["status_text"] = None
        if correction.field == "deadline":
            row["deadline_text"] = None
    if correction.table == "findings" and correction.field in ("review_state", "review_note"):
        dismissed = row.get("review_state") == "dismissed"
        row["waived"] = f"{row.get('review_note') or '审核认为不成立'}（{correction.by}，{correction.when[:10]}）" \
            if dismissed else row.get("waived")
    if "facts" in tables and correction.field in SCHEMA[correction.table]:
        tables["facts"].append(new_row(
            "facts", doc_id=row["doc_id"], problem_id=row.get("problem_id"), field=correction.field,
            value=correction.new or None, rule=REVIEWER,
        ))


def typed(table: str, field: str, text: str) -> object:
    """A correction's text as the value that tables hold."""
    kind = SCHEMA.get(table, {}).get(field, str)
    if kind is bool:
        return text == "true"
    if not text:
        return None
    return float(text) if kind is float else text


def _add(
    tables: Tables, correction: Correction, files: dict[str, str], added: dict[tuple[str, str], Row],
    index: dict[str, dict[str, Row]],
) -> None:
    """A row that a person added: its fields arrive one by one."""
    key = (correction.table, correction.row)
    if key not in added:
        doc_id = files.get(correction.document, correction.doc_id)
        mine = [r for r in tables[correction.table] if r["doc_id"] == doc_id]
        row = new_row(correction.table, doc_id=doc_id)
        if correction.table == "problems":
            row |= {"problem_id": correction.row, "long_term": False, "seq": len(mine) + 1}
        else:
            owner = correction.anchor
            row |= {"problem_id": owner, "seq": sum(r["problem_id"] == owner for r in mine) + 1}
        tables[correction.table].append(row)
        index[correction.table][correction.row] = added[key] = row
    added[key][correction.field] = typed(correction.table, correction.field, correction.new)


def _remove(tables: Tables, gone: set[int]) -> None:
    """Remove rows, and with a problem all that belongs to it."""
    problems = {row["problem_id"] for row in tables["problems"] if id(row) in gone}
    for name, rows in tables.items():
        if name in ("conflicts", "links", "findings"):
            continue
        tables[name] = [
            row for row in rows
            if id(row) not in gone and not (row.get("problem_id") is not None and row["problem_id"] in problems)
        ]


def _conflict(correction: Correction, now: str | None) -> Row:
    """A decision whose ground has changed; `now` None: the row is gone."""
    return {
        "file": correction.document, "doc_id": correction.doc_id, "table": correction.table,
        "row": correction.anchor[:80], "field": correction.field, "was": correction.old,
        "now": "（这一行已不存在，更正没有采用）" if now is None else now,
        "human": correction.new if correction.action != DELETE else "（删除）", "by": correction.by,
        "when": correction.when,
    }
