"""Rows of an edited sheet → decisions: a cell that differs from what was written, a new row, one that is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.decisions.columns import ANCHORS, BASE, EDITABLE, KEY, shown, stored_text
from pipeline.decisions.correction import ADD, CHANGE, DATE_FIELDS, DELETE, NEVER, Correction
from pipeline.decisions.edited_sheet import UNREADABLE, EditedSheet, cell_value, untouched
from pipeline.decisions.workbook_sheets import Identities
from pipeline.ruleset.labels import Labels

MAIN = {"problems": "problem", "measures": "text", "claims": "value"}  # what a row can't be without


@dataclass(slots=True)
class WorkbookReading:
    """A workbook in reading: its sheets, the ids that were written, who decides, and the sign of the workbook.

    `seen` collects the cells as they were written.
    """

    sheets: dict[str, EditedSheet]
    identities: dict[str, Identities]
    labels: Labels
    who: tuple[str, str]
    workbook: str
    seen: dict[tuple[str, str, str], str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)  # document → its name
    dates: dict[str, str] = field(default_factory=dict)  # document → its date

    def __post_init__(self) -> None:
        for _, row in self.sheets["documents"].rows:
            identity = str(row.get(KEY) or "")
            base = _values(row, EDITABLE["documents"].fields) or {}
            self.files[identity] = str(row.get("file") or "")
            self.dates[identity] = str(base.get("issued_date") or base.get("feedback_date") or "")
        for name, sheet in self.sheets.items():
            sheet.documents = {identity: doc_id for identity, (doc_id, _) in self.identities[name].items()}

    def correction(self, doc_id: str, row: tuple[str, str, str], action: str, **more: str) -> Correction:
        """A decision about a row (table, id, words)."""
        by, when = self.who
        table, identity, anchor = row
        values = {"field": "", "old": "", "new": "", **more}
        return Correction(
            document=self.files.get(doc_id, ""),
            doc_id=doc_id,
            table=table,
            row=identity,
            anchor=anchor,
            action=action,
            by=by,
            when=when,
            workbook=self.workbook,
            **values,
        )


def changes(reading: WorkbookReading, name: str) -> Iterator[Correction]:
    """All decisions that a sheet shows."""
    sheet, identities = reading.sheets[name], reading.identities[name]
    originals = _originals(reading, sheet)
    taken = set(identities)
    above: dict[str, str] = {}  # document, or problem of a measure → the row above in the sheet
    for number, row in sheet.rows:
        identity = str(row.get(KEY) or "")
        if identity and identity not in identities:
            sheet.wrong.append(
                f"{sheet.address(number, KEY)} 的行标识不认识：这一行没有采用，这张表少了的行也没有当作删去"
            )
            continue
        if not identity or originals[identity] != number:
            owner = _owner(reading, sheet, number, row, identity)
            if owner is not None:
                added = list(_added(reading, sheet, number, row, owner, taken, above))
                yield from added
            continue
        above[_group(name, identity, identities[identity][0])] = identity
        yield from _changed(reading, sheet, number, row, identity)
    if originals.keys() - identities.keys() - {""}:  # a row whose id was changed is not gone
        return
    for identity, (doc_id, anchor) in identities.items():
        if identity in originals:
            continue
        if DELETE in NEVER.get(name, ()) and name == "documents":
            sheet.wrong.append(f"{sheet.title} 少了一行（{reading.files.get(doc_id) or identity}），文档不能在这里删去")
            continue
        yield reading.correction(doc_id, (EDITABLE[name].table, identity, anchor), DELETE)


def _group(name: str, identity: str, doc_id: str) -> str:
    """What the rows are numbered in: of measures their problem, else the document."""
    return identity.rpartition(":")[0] if name == "measures" else doc_id


def _originals(reading: WorkbookReading, sheet: EditedSheet) -> dict[str, int]:
    """The row number of each id: of a copied row that one which nobody touched, else the first."""
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for number, row in sheet.rows:
        found.setdefault(str(row.get(KEY) or ""), []).append((number, row))
    out = {}
    for identity, rows in found.items():
        whole = [number for number, row in rows if len(rows) > 1 and _is_whole(reading, sheet, row)]
        out[identity] = (whole or [rows[0][0]])[0]
    return out


def _is_whole(reading: WorkbookReading, sheet: EditedSheet, row: dict[str, Any]) -> bool:
    base = _values(row, EDITABLE[sheet.name].fields)
    return base is not None and all(
        untouched(row.get(name), shown(name, old, reading.labels)) for name, old in base.items() if name in row
    )


def _changed(
    reading: WorkbookReading, sheet: EditedSheet, number: int, row: dict[str, Any], identity: str
) -> Iterator[Correction]:
    """The changed cells of a row that was written."""
    editable = EDITABLE[sheet.name]
    base = _values(row, editable.fields)
    if base is None:
        sheet.wrong.append(f"{sheet.address(number, BASE)} 隐藏列的内容被改动，这一行无法比对，没有采用")
        return
    doc_id = reading.identities[sheet.name][identity][0]
    _set_year(reading, sheet, number, doc_id, base)
    column = ANCHORS[editable.table]
    anchor = stored_text(base[column] if column in base else row.get(column))
    for name, old in base.items():
        if name not in row or row[name] is UNREADABLE:
            continue
        reading.seen[editable.table, identity, name] = stored_text(old)
        if untouched(row[name], shown(name, old, reading.labels)):
            continue
        new = cell_value(sheet, number, row, name, reading.labels)
        if new == "" and MAIN.get(sheet.name) == name:
            sheet.wrong.append(f"{sheet.address(number, name)} 是空的：这一格必须填写；不要这一行的，请删去整行")
        elif new is not None and new != stored_text(old):
            told = {"field": name, "old": stored_text(old), "new": new}
            yield reading.correction(doc_id, (editable.table, identity, anchor), CHANGE, **told)


def _set_year(reading: WorkbookReading, sheet: EditedSheet, number: int, doc_id: str, base: dict[str, Any]) -> None:
    """The year of dates without one: that of the date that was written, else that of the document."""
    for date in (*(str(base.get(name) or "") for name in DATE_FIELDS), reading.dates.get(doc_id, "")):
        if date[:4].isdigit():
            sheet.years[number] = int(date[:4])
            return


def _values(row: dict[str, Any], fields: Sequence[str]) -> dict[str, Any] | None:
    """What was written into a row, by column; None when the hidden column no longer says it."""
    try:
        values = json.loads(str(row[BASE]))
        return dict(zip(fields, values, strict=True))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


# --- rows that people added ------------------------------------------------------------------------------------------


def _added(
    reading: WorkbookReading,
    sheet: EditedSheet,
    number: int,
    row: dict[str, Any],
    owner: tuple[str, str],
    taken: set[str],
    above: dict[str, str],
) -> Iterator[Correction]:
    """The cells of a problem or measure that a person added; `owner` is its document and problem."""
    doc_id, problem_id = owner
    _set_year(reading, sheet, number, doc_id, {})
    wrong = len(sheet.wrong)
    fields = [name for name in EDITABLE[sheet.name].fields if name in row and row[name] is not UNREADABLE]
    values = {name: cell_value(sheet, number, row, name, reading.labels) for name in fields}
    main = MAIN[sheet.name]
    if not values.get(main):
        if len(sheet.wrong) == wrong:
            sheet.wrong.append(f"{sheet.address(number, main)} 是空的：新增的行必须填写")
        return
    prefix = f"{doc_id}-r" if sheet.name == "problems" else f"{problem_id}:r"
    identity = next(f"{prefix}{n}" for n in range(1, 100_000) if f"{prefix}{n}" not in taken)
    taken.add(identity)
    group = problem_id if sheet.name == "measures" else doc_id
    after, above[group] = above.get(group, ""), identity
    for name, new in values.items():
        if new:
            told = {"field": name, "new": new, "after": after}
            yield reading.correction(doc_id, (EDITABLE[sheet.name].table, identity, problem_id), ADD, **told)


def _owner(
    reading: WorkbookReading, sheet: EditedSheet, number: int, row: dict[str, Any], identity: str
) -> tuple[str, str] | None:
    """The document and problem of a row that was added: those of the copied row, else what the row says."""
    if ADD in NEVER.get(sheet.name, ()):
        sheet.wrong.append(f"{sheet.title} 第 {number} 行是多出来的：这张表不能增加行，没有采用")
        return None
    if identity:
        doc_id = reading.identities[sheet.name][identity][0]
        return doc_id, identity.rpartition(":")[0] if sheet.name == "measures" else ""
    problems = reading.sheets["problems"]
    unit, file, kind = (str(row.get(key) or "").strip() for key in ("unit", "file", "kind"))
    wanted = str(row.get("problem") or "").strip()
    found: set[tuple[str, str]] = set()
    for _, other in problems.rows:
        other_id = str(other.get(KEY) or "")
        doc_id = problems.documents.get(other_id, "")
        if not doc_id or (unit and other.get("unit") != unit) or (file and reading.files.get(doc_id) != file):
            continue
        if kind and other.get("kind") != kind:
            continue
        if sheet.name == "problems":
            found.add((doc_id, ""))
        elif str(other.get("problem") or "").strip() == wanted:
            found.add((doc_id, other_id))
    if len(found) == 1:
        return found.pop()
    what = "找不到对应的材料" if not found else "对应几份材料"
    sheet.wrong.append(f"{sheet.title} 第 {number} 行{what}：请照上面的行填写单位、文种（问题表还可填文件）")
    return None
