"""One edited sheet of the workbook in reading, and what its cells say: a choice, a day, a number, words.

A cell that can't be understood is a message with its address in `EditedSheet.wrong`, never a guess.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from pipeline.core.limits import FIRST_YEAR, LAST_YEAR
from pipeline.core.text import clean
from pipeline.core.values import cell_date, money
from pipeline.decisions.columns import stored_text
from pipeline.decisions.correction import DATE_FIELDS
from pipeline.ruleset.labels import Labels

CHOICES = {"status": "status", "long_term": "bool", "review_state": "review"}
DAY_ZERO = datetime.date(1899, 12, 30)  # from which Excel counts days
UNREADABLE = object()  # what stands in a cell that holds an error or a formula without a value


@dataclass(slots=True)
class EditedSheet:
    """One sheet in reading: its columns from the left ("" for people's own), its rows, and what is wrong with it.

    `years` are those that a row's dates without one belong to, by row number; `documents` leads from row ids to their
    documents.
    """

    name: str
    title: str
    keys: list[str]
    rows: list[tuple[int, dict[str, Any]]]
    documents: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    years: dict[int, int] = field(default_factory=dict)

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
    return stored_text(int(text) if isinstance(text, float) and text.is_integer() else text)


def _choice(sheet: EditedSheet, number: int, name: str, text: str, labels: Labels) -> str | None:
    group = "finding_review" if sheet.name == "findings" else CHOICES[name]
    code = labels.code(group, text)
    if code is None:
        options = "、".join(labels.all(group))
        sheet.wrong.append(f"{sheet.address(number, name)}：“{text[:20]}”不在下拉列表中（{options}）")
        return None
    return code


def _date(sheet: EditedSheet, number: int, name: str, value: object) -> str | None:
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.strftime("%Y-%m-%d")
    text = str(value).strip()
    date = _day_number(text) or cell_date(text, sheet.years.get(number))
    if date and FIRST_YEAR <= int(date[:4]) <= LAST_YEAR:
        return date
    missing = not date and cell_date(text, FIRST_YEAR)
    what = "没有写明是哪一年" if missing else "不是日期"
    sheet.wrong.append(f"{sheet.address(number, name)}：“{text[:20]}”{what}（写成 2025-06-30 或 2025-06）")
    return None


def _day_number(text: str) -> str | None:
    """A day as Excel counts it (45565), when it lies in the years that dates may have."""
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and len(digits) == len("45565")):
        return None
    return (DAY_ZERO + datetime.timedelta(days=int(digits))).isoformat()


def _number(sheet: EditedSheet, number: int, name: str, value: object) -> str | None:
    text = str(value).replace(",", "").replace("，", "").strip()
    try:
        number_read = float(text)
    except ValueError:
        sum_read = money(text)
        number_read = math.nan if sum_read is None else sum_read
    if not math.isfinite(number_read):
        sheet.wrong.append(f"{sheet.address(number, name)}：“{str(value)[:20]}”不是数")
        return None
    return stored_text(number_read)
