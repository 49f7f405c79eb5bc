"""What people decided, in the output folder: taken over from a workbook, and laid over what was read."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.core.errors import InputError
from pipeline.core.rows import Tables
from pipeline.run.finished import CORRECTIONS
from pipeline.run.output_folder import OWN, held
from pipeline.run.store import open_ledger


def corrected(tables: Tables, output: Path) -> Tables:
    """The tables with what people decided (`corrections.csv` in the output) laid over."""
    from pipeline.decisions.merge import load_corrections, merge

    return merge(tables, load_corrections(output / CORRECTIONS))


def judged(tables: Tables, output: Path) -> Tables:
    """The tables with what reviewers decided about findings laid over."""
    from pipeline.decisions.merge import load_corrections, merge_findings

    return merge_findings(tables, load_corrections(output / CORRECTIONS))


def tell_what_about(output: Path) -> str:
    """Let each decision say what it is about, as the results say it in which it was made: a run may replace them.

    Gives what to log where that is not possible.
    """
    from pipeline.decisions.identity import identified
    from pipeline.decisions.merge import load_corrections, save_corrections

    kept = load_corrections(output / CORRECTIONS)
    if all(one.sha256 for one in kept):
        return ""
    shown = _shown(output)
    if shown is None:
        return "以前的结果读不到，人工更正只按编号和原文对应"
    told = identified(kept, shown)
    if told != kept:
        save_corrections(output / CORRECTIONS, told)
    return ""


def apply(workbook: Path, rules: Path, sure: bool = False) -> list[str]:
    """Take over what people changed in the workbook; gives lines that say what was done.

    `sure`: also when more than a third of a sheet's rows are gone.
    """
    from pipeline.decisions.conflict_sheet import told
    from pipeline.decisions.merge import merge
    from pipeline.decisions.workbook_in import apply as apply_workbook
    from pipeline.publish.place import WORKBOOK
    from pipeline.ruleset.labels import load_labels

    output = workbook.parent
    with held(output):  # a run reads the corrections, and two writers would lose each other's
        done = apply_workbook(workbook, rules, sure=sure, made_from=_shown(output))
        lines = list(done.lines)
        path = output / OWN / "ledger.sqlite"
        if path.is_file():
            with open_ledger(path) as ledger:
                if done.whole and workbook.name == WORKBOOK:  # all of it is kept: no copy is needed
                    digest = hashlib.sha256(workbook.read_bytes()).hexdigest()
                    ledger.set_published(ledger.published() | {(WORKBOOK, digest)})
                read = ledger.base()
            lines += [] if read is None else told(merge(read, done.kept).conflicts, load_labels(rules))
    return lines


def _shown(output: Path) -> Tables | None:
    """The tables that the workbook in the folder shows; None when there are none that can be read."""
    from pipeline.publish.data.tables import read_tables

    try:
        return read_tables(output)
    except InputError:  # nothing there, or damaged: the next run makes it anew
        return None
