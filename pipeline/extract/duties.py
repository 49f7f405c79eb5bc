"""Who is responsible and by when: labelled values, sentences that assign, dates of a deadline's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.core import values
from pipeline.core.model import Document, Span
from pipeline.extract.found import Problem, fact, trimmed
from pipeline.ruleset.rule import Hit, Rules


def read_fields(document: Document, views: Sequence[str], problem: Problem, rules: Rules) -> None:
    """Responsibility and deadline after their labels, wherever in the item they stand."""
    for piece in problem.region:
        view = views[piece.block][piece.start : piece.end]
        hits: list[Hit] = []
        for h in rules.every("responsibility", view):
            apart = h.start == 0 or view[h.start - 1] in "。；，：（ \n）、"
            # 包抓：甲承办：教务处: in a narrow cell, or in a page's text, the blanks are gone
            if apart or (hits and view[h.end - 1] == "：" and "。" not in view[hits[-1].end : h.start]):
                hits.append(h)
        for number, hit in enumerate(hits):
            limit = hits[number + 1].start if number + 1 < len(hits) else len(view)
            stops = "。\n" if " " in hit.value else "；。\n"
            end = next((i for i in range(hit.end, limit) if view[i] in stops), limit)
            text = view[hit.end : end]
            covered = rules.first("covers", text)  # 基础教育股（以上4件）
            if covered is not None and text[covered.start - 1 : covered.start] == "（":
                end = hit.end + covered.start - 1
            elif text.count("）") > text.count("（"):
                end = hit.end + text.rindex("）")
            place = trimmed(document, Span(piece.block, piece.start + hit.end, piece.start + end))
            assign(document, problem, hit.value.split(), place, hit.rule.id, rules)
        for clause in assignment(rules, view):
            _state(document, problem, piece, view, clause)


def assignment(rules: Rules, view: str) -> list[Hit]:
    """Clauses of the sentence that says who does it by when (由甲牵头，乙处承办，丙负责，6月底前完成), else none.

    A sentence counts when it consists of such clauses: someone in the lead and one thing more, or a date alone.
    """
    starts = [0, *(i + 1 for i, char in enumerate(view) if char in "。；：\n")]
    for start in starts:
        clauses: list[Hit] = []
        at = start + len(view[start:]) - len(view[start:].lstrip())
        while at < len(view):
            hit = rules.at("assigned", view, at)
            if hit is None:
                break
            clauses.append(hit)
            at = hit.end
            if at >= len(view) or view[at] not in "，、；":
                break
            at += 1
        named = [next(iter(name for name, text in hit.groups.items() if text)) for hit in clauses]
        alone = named == ["deadline"] and clauses[0].start > 0
        if ("lead" in named and len(set(named)) >= 2) or {"dept", "person"} <= set(named) or alone:
            return clauses
    return []


def _state(document: Document, problem: Problem, piece: Span, view: str, clause: Hit) -> None:
    found = clause.rule.pattern.match(view, clause.start)
    if found is None:
        return
    for name, text in found.groupdict().items():
        if text and name not in problem.fields:
            place = Span(piece.block, piece.start + found.start(name), piece.start + found.end(name))
            value = deadline(text) if name == "deadline" else None
            problem.fields[name] = fact(document, name, place, clause.rule.id, value)


def assign(document: Document, problem: Problem, names: Sequence[str], place: Span, rule: str, rules: Rules) -> None:
    """The value of one or two fields (责任领导及责任部门): two values are parted by ；, a slash, blanks or brackets."""
    text = document.text(place)
    view = values.view(text)
    cuts = [(0, len(text))]
    if len(names) == 2:
        stop = next((view.find(char) for char in "；\n /（" if view.find(char) > 0), -1)
        cuts = [(0, len(text)), (0, 0)] if stop < 0 else [(0, stop), (stop + 1, len(text))]
        together = rules.at("dept_then_person", view) if stop < 0 and list(names) == ["dept", "person"] else None
        if together is not None:  # 党政办公室冉明志
            cuts = [(0, together.value_end), (together.value_end, len(text))]
    for name, (start, end) in zip(names, cuts, strict=True):
        part = trimmed(document, Span(place.block, place.start + start, place.start + end), "）" if start else "")
        if name == "other" or name in problem.fields or part.end <= part.start:
            continue
        words = document.text(part)
        problem.fields[name] = fact(document, name, part, rule, deadline(words) if name == "deadline" else words)


_DATES = re.compile(values.DATE)


def deadline(text: str, after: str = "") -> str:
    """ISO form of the last date of a deadline's words; "" for a vague or impossible one.

    A year that the last date leaves out is that of the date before it, else the first in which the date
    lies behind `after` (the feedback: an ISO date)."""
    found, year = "", None
    for match in _DATES.finditer(values.whole_year(values.view(text))):
        parts = values.date_parts(match[0])
        if parts is None or parts[1] is None:
            continue
        year = parts[0] or year
        if year is None and len(after) >= 7:
            year = int(after[:4]) + ((parts[1], parts[2] or 31) < (int(after[5:7]), int(after[8:10] or 1)))
        found = values.iso(year, parts[1], parts[2]) or ""
    return found
