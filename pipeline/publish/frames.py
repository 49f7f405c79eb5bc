"""The tables of a run as data frames, for people who analyse them.  The only module that loads pandas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.errors import InputError
from pipeline.core.rows import SCHEMA
from pipeline.core.vocabulary import Code

if TYPE_CHECKING:
    import pandas

_TYPES = {int: "Int64", float: "float64", bool: "boolean"}  # the first and the last may be missing


def frames(output: Path) -> dict[str, pandas.DataFrame]:
    """Every table by its name, out of an output folder.

    Columns that are closed to a list of code names are categories in the order of their rank; dates stay ISO text.
    Raises InputError where there are no results.
    """
    import pandas

    tables: dict[str, pandas.DataFrame] = {}
    for name, columns in SCHEMA.items():
        path = output / "tables" / f"{name}.parquet"
        if not path.is_file():
            raise InputError(str(path), "读不到以前的结果", "请先用 zhenggai run 处理文档")
        stored = pandas.read_parquet(path)
        tables[name] = stored.astype({column: _type(kind) for column, kind in columns.items() if column in stored})
    return tables


def _type(kind: type) -> str | pandas.CategoricalDtype:
    import pandas

    if issubclass(kind, Code):
        return pandas.CategoricalDtype([str(code) for code in kind], ordered=True)
    return _TYPES.get(kind, "object")
