"""The results of one output folder while people review them: read once, decided on at once, made again when asked.

What the pages show is the published tables with the store's decisions laid over; the checks run again only when the
results are made again.  One lock keeps windows apart, the folder's own lock keeps runs out.
"""

from __future__ import annotations

import getpass
import hashlib
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.core.errors import InputError, UserError
from pipeline.core.rows import Tables
from pipeline.decisions.merge import Correction, combined, load_corrections, merge, merge_findings, save_corrections
from pipeline.decisions.reading_choice import FILE as CHOICES
from pipeline.decisions.reading_choice import load_choices
from pipeline.publish.data.tables import read_tables
from pipeline.publish.page.page_edit import Decision, PageEdit, page_edit
from pipeline.publish.page.pages import FILE, batch_html, unit_html
from pipeline.publish.page.unit_view import unit_view
from pipeline.publish.word.content import WordSource
from pipeline.publish.word.layout import load_profile
from pipeline.publish.word.typography import unit_folders
from pipeline.review.decide import Key, Wish, corrections_of
from pipeline.review.direct import Saying, match_said
from pipeline.ruleset.labels import Labels, load_labels
from pipeline.run import batch
from pipeline.run.batch import RunSettings
from pipeline.run.chosen_reading import choose_reading
from pipeline.run.finished import CORRECTIONS
from pipeline.run.output_folder import held
from pipeline.run.word_documents import rows_by_unit

CHOSEN = "readings"  # the key of a chosen reading among the decisions that a page lists
Undo = list[tuple[Key, "Correction | None", "Correction | None"]]  # key, what was kept before, what is kept now


