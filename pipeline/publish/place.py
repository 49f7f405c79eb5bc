"""Files that a person opens, each put in its place whole or not at all.

Everything is first written into a staging folder inside the output, synced, and then put in its place by one
`os.replace` a file; a kill leaves at most a staging folder, which the next start removes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.errors import OutputError

WORKBOOK = "整改台账.xlsx"
DOCUMENTS = frozenset({".xlsx", ".docx"})  # what people open, keep open and edit

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
    yield from sorted(
        (path for path in folder.rglob("*") if path.is_file()),
        key=lambda path: (path.name == WORKBOOK, path.as_posix()),
    )


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
