"""A zip as a folder: its files one after the other, each with a safe relative name, nothing on disk.

In: the archive's bytes and the name of the folder that it stands for.  Out: (relative name, bytes), or in
place of the bytes the `Rejected` that this one file got.  Archives inside are opened one level deep.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from zipfile import ZipInfo

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.readers.kind import sniff
from pipeline.readers.package import ENCRYPTED_FLAG, Package, inflate, open_package

_UTF8_FLAG = 0x800
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u202a-\u202e\u2066-\u2069]')

ArchiveFile = tuple[str, "bytes | Rejected"]


def expand(data: bytes, folder_name: str) -> Iterator[ArchiveFile]:
    """The files of the archive.  Raises what opening it may raise (bad_zip, zip_bomb …)."""
    yield from _files(data, folder_name, 0, Budget())


class Budget:
    """What all archives of one input may still give."""

    def __init__(self) -> None:
        self.size, self.files = limits.ARCHIVE_BYTES, limits.ARCHIVE_FILES

    def take(self, size: int) -> None:
        """Count a file.  Raises zip_bomb."""
        self.size, self.files = self.size - size, self.files - 1
        if self.size < 0 or self.files < 0:
            most = f"{limits.ARCHIVE_BYTES // limits.MIB} MB 或 {limits.ARCHIVE_FILES} 个文件"
            raise Rejected("zip_bomb", f"压缩包展开后超过 {most}")


def _files(data: bytes, folder: str, nesting: int, budget: Budget) -> Iterator[ArchiveFile]:
    package = open_package(data, limits.ARCHIVE_FILES)
    used: set[str] = set()
    for info in package.members.values():
        name = _unique(f"{folder}/{safe_name(shown_name(info))}", used)
        try:
            content = _content(package, info)
        except Rejected as error:
            budget.take(0)
            yield name, error
            continue
        budget.take(len(content))
        if sniff(content, name) != "zip":
            yield name, content
        elif nesting >= limits.ARCHIVE_NESTING:
            yield name, Rejected("zip_bomb", f"压缩包套压缩包超过 {limits.ARCHIVE_NESTING} 层")
        else:
            try:
                yield from _files(content, name, nesting + 1, budget)
            except Rejected as error:
                if budget.size < 0 or budget.files < 0:
                    raise
                yield name, error


def _content(package: Package, info: ZipInfo) -> bytes:
    if stat.S_ISLNK(info.external_attr >> 16):  # its content is the path that it leads to
        raise Rejected("unsafe_link")
    if info.flag_bits & ENCRYPTED_FLAG:
        raise Rejected("encrypted", "压缩包密码")
    if info.file_size > limits.FILE_BYTES:
        raise Rejected("too_large", f"上限 {limits.FILE_BYTES // limits.MIB} MB")
    package.budget = limits.PARTS_BYTES  # each file is a document of its own; all of them are counted by `Budget`
    return inflate(package, info)


def shown_name(info: ZipInfo) -> str:
    """The member's name: UTF-8 where it says so, else GBK, as Chinese Windows writes it."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return info.filename


def safe_name(name: str) -> str:
    """A relative path that stays in its folder: no drive, no root, no `..`, no control characters."""
    parts = re.split(r"[/\\]+", _UNSAFE.sub("_", name))
    kept = [part.strip() for part in parts if part.strip() not in ("", ".", "..")]
    return "/".join(kept) or "_"


def _unique(name: str, used: set[str]) -> str:
    """The name, or the name with a number when another member has it already."""
    stem, dot, ending = name.rpartition(".")
    shown, number = name, 2
    while shown.lower() in used:
        shown = f"{stem or name} ({number}){dot}{ending}" if stem else f"{name} ({number})"
        number += 1
    used.add(shown.lower())
    return shown
