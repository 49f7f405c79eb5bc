"""The output folder of one run: locked, with its log, its ledger, and a staging folder for what is being made.

Whatever goes wrong while it is open becomes one sentence: the disk is full, writing is not allowed, another run is
at work; anything else is a fault of this program, whose traceback goes to the log.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pipeline.core import limits
from pipeline.core.errors import BusyError, OutputError, ProgramError, UserError, trace_of
from pipeline.core.files import TEMPORARY
from pipeline.run.store import FINISHED, RunStore, open_ledger

if TYPE_CHECKING:
    from pipeline.publish.place import Published

LOG = "运行日志.txt"
SPARE_BYTES = 20 * limits.MIB
OWN = ".zhenggai"  # lock, ledger and staging
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_OCCUPIED = {errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ELOOP}


@dataclass(frozen=True, slots=True)
class OutputFolder:
    """The open output folder."""

    output: Path
    ledger: RunStore
    log_file: TextIO

    @property
    def staging(self) -> Path:
        """Where results are made before they are put in place."""
        return self.output / OWN / "staging"

    @property
    def scratch(self) -> Path:
        """Where archives' files lie while they are read."""
        return self.output / OWN / "scratch"

    def log(self, line: str) -> None:
        """One line with the time: names and classes, never text of a document."""
        self.log_file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {line}\n")
        self.log_file.flush()

    def check_space(self, size: int) -> None:
        """Room for three times what is still to be read.  Raises OutputError."""
        needed = 3 * size + SPARE_BYTES
        free = shutil.disk_usage(self.output).free
        if free < needed:
            what = f"磁盘空间不足：剩余 {free // limits.MIB} MB，至少需要 {needed // limits.MIB} MB"
            raise OutputError(str(self.output), what, "请腾出空间后用同样的命令再运行，已完成的部分会保留")

    def trace(self, name: str, trace: str) -> None:
        """Where a document met a fault of this program."""
        if trace:
            self.log(f"{name}  程序内部错误\n{trace}")

    def publish(self, kept: set[tuple[str, str]] | None) -> Published:
        """Put everything that is staged in place, and record it before and after; `kept` files stay (None: all)."""
        from pipeline.publish.place import place, staged

        earlier, new = self.ledger.published(), staged(self.staging)
        self.ledger.set_run_values({FINISHED: ""})
        # recorded before too: after a kill in between, our own file must not look like a person's edit
        self.ledger.set_published(earlier | new)
        done = place(self.staging, self.output, earlier, new, kept)
        self.ledger.set_published(done.records)
        for note in done.notes:
            self.log(note)
        return done


@contextmanager
def open_place(output: Path) -> Iterator[OutputFolder]:
    """The output folder, made when absent.  Raises BusyError, OutputError, ProgramError."""
    with _told(output):
        _made(output)
        with (
            _locked(output),
            (output / LOG).open("a", encoding="utf-8", newline="\n") as log_file,
            open_ledger(output / OWN / "ledger.sqlite") as ledger,
        ):
            place = OutputFolder(output, ledger, log_file)
            _cleared(place)
            try:
                yield place
            finally:
                _cleared(place)


@contextmanager
def held(output: Path) -> Iterator[None]:
    """Keep runs out of the folder meanwhile, where there has been one.  Raises BusyError, OutputError."""
    with _told(output), _locked(output) if (output / OWN).is_dir() else nullcontext():
        yield


@contextmanager
def _locked(output: Path) -> Iterator[None]:
    """The lock of the folder: the system's, so that it goes with the process."""
    from filelock import FileLock, Timeout

    try:
        lock = FileLock(output / OWN / "lock").acquire(timeout=0)
    except Timeout as error:
        what = "另一次运行正在使用这个输出文件夹"
        raise BusyError(str(output), what, "请等它结束，或用 -o 指定别的文件夹") from error
    with lock:
        yield


def _made(output: Path) -> None:
    """Make the folder; whatever keeps us from that, a person must choose another."""
    try:
        (output / OWN).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _full(output) if error.errno in _FULL else _denied(output) from error
    for name in (OWN, LOG):
        if (output / name).is_symlink():
            raise OutputError(str(output / name), "是链接，可能指向输出文件夹之外", "请删去这个链接后再运行")


def _cleared(place: OutputFolder) -> None:
    """Remove what a run (also one that was killed) leaves in the work folders, and make them anew."""
    for folder in (place.staging, place.scratch):
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        else:
            folder.unlink(missing_ok=True)
        folder.mkdir()
    for left in place.output.glob(f"{TEMPORARY}*"):
        if left.is_file():
            left.unlink()


@contextmanager
def _told(output: Path) -> Iterator[None]:
    """Errors as one sentence with the remedy."""
    try:
        yield
    except UserError:
        raise
    except sqlite3.OperationalError as error:
        full = "full" in str(error)
        raise _full(output) if full else _denied(output) from error
    except Exception as error:
        number = error.errno if isinstance(error, OSError) else None
        if number in _FULL:
            raise _full(output) from error
        if number in _DENIED:
            raise _denied(output) from error
        if isinstance(error, OSError) and number in _OCCUPIED:
            what = "这个位置被同名的文件、文件夹或链接占着"
            raise OutputError(str(error.filename or output), what, "请移走它后用同样的命令再运行") from error
        raise _failure(output, error) from error


def _full(output: Path) -> OutputError:
    return OutputError(str(output), "磁盘已满，写不下结果", "请腾出空间后用同样的命令再运行，已完成的部分会保留")


def _denied(output: Path) -> OutputError:
    return OutputError(str(output), "输出文件夹不能写入", "请检查权限、是否只读，或用 -o 指定别的文件夹")


def _failure(output: Path, error: Exception) -> ProgramError:
    """A fault of this program; where it arose goes to the log."""
    path = output / LOG
    with path.open("a", encoding="utf-8", newline="\n") as log_file:
        log_file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  程序内部出错\n{trace_of(error)}\n")
    return ProgramError(str(path))
