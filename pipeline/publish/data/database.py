"""`zhenggai.sqlite`: the published tables in one database, with keys, indices, and views for people.

Beside each table stand two views: `TABLE_labelled` adds a column `COLUMN_label` to each column of codes, and one named
in Chinese has Chinese columns with the labels instead of the codes.  `item_problems` says which problems of which
papers are one line of `items`; `labels` holds the labels themselves.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pipeline.core.rows import Tables
from pipeline.core.vocabulary import CASE_KINDS, Code
from pipeline.publish.data.published import KEYS, PUBLISHED, label_group, pointers, published_rows
from pipeline.ruleset.labels import Labels

FILE = "zhenggai.sqlite"
_TYPES = {int: "INTEGER", float: "REAL", bool: "BOOLEAN"}  # all others are text
# one file that is made anew and put in place whole needs no journal
_QUICK = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096;"


def write_database(tables: Tables, labels: Labels, folder: Path) -> None:
    """Write the database into a folder; the same tables give the same bytes."""
    path = folder / FILE
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_QUICK)
        connection.executescript("\n".join([*_tables(), *_indices(), *_views(labels), _item_problems()]))
        connection.executemany("INSERT INTO labels VALUES (?, ?, ?, ?)", _labels(labels))
        for name, rows in published_rows(tables):
            places = ", ".join("?" * len(PUBLISHED[name]))
            connection.executemany(f"INSERT INTO {_quoted(name)} VALUES ({places})", rows)  # noqa: S608 (our names)
        connection.commit()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(_quoted, names))


def _tables() -> Iterator[str]:
    for table, columns in PUBLISHED.items():
        lines = [f"{_quoted(column)} {_type(column, kind)}" for column, kind in columns.items()]
        lines.append(f"PRIMARY KEY ({_listed(KEYS[table])})")
        lines += [
            f"FOREIGN KEY ({_listed(one.columns)}) REFERENCES {_quoted(one.target)} ({_listed(one.keys)})"
            for one in pointers(table)
        ]
        yield f"CREATE TABLE {_quoted(table)} ({', '.join(lines)});"
    yield (
        "CREATE TABLE labels (label_group TEXT, code TEXT, label TEXT, rank INTEGER, PRIMARY KEY (label_group, code))"
        " WITHOUT ROWID;"
    )


def _type(column: str, kind: type) -> str:
    if issubclass(kind, Code):
        codes = ", ".join(f"'{code}'" for code in kind)
        return f"TEXT CHECK ({_quoted(column)} IN ({codes}))"
    return _TYPES.get(kind, "TEXT")


def _indices() -> Iterator[str]:
    for table in PUBLISHED:
        for one in pointers(table):
            if one.columns != KEYS[table]:
                name = _quoted("_".join((table, *one.columns)))
                yield f"CREATE INDEX {name} ON {_quoted(table)} ({_listed(one.columns)});"


def _views(labels: Labels) -> Iterator[str]:
    for table, columns in PUBLISHED.items():
        coded = {column: group for column in columns if (group := label_group(table, column))}
        words = {column: _label_of(column, group) for column, group in coded.items()}
        more = [f"{label} AS {_quoted(f'{column}_label')}" for column, label in words.items()]
        every = ", ".join([*map(_quoted, columns), *more])
        yield f"CREATE VIEW {_quoted(f'{table}_labelled')} AS SELECT {every} FROM {_quoted(table)};"  # noqa: S608
        headings: dict[str, str] = {}
        for column in columns:
            heading = labels.column(table, column)
            headings[heading if heading not in headings else f"{heading}（{column}）"] = column
        shown = ", ".join(
            f"{words.get(column, _quoted(column))} AS {_quoted(heading)}" for heading, column in headings.items()
        )
        yield f"CREATE VIEW {_quoted(labels.of('table', table))} AS SELECT {shown} FROM {_quoted(table)};"  # noqa: S608


def _label_of(column: str, group: str) -> str:
    """The label of a code, the code itself where it has none."""
    own = f"(SELECT label FROM labels WHERE label_group = '{group}' AND code = {_quoted(column)})"  # noqa: S608
    return f"coalesce({own}, {_quoted(column)})"


def _item_problems() -> str:
    parts = []
    for kind in CASE_KINDS:
        ids = f"{kind}_problem_id"
        each = f"""json_each('["' || replace({ids}, ';', '","') || '"]')"""
        source = f"FROM items, {each} WHERE {ids} IS NOT NULL"
        parts.append(f"SELECT item_id, '{kind}' AS kind, value AS problem_id {source}")
    return f"CREATE VIEW item_problems AS {' UNION ALL '.join(parts)};"


def _labels(labels: Labels) -> Iterator[tuple[str, str, str, int]]:
    groups = dict.fromkeys(
        group for table, columns in PUBLISHED.items() for column in columns if (group := label_group(table, column))
    )
    for group in groups:
        for rank, (code, label) in enumerate(labels.groups[group].items()):
            yield group, code, label, rank
