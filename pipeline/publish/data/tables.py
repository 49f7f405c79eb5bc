"""The tables of a run as csv and parquet, and read back.  The only module that loads pyarrow."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.errors import InputError
from pipeline.core.rows import SCHEMA, Row, Tables, tables_of
from pipeline.core.stored_rows import row_of
from pipeline.core.text import cell_text, guarded
from pipeline.publish.data.published import PUBLISHED, published_rows

if TYPE_CHECKING:
    import pyarrow


def write_tables(tables: Tables, folder: Path) -> None:
    """Every table of the schema as csv (UTF-8 with BOM) and parquet, also the empty ones."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in published_rows(tables):
        columns = PUBLISHED[name]
        (folder / f"{name}.csv").write_bytes(_csv(columns, rows).encode("utf-8-sig"))
        _write_parquet(columns, rows, folder / f"{name}.parquet")


def _csv(columns: Mapping[str, type], rows: list[list[object]]) -> str:
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return target.getvalue()


def csv_cell(value: object) -> str:
    """A cell's text; text that a spreadsheet would take for a formula gets a ' in front, numbers stay numbers."""
    return guarded(value) if isinstance(value, str) else cell_text(value)


def _write_parquet(columns: Mapping[str, type], rows: list[list[object]], path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    schema = _parquet_schema(columns)
    values = zip(*rows, strict=True) if rows else ([] for _ in columns)
    arrays = [pyarrow.array(list(column), field.type) for column, field in zip(values, schema, strict=True)]
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), path)


def _parquet_schema(columns: Mapping[str, type]) -> pyarrow.Schema:
    import pyarrow

    kinds = {int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}  # all others are text
    return pyarrow.schema([(column, kinds.get(kind, pyarrow.string())) for column, kind in columns.items()])


def read_tables(output: Path) -> Tables:
    """The tables of an earlier run.  Raises InputError when there are none."""
    import pyarrow
    import pyarrow.parquet

    found: list[Row] = []
    for name, columns in SCHEMA.items():
        path = output / "tables" / f"{name}.parquet"
        try:
            with path.open("rb") as file:
                stored = pyarrow.parquet.read_table(file).to_pylist()
            found += [row_of(name, {column: row.get(column) for column in columns}) for row in stored]
        except (OSError, ValueError, pyarrow.ArrowException) as error:
            raise InputError(str(path), "读不到以前的结果", "请先用 zhenggai run 处理文档") from error
    return tables_of(found)
