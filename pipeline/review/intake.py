"""From dropped files to results: a working folder that takes uploads, runs, and becomes a session under review.

Files are copied to `材料` of the working folder, results go to `结果`; names are made safe, sizes and numbers held to
the limits of one archive.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.core import limits
from pipeline.core.errors import InputError, UserError
from pipeline.publish.page.assets import page
from pipeline.publish.word.typography import safe_name
from pipeline.review.review_session import ReviewSession
from pipeline.run import batch
from pipeline.run.batch import RunSettings

PAPERS, RESULTS = "材料", "结果"
_DEPTH = 8  # folders in folders that an upload may have


class Intake:
    """A server's one job: results under review, or a working folder (`work`) that will have some."""

    def __init__(self, settings: RunSettings, output: Path | None, work: Path) -> None:
        self.settings, self.work = settings, work
        self.session = ReviewSession(output, settings) if output else None
        self._lock = threading.Lock()
        self._run: threading.Thread | None = None
        self._taken = self._count = 0
        self.fault = self._progress = ""

    def _told(self, stage: str) -> None:
        self._progress = stage

    def reviewed(self) -> ReviewSession:
        """The session.  Raises InputError where there are no results yet."""
        if self.session is None:
            raise InputError("", "还没有处理结果", "请先放入文件并开始处理")
        return self.session

    def page(self) -> str:
        """The start page."""
        return page("start.html", ["page.js", "start.js"], "'self'", work=str(self.work))

    # --- uploads ---------------------------------------------------------------------------------------

    @contextmanager
    def receiving(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """Gives the function that takes the pieces of one uploaded file.  Raises InputError for what is too much."""
        target = self._target(name)
        partial = target.with_name(f"{target.name}.part")
        target.parent.mkdir(parents=True, exist_ok=True)
        size = 0
        try:
            with partial.open("wb") as file:

                def write(piece: bytes) -> None:
                    nonlocal size
                    size += len(piece)
                    self._taken += len(piece)
                    if size > limits.FILE_BYTES or self._taken > limits.ARCHIVE_BYTES:
                        raise InputError(target.name, "文件太大", "请拆分后再放入")
                    file.write(piece)

                yield write
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)

    def _target(self, name: str) -> Path:
        """Where an upload goes: below the folder of papers, whatever its name says."""
        parts = [part for part in re.split(r"[/\\]", name) if part.strip(". ")]
        if not parts or len(parts) > _DEPTH:
            raise InputError(name[-80:], "文件名不能用", "请改名后再放入")
        with self._lock:
            if self.session is not None or self.busy:
                raise InputError("", "已经开始处理", "请另开一次 zhenggai review")
            self._count += 1
            if self._count > limits.ARCHIVE_FILES:
                raise InputError("", f"文件超过 {limits.ARCHIVE_FILES} 个", "请分几次处理")
        stem, dot, suffix = parts[-1].rpartition(".")
        safe = [safe_name(part, set()) for part in parts[:-1]]
        last = f"{safe_name(stem, set())}.{safe_name(suffix, set())}" if dot and stem else safe_name(parts[-1], set())
        return self.work.joinpath(PAPERS, *safe, last)

    # --- the run ---------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether uploads are being processed."""
        return self._run is not None and self._run.is_alive()

    def start(self) -> None:
        """Begin to process what was uploaded.  Raises InputError where there is nothing."""
        with self._lock:
            if self.busy or self.session is not None:
                raise InputError("", "已经开始处理", "请等它结束")
            if not (self.work / PAPERS).is_dir():
                raise InputError("", "还没有放入文件", "请把文件或文件夹拖到页面上")
            self.fault = ""
            self._run = threading.Thread(target=self._processed, daemon=True)
            self._run.start()

    def _processed(self) -> None:
        try:
            batch.run([self.work / PAPERS], self.work / RESULTS, replace(self.settings, told=self._told))
            self.session = ReviewSession(self.work / RESULTS, self.settings)
        except UserError as error:
            self.fault = str(error)

    def state(self) -> dict[str, Any]:
        """What pages ask again and again."""
        if self.session is not None:
            return {**self.session.state(), "ready": True}
        return {"busy": self.busy, "fault": self.fault, "ready": False, "progress": self._progress}
