"""Tables → files that a person opens, each whole or not at all.

Everything is first written into a staging folder inside the output, synced, and then put in its place by one
`os.replace` a file; a kill leaves at most a staging folder, which the next start removes.  This is the only
module that loads pyarrow.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError, OutputError
from pipeline.model import Row, Tables
from pipeline.schema import SCHEMA

if TYPE_CHECKING:
    import pyarrow

WORKBOOK = "整改台账.xlsx"
DOCUMENTS = frozenset({".xlsx", ".docx"})  # what people open, keep open and edit
FORMULA_STARTS = frozenset("=+-@＝＋－＠")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# control characters, lone surrogates and U+FFFE/FFFF can be stored neither in csv readers' nor in Office's text
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


# --- tables ----------------------------------------------------------------------------------------


def write_tables(tables: Tables, folder: Path) -> None:
    """Every table of the schema as csv (UTF-8 with BOM) and parquet, also the empty ones."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in SCHEMA.items():
        rows = [[typed(row.get(column), kind) for column, kind in columns.items()] for row in tables[name]]
        (folder / f"{name}.csv").write_bytes(_csv(columns, rows).encode("utf-8-sig"))
        _write_parquet(columns, rows, folder / f"{name}.parquet")


def typed(value: object, kind: type) -> object:
    """The value as its column's type; text without characters that can't be stored; "" is None."""
    if value is None or value == "":
        return None
    if kind is str:
        return storable(value if isinstance(value, str) else str(value))
    return kind(value)


def storable(text: str) -> str:
    """The text with control characters, lone surrogates and non-characters replaced by U+FFFD."""
    return _UNSTORABLE.sub(REPLACEMENT, text)


def _csv(columns: Mapping[str, type], rows: list[list[object]]) -> str:
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return target.getvalue()


def csv_cell(value: object) -> str:
    """A cell's text; text that a spreadsheet would take for a formula gets a ' in front, numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    return guarded(value) if isinstance(value, str) else str(value)


def guarded(text: str) -> str:
    """`'` before what could start a formula: = + - @ (also full width, also after blanks), TAB, CR, LF."""
    bare = text.lstrip()
    return f"'{text}" if text[:1] in {"\t", "\r", "\n"} or bare[:1] in FORMULA_STARTS else text


def _write_parquet(columns: Mapping[str, type], rows: list[list[object]], path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    schema = _parquet_schema(columns)
    values = zip(*rows, strict=True) if rows else ([] for _ in columns)
    arrays = [pyarrow.array(list(column), field.type) for column, field in zip(values, schema, strict=True)]
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), path)


def _parquet_schema(columns: Mapping[str, type]) -> pyarrow.Schema:
    import pyarrow

    kinds = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    return pyarrow.schema([(column, kinds[kind]) for column, kind in columns.items()])


def read_tables(output: Path) -> Tables:
    """The tables of an earlier run.  Raises InputError when there are none."""
    import pyarrow
    import pyarrow.parquet

    tables: Tables = {}
    for name, columns in SCHEMA.items():
        path = output / "tables" / f"{name}.parquet"
        try:
            with path.open("rb") as file:
                stored: list[Row] = pyarrow.parquet.read_table(file).to_pylist()
        except (OSError, pyarrow.ArrowException) as error:
            raise InputError(str(path), "读不到以前的结果", "请先用 zhenggai run 处理文档") from error
        tables[name] = [{column: row.get(column) for column in columns} for row in stored]
    return tables


# --- putting files in place ------------------------------------------------------------------------

Records = set[tuple[str, str]]  # (path below the output, sha256) of what we wrote


@dataclass(slots=True)
class Published:
    """Files now in place (path below the output), their records, and what a person must be told."""

    files: list[str] = field(default_factory=list)
    records: Records = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def staged(staging: Path) -> Records:
    """The records of everything in the staging folder."""
    return {(path.relative_to(staging).as_posix(), _digest(path)) for path in _files(staging)}


def place(staging: Path, output: Path, earlier: Records, only_add: bool = False) -> Published:
    """Move every staged file to its place; of the `earlier` files those no longer made are removed.

    What a person changed since we wrote it is never lost: an edited document is renamed before a new one takes
    its place, and one that is no longer made stays.  With `only_add` no earlier file is removed.
    """
    result = Published()
    for path in _files(staging):
        name = path.relative_to(staging).as_posix()
        record = (name, _digest(path))
        target = _inside(output, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix in DOCUMENTS and target.is_file() and _edited(target, name, earlier):
            kept = free_name(target, "人工修改")
            target.replace(kept)
            result.notes.append(f"{name} 在上次运行后被修改过，修改稿已另存为 {kept.name}")
        placed = _replace(path, target)
        result.files.append(target.with_name(placed).relative_to(output).as_posix())
        result.records.add((result.files[-1], record[1]))
        if placed != target.name:
            result.notes.append(f"{name} 正被其他程序打开，新结果已另存为 {placed}")
            result.records |= {old for old in earlier if old[0] == name}
    gone = {record for record in earlier if record[0] not in {name for name, _ in result.records}}
    if only_add:
        result.records |= gone
    else:
        _remove_stale(gone, output)
    _sync_folders(output, result.files)
    return result


def _files(folder: Path) -> Iterator[Path]:
    """All files below the folder; the workbook last, so that it never is newer than the tables."""
    yield from sorted((path for path in folder.rglob("*") if path.is_file()),
                      key=lambda path: (path.name == WORKBOOK, path.as_posix()))


def _inside(output: Path, name: str) -> Path:
    """The place of a file; one that links lead out of the output folder is refused."""
    target = output / name
    if not target.parent.resolve().is_relative_to(output.resolve()):
        raise OutputError(str(target.parent), "指向输出文件夹之外", "请删去这个链接后再运行")
    return target


def _edited(target: Path, name: str, earlier: Records) -> bool:
    """Whether the file differs from everything that we may have written there; False when we wrote nothing."""
    ours = {digest for path, digest in earlier if path == name}
    return bool(ours) and _digest(target) not in ours


def _replace(path: Path, target: Path) -> str:
    """Sync and put in place; a document that another program holds open (Windows) is written beside it."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
    try:
        path.replace(target)
    except PermissionError as error:
        if target.suffix not in DOCUMENTS or not target.is_file():
            what = "正被其他程序打开，或不许写入"
            raise OutputError(str(target), what, "请关闭打开它的程序（如 Excel）后再运行") from error
        target = free_name(target, "2")
        path.replace(target)
    return target.name


def free_name(target: Path, mark: str) -> Path:
    """`name (mark).ext`, with a number when that is taken too."""
    beside, number = target.with_name(f"{target.stem} ({mark}){target.suffix}"), 2
    while beside.exists():
        number += 1
        beside = target.with_name(f"{target.stem} ({mark}-{number}){target.suffix}")
    return beside


def _remove_stale(records: Records, output: Path) -> None:
    """Remove earlier results that nobody changed, and their folders when these are empty."""
    for name, digest in sorted(records):
        target = _inside(output, name)
        if target.is_file() and _digest(target) == digest:
            target.unlink()
            if target.parent != output and not any(target.parent.iterdir()):
                target.parent.rmdir()


def _sync_folders(output: Path, names: Iterable[str]) -> None:
    """Make the new names durable (POSIX; Windows has no such call)."""
    if os.name == "nt":
        return
    for folder in sorted({(output / name).parent for name in names} | {output}):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def empty_folder(folder: Path) -> Path:
    """The folder, made anew without content."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder
