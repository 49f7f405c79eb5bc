"""One document through LibreOffice: bytes in, the bytes of a docx out, nothing opened but that file.

Each conversion has a fresh profile that blocks links, macros and updates, a folder of its own that is
removed afterwards, its own process group, limits of time and memory and, where the system allows it
(Linux user namespaces), no network at all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

from pipeline.core import limits
from pipeline.core.errors import Rejected

_PLACES = (  # where installers put it when it is not on the PATH
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
)
_COMMON = "/org.openoffice.Office.Common/"
_SETTINGS = (  # path, property, value: the profile's registrymodifications.xcu
    (f"{_COMMON}Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    (f"{_COMMON}Security/Scripting", "MacroSecurityLevel", "3"),
    (f"{_COMMON}Security/Scripting", "DisableMacrosExecution", "true"),
    (f"{_COMMON}Security/Scripting", "DisableActiveContent", "true"),
    (f"{_COMMON}Security/Scripting", "DisableOLEAutomation", "true"),
    (f"{_COMMON}Misc", "FirstRun", "false"),
    (f"{_COMMON}Misc", "CollectUsageInformation", "false"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "2"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "1"),
    (
        "/org.openoffice.Office.Jobs/Jobs/org.openoffice.Office.Jobs:Job['UpdateCheck']/Arguments",
        "AutoCheckEnabled",
        "false",
    ),
)
SPARE_BYTES = 20 * limits.MIB  # what a conversion needs beside the document
GROUP_TRIES = 100  # of ten milliseconds each
_FILTER = "docx:MS Word 2007 XML"
# `ulimit` and not a hook between fork and exec: that is not safe beside threads. What can't be set stays as it is.
_LIMITED = 'ulimit -S -v "$0" 2>/dev/null; ulimit -S -t "$1" 2>/dev/null; ulimit -c 0 2>/dev/null; shift; exec "$@"'


@lru_cache(maxsize=1)
def program() -> str:
    """The path of LibreOffice.  Raises converter_missing."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    found = found or next((place for place in _PLACES if Path(place).is_file()), None)
    if found is None:
        raise Rejected("converter_missing")
    return found


@lru_cache(maxsize=1)
def _unplugged() -> tuple[str, ...]:
    """The words that start a program without network, () where the system has no such means."""
    unshare = shutil.which("unshare")
    if unshare is None or not sys.platform.startswith("linux"):
        return ()
    words = (unshare, "--user", "--map-current-user", "--net")
    tried = subprocess.run([*words, "true"], capture_output=True, check=False, timeout=10)  # noqa: S603
    return words if tried.returncode == 0 else ()


def profile() -> str:
    """The profile's settings as LibreOffice stores them."""
    items = "\n".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        f"{items}\n</oor:items>\n"
    )


def to_docx(data: bytes, suffix: str, reading: str = "", *, network: bool = False) -> bytes | None:
    """The docx that LibreOffice makes of the file, None when it makes none.

    `suffix` and `reading` (the name of an import filter) say what the file is.  `network` leaves the network in
    place: only the test that proves the profile's blocks needs that.  Raises converter_missing, timeout, crash,
    OSError when the disk is full.
    """
    soffice = program()
    with _workplace() as (folder, started):
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(profile(), encoding="utf-8")
        source = folder / f"document.{suffix}"
        source.write_bytes(data)
        (folder / "out").mkdir()
        command = [
            soffice, "--headless", "--invisible", "--norestore", "--nologo", "--nodefault", "--nolockcheck",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            *([f"--infilter={reading}"] if reading else []),
            "--convert-to", _FILTER, "--outdir", str(folder / "out"), str(source),
        ]  # fmt: skip
        code = _run([*(() if network else _unplugged()), *command], folder, started)
        made = folder / "out" / "document.docx"
        if made.is_file():
            return made.read_bytes()
        if code < 0 or code > 128:
            raise Rejected("crash", f"LibreOffice 异常退出（{code}）")
        if shutil.disk_usage(folder).free < SPARE_BYTES:  # it does not say so itself
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder.parent))
        return None


# The pipe closes when this process ends, whatever ended it: then the group goes, and its folder (a killed process may
# write for a moment yet, so more than one try).
_WATCH = """
read -r group; read -r done && exit
[ -z "$group" ] || kill -9 "-$group"
for try in 1 2 3 4 5 6 7 8 9; do rm -rf -- "$0" && exit; sleep 0.2; done
"""


@contextmanager
def _workplace() -> Iterator[tuple[Path, Callable[[int], None]]]:
    """A folder for one conversion, and a function that is told the conversion's process group.

    Neither outlives this process: a watcher on a pipe ends the group and removes the folder where we can't.
    """
    folder = Path(mkdtemp(prefix="zhenggai-"))
    if os.name != "posix":
        try:
            yield folder, lambda group: None
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    watcher = subprocess.Popen(  # noqa: S603 (a fixed script, the folder is its argument)
        ["/bin/sh", "-c", _WATCH, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True, cwd="/",
    )  # fmt: skip
    assert watcher.stdin is not None
    pipe = watcher.stdin.fileno()

    def tell(line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # somebody ended the watcher
            os.write(pipe, line.encode())

    try:
        yield folder, lambda group: tell(f"{group}\n")
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            tell("done\ndone\n")  # the first one stands for a group that was never told
    finally:  # what could not be removed, or when we are ended meanwhile: the watcher's work
        watcher.stdin.close()
        watcher.wait()


def _run(command: list[str], folder: Path, started: Callable[[int], None]) -> int:
    """Run in a process group of its own, whose number `started` is told; the whole group is ended with it."""
    if os.name == "posix":
        kilobytes, seconds = limits.CONVERTER_MEMORY_BYTES // 1024, limits.CONVERTER_SECONDS
        command = ["/bin/sh", "-c", _LIMITED, str(kilobytes), str(seconds), *command]
    kept = {name: os.environ[name] for name in ("PATH", "SystemRoot", "LANG", "LC_ALL") if name in os.environ}
    environment = {**kept, "HOME": str(folder), "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder),
                   "SAL_USE_VCLPLUGIN": "svp"}  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 (a list of words, no shell reads the file's name)
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        started(process.pid)
        return process.wait(limits.CONVERTER_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Rejected("timeout", f"LibreOffice 转换超过 {limits.CONVERTER_SECONDS} 秒") from error
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the group: soffice starts a second process that outlives a killed first one."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody is left
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()
    for _ in range(GROUP_TRIES if os.name == "posix" else 0):  # a process that is killed may write for a moment yet
        try:
            os.killpg(process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.01)
