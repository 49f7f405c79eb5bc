"""Decisions that a person should look at: told in plain words, listed on a sheet, and settled there.

In: the conflicts of a merge.  Out: lines for the terminal, the sheet's columns, and what people wrote into its last two
columns (keep mine, take what is read now, use it on row N of the sheet).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.core.rows import ConflictRow, Tables
from pipeline.decisions.columns import ANCHORS, BASE, EDITABLE, KEY, Column, labelled, shown, stored_text
from pipeline.decisions.correction import ADD, DELETE, Correction
from pipeline.decisions.edited_sheet import EditedSheet
from pipeline.decisions.merge import ALIKE, CHANGED, GONE, typed
from pipeline.decisions.workbook_sheets import Opened
from pipeline.ruleset.labels import Labels

SHEET = "conflicts"
DROP = "drop"  # a verdict; every other keeps the decision
TOLD = 10  # conflicts that are told one by one
WORDS = 40  # characters of a row's words in a line


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person wants done with a decision: keep it, drop it, or use it on another row.

    `now` and `words` are what is read there now; `target` is the other row: document, its name, id and words.
    """

    key: tuple[str, str, str]
    verdict: str = ""
    now: str = ""
    words: str = ""
    target: tuple[str, str, str, str] | None = None


def conflict_columns(labels: Labels) -> list[Column]:
    """The columns of the sheet of conflicts."""
    wide = {"words": 40, "row_now": 40, "was": 18, "now": 18, "human": 18, "why": 22}
    keys = ("file", "in_sheet", "words", "field", "why", "was", "now", "row_now", "human", "by", "when")
    return [
        *(labelled(labels, "conflicts", key, wide.get(key, 14)) for key in keys),
        labelled(labels, "conflicts", "verdict", 16, "fill", choices=tuple(labels.all("verdict"))),
        labelled(labels, "conflicts", "target", 12, "fill"),
        Column(KEY, labels.column("", "row"), 4, hidden=True),
        Column(BASE, labels.column("", "was"), 4, hidden=True),
    ]


def conflict_lines(tables: Tables, labels: Labels) -> Iterator[list[object]]:
    """The lines of the sheet of conflicts."""
    for row in tables.conflicts:
        yield [
            row.file,
            labels.of("sheet", row.table),
            row.row,
            labels.column(row.table, row.field) if row.field else labels.of("correction", row.action),
            labels.of("conflict", row.why),
            _shown(row, row.was, labels),
            _shown(row, row.now, labels),
            row.row_now,
            _shown(row, row.human, labels),
            row.by,
            row.when[:16].replace("T", " "),
            None,
            None,
            row.key,
            json.dumps([row.now, row.row_now], ensure_ascii=False),
        ]


def told(conflicts: Sequence[ConflictRow], labels: Labels) -> list[str]:
    """The conflicts as lines for the terminal."""
    if not conflicts:
        return []
    title, verdict = labels.of("sheet", SHEET), labels.column("conflicts", "verdict")
    lines = [f"人工更正有 {len(conflicts)} 处要看一看（在工作簿“{title}”表的“{verdict}”一栏里决定，再运行 apply）："]
    lines += [f"  {_told(row, labels)}" for row in conflicts[:TOLD]]
    return lines + ([f"  …… 其余 {len(conflicts) - TOLD} 处见“{title}”表"] if len(conflicts) > TOLD else [])


def _told(row: ConflictRow, labels: Labels) -> str:
    words = row.row if len(row.row) <= WORDS else f"{row.row[:WORDS]}…"
    if words.startswith("#"):
        words = "已删去的一行"
    where = f"{row.file}的{labels.of('sheet', row.table)}“{words}”"
    if row.action == DELETE:
        what = "您删去的这一行"
    elif row.action == ADD:
        what = "您增加的内容"
    else:
        what = f"{labels.column(row.table, row.field)}您改为“{_shown(row, row.human, labels)}”"
    if row.why == GONE:
        return f"{where}：{what}，现在找不到这一行了，更正没有采用"
    if row.why == CHANGED:
        was, now = _shown(row, row.was, labels), _shown(row, row.now, labels)
        return f"{where}：{what}，当时读出的是“{was}”，现在读出的是“{now}”，仍按您的"
    return f"{where}：{what}，原文有改动，现在用在“{row.row_now[:WORDS]}”上"


