"""Tables to write from: the annotated documents of the project's corpus, and a small fictional case."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from pipeline.core.rows import Row, tables_of
from pipeline.lab import annotated
from pipeline.reconcile.aliases import load_aliases
from pipeline.reconcile.paper import papers_of
from pipeline.reconcile.reconciliation import reconcile
from pipeline.reconcile.recount import recount, recount_rows
from pipeline.run.word_documents import Wanted, write_documents
from tests.making import row

RULES = Path(__file__).parent.parent / "rules"
CORPUS = Path(__file__).parent / "corpus"
LABEL = re.compile(
    r"^(?:问题表现[（(]?\d+[)）]?[:：]?|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d+[.．、]|[①-⑳]|[一二三四五六七八九]是)"
)


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


def gold_tables(*names: str):
    """Tables of annotated documents as the extraction would give them."""
    rows: list[Row] = []
    for name in names:
        _document(rows, name, corpus_source(name))
    return tables_of(rows)


def _document(rows, name, source):
    gold = annotated.gold(source)
    meta = gold["meta"]
    rows.append(
        row(
            "documents",
            doc_id=name,
            file=f"{name}.docx",
            kind=meta["kind"],
            title=meta.get("title"),
            state="ok",
            unit=(meta.get("unit") or "").split("|")[0] or None,
            inspector=(meta.get("inspector") or "").split("|")[0] or None,
            round=meta.get("round"),
            feedback_date=meta.get("feedback_date"),
            issued_date=meta.get("issued_date"),
            docno=meta.get("docno"),
        )
    )
    for seq, problem in enumerate(gold["problems"], 1):
        span = next(s for s in source.spans if s.tag == "problem" and s.attributes["id"] == problem["id"])
        status = next((s.text for s in source.spans if s.tag == "status" and s.line >= span.line), None)
        rows.append(
            row(
                "problems",
                doc_id=name,
                problem_id=f"{name}-{problem['id']}",
                seq=seq,
                label=_label(source, span),
                aspect=problem["aspect"],
                category=problem["category"],
                problem=problem["problem"],
                status=problem["status"],
                long_term=problem["long_term"],
                status_text=status if problem["status"] else None,
                lead=problem["lead"],
                dept=problem["dept"],
                person=problem["person"],
                deadline=problem["deadline"],
                paragraph=span.line,
                start=span.start,
                end=span.start + len(span.text),
                end_paragraph=span.line,
            )
        )
    measures = [s for s in source.spans if s.tag == "m"]
    for number, (span, measure) in enumerate(zip(measures, gold["measures"], strict=True), 1):
        before = source.lines[span.line].text[: span.start]
        mark = re.search(r"(?:[一二三四五六七八九十]是|[①-⑳]|[（(]\d+[)）]|\d+\.)$", before)
        rows.append(
            row(
                "measures",
                doc_id=name,
                problem_id=f"{name}-{measure['problem']}",
                seq=number,
                label=mark.group() if mark else None,
                text=measure["text"],
                paragraph=span.line,
                start=span.start,
                end=span.start + len(span.text),
                end_paragraph=span.line,
            )
        )
    claims = [s for s in source.spans if s.tag == "claim"]
    for span, claim in zip(claims, gold["claims"], strict=True):
        rows.append(
            row(
                "claims",
                doc_id=name,
                metric=claim["metric"],
                value=claim["value"],
                unit=claim["unit"],
                text=claim["text"],
                part_of=span.attributes.get("part_of"),
                paragraph=span.line,
                start=span.start,
                end=span.start + len(claim["text"]),
            )
        )
    for reference in gold["references"]:
        rows.append(
            row(
                "references",
                doc_id=name,
                title=reference["title"],
                action=reference["action"],
                docno=reference["docno"],
                problem_id=f"{name}-{reference['problem']}" if reference["problem"] else None,
            )
        )
    for amount in gold["amounts"]:
        rows.append(
            row(
                "amounts",
                doc_id=name,
                value=float(amount["value"]),
                text=amount["text"],
                problem_id=f"{name}-{amount['problem']}" if amount["problem"] else None,
            )
        )
    _passages(rows, name, source)


def _label(source, span):
    found = LABEL.match((annotated.labels(source)[span.line] + source.lines[span.line].text)[: span.start])
    return found.group() if found else None


def _passages(rows, name, source):
    taken = {s.line for s in source.spans if s.tag in ("problem", "m")}
    heads = {s.line for s in source.spans if s.tag in ("aspect", "category")}
    titles = {s.line for s in source.spans if s.tag == "title"}
    for number, (line, label) in enumerate(zip(source.lines, annotated.labels(source), strict=True)):
        text = label + line.text
        if number in taken or not text.strip() or line.row:
            continue
        found = LABEL.match(text)
        label = found.group() if found else ""
        part = _part(number, line, text, titles, heads)
        level = 0 if re.match(r"[一二三四五六七八九十]+、", text) else 1 if re.match(r"[（(][一二三四]", text) else 2
        rows.append(
            row(
                "passages",
                doc_id=name,
                seq=number,
                part=part,
                level=level,
                label=label,
                text=text[len(label) :],
                paragraph=number,
                start=0,
                end=len(text),
            )
        )


def _part(number, line, text, titles, heads):
    if number in titles:
        return "title"
    if line.align == "right":
        return "date" if re.match(r"\d{4}年", text) else "signature"
    if number in heads:
        return "group"
    if "电话" in text:
        return "contact"
    if re.search(r"〔\d+〕\d+号$", text):
        return "docno"
    return "opening" if "现将" in text else "heading" if len(text) < 30 else "organisation"


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
