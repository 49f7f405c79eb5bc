"""Rows and tables for tests: made from plain values, and changed without changing what others hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline.core.rows import ROW_TYPES, Row, Tables, joined, tables_of, with_rows
from pipeline.core.stored_rows import row_of


def row(table: str, **values: object) -> Any:
    """A row of a table; None is "not stated"."""
    return row_of(table, values)


def added(tables: Tables, *rows: Row) -> Tables:
    """The tables with rows at their ends."""
    return joined([tables, tables_of(rows)])


def changed(tables: Tables, old: Row, **values: Any) -> Tables:
    """The tables with one row's fields set."""
    return replaced(tables, {old: replace(old, **values)})


def replaced(tables: Tables, new: dict[Any, Any]) -> Tables:
    """The tables with some rows replaced by others."""
    return with_rows(tables, {name: [new.get(one, one) for one in tables.rows(name)] for name in ROW_TYPES})
