"""Input paths → `InputFile` rows: every file found exactly once, named, and either to be read or set aside.

Nothing here opens a document's content except to hash it.  Links are never followed, names are made printable
(bytes that are no text, control and direction characters are escaped), and files that are no documents get
their class at once.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.core import limits
from pipeline.core.errors import InputError, Rejected, escaped
from pipeline.core.files import opened
from pipeline.core.text import file_name
from pipeline.readers.kind import converted
from pipeline.run.engines import Job

TEMPORARY_PREFIXES = ("~$", ".~lock", "._", ".~")
TEMPORARY_NAMES = {"thumbs.db", "desktop.ini", ".ds_store", ".gitkeep", ".gitignore"}
TEMPORARY_SUFFIXES = (".tmp", ".temp", ".crdownload", ".part", ".partial", ".download", ".swp", ".bak", "~")
# pictures, sound, programs …: no reader would find a document in them
OTHER_SUFFIXES = frozenset(
    (
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".webp",
        ".heic",
        ".svg",
        ".ico",
        ".emf",
        ".wmf",
        ".psd",
        ".mp3",
        ".wav",
        ".m4a",
        ".mp4",
        ".avi",
        ".mov",
        ".wmv",
        ".mkv",
        ".exe",
        ".dll",
        ".msi",
        ".so",
        ".bat",
        ".cmd",
        ".ps1",
        ".sh",
        ".py",
        ".js",
        ".css",
        ".java",
        ".class",
        ".jar",
        ".db",
        ".sqlite",
        ".ttf",
        ".otf",
        ".ttc",
        ".lnk",
        ".url",
        ".ini",
        ".log",
        ".iso",
        ".dwg",
        ".eml",
        ".msg",
        ".parquet",
        ".yaml",
        ".yml",
        ".json",
    )
)
# what people decided; read by the checks, not as documents
CONTROL_FILES = {"corrections.csv": "人工更正表，核对时使用", "waivers.csv": "豁免清单，核对时使用"}
ARCHIVES = frozenset({".zip"})
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class InputFile:
    """One input file: its printable name, where it lies, and its class when it is not to be read."""

    name: str
    path: Path
    sha256: str = ""
    size: int = 0
    converted: bool = False  # it may pass through LibreOffice
    error: str = ""
    detail: str = ""

    @property
    def is_archive(self) -> bool:
        return not self.error and self.path.suffix.lower() in ARCHIVES


def discover(inputs: Sequence[Path], output: Path) -> list[InputFile]:
    """All files below the inputs in the order of their names.  Raises InputError for an unusable input."""
    found: dict[Path, tuple[str, InputFile]] = {}
    for given in inputs:
        root = _checked(given, output)
        if root.is_dir():
            for entry in _walk(root, root):
                found.setdefault(entry.path, (root.name, entry))
        else:  # named by a person: read whatever its name, and say what it is
            found.setdefault(root, ("", _given(InputFile(printable(given.name), root))))
    if not found:
        names = "、".join(printable(str(path)) for path in inputs)
        raise InputError(names, "文件夹里没有文件", "请把要处理的文档放进去，再运行一次")
    return sorted(_named(found.values()), key=lambda entry: entry.name)


def _checked(given: Path, output: Path) -> Path:
    """The input's real path, when it exists and does not overlap the output."""
    shown = printable(str(given))
    try:
        root = given.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise InputError(shown, "找不到这个文件或文件夹", "请检查路径是否写对") from error
    target = output.resolve()
    if root == target or target.is_relative_to(root) or root.is_relative_to(target):
        raise InputError(shown, f"输入与输出文件夹 {printable(str(output))} 重叠", "请用 -o 指定输入之外的文件夹")
    return root


def _walk(folder: Path, root: Path) -> Iterator[InputFile]:
    """The folder's files, depth first; a folder that can't be listed is an entry itself."""
    pending = [folder]
    while pending:
        here = pending.pop()
        try:
            with os.scandir(here) as listing:
                items = sorted(listing, key=lambda item: item.name)
        except OSError:
            name = _relative(here, root) or printable(root.name)
            yield InputFile(name, here, error="unreadable", detail="文件夹打不开")
            continue
        for item in items:
            path = Path(item.path)
            if item.is_dir(follow_symlinks=False):
                pending.append(path)
            else:
                yield _classified(InputFile(_relative(path, root), path), path.parent == root)


def _relative(path: Path, root: Path) -> str:
    return "" if path == root else printable(path.relative_to(root).as_posix())


def _classified(entry: InputFile, top: bool = False) -> InputFile:
    """The entry with its class, as far as its kind and name tell."""
    name = entry.path.name.lower()
    try:
        mode = entry.path.lstat().st_mode
    except OSError:
        return replace(entry, error="unreadable")
    if stat.S_ISLNK(mode):
        return replace(entry, error="unsafe_link")
    if not stat.S_ISREG(mode):
        return replace(entry, error="not_a_file")
    if top and name in CONTROL_FILES:
        return replace(entry, error="skipped_type", detail=CONTROL_FILES[name])
    return replace(entry, error=class_of_name(name))


def _given(entry: InputFile) -> InputFile:
    """A file that was named itself: only what is no regular file is set aside unread."""
    classified = _classified(entry)
    return replace(entry, error="" if classified.error in {"skipped_type", "skipped_temp"} else classified.error)


