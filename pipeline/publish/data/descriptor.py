"""`datapackage.json` beside the csv files: what every table and column is, for programs that read Frictionless data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pipeline.core.vocabulary import Code
from pipeline.publish.data.published import (
    DATE_PATTERN,
    DATES,
    KEYS,
    PUBLISHED,
    Pointer,
    label_group,
    pointers,
)
from pipeline.ruleset.labels import Labels

FILE = "datapackage.json"
_TYPES = {int: "integer", float: "number", bool: "boolean"}  # all others are text


def write_descriptor(labels: Labels, folder: Path) -> None:
    """Describe the csv files of a folder."""
    resources = [_resource(name, columns, labels) for name, columns in PUBLISHED.items()]
    content = {"name": "zhenggai", "title": "整改通数据表", "profile": "tabular-data-package", "resources": resources}
    (folder / FILE).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _resource(table: str, columns: Mapping[str, type], labels: Labels) -> dict[str, object]:
    schema = {
        "fields": [_field(table, column, kind, labels) for column, kind in columns.items()],
        "missingValues": [""],
        "primaryKey": list(KEYS[table]),
        "foreignKeys": [_foreign(pointer) for pointer in pointers(table) if not _may_lack_part(pointer)],
    }
    return {
        "name": table,
        "title": labels.of("table", table),
        "path": f"{table}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "schema": schema,
    }


def _may_lack_part(pointer: Pointer) -> bool:
    """A key in parts of which one may be empty (the paragraph of a row that a person added): none in Frictionless."""
    return "paragraph" in pointer.columns


def _foreign(pointer: Pointer) -> dict[str, object]:
    target = {"resource": pointer.target, "fields": list(pointer.keys)}
    return {"fields": list(pointer.columns), "reference": target}


def _field(table: str, column: str, kind: type, labels: Labels) -> dict[str, object]:
    """A column: `categories` pairs each code with its label where it has labels, closed lists are enumerations."""
    constraints: dict[str, object] = {"required": True} if column in KEYS[table] else {}
    if issubclass(kind, Code):
        constraints["enum"] = [str(code) for code in kind]
    elif column in DATES:
        constraints["pattern"] = DATE_PATTERN
    field: dict[str, object] = {
        "name": column,
        "title": labels.column(table, column),
        "type": _TYPES.get(kind, "string"),
    }
    if constraints:
        field["constraints"] = constraints
    group = label_group(table, column)
    if group:
        field["categories"] = [{"value": code, "label": label} for code, label in labels.groups[group].items()]
    return field
