"""Mutated files of every format: a document or `Rejected`, in time and memory.  The long run is benchmarks/fuzz.py."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COUNT = 1500  # each of the two runs; a run takes about ten seconds


@pytest.mark.parametrize("seed", [11, 12])
def test_mutated_files(seed: int, tmp_path: Path) -> None:
    """In a process of its own, because a native library may end it; `--memory` holds its address space."""
    command = [sys.executable, str(ROOT / "benchmarks" / "fuzz.py"), "--count", str(COUNT), "--seed", str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert re.match(rf"{COUNT} cases, 0 findings, ", done.stdout), done.stdout
    assert not list(tmp_path.iterdir())
