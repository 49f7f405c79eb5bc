"""Jobs → outcomes: the ways to run the work on many documents or units.

`serial` works in this process, `processes` in worker processes that are held to the limits of time and memory
and whose death costs one document.  Both give one `Outcome` a job, in no promised order.
"""

from __future__ import annotations

import errno
import math
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pipeline.core import limits
from pipeline.core.directions import NONE
from pipeline.core.errors import OutputError, Rejected, UserError, trace_of
from pipeline.core.rows import Tables

if TYPE_CHECKING:
    from pipeline.ruleset.rule import Rules

FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
T = TypeVar("T")
STOP_SECONDS = 4.0  # what a worker gets to end by itself


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: for a document its name in the tables, where it lies, and whether LibreOffice may be needed.

    `given` is what else a task needs; it goes to the worker with the job.  `size` in bytes says what the work may use.
    """

    name: str
    path: Path
    converted: bool = False
    given: Any = field(default=None, compare=False)
    size: int = 0

    @property
    def seconds(self) -> float:
        """The wall-clock limit."""
        return self.allowed.wall_seconds + (limits.CONVERTER_SECONDS if self.converted else 0)

    @property
    def allowed(self) -> limits.Allowance:
        """What the work may use."""
        return limits.allowance(self.size)


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of a job: what its task gave, or its class with the detail (and, for a bug, the traceback)."""

    result: T | None = None
    error: str = ""
    detail: str = ""
    trace: str = ""
    seconds: float = 0.0
    again: bool = False  # the worker died: worth one more try, alone


Task = Callable[[Job, Path], T]  # a job and the folder that the task works with, mostly that of the rules


def read_document(job: Job, rules: Path) -> Tables:
    """The tables of one document; the rules are loaded once a process.  The job gives the reading that was chosen."""
    from pipeline.extract.process import process
    from pipeline.ruleset.layers import reading_with

    with reading_with(rules):
        return process(job.path, job.name, _loaded(rules), job.given or NONE)


def explain_document(job: Job, rules: Path) -> Tables:
    """The same, with why each piece was read as what it is."""
    from pipeline.extract.process import explained
    from pipeline.ruleset.layers import reading_with

    with reading_with(rules):
        return explained(job.path, job.name, _loaded(rules))


@cache
def _loaded(rules: Path) -> Rules:
    from pipeline.ruleset.rule import load_rules

    return load_rules(rules)


def attempt(task: Task[T], job: Job, rules: Path) -> Outcome[T]:
    """Run one job and turn whatever it raises into an outcome."""
    started = time.monotonic()
    try:
        return Outcome(task(job, rules), seconds=time.monotonic() - started)
    except Rejected as rejected:
        return Outcome(error=rejected.error, detail=rejected.detail, seconds=time.monotonic() - started)
    except UserError:
        raise  # not this document's doing: the run ends with what a person must mend
    except MemoryError:
        return Outcome(error="memory", detail=_megabytes(job), again=True, seconds=time.monotonic() - started)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            where = str(error.filename or tempfile.gettempdir())
            raise OutputError(where, "磁盘已满", "请腾出空间后用同样的命令再运行，已完成的部分会保留") from error
        return Outcome(error="internal_error", trace=trace_of(error), seconds=time.monotonic() - started)


def serial(jobs: Iterable[Job], rules: Path, task: Task[T]) -> Iterator[tuple[Job, Outcome[T]]]:
    """One job after the other in this process, without limits."""
    for job in jobs:
        yield job, attempt(task, job, rules)


def processes(jobs: Iterable[Job], rules: Path, workers: int, task: Task[T]) -> Iterator[tuple[Job, Outcome[T]]]:
    """All jobs in limited worker processes; one whose worker died is tried once more, alone, at the end.

    The wall clock is no verdict on a document, for the machine may be busy: the second time it gets
    `limits.PATIENCE` times as long.  What it may compute stays the same.
    """
    again: list[Job] = []
    for job, outcome in _pooled(jobs, rules, workers, task):
        if outcome.again:
            again.append(job)
        else:
            yield job, outcome
    for job in again:
        yield from _pooled([job], rules, 1, task, limits.PATIENCE)