class ReviewSession:
    """An output folder under review.  Every method may be called from any thread."""

    def __init__(self, output: Path, settings: RunSettings) -> None:
        self.output, self.settings = output, settings
        self.labels: Labels = load_labels(settings.rules)
        self._lock = threading.RLock()
        self._base: Tables = read_tables(output)
        self._undo: list[Undo] = []
        self._laid: tuple[str, WordSource, dict[str, Tables]] | None = None
        self._work: threading.Thread | None = None
        self.fault = self._progress = ""

    # --- pages -----------------------------------------------------------------------------------------

    def batch_page(self) -> str:
        """The page of all units, with editing."""
        with self._lock:
            source, _ = self._now()
            return batch_html(source.tables, self.labels, self._addresses(source), self._edit("", source))

    def unit_page(self, folder: str) -> str | None:
        """The page of the unit whose folder has this name, with editing; None when there is none."""
        with self._lock:
            source, rows = self._now()
            unit = next((name for name, own in unit_folders(source.units).items() if own == folder), None)
            if unit is None:
                return None
            own = WordSource(rows[unit], self.labels, source.profile)
            return unit_html(unit_view(own, unit), self.labels, f"../{FILE}", self._edit(unit, own))

    def _addresses(self, source: WordSource) -> dict[str, str]:
        return {unit: f"{name}/{FILE}" for unit, name in unit_folders(source.units).items()}

    def _edit(self, unit: str, source: WordSource) -> PageEdit:
        own = set(source.documents)
        kept = [one for one in self._kept() if not unit or one.doc_id in own]
        edit = page_edit(self.labels, kept, self.version())
        chosen, what = load_choices(self.output / CHOICES), self.labels.of("reading_decision", "reading")
        readings = [
            Decision(what, row.file, "", chosen[row.file], "", (CHOSEN, name, ""))
            for name, row in source.documents.items()
            if row.file in chosen
        ]
        return replace(edit, decisions=(*readings, *edit.decisions))

    def _now(self) -> tuple[WordSource, dict[str, Tables]]:
        """The tables with the store's decisions, and those of each unit; made anew when the store has changed."""
        version = self.version()
        if self._laid is None or self._laid[0] != version:
            kept = self._kept()
            tables = merge_findings(merge(self._base, kept), kept)
            source = WordSource(tables, self.labels, load_profile(self.settings.rules))
            self._laid = version, source, rows_by_unit(source)
        return self._laid[1], self._laid[2]

    # --- decisions -------------------------------------------------------------------------------------

    @property
    def _store(self) -> Path:
        return self.output / CORRECTIONS

    def _kept(self) -> list[Correction]:
        return load_corrections(self._store)

    def version(self) -> str:
        """A short sign of what has been decided so far: pages compare it."""
        files = (self._store, self.output / CHOICES)
        data = b"\0".join(path.read_bytes() if path.is_file() else b"" for path in files)
        return hashlib.sha256(data).hexdigest()[:12]

    def decide(self, wishes: Sequence[Wish]) -> None:
        """Write a person's decisions to the store.  Raises InputError or BusyError with nothing written."""
        with self._lock, held(self.output):
            source, _ = self._now()
            kept = self._kept()
            fresh = corrections_of(wishes, source.tables, kept, self.labels, _who())
            if fresh:
                self._save(kept, combined(kept, fresh), [one.key for one in fresh])

    def direct(self, doc_id: str, said: Saying) -> None:
        """Write what a person says about the reading of a paper.  Raises InputError, BusyError."""
        with self._lock, held(self.output):
            tables = self._now()[0].tables
            row = next((one for one in tables.documents if one.doc_id == doc_id), None)
            if row is None:
                raise InputError("", "没有这份材料", "请刷新页面")
            kept, fresh = self._kept(), said(row, tables, self.labels, _who())
            self._save(kept, combined(kept, [fresh]), [fresh.key])

    def choose_reading(self, doc_id: str, reading: str) -> None:
        """Read a paper as its reading of this name ("": as the program would).  Raises InputError, BusyError."""
        with self._lock:
            row = next((one for one in self._now()[0].tables.documents if one.doc_id == doc_id), None)
            choose_reading(self.output, row.file if row else "", reading, _who()[0])

    def match(self, source: str, paper: str, answer: str) -> None:
        """Write which problem of a paper ("": none) a problem is.  Raises InputError, BusyError."""
        with self._lock, held(self.output):
            kept = self._kept()
            fresh = match_said(self._now()[0].tables, source, paper, answer, _who())
            self._save(kept, combined(kept, [fresh]), [fresh.key])

    def withdraw(self, key: Key) -> None:
        """Take one decision out of the store, whenever it was made."""
        if key[0] == CHOSEN:
            self.choose_reading(key[1], "")
            return
        with self._lock, held(self.output):
            kept = self._kept()
            if all(one.key != key for one in kept):
                raise InputError("", "这条决定已经不在了", "请刷新页面")
            self._save(kept, [one for one in kept if one.key != key], [key])

    def undo(self) -> None:
        """Take back the last change made here.  Raises InputError where nothing is left or it was changed since."""
        with self._lock, held(self.output):
            if not self._undo:
                raise InputError("", "没有可以撤销的改动", "更早的决定在“人工决定”里逐条撤回")
            kept = {one.key: one for one in self._kept()}
            last = self._undo[-1]
            if any(kept.get(key) != now for key, _, now in last):
                self._undo.clear()
                raise InputError("", "这处内容后来又改过，不能撤销", "请在“人工决定”里撤回")
            for key, before, _ in last:
                kept.pop(key, None)
                if before is not None:
                    kept[key] = before
            save_corrections(self._store, kept.values())
            self._undo.pop()

    def _save(self, before: Sequence[Correction], after: Sequence[Correction], keys: Sequence[Key]) -> None:
        old, new = {one.key: one for one in before}, {one.key: one for one in after}
        save_corrections(self._store, after)
        self._undo.append([(key, old.get(key), new.get(key)) for key in dict.fromkeys(keys)])

    # --- making the results again ----------------------------------------------------------------------

    def remake(self) -> None:
        """Begin to make all results again with today's decisions; `state` tells how far it is."""
        with self._lock:
            if self.busy:
                raise InputError("", "正在重新生成", "请等它结束")
            self.fault = ""
            self._work = threading.Thread(target=self._remade, daemon=True)
            self._work.start()

    @property
    def busy(self) -> bool:
        """Whether results are being made."""
        return self._work is not None and self._work.is_alive()

    def _remade(self) -> None:
        try:
            batch.again(self.output, replace(self.settings, told=self._told))
            base = read_tables(self.output)
            with self._lock:
                self._base, self._laid = base, None
        except UserError as error:
            self.fault = str(error)

    def _told(self, stage: str) -> None:
        self._progress = stage

    def state(self) -> dict[str, Any]:
        """What pages ask again and again: the version, whether work goes on, and what went wrong."""
        return {
            "version": self.version(),
            "busy": self.busy,
            "fault": self.fault,
            "undo": bool(self._undo),
            "progress": self._progress,
        }


def _who() -> tuple[str, str]:
    """The person at this machine, and the moment."""
    return getpass.getuser(), datetime.now().astimezone().isoformat(timespec="seconds")
