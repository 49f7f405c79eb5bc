"""`waivers.csv` at the top of the input folders → what the checks take; a wrong line is told with its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from pipeline.core.errors import REASONS, InputError, Rejected
from pipeline.decisions.correction import is_day
from pipeline.readers import gate
from pipeline.reconcile.waivers import Waiver

COLUMNS = tuple(column.name for column in fields(Waiver))
REQUIRED = ("check", "reason", "who")  # that every waiver must fill


def read_waivers(given: Iterable[Path], checks: Mapping[str, str], day: date) -> list[Waiver]:
    """The lines of `waivers.csv` at the top of the input folders that have not ended before `day`.

    `checks` are the names of all checks with their labels; a waiver may say either.

    Raises InputError with the line of what is wrong.
    """
    waivers: list[Waiver] = []
    for folder in given:
        path = folder / "waivers.csv"
        if not path.is_file():
            continue
        try:
            data = gate.load(path)
        except Rejected as error:
            what = f"豁免清单读不出来（{error.detail or REASONS[error.error][0]}）"
            raise InputError(str(path), what, "请检查文件权限，或关闭正在打开它的程序") from error
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030", "replace")  # Excel saves csv in the system's encoding
        waivers += _waivers(path, text, checks)
    return [waiver for waiver in waivers if not waiver.until or waiver.until >= day.isoformat()]


def _waivers(path: Path, text: str, checks: Mapping[str, str]) -> Iterator[Waiver]:
    """A list of waivers line by line; one that says not what, why or by whom would take effect unseen or not at all."""
    codes = {**{label: code for code, label in checks.items()}, **{code: code for code in checks}}
    read = 1
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = [column for column in REQUIRED if column not in (reader.fieldnames or REQUIRED)]
        if missing:
            what = f"豁免清单的表头缺少 {'、'.join(missing)}"
            raise InputError(f"{path}:1", what, f"第一行请写 {','.join(COLUMNS)}")
        for line in reader:
            read = reader.line_num
            where = f"{path}:{reader.line_num}"
            empty = [column for column in REQUIRED if not (line.get(column) or "").strip()]
            if empty:
                raise InputError(where, f"豁免清单缺少 {'、'.join(empty)}", "请补全检查项、理由和批准人")
            check = codes.get(line["check"].strip())
            if check is None:
                near = get_close_matches(line["check"].strip(), codes, 1, 0.6)
                guess = f"，是不是想写 {near[0]}" if near else ""
                raise InputError(where, f"没有“{line['check']}”这项检查{guess}", "检查项的代码和名称见 rules/README.md")
            until = (line.get("until") or "").strip()
            if until and not is_day(until):
                raise InputError(where, f"until 的“{until}”不是日期", "请写成 2025-12-31 的形式")
            yield Waiver(**{one.name: (line.get(one.name) or "").strip() for one in fields(Waiver)} | {"check": check})
    except csv.Error as error:
        where = f"{path}:{read + 1}"  # where the line begins that could not be read
        raise InputError(where, "豁免清单写法有误", "请检查这一行的引号，有没有看不见的字符，是不是太长") from error
