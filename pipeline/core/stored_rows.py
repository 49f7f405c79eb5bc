"""Rows as a file holds them, and back: code names as text, None for what is not stated."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pipeline.core.rows import ROW_TYPES, SCHEMA, Row
from pipeline.core.vocabulary import Code


def row_of(table: str, values: Mapping[str, object]) -> Row:
    """A row out of plain values, as a file holds them; None is "not stated".

    Raises KeyError for a column that the table does not have, ValueError for a code name that it is closed to.
    """
    columns = SCHEMA[table]
    unknown = values.keys() - columns.keys()
    if unknown:
        raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    stated = {name: columns[name](value) for name, value in values.items() if value is not None and not _nan(value)}
    return ROW_TYPES[table](**stated)


def _nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def plain_values(table: str, row: Row) -> dict[str, object]:
    """The columns of a row as a file holds them: code names as text, None for what is not stated."""
    return {name: plain(getattr(row, name)) for name in SCHEMA[table]}


def plain(value: object) -> object:
    """A field's value as a file holds it."""
    if value is None or value == "":
        return None
    return str(value) if isinstance(value, Code) else value
