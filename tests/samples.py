"""Tables to write from: the annotated documents of the project's corpus, and a small fictional case."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.core.rows import Row, Tables, joined, tables_of
from pipeline.lab import annotated
from pipeline.reconcile.aliases import load_aliases
from pipeline.reconcile.paper import papers_of
from pipeline.reconcile.reconciliation import reconcile
from pipeline.reconcile.recount import recount, recount_rows
from pipeline.run.word_documents import Wanted, write_documents
from tests.annotated_tables import annotated_paper
from tests.making import row

RULES = Path(__file__).parent.parent / "rules"
CORPUS = Path(__file__).parent / "corpus"


def reports(tables, folder, rules=RULES, kinds=(), unit=None, as_of=None) -> list[Path]:
    """The Word documents of the tables, written in this process; nothing may be missing."""
    made = write_documents(tables, folder, rules, Wanted(tuple(kinds), unit, as_of))
    assert made.gaps == []
    return [path for path in made.files if path.suffix == ".docx"]


def corpus_names(series: str = "ab") -> list[str]:
    """Stems of the annotated documents whose names are one of the letters and two digits."""
    return [path.name.removesuffix(".ann.txt") for path in sorted(CORPUS.glob(f"[{series}][0-9][0-9]-*.ann.txt"))]


def corpus_source(name: str) -> annotated.AnnotatedPaper:
    """An annotated document by its stem."""
    return annotated.read(CORPUS / f"{name}.ann.txt")


def gold_tables(*names: str) -> Tables:
    """Tables of annotated documents as the extraction would give them."""
    return joined([annotated_paper(CORPUS / f"{name}.ann.txt")[0] for name in names])


def with_items(tables):
    """The tables with the consolidated table made anew."""
    return replace(tables, items=reconcile(tables, RULES).items)


def fictional_case():
    """One unit with feedback, bulletin and findings; every kind of cell occurs."""
    rows: list[Row] = []
    for doc_id, kind in (("f", "feedback"), ("b", "bulletin")):
        rows.append(
            row(
                "documents",
                doc_id=doc_id,
                file=f"云溪/{doc_id}.docx",
                kind=kind,
                unit="云溪县第九小学党支部",
                state="ok",
                title="中共云溪县第九小学支部委员会关于巡察整改进展情况的通报",
                issued_date="2024-06-30",
                inspector="县委第二巡察组",
                feedback_date="2024-01-12",
            )
        )
    rows.append(
        row(
            "documents",
            doc_id="x",
            file="坏文件.docx",
            state="quarantined",
            error="bad_zip",
            message="压缩结构损坏。请重新复制。",
        )
    )
    texts = ["“三重一大”制度执行不严", "=SUM(A1)式的经费管理混乱，多发1.5万元", "食堂验收流于形式"]
    for doc_id in "fb":
        for number, text in enumerate(texts, 1):
            answered = doc_id == "b"
            rows.append(
                row(
                    "problems",
                    doc_id=doc_id,
                    problem_id=f"{doc_id}-{number:03d}",
                    seq=number,
                    label=f"（{number}）",
                    aspect="党的领导方面",
                    category="履职不够到位",
                    problem=text,
                    paragraph=10 * number,
                    start=0,
                    end=len(text),
                    status=("done", "in_progress", None)[number - 1] if answered else None,
                    status_text=("已完成整改并长期坚持", "正在整改", None)[number - 1] if answered else None,
                    long_term=number == 1 and answered,
                    lead="校长顾青" if answered else None,
                    deadline="2024-05-31" if number == 1 else "2024-08" if number == 2 else None,
                    deadline_text="2024年5月底前" if number == 1 else None,
                )
            )
    actions = ((1, "一是", "修订《议事规则》，开会讨论7次"), (1, "二是", "+对经办人提醒谈话"), (2, None, "退回1.5万元"))
    for seq, (number, label, text) in enumerate(actions):
        rows.append(
            row(
                "measures",
                doc_id="b",
                problem_id=f"b-{number:03d}",
                measure_id=f"b-{number:03d}:{seq + 1}",
                seq=seq + 1,
                text=text,
                label=label,
                paragraph=10 * number + 1,
                start=seq,
            )
        )
    rows.append(row("amounts", doc_id="b", problem_id="b-002", value=15000.0, text="1.5万元"))
    for metric, value in (("problems", 3.0), ("done", 3.0), ("money_refunded", 15000.0)):
        rows.append(row("claims", doc_id="b", metric=metric, value=value, unit="个", text=f"{value:g}个"))
    rows.append(
        row(
            "links",
            case_id="c1",
            feedback_problem_id="f-001",
            answer_problem_id="b-001",
            answer_kind="bulletin",
            score=0.93,
            method="text",
            doubtful=False,
        )
    )
    rows.append(row("cases", case_id="c1", unit="云溪县第九小学党支部", feedback="f", bulletin="b"))
    for number, (check, severity) in enumerate(
        (("status_count_mismatch", "error"), ("measure_missing", "error"), ("status_missing", "warning")), 1
    ):
        rows.append(
            row(
                "findings",
                finding_id=f"n{number}",
                case_id="c1",
                doc_id="b",
                unit="云溪县第九小学党支部",
                check=check,
                severity=severity,
                message="已完成数与逐条清点不符" if number == 1 else "只有问题，没有措施",
                expected="1" if number == 1 else None,
                actual="3" if number == 1 else None,
                problem_id=None if number == 1 else "b-003",
                quote="已完成整改3个",
                file="b.docx",
                place=f"二（一）{number}",
                other_quote="食堂验收流于形式",
                other_file="f.docx",
                other_place="一（二）3",
                paragraph=10 * number,
                other_paragraph=30,
                suggestion="请逐条核对后更正",
            )
        )
    rows.append(row("unused", doc_id="b", text="（文/图 办公室）", paragraph=99))
    tables = with_items(tables_of(rows))
    papers = papers_of(tables, load_aliases(RULES))
    return replace(tables, recounts=tuple(again for paper in papers for again in recount_rows(paper, recount(paper))))
