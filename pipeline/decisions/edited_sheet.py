"""One edited sheet of the workbook in reading, and what its cells say: a choice, a day, a number, words.

A cell that can't be understood is a message with its address in `EditedSheet.wrong`, never a guess.
"""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from pipeline.core.text import clean
from pipeline.core.values import CELL_DATE
from pipeline.decisions.columns import stored_text
from pipeline.decisions.merge import DATE_FIELDS
from pipeline.ruleset.labels import Labels

CHOICES = {"status": "status", "long_term": "bool", "review_state": "review"}


@dataclass(slots=True)
class EditedSheet:
    """One sheet in reading: its rows by heading, and what is wrong with it."""

    name: str
    title: str
    keys: list[str]
    rows: list[tuple[int, dict[str, Any]]]
    documents: dict[str, str] = field(default_factory=dict)  # row id → document id
    wrong: list[str] = field(default_factory=list)

    def address(self, number: int, key: str) -> str:
        """The address of a cell, as people see it in Excel."""
        return f"{self.title}!{get_column_letter(self.keys.index(key) + 1)}{number}"


def untouched(cell: object, written: object) -> bool:
    """Whether a cell still holds what was written."""
    if isinstance(cell, datetime.datetime):
        cell = cell.date()
    if cell in ("", None) or written in ("", None):
        return cell in ("", None) and written in ("", None)
    if isinstance(written, str) and isinstance(cell, str):
        return clean(written)[0] == clean(cell)[0]
    return cell == written


def cell_value(sheet: EditedSheet, number: int, row: dict[str, Any], name: str, labels: Labels) -> str | None:
    """A cell as corrections.csv holds it; None (and a message) when it can't be understood."""
    cell = row.get(name)
    text = str(cell).strip() if isinstance(cell, str) else cell
    if text in ("", None):
        return ""
    if name in CHOICES:
        return _choice(sheet, number, name, str(text), labels)
    if name in DATE_FIELDS:
        return _date(sheet, number, name, text)
    if name == "value":
        return _number(sheet, number, name, text)
    if isinstance(text, (datetime.date, datetime.datetime)):
        return text.strftime("%Y-%m-%d")
    return stored_text(
        int(text) if isinstance(text, float) and text.is_integer() else cell if isinstance(cell, str) else text
    )


def _choice(sheet: EditedSheet, number: int, name: str, text: str, labels: Labels) -> str | None:
    group = "finding_review" if sheet.name == "findings" else CHOICES[name]
    code = labels.code(group, text)
    if code is None:
        options = "、".join(labels.all(group))
        sheet.wrong.append(f"{sheet.address(number, name)}：“{text[:20]}”不在下拉列表中（{options}）")
        return None
    return {"false": "", "true": "true"}.get(code, code) if group == "bool" else code


def _date(sheet: EditedSheet, number: int, name: str, value: object) -> str | None:
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.strftime("%Y-%m-%d")
    text = str(value).strip()
    found = re.fullmatch(CELL_DATE, text)
    if found:
        year, month, day = int(found[1]), int(found[2]), found[3]
        try:
            whole = datetime.date(year, month, int(day or 1))
        except ValueError:
            whole = None
        if whole:
            return whole.isoformat() if day else f"{year:04d}-{month:02d}"
    sheet.wrong.append(f"{sheet.address(number, name)}：“{text[:20]}”不是日期（写成 2025-06-30 或 2025-06）")
    return None


def _number(sheet: EditedSheet, number: int, name: str, value: object) -> str | None:
    try:
        number_read = float(str(value).replace(",", "").replace("，", ""))
    except ValueError:
        number_read = math.nan
    if not math.isfinite(number_read):
        sheet.wrong.append(f"{sheet.address(number, name)}：“{str(value)[:20]}”不是数")
        return None
    return stored_text(number_read)
