"""How fast everything is, from one file's bytes to all results of a county: one table, and the same as JSON.

    python -m benchmarks.speed [--papers 100 1000] [--jobs 1 2] [--stages 60] [--json FILE]

Stages are processor time in this process, a paper each, beside the floor (inflating and parsing `document.xml`).  Whole
runs are processes of their own: everything, then the same again unchanged, then with one file changed.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import docx

from benchmarks.speed_papers import write_papers
from benchmarks.speed_runs import adopt_orphans, spent
from benchmarks.speed_stages import stages

Line = dict[str, Any]


def measured_runs(papers: Path, count: int, jobs: int) -> Iterator[Line]:
    """The runs over one folder of papers: first, unchanged, one file changed."""
    with tempfile.TemporaryDirectory() as work:
        call = ["run", str(papers), "-o", f"{work}/out", "--jobs", str(jobs), "--as-of", "2024-12-31"]
        for name in ("first", "unchanged", "one changed"):
            if name == "one changed":
                _change(sorted(papers.rglob("*.docx"))[-1])
            used = spent(call)
            yield {"run": name, "papers": count, "jobs": jobs, "papers/s": count / used.wall, **asdict(used)}


def _change(path: Path) -> None:
    """Another sentence at the end of a paper."""
    document = docx.Document(str(path))
    document.add_paragraph("以上情况已经核对。")
    document.save(str(path))


def table(lines: list[Line]) -> str:
    """Lines of equal keys as columns."""
    if not lines:
        return ""
    rows = [list(lines[0]), *([f"{v:.2f}" if isinstance(v, float) else str(v) for v in one.values()] for one in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, nargs="*", default=[100, 1000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--stages", type=int, default=60, help="papers whose stages are measured")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    adopt_orphans()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work, "stages")
        write_papers(folder, options.stages)
        took = stages(sorted(folder.rglob("*.docx")), options.rounds)
        least = took["floor"]
        by_stage: list[Line] = [{"stage": name, "ms": ms, "floors": ms / least} for name, ms in took.items()]
        print(table(by_stage), flush=True)
        runs: list[Line] = []
        for count in options.papers:
            papers = Path(work, str(count))
            write_papers(papers, count)
            for jobs in options.jobs:
                runs += measured_runs(papers, count, jobs)
                print(table(runs[-3:]), flush=True)
    if options.json:
        options.json.write_text(json.dumps({"stages": by_stage, "runs": runs}, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
