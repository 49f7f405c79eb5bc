"""How fast Word files are read, against the floor: inflating and parsing the parts that are needed.

    python benchmarks/docx_reading.py [FOLDER_OR_FILES …] [--rounds 15] [--most 2.2]

Without files: a bulletin of 400 paragraphs and a ledger of 150 rows, made here.

Every way of reading takes each file as often as there are rounds; what counts is the best time, which
other work on the machine disturbs least.  Ends with an error when the ratio is over `--most`.
"""

from __future__ import annotations

import argparse
import gc
import io
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx as python_docx
from lxml import etree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from pipeline.readers.docx.docx_file import read_bytes

NEEDED = (
    "word/document.xml",
    "word/styles.xml",
    "word/numbering.xml",
    "word/footnotes.xml",
    "word/endnotes.xml",
    "word/comments.xml",
    "[Content_Types].xml",
    "_rels/.rels",
    "word/_rels/document.xml.rels",
    "docProps/core.xml",
)


def floor(data: bytes) -> int:
    """Inflate and parse what a reader can't do without."""
    elements = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name in NEEDED or name.startswith(("word/header", "word/footer")):
                elements += len(etree.fromstring(archive.read(name)))
    return elements


def ours(data: bytes) -> int:
    """The whole document with numbers, tables and coverage."""
    return len(read_bytes(data, "benchmark.docx").blocks)


def peer(data: bytes) -> int:
    """python-docx: open, and the text of all paragraphs and cells."""
    document = python_docx.Document(io.BytesIO(data))
    found = sum(len(paragraph.text) for paragraph in document.paragraphs)
    for table in document.tables:
        found += sum(len(cell.text) for row in table.rows for cell in row.cells)
    return found


def samples() -> list[bytes]:
    """A bulletin and a ledger as python-docx saves them."""
    bulletin = python_docx.Document()
    for place in range(100):
        bulletin.add_heading(f"关于“制度执行不严格”的问题之{place}", 2)
        bulletin.add_paragraph("整改情况：已完成整改，并长期坚持。", style="List Number")
        for words in ("一是修订制度", "二是开展专项检查"):
            paragraph = bulletin.add_paragraph()
            paragraph.add_run(words + "。").bold = True
            paragraph.add_run("学校党总支召开专题会议研究部署，明确责任部门和完成时限，")
            paragraph.add_run(f"共检查{place}处，发现并纠正问题{place + 1}个。")
    ledger = python_docx.Document()
    table = ledger.add_table(rows=150, cols=6)
    values = ("党建", "学习不深入", "组织集中学习", "办公室", "5月底前", "已完成")
    for place, row in enumerate(table.rows):
        for cell, words in zip(row.cells, values, strict=True):
            cell.text = f"{words}{place}"
    table.cell(0, 0).merge(table.cell(5, 0))
    found = []
    for document in (bulletin, ledger):
        buffer = io.BytesIO()
        document.save(buffer)
        found.append(buffer.getvalue())
    return found


def best_times(files: list[bytes], ways: list[Callable[[bytes], int]], rounds: int) -> list[float]:
    """The sum over the files of each way's best time.

    Garbage is collected before each measurement, so that no way pays for what another left behind.
    """
    totals = [0.0] * len(ways)
    for data in files:
        for way, call in enumerate(ways):
            best = float("inf")
            for _ in range(rounds):
                gc.collect()
                begun = time.perf_counter()
                call(data)
                best = min(best, time.perf_counter() - begun)
            totals[way] += best
    return totals


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("paths", nargs="*", type=Path)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--most", type=float, default=2.2)
    options = arguments.parse_args()
    paths = [file for path in options.paths for file in (sorted(path.rglob("*.docx")) if path.is_dir() else [path])]
    files = [path.read_bytes() for path in paths] if options.paths else samples()
    if not files:
        print("no docx files found", file=sys.stderr)
        return 2
    base, own, other = best_times(files, [floor, ours, peer], options.rounds)
    print(f"{len(files)} files, {sum(map(len, files)) / 1024:.0f} kB, {options.rounds} rounds")
    print(f"floor        {base * 1000:8.2f} ms   1.00")
    print(f"this reader  {own * 1000:8.2f} ms   {own / base:.2f}")
    print(f"python-docx  {other * 1000:8.2f} ms   {other / base:.2f}")
    return 0 if own / base <= options.most else 1


if __name__ == "__main__":
    sys.exit(main())
