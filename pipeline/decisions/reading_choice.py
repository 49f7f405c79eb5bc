"""Which reading of a document a person chose: `readings.csv` beside the results, one line a document.

In and out: the name of a file in the input → the name of a reading (`readings.reading`).  A run reads a document so as
long as that reading is among those it finds; otherwise it says so and reads as it would.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from pipeline.core.errors import InputError
from pipeline.core.files import replace_file
from pipeline.core.text import guarded

FILE = "readings.csv"
_HEADINGS = ["file", "reading", "by", "when"]


def load_choices(path: Path) -> dict[str, str]:
    """The chosen readings by file; none where there is no such list.  Raises InputError with the line."""
    return {file: line[1] for file, line in _lines(path).items()}


def choose(path: Path, file: str, reading: str, by: str = "", when: str = "") -> None:
    """Record a choice in the list at `path`; an empty reading takes it back.  Raises OutputError."""
    lines = _lines(path)
    lines.pop(file, None)
    if reading:
        lines[file] = [file, reading, by, when]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_HEADINGS, *([guarded(cell) for cell in line] for _, line in sorted(lines.items()))])
    replace_file(path, text.getvalue().encode("utf-8-sig"))


def _lines(path: Path) -> dict[str, list[str]]:
    if not path.is_file():
        return {}
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(str(path), "选定读法的表读不出来", "请恢复原来的文件，或删去后重新选定") from error
    if not rows or rows[0] != _HEADINGS:
        raise InputError(f"{path.name}:1", f"表头应当是 {','.join(_HEADINGS)}", "请恢复表头")
    for number, row in enumerate(rows[1:], 2):
        if len(row) != len(_HEADINGS) or not row[0] or not row[1]:
            raise InputError(f"{path.name}:{number}", "这一行没有写全文件和读法", "请改正或删去这一行")
    return {plain[0]: plain for row in rows[1:] if (plain := [_bare(cell) for cell in row])}


def _bare(cell: str) -> str:
    """A cell without the sign that keeps spreadsheets from computing it."""
    return cell[1:] if cell.startswith("'") and guarded(cell[1:]) == cell else cell
