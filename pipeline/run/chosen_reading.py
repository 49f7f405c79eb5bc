"""A person chooses one of the readings of a document; the next run reads it so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.core.errors import InputError
from pipeline.decisions.reading_choice import FILE, choose
from pipeline.run.output_folder import held, open_place


def choose_reading(output: Path, file: str, reading: str, by: str = "") -> str:
    """Record the choice (an empty one takes it back); gives what to do next.

    Raises InputError for a file that was not in the run, or a reading that was not among those it found.
    """
    with open_place(output) as place:
        tables = place.ledger.base()
    names = {row.file: row.doc_id for row in tables.documents} if tables is not None else {}
    if tables is None or file not in names:
        raise InputError(file, "上次运行的结果里没有这个文件", "请照“文档”表里的写法写文件名")
    known = [row.reading for row in tables.readings if row.doc_id == names[file]]
    if reading and reading not in known:
        told = "、".join(known) or "没有别的读法"
        raise InputError(file, f"没有编号为 {reading} 的读法", f"可选的编号：{told}；见 zhenggai show")
    with held(output):
        choose(output / FILE, file, reading, by, date.today().isoformat() if reading else "")
    return "已记下，请再次运行 zhenggai run，这份文档会照此读取。" if reading else "已撤销，请再次运行 zhenggai run。"
