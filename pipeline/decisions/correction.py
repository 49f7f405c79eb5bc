"""One decision of a person, and the list of them: `corrections.csv`.

A correction names document, row and field, what the program had read and what the person decided.  What it is about
is said in several ways (bytes of the paper, its unit and kind, number and words of the row), so that it can be found
again in a paper that was renamed, reformatted or handed in once more.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable
from dataclasses import MISSING, astuple, dataclass, fields
from datetime import date
from pathlib import Path

from pipeline.core import limits
from pipeline.core.errors import InputError, Rejected
from pipeline.core.files import csv_cells, replace_file
from pipeline.core.rows import SCHEMA
from pipeline.core.text import guarded, storable
from pipeline.core.vocabulary import Status
from pipeline.decisions.columns import DATES, EDITABLE
from pipeline.readers.gate import load

FILE = "corrections.csv"
CHANGE, ADD, DELETE = "change", "add", "delete"
# what people can't do with the rows of a table
NEVER = {"documents": (ADD, DELETE), "claims": (ADD,), "findings": (ADD,)}
DATE_FIELDS = {"deadline", *DATES}
_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Correction:
    """One decision of a person; empty text means "not stated".

    `anchor` are the row's words as they were read (of an added measure: its problem's id).  The fields from `sha256`
    on say more of what it is about and may be empty: the paper's bytes, kind, unit and round; id and words of the
    problem that the row belongs to; a finding's check.  `after` is the row below which a person added one, `workbook`
    tells the workbook from which the decision was read.
    """

    document: str
    doc_id: str
    table: str
    row: str
    anchor: str
    action: str
    field: str
    old: str
    new: str
    by: str
    when: str
    sha256: str = ""
    kind: str = ""
    unit: str = ""
    round: str = ""
    owner: str = ""
    problem: str = ""
    check: str = ""
    after: str = ""
    workbook: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is about: a later decision about the same replaces it."""
        return self.table, self.row, self.field


NAMES = [field.name for field in fields(Correction)]
REQUIRED = [field.name for field in fields(Correction) if field.default is MISSING]


def load_corrections(path: Path) -> list[Correction]:
    """The corrections of a file, none when there is no file.  Raises InputError with the line of what is wrong."""
    if not path.exists():
        return []
    try:
        text = _decoded(load(path))
    except (Rejected, UnicodeDecodeError) as error:
        raise InputError(str(path), "人工更正表读不出来", "请用 UTF-8 编码另存，或恢复原来的文件") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        with csv_cells(limits.TEXT_CHARACTERS):  # the words of a row may be long
            if reader.fieldnames is None or not set(REQUIRED) <= set(reader.fieldnames):
                missing = "、".join(name for name in REQUIRED if name not in (reader.fieldnames or ()))
                raise InputError(f"{path.name}:1", f"缺少列 {missing}", "请恢复表头")
            return [_checked(entry, f"{path.name}:{reader.line_num}") for entry in reader]
    except csv.Error as error:
        where = f"{path.name}:{reader.line_num}"
        raise InputError(where, "写法有误", "请检查这一行的引号，有没有看不见的字符，是不是太长") from error


def _decoded(data: bytes) -> str:
    """UTF-8, else the system's encoding, in which Excel saves csv.  Raises UnicodeDecodeError."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _checked(entry: dict[str, str], where: str) -> Correction:
    """A line as a correction.  Raises InputError for what no workbook would have given."""
    correction = Correction(**{name: _bare(entry.get(name) or "") for name in NAMES})
    if any(storable(value) != value for value in astuple(correction)):
        raise InputError(where, "有看不见的控制字符", "请删去或改正这一行")
    if correction.table in ("reading", "links") and correction.action == CHANGE:  # what no sheet shows
        return correction
    if correction.table not in EDITABLE or correction.action not in (CHANGE, ADD, DELETE):
        raise InputError(where, f"不认识 {correction.table} {correction.action}", "请删去或改正这一行")
    if correction.action in NEVER.get(correction.table, ()):
        raise InputError(where, f"{correction.table} 的行不能 {correction.action}", "请删去这一行")
    if correction.action == DELETE:
        return correction
    if correction.field not in EDITABLE[correction.table].fields:
        raise InputError(where, f"{correction.field} 不是可以更正的列", "请删去或改正这一行")
    if len(correction.new) > limits.PARAGRAPH_CHARACTERS:
        what = f"new 这一格有 {len(correction.new)} 字，上限 {limits.PARAGRAPH_CHARACTERS} 字"
        raise InputError(where, what, "请写短或分成几行")
    if correction.new and not _is_value(correction):
        raise InputError(where, f"{correction.field} 不能是“{correction.new[:20]}”", "请改正 new 这一列")
    return correction


def _is_value(correction: Correction) -> bool:
    """Whether the new text is a value that the field may hold."""
    text, kind = correction.new, SCHEMA.get(correction.table, {}).get(correction.field, str)
    if correction.field == "status":
        return text in tuple(Status)
    if correction.field in DATE_FIELDS:
        return _DATE.fullmatch(text) is not None and is_day(text if len(text) > len("2025-06") else f"{text}-01")
    if kind is bool:
        return text in ("true", "false")
    return kind is not float or (_NUMBER.fullmatch(text) is not None and math.isfinite(float(text)))


def is_day(text: str) -> bool:
    """Whether the text is a day as tables hold it (2025-12-31)."""
    try:
        return len(text) == len("2025-12-31") and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _bare(text: str) -> str:
    """A csv cell without the ' that keeps spreadsheets from reading a formula."""
    return text[1:] if text.startswith("'") and _covered(text[1:]) != text[1:] else text


def _covered(text: str) -> str:
    """The text with a ' in front where it could start a formula, or already starts so."""
    return f"'{text}" if text.startswith("'") else guarded(text)


def save_corrections(path: Path, corrections: Iterable[Correction]) -> None:
    """Write the file in one step."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(NAMES)
    writer.writerows([_covered(value) for value in astuple(correction)] for correction in corrections)
    replace_file(path, target.getvalue().encode("utf-8-sig"))