def class_of_name(name: str) -> str:
    """skipped_temp, skipped_type or "" for a file name."""
    last = file_name(name).lower()
    parts = name.replace("\\", "/").split("/")
    if last in TEMPORARY_NAMES or last.startswith(TEMPORARY_PREFIXES) or last.endswith(TEMPORARY_SUFFIXES):
        return "skipped_temp"
    if "__MACOSX" in parts:
        return "skipped_temp"
    return "skipped_type" if Path(last).suffix in OTHER_SUFFIXES else ""


def printable(name: str) -> str:
    """A name that can be shown and stored: odd bytes, control and direction characters become \\x escapes."""
    return escaped(os.fsencode(name).decode("utf-8", "backslashreplace") if _has_surrogate(name) else name)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _named(found: Iterable[tuple[str, InputFile]]) -> list[InputFile]:
    """Entries whose names are unique: clashing ones get their input folder's name in front, then a number."""
    pairs = list(found)
    counts = Counter(entry.name for _, entry in pairs)
    named = [
        replace(entry, name=f"{printable(folder)}/{entry.name}") if counts[entry.name] > 1 and folder else entry
        for folder, entry in pairs
    ]
    return unique(named)


def unique(entries: Iterable[InputFile]) -> list[InputFile]:
    """The same entries; a name seen before gets ` (2)`, ` (3)` …"""
    seen: set[str] = set()
    result = []
    for entry in entries:
        name, number = entry.name, 1
        while name in seen:
            number += 1
            name = f"{entry.name} ({number})"
        seen.add(name)
        result.append(replace(entry, name=name))
    return result


def hashed(entry: InputFile) -> InputFile:
    """The entry with its size and sha256, or with the class of what kept it from being read."""
    if entry.error:
        return entry
    try:
        digest, size, head = _digest(entry.path)
    except Rejected as rejected:
        return replace(entry, error=rejected.error, detail=rejected.detail)
    except OSError:
        return replace(entry, error="unreadable")
    return replace(entry, sha256=digest, size=size, converted=converted(head), error="" if size else "empty")


def _digest(path: Path) -> tuple[str, int, bytes]:
    """sha256, size and beginning of a regular file; a link or a pipe put in its place since is refused."""
    with opened(path) as file:
        before = os.fstat(file.fileno())
        # an archive has its own, wider limit for what it holds
        most = limits.ARCHIVE_BYTES if path.suffix.lower() in ARCHIVES else limits.FILE_BYTES
        if before.st_size > most:
            raise Rejected("too_large", f"{before.st_size // limits.MIB} MB，上限 {most // limits.MIB} MB")
        digest, size, head = hashlib.sha256(), 0, b""
        while piece := file.read(_PIECE):
            head = head or piece[:1024]
            digest.update(piece)
            size += len(piece)
        if size != os.fstat(file.fileno()).st_size or size > most:
            raise Rejected("changed_while_reading")
    return digest.hexdigest(), size, head


def without_duplicates(entries: Iterable[InputFile]) -> list[InputFile]:
    """The same entries in order; a later one with the bytes of an earlier one names that one."""
    first: dict[str, str] = {}
    result = []
    for entry in entries:
        if not entry.error and entry.sha256:
            original = first.setdefault(entry.sha256, entry.name)
            if original != entry.name:
                entry = replace(entry, error="duplicate", detail=f"同 {original}")
        result.append(entry)
    return result


# --- archives --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: its name there, where it was written, and its class when the reader refused it."""

    name: str
    path: Path
    error: str = ""
    detail: str = ""


def expand_archive(job: Job, folder: Path) -> list[Member]:
    """Write an archive's files under numbers into a folder of its own.

    Runs in a limited worker; no name from the archive becomes a path.  A document that is only named like an archive
    is its own member.
    """
    from pipeline.readers.archive import expand
    from pipeline.readers.gate import load, sniff

    name, data = job.name, load(job.path)
    if sniff(data, name) not in ("zip", "unknown", "txt"):  # what looks like text may be a torn archive
        return [Member(name, job.path)]
    place = folder / hashlib.sha256(name.encode()).hexdigest()[:16]
    place.mkdir(exist_ok=True)  # a second try finds what the first one left
    members: list[Member] = []
    for number, (member, content) in enumerate(expand(data, name)):
        suffix = Path(member).suffix.lower()
        target = place / f"{number}{suffix if suffix[1:].isalnum() and suffix.isascii() else ''}"
        if isinstance(content, Rejected):
            members.append(Member(printable(member), target, content.error, content.detail))
            continue
        target.write_bytes(content)
        members.append(Member(printable(member), target))
    if not members:
        raise Rejected("empty", "压缩包里没有文件")
    return members


def member_entries(archive: InputFile, members: Iterable[Member]) -> list[InputFile]:
    """The entries of an expanded archive's files, named below it."""
    inside = f"{archive.name}/"
    entries = []
    for member in members:
        if member.name == archive.name:
            entries.append(archive)
            continue
        name = member.name if member.name.startswith(inside) else inside + member.name
        entries.append(InputFile(name, member.path, error=member.error or class_of_name(name), detail=member.detail))
    return entries
