"""Office packages that come out the same twice, putting a file in place in one step, opening one of somebody else's.

Zip entries carry one constant date, so that equal content is equal bytes.  A file is written
beside its target, flushed to disk and renamed over it: a reader sees the old or the new one.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pipeline.core.errors import OutputError, Rejected, system_words

DATE = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can hold
TEMPORARY = ".zhenggai-"  # temporary files of ours start with this, so that the next start can remove them


class FixedZip(zipfile.ZipFile):
    """A zip for writing whose entries all carry the same date and rights."""

    def __init__(self, file: Any) -> None:
        super().__init__(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True)

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Add an entry of text or bytes."""
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        super().writestr(self._entry(name), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Add a file's content as an entry."""
        entry = self._entry(str(arcname or filename))
        with Path(filename).open("rb") as source, self.open(entry, "w", force_zip64=True) as target:
            shutil.copyfileobj(source, target)

    @staticmethod
    def _entry(name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name.lstrip("/"), DATE)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        entry.create_system = 0  # the same bytes on every system
        return entry


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A regular file for reading; a link or a pipe that somebody put in its place is not followed.

    Raises Rejected (not_a_file), and OSError for what the system refuses.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise Rejected("not_a_file")
        yield file


def digest_of_file(path: Path) -> str:
    """The sha256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def csv_cells(longest: int) -> Iterator[None]:
    """Within it the csv module reads cells of so many characters; the limit is the process's, others change it too."""
    before = csv.field_size_limit(longest)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def replace_file(path: Path, content: bytes) -> Path:
    """Put `content` at `path` in one step; where the target is open elsewhere, beside it as `name (2)`.

    Returns where it lies.  Raises OutputError when it can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY, suffix=path.suffix)
    except OSError as error:
        raise _not_written(path, error) from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        return _rename(temporary, path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _rename(temporary: Path, path: Path) -> Path:
    try:
        temporary.replace(path)
        return path
    except PermissionError:  # Windows, while Word or Excel has the target open
        beside = path.with_name(f"{path.stem} (2){path.suffix}")
        temporary.replace(beside)
        return beside


def _not_written(path: Path, error: OSError) -> OutputError:
    what = f"写不进去（{system_words(error)}）"
    return OutputError(str(path), what, "请检查磁盘空间和文件夹权限，并关闭打开着的文件")
