"""`整改台账.xlsx` as people left it → `corrections.csv`: what they changed, added and deleted, cell by cell.

Every row is held against the values that were written beside it.  A cell that can't be understood is listed with its
address, and the others are taken over; a workbook that is not ours, or has lost what leads its rows back, is refused.
"""

from __future__ import annotations

import datetime
import getpass
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.core.errors import InputError
from pipeline.core.rows import Tables
from pipeline.decisions.changed_rows import WorkbookReading, changes
from pipeline.decisions.columns import EDITABLE
from pipeline.decisions.conflict_sheet import Settlement, settled, settlements
from pipeline.decisions.correction import (
    CHANGE,
    DELETE,
    FILE,
    Correction,
    load_corrections,
    save_corrections,
)
from pipeline.decisions.identity import identified, rebased
from pipeline.decisions.merge import combined, merge, merge_findings
from pipeline.decisions.workbook_sheets import Opened, edited_sheet, opened_workbook
from pipeline.ruleset.labels import Labels, load_labels

__all__ = ["Applied", "Correction", "apply", "load_corrections", "merge", "merge_findings", "read_workbook"]

GONE = 1 / 3  # of a sheet's rows that may be deleted without asking
SHOWN = 20  # wrong cells that one message names


@dataclass(frozen=True, slots=True)
class Edits:
    """What a workbook says: decisions, what could not be understood, and people's own columns and sheets.

    `seen` are the cells as they were written, by the key of a correction; `workbook` tells the workbook by its rows.
    """

    corrections: list[Correction]
    wrong: list[str]
    own: list[str]
    settlements: list[Settlement]
    seen: dict[tuple[str, str, str], str]
    workbook: str


@dataclass(frozen=True, slots=True)
class Applied:
    """What was taken over, in lines for a person; `whole` when the workbook holds nothing else of theirs."""

    lines: list[str]
    whole: bool
    kept: list[Correction] = field(default_factory=list)


def apply(
    workbook: Path,
    rules_folder: Path,
    output_folder: Path | None = None,
    who: tuple[str, str] | None = None,
    sure: bool = False,
    made_from: Tables | None = None,
) -> Applied:
    """Take over what people changed in a workbook; says what was taken over and what was not.

    The corrections are kept in `corrections.csv` of the output folder (by default the workbook's own); `who` is the
    person and the moment; `made_from` are the tables that the workbook shows, which say what its rows are about.
    Raises InputError for a workbook that can't be read, or where more than a third of a sheet's rows are gone and
    nobody said that he is `sure`, and then takes over nothing.
    """
    target = (output_folder or workbook.parent) / FILE
    now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    labels = load_labels(rules_folder)
    edits = read_workbook(workbook, rules_folder, who or (getpass.getuser(), now), sure)
    before = load_corrections(target)
    earlier = before if made_from is None else rebased(identified(before, made_from), made_from)
    fresh, earlier = _with_undone(edits, earlier)
    kept, unsettled = settled(combined(earlier, fresh), edits.settlements)
    if made_from is not None:
        kept = identified(kept, made_from)
    if kept != before:
        save_corrections(target, kept)
    lines = _told(edits, labels, len(kept), target)
    wrong = [*edits.wrong, *unsettled]
    if wrong:
        more = [f"  …… 共 {len(wrong)} 处"] if len(wrong) > SHOWN else []
        lines += ["没有采用的（请改正后再运行一次 apply）：", *(f"  {line}" for line in wrong[:SHOWN]), *more]
    return Applied(lines, not wrong and not edits.own, kept)


def _told(edits: Edits, labels: Labels, count: int, target: Path) -> list[str]:
    rows = {(one.table, one.row, one.field if one.action == CHANGE else "") for one in edits.corrections}
    counts = Counter(table for table, _, _ in rows)
    what = "，".join(f"{labels.of('sheet', table)} {number} 处" for table, number in counts.items()) or "没有改动"
    lines = [f"读到更正：{what}", f"已存入 {target}（共 {count} 条），下次运行、核对和出文书时采用"]
    if edits.own:
        lines.append(f"您自己加的{'、'.join(edits.own)}不会写进新的工作簿；这份工作簿下次运行时会另存为“人工修改”")
    return lines


def _with_undone(edits: Edits, earlier: Sequence[Correction]) -> tuple[list[Correction], list[Correction]]:
    """A workbook's decisions and those before it; what the same workbook once said and no longer says is undone."""
    fresh = list(edits.corrections)
    keys = {one.key for one in fresh}
    left = []
    for one in earlier:
        if one.workbook != edits.workbook or one.key in keys:
            left.append(one)
        elif one.action == CHANGE and one.key in edits.seen:
            left.append(one)
            fresh.append(replace(one, old=one.new, new=edits.seen[one.key]))
    return fresh, left


def read_workbook(path: Path, rules_folder: Path, who: tuple[str, str] = ("", ""), sure: bool = False) -> Edits:
    """Everything that people changed in a workbook.  Raises InputError for one that can't be read as ours."""
    return edits_in(opened_workbook(path), load_labels(rules_folder), who, sure)


def edits_in(opened: Opened, labels: Labels, who: tuple[str, str] = ("", ""), sure: bool = False) -> Edits:
    """Everything that people changed in the cells of a workbook.  Raises InputError as `read_workbook`."""
    sheets = {name: edited_sheet(opened, name, labels) for name in EDITABLE}
    reading = WorkbookReading(sheets, opened.identities, labels, who, _sign(opened))
    out = [correction for name in EDITABLE for correction in changes(reading, name)]
    if not sure:
        _refuse_many_gone(reading, out, opened.name)
    asked, wrong = settlements(opened, sheets, labels)
    return Edits(
        out,
        [*(line for sheet in sheets.values() for line in sheet.wrong), *wrong],
        opened.own,
        asked,
        reading.seen,
        reading.workbook,
    )


def _sign(opened: Opened) -> str:
    """A short sign of all rows that were written into a workbook."""
    rows = sorted(
        f"{name}|{identity}|{anchor}"
        for name, own in opened.identities.items()
        for identity, (_, anchor) in own.items()
    )
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _refuse_many_gone(reading: WorkbookReading, out: Sequence[Correction], name: str) -> None:
    """More rows gone than anybody deletes one by one: a filter or a wrong copy may have taken them."""
    gone = Counter(correction.table for correction in out if correction.action == DELETE)
    for table, sheet in reading.sheets.items():
        count, all_rows = gone[EDITABLE[table].table], len(reading.identities[table])
        if count > all_rows * GONE:
            what = f"工作表“{sheet.title}”的 {all_rows} 行少了 {count} 行，本次没有采用任何更正"
            raise InputError(name, what, "确实要删去这些行的，请加 --yes 重新运行；否则请恢复这些行")
