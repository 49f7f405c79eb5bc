"""Tables straight from annotated documents: what a perfect extraction would give to the checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.core.rows import Row, Tables, joined
from pipeline.core.rows import tables_of as sorted_in
from pipeline.lab import annotated
from pipeline.lab.annotated import AnnotatedPaper, TaggedLine, TagSpan
from tests.making import row

CORPUS = Path(__file__).parent / "corpus"
LABEL = re.compile(
    r"(?:^|(?<=[，。；:：、 　]))(问题表现[（(]\d+[)）]|问题\d+|\d+[-－]\d+"
    r"|[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]+、|\d+\s?[、.．])[，、:：\s]*(?:反馈问题[：:]?\s*)?(?:关于|针对|聚焦|在)?[“\"‘]?$"
)
HEADING = re.compile(
    r"^(?:问题表现[（(]?\d+[)）]?[:：]?|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d+[.．、]|[①-⑳]|[一二三四五六七八九]是)"
)


def sources() -> list[Path]:
    """The annotated documents of the first two series, whose every defect is named in their front matter."""
    return sorted(CORPUS.glob("[ab][0-9][0-9]-*.ann.txt"))


def annotated_paper(path: Path) -> tuple[Tables, Mapping[str, str]]:
    """The tables of one annotated document, and its front matter."""
    source = annotated.read(path)
    gold = annotated.gold(source)
    shift = [len(label) for label in annotated.labels(source)]
    lines = [label + line.text for label, line in zip(annotated.labels(source), source.lines, strict=True)]
    name = path.name.removesuffix(".ann.txt")
    rows: list[Row] = []
    meta = {k: v.split("|")[0] for k, v in gold["meta"].items() if v}
    columns = (
        "kind",
        "title",
        "unit",
        "inspector",
        "round",
        "inspected_from",
        "inspected_to",
        "feedback_date",
        "issued_date",
        "docno",
    )
    rows.append(row("documents", doc_id=name, file=f"{name}.docx", state="ok", **{c: meta.get(c) for c in columns}))
    regions = _regions(source, lines)
    spans = {tag: [s for s in source.spans if s.tag == tag] for tag in annotated.TAGS}
    ids = {}
    for i, problem in enumerate(gold["problems"]):
        span = spans["problem"][i]
        first, start, last, end = regions[span.attributes["id"]]
        ids[span.attributes["id"]] = problem_id = f"{name}-{span.attributes['id']}"
        before = lines[span.line][: span.start + shift[span.line]]
        text = "\n".join(lines[first : last + 1])[start:]
        text = text[: len(text) - (len(lines[last]) - end)] if end < len(lines[last]) else text
        state = next(
            (s for s in spans["status"] if "p" not in s.attributes and _inside(s, regions[span.attributes["id"]])), None
        )
        rows.append(
            row(
                "problems",
                doc_id=name,
                problem_id=problem_id,
                seq=i + 1,
                label=_label(before),
                aspect=problem["aspect"],
                category=problem["category"],
                problem=problem["problem"],
                status=problem["status"],
                status_text=state.text if state else None,
                long_term=problem["long_term"],
                lead=problem["lead"],
                dept=problem["dept"],
                person=problem["person"],
                rectification=text.strip(),
                paragraph=span.line,
                deadline=problem["deadline"],
                deadline_text=problem["deadline"],
                start=span.start,
                end=0,
            )
        )
    current: dict[str, int] = {}
    for measure, span in zip(gold["measures"], spans["m"], strict=True):
        key = measure["problem"]
        current[key] = current.get(key, 0) + 1
        rows.append(
            row(
                "measures",
                doc_id=name,
                problem_id=ids[key],
                seq=current[key],
                text=measure["text"],
                paragraph=span.line,
                start=span.start,
                end=0,
            )
        )
    for claim, span in zip(gold["claims"], spans["claim"], strict=True):
        rows.append(
            row(
                "claims",
                doc_id=name,
                metric=claim["metric"],
                value=claim["value"],
                unit=claim["unit"],
                part_of=span.attributes.get("part_of"),
                text=claim["text"],
                paragraph=span.line,
                start=span.start,
                end=span.start + len(span.text),
            )
        )
    for reference, span in zip(gold["references"], spans["ref"], strict=True):
        rows.append(
            row(
                "references",
                doc_id=name,
                title=reference["title"],
                docno=reference["docno"],
                action=reference["action"],
                problem_id=ids.get(reference["problem"]),
                paragraph=span.line,
                start=span.start,
                end=span.start + len(span.text),
            )
        )
    for money, span in zip(gold["amounts"], spans["money"], strict=True):
        rows.append(
            row(
                "amounts",
                doc_id=name,
                problem_id=ids.get(money["problem"]),
                value=money["value"],
                text=money["text"],
                paragraph=span.line,
                start=span.start,
                end=0,
            )
        )
    for i, (text, span) in enumerate(zip(gold["advice"], spans["advice"], strict=True)):
        rows.append(row("advice", doc_id=name, seq=i + 1, text=text, paragraph=span.line))
    _passages(rows, name, source)
    return sorted_in(rows), gold["meta"]


def _inside(span: TagSpan, region: tuple[int, int, int, int]) -> bool:
    return bool(region[0] <= span.line <= region[2])


def _label(before: str) -> str:
    if before.startswith("¦"):
        return before.split("¦")[1]
    match = LABEL.search(before)
    return match[1] if match else ""


def _regions(source: AnnotatedPaper, lines: list[str]) -> dict[str, tuple[int, int, int, int]]:
    """Problem id → first line and offset of its answer, last line and offset after it."""
    shift = [len(label) for label in annotated.labels(source)]
    heads = [s for s in source.spans if s.tag in ("problem", "category", "aspect")]
    own = [s for s in source.spans if s.tag in ("m", "status", "lead", "dept", "person", "deadline")]
    regions = {}
    for i, head in enumerate(heads):
        if head.tag != "problem":
            continue
        following = heads[i + 1] if i + 1 < len(heads) else None
        limit = (following.line, following.start) if following else (len(lines), 0)
        tagged = [s.line for s in own if (head.line, head.start) < (s.line, s.start) < limit]
        last = max([head.line, *tagged])
        end = len(lines[last])
        if following and following.line == last and head.line != -1:
            at = following.start + shift[last]
            label = LABEL.search(lines[last][:at])
            end = label.start() if label else at
        start = head.start + len(head.text) + shift[head.line]
        regions[head.attributes["id"]] = (head.line, start, last, end)
    return regions


def _passages(rows: list[Row], name: str, source: AnnotatedPaper) -> None:
    """The text around problems and measures, with the part and level that a reading would give it."""
    taken = {s.line for s in source.spans if s.tag in ("problem", "m")}
    heads = {s.line for s in source.spans if s.tag in ("aspect", "category")}
    titles = {s.line for s in source.spans if s.tag == "title"}
    for number, (line, label) in enumerate(zip(source.lines, annotated.labels(source), strict=True)):
        text = label + line.text
        if number in taken or not text.strip() or line.row:
            continue
        found = HEADING.match(text)
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


def _part(number: int, line: TaggedLine, text: str, titles: set[int], heads: set[int]) -> str:
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


def merged(all_tables: list[Tables]) -> Tables:
    """The tables of several documents as one."""
    return joined(all_tables)
