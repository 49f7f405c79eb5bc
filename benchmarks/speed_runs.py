"""Whole runs as processes of their own: wall clock, processor time of parent and workers, peak memory of each."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SUBREAPER = 36  # prctl: orphans become our children, so that what workers used is counted when all have ended
_PROGRAM = (
    "import json, resource, sys\n"
    "from pipeline.cli.commands import invoke\n"
    "code = invoke(sys.argv[1:])\n"
    "used = resource.getrusage(resource.RUSAGE_SELF)\n"
    "print(json.dumps([code, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024]))\n"
)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of wall clock and of processor time (parent, its workers), and peak memory of the parent in MiB."""

    wall: float
    parent: float
    workers: float
    memory: int


def adopt_orphans() -> None:
    """Make workers' helpers children of this process once their parent has ended (Linux)."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def spent(arguments: Sequence[str]) -> Spent:
    """Run one command of the program to its end.  Raises RuntimeError when it fails."""
    before, begun = _of_children(), time.perf_counter()
    child = subprocess.Popen(  # noqa: S603 (our own arguments)
        [sys.executable, "-c", _PROGRAM, *arguments],
        cwd=Path(__file__).resolve().parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    said, errors = child.communicate()
    wall = time.perf_counter() - begun
    try:
        while True:
            os.wait()  # the helpers that the parent left
    except ChildProcessError:
        pass
    code, parent, memory = json.loads(said.splitlines()[-1]) if said else (1, 0.0, 0)
    if code:
        raise RuntimeError(f"{' '.join(arguments)}: {code}\n{errors}")
    return Spent(wall, parent, _of_children() - before - parent, memory)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
