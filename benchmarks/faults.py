"""Runs that are killed at random moments, in publishing too: run again, they give what an undisturbed run gives.

    python -m benchmarks.faults --kills 40 --seed 7     prints what was found; exit code 1 when there is a finding

Every second kill waits for the log to say that results are being written.  Half of the kills take the parent alone,
whose workers must then end by themselves; the others take the whole group at once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAPERS = ROOT / "input"  # the project's samples: feedback, plan, bulletin
OWN = (".zhenggai", "运行日志.txt")  # of an output folder: what is no result
PUBLISHING = "写出结果"
ENDED_WITHIN = 10.0  # seconds that workers have when their parent is gone
_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Kill:
    """When a run is killed: so many seconds from its start or from the start of publishing; alone or with its group."""

    seconds: float
    publishing: bool
    group: bool


def digests(output: Path) -> dict[str, str]:
    """Every result by its path below the output."""
    files = (path for path in output.rglob("*") if path.is_file())
    named = ((path.relative_to(output).as_posix(), path) for path in files)
    return {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in named if not n.startswith(OWN)}


def command(source: Path, output: Path) -> list[str]:
    return [sys.executable, "-m", "pipeline", "run", str(source), "-o", str(output), "--as-of", "2025-06-30"]


def begin(source: Path, output: Path) -> subprocess.Popen[bytes]:
    """A run in a process group of its own."""
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(  # noqa: S603 (our own program)
        command(source, output), cwd=ROOT, stdout=nowhere, stderr=nowhere, start_new_session=True
    )


def finish(source: Path, output: Path) -> float:
    """A run to its end; the seconds that it took.  Raises CalledProcessError."""
    started = time.monotonic()
    subprocess.run(command(source, output), cwd=ROOT, check=True, capture_output=True)  # noqa: S603 (our own program)
    return time.monotonic() - started


def disturb(kill: Kill, source: Path, output: Path) -> Iterator[str]:
    """Start a run and kill it; what is wrong with what stays behind."""
    run = begin(source, output)
    log = output / OWN[1]
    while kill.publishing and run.poll() is None and not (log.is_file() and PUBLISHING in log.read_text("utf-8")):
        time.sleep(_STEP)
    until = time.monotonic() + kill.seconds
    while run.poll() is None and time.monotonic() < until:
        time.sleep(_STEP)
    if run.poll() is None:
        os.killpg(run.pid, signal.SIGKILL) if kill.group else run.kill()
    run.wait()
    until = time.monotonic() + ENDED_WITHIN
    while _alive(run.pid):
        if time.monotonic() > until:
            os.killpg(run.pid, signal.SIGKILL)
            yield f"workers lived for {ENDED_WITHIN:.0f} s without their parent"
        time.sleep(_STEP)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def faults(source: Path, kills: int, seed: int, report: Callable[[str], None]) -> int:
    """The number of findings in so many kills."""
    rng = random.Random(seed)  # noqa: S311 (the same moments again by the same seed)
    findings = 0
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        whole = Path(folder) / "whole"
        seconds = finish(source, whole)
        expected = digests(whole)
        report(f"{len(expected)} results in {seconds:.1f} s undisturbed")
        for number in range(kills):
            publishing = number % 2 == 1
            kill = Kill(rng.uniform(0, seconds * (0.4 if publishing else 0.9)), publishing, rng.random() < 0.5)
            output = Path(folder) / f"out-{number}"
            found = [*disturb(kill, source, output)]
            half = digests(output) if output.is_dir() else {}
            finish(source, output)
            after = digests(output)
            if after != expected:
                differing = sorted(name for name, digest in after.items() if expected.get(name) != digest)
                found.append(f"differs: {differing[:5]}, missing: {sorted(set(expected) - set(after))[:5]}")
            findings += len(found)
            report(f"{kill} left {len(half)} results{''.join(f'; FINDING {one}' for one in found)}")
            shutil.rmtree(output)
    report(f"{kills} kills, {findings} findings")
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--papers", type=Path, default=PAPERS, help="a folder of papers (the project's samples)")
    options = parser.parse_args()
    return 1 if faults(options.papers, options.kills, options.seed, lambda line: print(line, flush=True)) else 0


if __name__ == "__main__":
    sys.exit(main())