def _shown(row: ConflictRow, text: str, labels: Labels) -> str:
    if not row.field or not text:
        return text
    return str(shown(row.field, typed(row.table, row.field, text), labels) or "")


# --- what people wrote there -----------------------------------------------------------------------------------------


def settlements(opened: Opened, sheets: dict[str, EditedSheet], labels: Labels) -> tuple[list[Settlement], list[str]]:
    """What people wrote on the sheet of conflicts, and the cells that could not be understood."""
    title = labels.of("sheet", SHEET)
    rows = opened.cells.get(title, [])
    headings = {column.heading: column.key for column in conflict_columns(labels)}
    keys = [headings.get(str(cell).strip(), "") for cell in rows[0]] if rows else []
    found: list[Settlement] = []
    wrong: list[str] = []
    for number, cells in enumerate(rows[1:], 2):
        row = dict(zip(keys, cells, strict=False))
        verdict, target = str(row.get("verdict") or "").strip(), row.get("target")
        if not verdict and target in ("", None):
            continue
        try:
            table, identity, name = json.loads(str(row.get(KEY)))
            now, words = json.loads(str(row.get(BASE)))
        except (ValueError, TypeError, RecursionError):
            wrong.append(f"{title} 第 {number} 行隐藏列的内容被改动，没有采用")
            continue
        code = labels.code("verdict", verdict) if verdict else ""
        other = None if target in ("", None) else _row_at(sheets.get(table), target, name)
        if code is None or (target not in ("", None) and other is None):
            what = (
                f"“{verdict}”不在下拉列表中" if code is None else f"“{target}”不是{labels.of('sheet', table)}表的行号"
            )
            wrong.append(f"{title} 第 {number} 行{what}")
            continue
        found.append(Settlement((table, identity, name), code, now, words, other))
    return found, wrong


def _row_at(sheet: EditedSheet | None, number: Any, name: str) -> tuple[str, str, str, str] | None:
    """Document, its name, id and words of the row with this number on a sheet."""
    digits = str(number).strip().removesuffix(".0")
    if sheet is None or not digits.isdigit():
        return None
    row = next((row for at, row in sheet.rows if at == int(digits)), {})
    identity = str(row.get(KEY) or "")
    doc_id = sheet.documents.get(identity)
    if doc_id is None:
        return None
    fields, column = EDITABLE[sheet.name].fields, ANCHORS[sheet.name]
    try:
        base = dict(zip(fields, json.loads(str(row[BASE])), strict=True))
    except (ValueError, TypeError, RecursionError):
        return None
    return doc_id, str(row.get("file") or ""), identity, stored_text(base.get(column, row.get(column)))


def settled(corrections: Sequence[Correction], asked: Iterable[Settlement]) -> tuple[list[Correction], list[str]]:
    """The decisions as people settled them, and what could not be done."""
    wanted = {one.key: one for one in asked}
    moved = {one.key[:2]: one for one in wanted.values()}  # rows that people added are settled as one
    out: dict[tuple[str, str, str], Correction] = {}
    for correction in corrections:
        verdict = moved.get(correction.key[:2]) if correction.action == ADD else wanted.get(correction.key)
        done = correction if verdict is None else _settled(correction, verdict)
        if done is not None:
            out[done.key] = done
    lost = [one for one in wanted if one not in {correction.key for correction in corrections}]
    return list(out.values()), [f"更正冲突中的一条（{'，'.join(key)}）已不在更正表里" for key in lost]


def _settled(correction: Correction, asked: Settlement) -> Correction | None:
    if asked.target is not None:
        doc_id, file, identity, words = asked.target
        own = replace(correction, doc_id=doc_id, document=file or correction.document, sha256="", problem="", owner="")
        if correction.action == ADD:
            return replace(own, after=identity) if correction.table == "problems" else replace(own, anchor=identity)
        return replace(own, row=identity, anchor=words)
    if asked.verdict == DROP:
        return None
    if not asked.words:  # its row is gone: it waits
        return correction
    old = asked.now if correction.field and correction.action != ADD else correction.old
    return replace(correction, old=old, anchor=asked.words)


__all__ = ["ALIKE", "Settlement", "conflict_columns", "conflict_lines", "settled", "settlements", "told"]
