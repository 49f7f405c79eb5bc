"""The tables of a run as data frames, for people who analyse them.  The only module that loads pandas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.core.errors import InputError
from pipeline.core.vocabulary import Code
from pipeline.publish.data.published import DATES, MONTH, PUBLISHED, label_group

if TYPE_CHECKING:
    import pandas

_TYPES = {int: "Int64", float: "float64", bool: "boolean"}  # the first and the last may be missing


def frames(output: Path) -> dict[str, pandas.DataFrame]:
    """Every table by its name, out of an output folder.

    Columns that are closed to a list of code names are categories in the order of their rank, other columns of codes
    are plain categories.  Dates are days: where a document says no more than the month, a deadline is the month's last
    day and any other date its first (the csv files have the month as it is).
    Raises InputError where there are no results.
    """
    import pandas

    tables: dict[str, pandas.DataFrame] = {}
    for name, columns in PUBLISHED.items():
        path = output / "tables" / f"{name}.parquet"
        if not path.is_file():
            raise InputError(str(path), "读不到以前的结果", "请先用 zhenggai run 处理文档")
        frame = pandas.read_parquet(path)
        known = {column: kind for column, kind in columns.items() if column in frame}
        frame = frame.astype({column: _type(name, column, kind) for column, kind in known.items()})
        tables[name] = frame.assign(**{column: _days(frame[column]) for column in DATES if column in known})
    return tables


def _days(dates: pandas.Series[str]) -> pandas.Series[pandas.Timestamp]:
    """ISO days and months as days."""
    import pandas

    days = pandas.to_datetime(dates, format="ISO8601")
    if dates.name != "deadline":
        return days
    return days.mask(dates.str.len() == len(MONTH), days + pandas.offsets.MonthEnd())


def _type(table: str, column: str, kind: type) -> str | pandas.CategoricalDtype:
    import pandas

    if label_group(table, column) and not issubclass(kind, Code):
        return "category"
    if issubclass(kind, Code):
        return pandas.CategoricalDtype([str(code) for code in kind], ordered=True)
    return _TYPES.get(kind, "object")
