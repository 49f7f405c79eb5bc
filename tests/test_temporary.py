"""Temporary files: in one folder that goes with the process; those of a killed process go at the next start."""

from __future__ import annotations

import gc
import multiprocessing.util
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.run.temporary import PREFIX, own_temporary

_KILLED = "import os, signal, tempfile; from pipeline.run.temporary import own_temporary\nwith own_temporary():\n" + (
    "    tempfile.mkdtemp(prefix='pymp-'); os.kill(os.getpid(), signal.SIGKILL)"
)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="t") as folder:  # short: sockets lie in it
        monkeypatch.setattr(tempfile, "tempdir", folder)
        monkeypatch.delenv("TMPDIR", raising=False)
        yield Path(folder)


_POOL = "import multiprocessing as m; from pipeline.run.temporary import own_temporary\nwith own_temporary():\n" + (
    "    worker = m.get_context('forkserver').Process(target=print); worker.start(); worker.join()"
)


def test_workers_leave_nothing_and_nothing_is_said(place: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(place)}
    done = subprocess.run([sys.executable, "-c", _POOL], env=environment, capture_output=True, check=True)
    assert done.stderr == b""
    assert list(place.iterdir()) == []


def test_what_is_written_for_a_moment_goes_at_the_end(place: Path) -> None:
    with own_temporary():
        inside = Path(tempfile.mkdtemp())
        assert inside.parent.parent == place and os.environ["TMPDIR"] == str(inside.parent)
        with own_temporary():  # of another process at the same time
            assert inside.is_dir()
        assert inside.is_dir()
    assert list(place.iterdir()) == []
    assert tempfile.gettempdir() == str(place) and "TMPDIR" not in os.environ


def test_what_a_killed_process_left_goes_at_the_next_start(place: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", _KILLED], env={**os.environ, "TMPDIR": str(place)}, check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = place.glob(f"{PREFIX}*")
    assert list(left.glob("pymp-*"))
    with own_temporary():
        assert left.is_dir()  # too new to be told from one that is just being made
    os.utime(left, (0, 0))
    (place / f"{PREFIX}link").symlink_to(place / "elsewhere")
    with own_temporary():
        assert not left.exists()
    assert (place / f"{PREFIX}link").is_symlink()


def test_in_a_place_with_a_long_name_the_systems_own_is_kept(place: Path) -> None:
    long = place / ("n" * 60)
    long.mkdir()
    tempfile.tempdir = str(long)
    with own_temporary():
        assert tempfile.tempdir == str(long)


def test_a_place_that_cannot_be_written_ends_nothing(place: Path) -> None:
    tempfile.tempdir = str(place / "missing")
    with own_temporary():
        assert tempfile.tempdir == str(place / "missing")


def test_a_folder_with_sockets_of_workers_stays_while_the_process_lives(place: Path) -> None:
    assert multiprocessing.util  # where it is loaded, the folder is left to the end of the process
    with own_temporary():
        sockets = Path(tempfile.mkdtemp(prefix="pymp-"))
    gc.collect()
    os.utime(sockets.parent, (0, 0))
    with own_temporary():  # another command in the same process, or another process
        assert sockets.is_dir()
