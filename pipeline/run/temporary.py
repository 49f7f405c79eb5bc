"""One folder for all that a process and its workers write for a moment; what a killed one left, the next removes.

Libraries clear their own temporary files away when a process ends by itself, not when it is killed.  The folder bears a
lock of the system's, so that nobody takes one that is in use.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

PREFIX = "zhenggai."
_LOCK = "lock"
_NEW = 60  # seconds within which a folder may still be without its lock
_LONGEST = 60  # characters of its path: systems allow a socket of a worker 104 in all


@contextmanager
def own_temporary() -> Iterator[None]:
    """Temporary files of this process and of those it starts lie in a folder of its own, which goes at the end."""
    made = _made()
    if made is None:
        yield
        return
    folder, lock = made
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        os.environ.pop("TMPDIR")
        if variable is not None:
            os.environ["TMPDIR"] = variable
        _leave(folder, lock)


def _made() -> tuple[Path, BaseFileLock] | None:
    """The folder and its lock; None where none can be made (a full disk: who needs to write there says it)."""
    try:
        place = tempfile.gettempdir()
        _clear(Path(place))
        if len(place) + len(PREFIX) + 9 > _LONGEST:
            return None
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = FileLock(folder / _LOCK)
        lock.acquire(timeout=0)
    except (OSError, Timeout):
        return None
    return folder, lock


def _leave(folder: Path, lock: BaseFileLock) -> None:
    """Remove the folder; where workers had their sockets in it, behind the library that removes them itself."""
    if "multiprocessing.util" in sys.modules and any(folder.glob("pymp-*")):
        from multiprocessing.util import Finalize

        # its own has -100; it holds the lock until then, which nobody else keeps from being released
        Finalize(None, _remove, (folder, lock), exitpriority=-200)
        return
    _remove(folder, lock)


def _remove(folder: Path, lock: BaseFileLock) -> None:
    lock.release()
    shutil.rmtree(folder, ignore_errors=True)


def _clear(place: Path) -> None:
    """Remove the folders of ours there that nobody holds."""
    for folder in place.glob(f"{PREFIX}*"):
        try:
            seen = folder.lstat()
            ours = folder.is_dir() and not folder.is_symlink() and (os.name != "posix" or seen.st_uid == os.getuid())
            if ours and time.time() - seen.st_mtime > _NEW:
                with FileLock(folder / _LOCK).acquire(timeout=0):
                    shutil.rmtree(folder, ignore_errors=True)
        except (OSError, Timeout):
            continue  # in use, or gone meanwhile
