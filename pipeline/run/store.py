"""The ledger of what was done: one SQLite file in the output, one transaction a document.

A document's tables are kept under its name, its bytes' sha256 and the settings that made them (`settings_key`).
Results are always rebuilt from here, so a kill costs at most the documents in work, and a second run does only
what changed.  The journal is SQLite's default and not WAL, which does not work on network shares.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from pipeline import __version__
from pipeline.core.rows import SCHEMA, Tables, joined, tables_of
from pipeline.core.stored_rows import plain_values, row_of
from pipeline.ruleset.layers import rule_files
from pipeline.run.still_valid import Made

# a second try may end differently: the cause lies in the machine, not in the file
PASSING = frozenset(
    {"unreadable", "changed_while_reading", "converter_missing", "timeout", "memory", "crash", "internal_error"}
)
LATER = frozenset({"labels.yaml", "checks.yaml"})  # rule files that the reading of one document never sees
FINISHED = "finished"  # the run value that says for which inputs, rules and day all results are in place
FORM = 3  # of the tables below; a ledger of another form is put aside like a damaged one
_TABLES = """
CREATE TABLE IF NOT EXISTS done (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, settings TEXT NOT NULL,
                                 tables BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS published (path TEXT, sha256 TEXT, PRIMARY KEY (path, sha256)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS base (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, settings TEXT NOT NULL,
                                 tables BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cases (key TEXT PRIMARY KEY, tables BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS made (unit TEXT PRIMARY KEY, key TEXT NOT NULL, files TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class RunStore:
    """The open ledger; every method that writes is one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, name: str, sha256: str, settings: str) -> Tables | None:
        """The tables of a document already done with these bytes and settings; None also when they are damaged."""
        found = self._connection.execute(
            "SELECT tables FROM done WHERE name = ? AND sha256 = ? AND settings = ?", (name, sha256, settings)
        ).fetchone()
        return _unpacked(found[0]) if found else None

    def keep(self, settings: str, finished: Iterable[tuple[str, str, Tables]]) -> None:
        """Record finished documents (name, sha256, tables); passing failures are not kept: the next run tries again."""
        rows = [
            (name, sha256, settings, _packed(tables))
            for name, sha256, tables in finished
            if not any(row.error in PASSING for row in tables.documents)
        ]
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?)", rows)

    def forget(self) -> None:
        """Forget every document (`--fresh`)."""
        with self._connection:
            self._connection.execute("DELETE FROM done")

    def forget_others(self, names: set[str]) -> None:
        """Forget the documents that are no longer in the input."""
        gone = [(name,) for (name,) in self._connection.execute("SELECT name FROM done") if name not in names]
        with self._connection:
            self._connection.executemany("DELETE FROM done WHERE name = ?", gone)

    def published(self) -> set[tuple[str, str]]:
        """What we wrote into the output, or were about to write: (path below it, sha256)."""
        return set(self._connection.execute("SELECT path, sha256 FROM published"))

    def set_published(self, records: set[tuple[str, str]]) -> None:
        with self._connection:
            self._connection.execute("DELETE FROM published")
            self._connection.executemany("INSERT INTO published VALUES (?, ?)", sorted(records))

    def run_values(self) -> dict[str, str]:
        """What the last run was started with: inputs (JSON list), profile, as_of."""
        return dict(self._connection.execute("SELECT key, value FROM run"))

    def base(self) -> Tables | None:
        """All tables of the last run as they were read, before corrections and checks; None when damaged."""
        parts = [_unpacked(data) for (data,) in self._connection.execute("SELECT tables FROM base ORDER BY name")]
        whole = [part for part in parts if part is not None]
        return joined(whole) if whole and len(whole) == len(parts) else None

    def set_base(self, read: Mapping[str, Tables], settings: str) -> None:
        """Take over what was read, by name: from the finished documents where they are there, else as it is given."""
        known = {name for (name,) in self._connection.execute("SELECT name FROM done WHERE settings = ?", (settings,))}
        others = [(name, "", "", _packed(tables)) for name, tables in read.items() if name not in known]
        with self._connection:
            self._connection.execute(
                "DELETE FROM base WHERE NOT EXISTS (SELECT 1 FROM done WHERE done.name = base.name "
                "AND done.sha256 = base.sha256 AND done.settings = base.settings AND done.settings = ?)",
                (settings,),
            )
            self._connection.execute("INSERT OR IGNORE INTO base SELECT * FROM done WHERE settings = ?", (settings,))
            self._connection.executemany("INSERT OR REPLACE INTO base VALUES (?, ?, ?, ?)", others)

    def cases(self, keys: set[str]) -> dict[str, Tables]:
        """The rows of cases that were made before, by key; damaged ones are left out."""
        rows = self._connection.execute("SELECT key, tables FROM cases")
        found = ((key, _unpacked(data)) for key, data in rows if key in keys)
        return {key: tables for key, tables in found if tables is not None}

    def set_cases(self, made: Mapping[str, Tables], known: set[str]) -> None:
        """Keep the rows of these cases and no others; `known` ones are there already."""
        gone = [(key,) for (key,) in self._connection.execute("SELECT key FROM cases") if key not in made]
        new = [(key, _packed(tables)) for key, tables in made.items() if key not in known]
        with self._connection:
            self._connection.executemany("DELETE FROM cases WHERE key = ?", gone)
            self._connection.executemany("INSERT OR REPLACE INTO cases VALUES (?, ?)", new)

    def made(self) -> dict[str, Made]:
        """The Word documents of each unit that are in place."""
        rows = self._connection.execute("SELECT unit, key, files FROM made")
        return {
            unit: Made(key, tuple((name, digest) for name, digest in json.loads(files))) for unit, key, files in rows
        }

    def set_made(self, made: Mapping[str, Made]) -> None:
        rows = [(unit, one.key, json.dumps(one.files)) for unit, one in sorted(made.items())]
        with self._connection:
            self._connection.execute("DELETE FROM made")
            self._connection.executemany("INSERT INTO made VALUES (?, ?, ?)", rows)

    def set_run_values(self, values: dict[str, str]) -> None:
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO run VALUES (?, ?)", sorted(values.items()))


@contextmanager
def open_ledger(path: Path) -> Iterator[RunStore]:
    """The ledger at `path`, made when absent; one that is damaged is put aside and begun anew."""
    try:
        connection = _connected(path)
    except sqlite3.OperationalError:
        raise  # full, read-only, locked: the caller says so
    except sqlite3.DatabaseError:
        path.replace(path.with_suffix(".damaged"))
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)  # it belongs to the damaged one
        connection = _connected(path)
    with closing(connection):
        yield RunStore(connection)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5)
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] not in (0, FORM):
            raise sqlite3.DatabaseError("a ledger of another form")
        connection.executescript(f"{_TABLES} PRAGMA user_version = {FORM};")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("a damaged page")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _packed(tables: Tables) -> bytes:
    rows = {name: [list(plain_values(name, row).values()) for row in tables.rows(name)] for name in SCHEMA}
    return zlib.compress(json.dumps(rows).encode("ascii"), 1)


def _unpacked(data: bytes) -> Tables | None:
    try:
        rows = json.loads(zlib.decompress(data))
        return tables_of(
            row_of(name, dict(zip(columns, values, strict=True)))
            for name, columns in SCHEMA.items()
            for values in rows[name]
        )
    except (zlib.error, ValueError, TypeError, KeyError):
        return None


def settings_key(rules: Path) -> str:
    """What a document's tables depend on besides its bytes: this program and the rules."""
    return f"{tool_version()} {rules_digest(rules)}"


_SOURCE = (".py", ".html", ".js", ".css")


@cache
def tool_version() -> str:
    """The version and a digest of the program's own source, so that a changed program reads again."""
    own = Path(__file__).parent.parent
    files = sorted(path for path in own.rglob("*") if path.suffix in _SOURCE)  # the pages' templates among them
    return f"{__version__}+{_digest((path.relative_to(own).as_posix(), path) for path in files)}"


def rules_digest(folder: Path) -> str:
    """A digest of the rule files of all layers; what only later stages use does not count."""
    return _digest(
        (name, path)
        for name, path in rule_files(folder, ".yaml")
        if path.name not in LATER and path.parent.name not in ("profiles", "templates")
    )


def everything_digest(folder: Path) -> str:
    """A digest of this program, its pages, and every file of the rules, templates and profiles included."""
    own = Path(__file__).parent.parent
    pages = sorted(path for path in own.rglob("*") if path.suffix in (".js", ".css", ".html"))
    files = [*((path.relative_to(own).as_posix(), path) for path in pages), *rule_files(folder, ".yaml", ".docx")]
    return f"{tool_version()} {_digest(files)}"


def _digest(files: Iterable[tuple[str, Path]]) -> str:
    digest = hashlib.sha256()
    for name, path in files:
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
