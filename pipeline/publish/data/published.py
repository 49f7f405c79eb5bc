"""What the published tables hold: the rows' own columns, then those that join them to each other.

Every row of a document also says its case and its unit, and every row can be told by a key.  One idea: what a table's
columns mean (type, key, what they point to, which labels their codes have) is said here once, for csv, data package,
database and data frames alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.core.rows import SCHEMA, Tables
from pipeline.core.stored_rows import plain_values
from pipeline.core.text import storable

# tables whose rows have no id and no number of their own: theirs is counted in each document, from 1
_COUNTED = ("claims", "references", "amounts", "facts", "unused", "reading_parts", "copies")
UNIT_OF_CASE = "case_unit"  # where `unit` is taken: in claims it is the unit of measure
DATES = ("inspected_from", "inspected_to", "feedback_date", "issued_date", "deadline")
MONTH = "2025-06"  # the form of a date that says no day
DATE_PATTERN = r"\d{4}-\d{2}(-\d{2})?"  # a day, or a month where the document says no more

KEYS: dict[str, tuple[str, ...]] = {
    "documents": ("doc_id",),
    "problems": ("problem_id",),
    "measures": ("measure_id",),
    "paragraphs": ("doc_id", "paragraph"),
    "readings": ("doc_id", "reading"),
    "cases": ("case_id",),
    "links": ("feedback_problem_id", "answer_problem_id"),
    "items": ("item_id",),
    "extras": ("problem_id", "seq"),
    "findings": ("finding_id",),
    **dict.fromkeys((*_COUNTED, "advice", "passages", "recounts"), ("doc_id", "seq")),
}
_TARGETS = {
    "doc_id": "documents",
    "other_doc_id": "documents",
    "case_id": "cases",
    "problem_id": "problems",
    "other_problem_id": "problems",
    "measure_id": "measures",
    "feedback_problem_id": "problems",
    "answer_problem_id": "problems",
    "runner_up": "problems",
}
# groups of `labels.yaml` that name the codes of a column, by its own table or for all
_GROUPS = {
    "kind": "kind",
    "answer_kind": "kind",
    "status": "status",
    "state": "state",
    "action": "action",
    "severity": "severity",
    "check": "check",
    "metric": "metric",
    "form": "form",
    "part_of": "metric",
    "method": "method",
    "passages.part": "part",
    "paragraphs.part": "block_part",
}


@dataclass(frozen=True, slots=True)
class Pointer:
    """Columns of a table that point to the key of another."""

    columns: tuple[str, ...]
    target: str
    keys: tuple[str, ...]


def _published(table: str, columns: dict[str, type]) -> dict[str, type]:
    out = dict(columns)
    if table in _COUNTED:
        out = {"doc_id": out.pop("doc_id"), "seq": int, **out}
    if "doc_id" in out and "case_id" not in out:
        out["case_id"] = str
    if "case_id" in out:
        out[UNIT_OF_CASE if table == "claims" else "unit"] = str
    return out


PUBLISHED: dict[str, dict[str, type]] = {name: _published(name, columns) for name, columns in SCHEMA.items()}


def pointers(table: str) -> Iterator[Pointer]:
    """What the columns of a table point to."""
    columns = PUBLISHED[table]
    for column in columns:
        target = _TARGETS.get(column) or ("documents" if table == "items" and column.endswith("_from") else None)
        if target and KEYS[table] != (column,) and not (table == "items" and column == "feedback_problem_id"):
            yield Pointer((column,), target, KEYS[target])
    if table == "recounts":
        yield Pointer(("doc_id", "seq"), "claims", KEYS["claims"])
    if "paragraph" in columns and table != "paragraphs" and "doc_id" in columns:
        yield Pointer(("doc_id", "paragraph"), "paragraphs", KEYS["paragraphs"])


def label_group(table: str, column: str) -> str | None:
    """The group of labels that names the codes of a column; None for a column without codes."""
    return _GROUPS.get(f"{table}.{column}") or _GROUPS.get(column)


def published_rows(tables: Tables) -> Iterator[tuple[str, list[list[object]]]]:
    """Each table's name with its rows, values in the order of `PUBLISHED`, as a file holds them."""
    units = {row.case_id: row.unit for row in tables.cases}
    own = {row.doc_id: row for row in tables.documents}
    for name, columns in PUBLISHED.items():
        counted: dict[str, int] = {}
        rows = []
        for row in tables.rows(name):
            values = plain_values(name, row)
            doc_id = str(values.get("doc_id") or "")
            if name in _COUNTED:
                values["seq"] = counted[doc_id] = counted.get(doc_id, 0) + 1
            document = own.get(doc_id)
            values.setdefault("case_id", document.case_id or None if document else None)
            unit = units.get(str(values["case_id"])) or (document.unit if document else "")
            values.setdefault(UNIT_OF_CASE if name == "claims" else "unit", unit or None)
            rows.append([_storable(values[column]) for column in columns])
        yield name, rows


def _storable(value: object) -> object:
    """A value as a file can hold it: text without characters that can't be stored."""
    return storable(value) if isinstance(value, str) else value
