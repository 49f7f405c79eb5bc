"""How long a large workbook takes, beside openpyxl's write-only mode without any style, and how long to read it back.

    python benchmarks/workbook.py [--rows 20000] [--json]

The aim: at most 1.5 times plain openpyxl for the same cells; a corrected workbook read back in seconds.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
import time
from pathlib import Path

import openpyxl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline.core.rows import DocumentRow, ProblemRow, Tables
from pipeline.core.vocabulary import Kind, Status
from pipeline.decisions.columns import Column
from pipeline.decisions.workbook_in import read_workbook
from pipeline.publish.workbook.sheets import Book
from pipeline.publish.workbook.workbook_file import write_workbook
from pipeline.ruleset.layers import rules_folder

COLUMNS = 20


def cells(rows: int) -> list[list[object]]:
    """Rows of 20 columns: texts, numbers, a yes or no."""
    text = "“三重一大”事项决策不规范，2021年有{}笔支出没有集体研究"
    return [[text.format(n) if c % 4 else float(n * c) for c in range(COLUMNS)] for n in range(rows)]


def styled(data: list[list[object]]) -> bytes:
    book = Book()
    columns = [Column(f"c{c}", f"第{c}列", 18, "text" if c % 4 else "number") for c in range(COLUMNS)]
    book.table(book.sheet("问题"), columns, data)
    return book.content()


def plain(data: list[list[object]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("问题")
    sheet.append([f"第{c}列" for c in range(COLUMNS)])
    for line in data:
        sheet.append(line)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def best(job: object, rounds: int = 2) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        job()  # type: ignore[operator]
        times.append(time.perf_counter() - started)
    return min(times)


def real_tables(rows: int) -> Tables:
    """A ledger of so many problems."""
    problems = tuple(
        ProblemRow(
            doc_id="d",
            problem_id=f"d-{n:05d}",
            seq=n,
            label=f"{n}",
            aspect="党的建设方面",
            problem=f"议事规则执行不够严格，2021年有{n}笔支出没有集体研究",
            status=Status.DONE,
            status_text="已完成",
            lead="副校长",
            dept="办公室",
            person="张某",
            deadline="2024-06-30",
            deadline_text="2024年6月底",
            paragraph=n,
            start=0,
            end=10,
            end_paragraph=n,
        )
        for n in range(rows)
    )
    document = DocumentRow(doc_id="d", file="d.docx", kind=Kind.LEDGER, unit="某局")
    return Tables(documents=(document,), problems=problems)


def measured(rows: int) -> dict[str, float]:
    data, tables, rules = cells(rows), real_tables(rows), rules_folder()
    ours, bare = best(lambda: styled(data)), best(lambda: plain(data))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "整改台账.xlsx"
        whole = best(lambda: write_workbook(tables, path, rules), 1)
        back = best(lambda: read_workbook(path, rules), 1)
    return {
        "rows": rows,
        "styled_s": round(ours, 2),
        "plain_s": round(bare, 2),
        "ratio": round(ours / bare, 2),
        "whole_workbook_s": round(whole, 2),
        "read_back_s": round(back, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measured(options.rows)
    print(json.dumps(figures) if options.json else "\n".join(f"{k:>18} {v}" for k, v in figures.items()))
    return 0 if figures["ratio"] <= 1.5 else 1


if __name__ == "__main__":
    sys.exit(main())
