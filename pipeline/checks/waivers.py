"""Waivers: what a person decided not to pursue, from `waivers.csv`; a waived finding stays visible.

Columns: check, unit, problem (id or words of its text; empty: all), reason, who, until (ISO date).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipeline.cases import Aliases, said
from pipeline.errors import InputError
from pipeline.match import plain
from pipeline.model import Row

COLUMNS = ("check", "unit", "problem", "reason", "who", "until")


def read_waivers(path: Path) -> list[Row]:
    """The waivers of a file.  Raises InputError with the line and what to do."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [c for c in COLUMNS if c not in (reader.fieldnames or ())]
            if missing:
                raise InputError(f"{path.name}:1", f"缺少列 {'、'.join(missing)}", f"表头应为 {','.join(COLUMNS)}")
            rows: list[Row] = [dict(line) for line in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(path.name, "豁免表读不到，或不是 UTF-8 编码的 csv", "请检查文件") from error
    for number, waiver in enumerate(rows, 2):
        if not said(waiver, "check") or not said(waiver, "reason") or not said(waiver, "who"):
            raise InputError(f"{path.name}:{number}", "豁免缺少检查项、理由或批准人", "请补全 check、reason、who")
        if said(waiver, "until") and not _is_date(said(waiver, "until")):
            raise InputError(f"{path.name}:{number}", "until 不是日期", "请写成 2025-12-31 的形式")
    return rows


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def waived_by(finding: Row, waivers: Sequence[Row], aliases: Aliases, as_of: date | None) -> str | None:
    """Reason, person and end of the first waiver that covers a finding; None when there is none."""
    for waiver in waivers:
        until = said(waiver, "until")
        if said(waiver, "check") != said(finding, "check") or (as_of and until and until < as_of.isoformat()):
            continue
        unit, problem = said(waiver, "unit"), said(waiver, "problem")
        if unit and aliases.unit(unit) != aliases.unit(said(finding, "unit")):
            continue
        own = (said(finding, "quote"), said(finding, "other_quote"))
        if problem and problem != said(finding, "problem_id") and not any(
            len(plain(problem)) >= 6 and plain(problem) in plain(text) for text in own
        ):
            continue
        return f"{said(waiver, 'reason')}（{said(waiver, 'who')}{'，至' + until if until else ''}）"
    return None