def _pooled(
    jobs: Iterable[Job], rules: Path, workers: int, task: Task[T], patience: int = 1
) -> Iterator[tuple[Job, Outcome[T]]]:
    """One pass over the jobs; only a few are handed out ahead, so that stopping is quick."""
    from pebble import ProcessPool

    method = "forkserver" if sys.platform.startswith("linux") else "spawn"
    context = multiprocessing.get_context(method)
    before = set(multiprocessing.active_children())
    pool: Any = ProcessPool(max_workers=workers, initializer=restrict, context=context)
    waiting: dict[Future[Outcome[T]], Job] = {}
    remaining = iter(jobs)
    try:
        while True:
            for job in islice(remaining, workers * 3 - len(waiting)):
                waiting[pool.schedule(limited, args=(task, job, rules), timeout=job.seconds * patience)] = job
            if not waiting:
                break
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                job = waiting.pop(future)
                yield job, _outcome(future, job, job.seconds * patience)
        pool.close()
        pool.join()
    finally:
        pool.stop()  # first, or the pool would replace the workers that end
        end_children(set(multiprocessing.active_children()) - before)
        pool.join()


def _outcome(future: Future[Outcome[T]], job: Job, seconds: float) -> Outcome[T]:
    """The outcome of a job's finished future that had so many seconds; the way a worker died gives the class."""
    from pebble import ProcessExpired

    try:
        return future.result()
    except FutureTimeout:
        detail = f"等了 {seconds:.0f} 秒，机器可能正忙，下次运行会再试"
        return Outcome(error="timeout", detail=detail, seconds=seconds, again=True)
    except ProcessExpired as expired:
        return _died(job, expired.exitcode)
    except UserError:
        raise
    except Exception as error:  # a result that can't be sent back, a pool that broke
        return Outcome(error="internal_error", trace=trace_of(error))


def _died(job: Job, code: int) -> Outcome[T]:
    """The class for the exit code of a job's worker."""
    if hasattr(signal, "SIGXCPU") and code == -signal.SIGXCPU:  # its own doing, not the machine's: no second try
        most = job.allowed.cpu_seconds
        return Outcome(error="timeout", detail=f"运算 {most} 秒", seconds=most)
    if hasattr(signal, "SIGKILL") and code == -signal.SIGKILL:  # the system's answer to memory running out
        return Outcome(error="memory", detail=_megabytes(job), again=True)
    return Outcome(error="crash", detail=f"代码 {code}", again=True)


def _megabytes(job: Job) -> str:
    return f"上限 {job.allowed.memory_bytes // limits.MIB} MB"


def end_children(children: Iterable[Any]) -> None:
    """End worker processes together, by force those that do not end in `STOP_SECONDS`."""
    alive = [child for child in children if child.is_alive()]
    for child in alive:
        child.terminate()
    until = time.monotonic() + STOP_SECONDS
    for child in alive:
        child.join(max(0.0, until - time.monotonic()))
        if child.is_alive():
            child.kill()


# --- in the worker ---------------------------------------------------------------------------------


class _Ended(BaseException):
    """The worker was told to end while it had work: everything it started must be cleared away."""


def limited(task: Task[T], job: Job, rules: Path) -> Outcome[T]:
    """`attempt` under the job's limits of processor time and memory; ends the process at once when told to."""
    before = signal.signal(signal.SIGTERM, _raise_ended)
    try:
        _limit(job.allowed)
        return attempt(task, job, rules)
    except _Ended:
        os._exit(143)
    finally:
        signal.signal(signal.SIGTERM, before)


def _raise_ended(number: int, frame: FrameType | None) -> None:
    raise _Ended


def restrict() -> None:
    """Hold this process to the limits of written bytes and open files (where the system has them).

    What libraries print on errors goes nowhere: it may quote a document.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    if sys.platform == "win32":
        return
    import resource

    _lower(resource.RLIMIT_FSIZE, limits.WRITTEN_BYTES)
    _lower(resource.RLIMIT_NOFILE, limits.OPEN_FILES)
    _lower(resource.RLIMIT_CORE, 0)


def _limit(allowed: limits.Allowance) -> None:
    """Allow so much processor time from now (the system counts from the process's start), and so much memory."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime) + allowed.cpu_seconds)
    _lower(resource.RLIMIT_AS, allowed.memory_bytes)


def _lower(kind: int, wanted: int) -> None:
    """Set a soft limit; the hard one stays, so that the limit of time can move on and LibreOffice has its own."""
    if sys.platform == "win32":
        return
    import resource

    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
