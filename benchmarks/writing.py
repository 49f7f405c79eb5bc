"""How long a rebuilt bulletin takes, beside python-docx writing the same paragraphs.

    python benchmarks/writing.py [--json]

Three figures from one run, each the best of several rounds: our writer, python-docx with a slim template
(our own template without its text), and python-docx's default template.  The aim is at most 1.5 times the slim one.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from pathlib import Path

import docx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline.core.rows import DocumentRow, MeasureRow, PassageRow, ProblemRow, Row, Tables, tables_of
from pipeline.core.vocabulary import Kind, Status
from pipeline.publish.word.content import WordSource
from pipeline.publish.word.layout import load_profile
from pipeline.publish.word.rebuilt import rebuilt
from pipeline.publish.word.template import load_template, render
from pipeline.ruleset.labels import load_labels
from pipeline.ruleset.layers import rules_folder

PROBLEMS, ROUNDS = 33, 7


def tables() -> Tables:
    """A fictional bulletin of 33 problems and 105 paragraphs."""
    rows: list[Row] = []
    rows.append(
        DocumentRow(
            doc_id="d",
            file="d.docx",
            kind=Kind.BULLETIN,
            unit="云溪县第九小学党支部",
            title="中共云溪县第九小学支部委员会关于巡察整改进展情况的通报",
            issued_date="2024-06-30",
        )
    )
    filler = "对照反馈意见逐条研究整改措施，明确责任领导、责任部门和完成时限，每月调度一次，确保件件有着落。"
    parts = [
        ("title", None, "", "中共云溪县第九小学支部委员会关于巡察整改进展情况的通报"),
        ("opening", None, "", filler * 3),
        ("heading", 0, "一、", "整改工作组织情况"),
    ]
    parts += [("organisation", 1, f"（{n}）", "统一思想，提高认识。" + filler * 4) for n in range(1, 24)]
    parts += [("heading", 0, "二、", "整改落实情况")]
    for number, (part, level, label, text) in enumerate(parts, 1):
        rows.append(
            PassageRow(
                doc_id="d",
                seq=number,
                part=part,
                level=level,
                label=label,
                text=text,
                paragraph=number,
                start=0,
                end=len(text),
            )
        )
    for number in range(1, PROBLEMS + 1):
        place = 10 * number
        if number % 3 == 1:
            rows.append(
                PassageRow(
                    doc_id="d",
                    seq=place,
                    part="group",
                    level=2,
                    label=f"{number}.",
                    text="党建方面的问题",
                    paragraph=place - 1,
                    start=0,
                    end=9,
                )
            )
        measures = [f"{name}是健全制度。{filler}" for name in "一二三"]
        rows.append(
            ProblemRow(
                doc_id="d",
                problem_id=f"d-{number:03d}",
                seq=number,
                label=f"（{number}）",
                problem="议事规则执行不够严格，集体研究流于形式",
                status=Status.DONE,
                status_text="已完成整改",
                rectification="已完成整改。" + "".join(measures),
                paragraph=place,
                start=3,
                end=20,
                end_paragraph=place,
            )
        )
        for seq, text in enumerate(measures, 1):
            rows.append(
                MeasureRow(
                    doc_id="d",
                    problem_id=f"d-{number:03d}",
                    seq=seq,
                    label=text[:2],
                    text=text[2:-1],
                    paragraph=place + 1,
                    start=seq * 60,
                    end=seq * 60 + 50,
                    end_paragraph=place + 1,
                )
            )
    return tables_of(rows)


def best(job: object) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        job()  # type: ignore[operator]
        times.append(time.perf_counter() - started)
    return min(times)


def with_python_docx(template: io.BytesIO | None, paragraphs: list[str]) -> bytes:
    """The same paragraphs, one run each, by python-docx."""
    if template is not None:
        template.seek(0)
    document = docx.Document(template)
    for text in paragraphs:
        document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def measured() -> dict[str, float]:
    rules = rules_folder()
    profile, labels = load_profile(rules), load_labels(rules)
    data = tables()
    template = load_template(rules / "templates" / "bulletin.docx", profile)

    def ours() -> bytes:
        report = rebuilt(WordSource(data, labels, profile), "单位", list(data.documents), Kind.BULLETIN)[0]
        return render(template, report.context, report.title)

    document = docx.Document(io.BytesIO(ours()))
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    for paragraph in list(document.paragraphs):
        document.element.body.remove(paragraph._p)
    slim = io.BytesIO()
    document.save(slim)
    mine, plain = best(ours), best(lambda: with_python_docx(slim, paragraphs))
    default = best(lambda: with_python_docx(None, paragraphs))
    return {
        "paragraphs": len(paragraphs),
        "ours_ms": round(1000 * mine, 1),
        "slim_ms": round(1000 * plain, 1),
        "default_ms": round(1000 * default, 1),
        "ratio_to_slim": round(mine / plain, 2),
        "per_second": round(1 / mine, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measured()
    print(json.dumps(figures) if options.json else "\n".join(f"{k:>16} {v}" for k, v in figures.items()))
    return 0 if figures["ratio_to_slim"] <= 1.5 else 1


if __name__ == "__main__":
    sys.exit(main())
