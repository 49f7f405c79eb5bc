"""Files that a person opens, each put in its place whole or not at all.

Everything is first written into a staging folder inside the output, synced, and then put in its place by one
`os.replace` a file; a kill leaves at most a staging folder, which the next start removes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.core.errors import OutputError
from pipeline.core.files import digest_of_file

WORKBOOK = "整改台账.xlsx"
DOCUMENTS = frozenset({".xlsx", ".docx"})  # what people open, keep open and edit

Records = Set[tuple[str, str]]  # (path below the output, sha256) of what we wrote
NOTHING: Records = frozenset()


@dataclass(slots=True)
class Published:
    """Files now in place (path below the output), their records, and what a person must be told."""

    files: list[str] = field(default_factory=list)
    records: set[tuple[str, str]] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def staged(staging: Path) -> Records:
    """The records of everything in the staging folder."""
    return {(path.relative_to(staging).as_posix(), digest_of_file(path)) for path in _files(staging)}


def place(
    staging: Path, output: Path, earlier: Records, new: Records | None = None, kept: Records | None = NOTHING
) -> Published:
    """Move every staged file (`new`: their records) to its place; `earlier` ones that are no longer made are removed.

    What a person changed since we wrote it is never lost: an edited document is renamed before a new one takes
    its place, and one that is no longer made stays.  `kept` are earlier files that hold still; None: all of them.
    """
    result = Published()
    ours: dict[str, set[str]] = {}
    for name, digest in earlier:
        ours.setdefault(name, set()).add(digest)
    digests = dict(staged(staging) if new is None else new)
    for path in _files(staging):
        name = path.relative_to(staging).as_posix()
        target = _inside(output, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix in DOCUMENTS and target.is_file() and _edited(target, ours.get(name)):
            edited = free_name(target, "人工修改")
            target.replace(edited)
            result.notes.append(f"{name} 在上次运行后被修改过，修改稿已另存为 {edited.name}")
        placed = _replace(path, target)
        result.files.append(target.with_name(placed).relative_to(output).as_posix())
        result.records.add((result.files[-1], digests[name]))
        if placed != target.name:
            result.notes.append(f"{name} 正被其他程序打开，新结果已另存为 {placed}")
            result.records |= {(name, digest) for digest in ours.get(name, ())}
    made = {name for name, _ in result.records}
    left = {record for record in earlier if record[0] not in made}
    stays = left if kept is None else left & kept
    result.records |= stays
    _remove_stale(left - stays, output)
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


def _edited(target: Path, ours: set[str] | None) -> bool:
    """Whether the file differs from everything that we may have written there; False when we wrote nothing."""
    return bool(ours) and digest_of_file(target) not in (ours or ())


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
        if target.is_file() and digest_of_file(target) == digest:
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
