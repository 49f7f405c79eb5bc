"""Killed runs give, run again, what an undisturbed one gives; the long run is benchmarks/faults.py."""

from __future__ import annotations

import os
import sys

import pytest

from benchmarks.faults import PAPERS, faults


@pytest.mark.skipif(os.name != "posix" or sys.platform == "win32", reason="process groups")
def test_runs_killed_while_reading_and_while_publishing() -> None:
    said: list[str] = []
    assert faults(PAPERS, 2, 5, said.append) == 0, said
    assert said[-1] == "2 kills, 0 findings"
