"""Checks inside one document: is everything there, numbered without gap, with measures and a status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.core.rows import PassageRow, ProblemRow, place
from pipeline.core.values import CIRCLED, LABELLED_NUMBER, ordinal, view
from pipeline.core.vocabulary import Kind, Severity
from pipeline.reconcile.paper import Paper
from pipeline.reconcile.registry import Context, Defect, check

_NUMBER = re.compile(LABELLED_NUMBER)
_PAIR = re.compile(r"(?<!\d)(\d{1,4})[-－—](\d{1,4})")

_FEW = 4  # one in so many problems may lack what the others have and still be the exception


@check("measure_missing")
def measure_missing(paper: Paper, context: Context) -> Iterator[Defect]:
    """A problem is named but nothing is said to have been done about it (empty, /, 同上)."""
    for problem in paper.problems:
        texts = [m.text.strip() for m in paper.measures_of(problem)]
        if not any(text and not context.settings.find("empty_answer", text) for text in texts):
            yield Defect(paper, problem, quote=problem.problem, actual="；".join(texts))


@check("status_missing")
def status_missing(paper: Paper, context: Context) -> Iterator[Defect]:
    """A problem states no status although the document's other problems do; where many lack one it is its way."""
    without = [p for p in paper.problems if not p.status]
    if len(without) < len(paper.problems) and _FEW * len(without) <= max(len(paper.problems), _FEW):
        for problem in without:
            yield Defect(paper, problem, quote=problem.problem)


@check("section_missing")
def section_missing(paper: Paper, context: Context) -> Iterator[Defect]:
    """A part that this kind of document has by custom (signature, date) is not there."""
    parts = {p.part for p in paper.passages}
    for part, name in context.settings.required_parts.get(paper.kind, {}).items():
        if parts and part not in parts and not (part == "date" and paper.date):
            yield Defect(paper, expected=name, words={"missing": name}, severity=Severity.INFO)


@dataclass(frozen=True, slots=True)
class NumberedThing:
    """A numbered thing: a problem, or a heading above problems."""

    shape: str  # the label without its number
    number: int
    label: str
    problem: ProblemRow | None  # the problem itself, or the first one under the heading
    above: tuple[str, str, str]  # the headings that it stands under
    heading: bool
    paragraph: int


@dataclass(slots=True)
class _Run:
    """The numbering of one shape as far as it has been read."""

    last: NumberedThing
    seen: set[int] = field(default_factory=set)
    goes_on: bool = False  # the numbers run on under a new heading, they do not start again


def _numbered(label: str) -> tuple[str, int] | None:
    """`问题表现（6）` → ("问题表现(a", 6): the shape tells bracket and kind of numeral, not the dot."""
    plain = view(label).replace(" ", "")
    match = _NUMBER.search(plain)
    number = ordinal(match[0]) if match else None
    if match is None or number is None:
        return None
    kind = "a" if match[0].isascii() else "o" if match[0] in CIRCLED else "c"  # 3, ③ or 三
    words = "".join(c for c in plain[: match.start()] if c.isalnum())
    after = plain[match.end() : match.end() + 1]
    tail = after if after.isalpha() else ""  # 一是 and 一、 number different things
    bracket = "(" if plain[: match.start()].endswith(("（", "〔", "[")) else ""
    return f"{words}{bracket}{tail}{kind}", number


def _items(paper: Paper) -> list[NumberedThing]:
    """Problems and the headings above them in reading order, each with its number."""
    problems = sorted(paper.problems, key=place)
    rows: list[ProblemRow | PassageRow] = [*(g for g in paper.passages if g.part == "group"), *problems]
    items = []
    for row in sorted(rows, key=place):  # where both stand at one place the heading comes first
        found = _numbered(row.label)
        if found is None or _PAIR.search(row.label):
            continue
        at = row.paragraph or 0
        if isinstance(row, ProblemRow):
            items.append(NumberedThing(*found, row.label, row, (row.school, row.aspect, row.category), False, at))
        else:
            first = next((p for p in problems if place(p) >= place(row)), None)
            items.append(NumberedThing(*found, row.label, first, ("", "", ""), True, at))
    return items


@check("numbering_gap")
def numbering_gap(paper: Paper, context: Context) -> Iterator[Defect]:
    """A number is skipped; the item after the gap is named."""
    for item, before, missing in _breaks(paper):
        if missing:
            words = {"label": item.label, "before": before, "missing": "、".join(map(str, missing[:5]))}
            yield Defect(
                paper,
                item.problem,
                expected=str(missing[0]),
                actual=str(item.number),
                quote=item.label,
                paragraph=item.paragraph,
                words=words,
            )


@check("numbering_repeated")
def numbering_repeated(paper: Paper, context: Context) -> Iterator[Defect]:
    """A number stands twice; the later item is named."""
    for item, before, missing in _breaks(paper):
        if not missing:
            words = {"label": item.label, "before": before}
            yield Defect(
                paper, item.problem, actual=str(item.number), quote=item.label, paragraph=item.paragraph, words=words
            )


def _breaks(paper: Paper) -> list[tuple[NumberedThing, str, list[int]]]:
    """Items whose number breaks its sequence: the label before, and the missing numbers (none: repeated)."""
    found = _without_slips([*_pair_breaks(paper), *_run_breaks(paper)])
    # where every third number is out of order, the numbers number something else (merged cells, say)
    return found if len(found) <= max(3, len(paper.problems) // 3) else []


def _without_slips(breaks: list[tuple[NumberedThing, str, list[int]]]) -> list[tuple[NumberedThing, str, list[int]]]:
    """8, 10, 10, 11 is one slip of the pen: the repetition is named, the gap before it is not."""
    repeated = {(item.shape, item.number, before) for item, before, missing in breaks if not missing}
    return [
        (item, before, missing)
        for item, before, missing in breaks
        if len(missing) != 1 or (item.shape, item.number, item.label) not in repeated
    ]


def _run_breaks(paper: Paper) -> Iterator[tuple[NumberedThing, str, list[int]]]:
    runs: dict[str, _Run] = {}
    depth: list[str] = []  # shapes that are open, outermost first
    # a labelled note above problems (（二）正在整改的问题) is a heading too
    passages = [p for p in paper.passages if p.part in ("group", "heading") or (p.part == "group_note" and p.label)]
    headings = [(p.paragraph or 0) for p in passages]
    plain = [(p.paragraph or 0) for p in passages if not p.label]
    items = _items(paper)
    sorted_anew = _sorted_anew(items, headings)
    for item in items:
        if item.shape in sorted_anew:
            continue
        closed = item.shape not in depth
        if not closed:
            del depth[depth.index(item.shape) + 1 :]
        else:
            depth.append(item.shape)
        run = runs.get(item.shape)
        if run is None:
            runs[item.shape] = _Run(item, {item.number})
            if item.number > 1 and not item.heading and not item.shape.endswith("c") and paper.kind != Kind.FEEDBACK:
                yield item, "（开头）", list(range(1, item.number))
            continue
        moved_on = item.above != run.last.above or _crossed(run.last, item, headings)
        under_new = closed or (moved_on and not item.heading) or _crossed(run.last, item, plain)
        if under_new and item.number in (1, run.last.number + 1):
            run.goes_on = item.number != 1
        moved = under_new and not run.goes_on
        missing = _missing(item.number, run, moved)
        if missing is not None:
            yield item, run.last.label, missing
        if item.number == 1 and moved:
            run.seen = set()
        run.seen.add(item.number)
        run.last = item


def _sorted_anew(items: list[NumberedThing], headings: list[int]) -> set[str]:
    """Shapes that number problems by another paper's order: each of 1 to n once, stepping back only under a heading."""
    by_shape: dict[str, list[NumberedThing]] = {}
    for item in items:
        by_shape.setdefault(item.shape, []).append(item)
    return {
        shape
        for shape, own in by_shape.items()
        if not any(item.heading for item in own)
        and sorted(item.number for item in own) == list(range(1, len(own) + 1))
        and all(a.number < b.number or a.above != b.above or _crossed(a, b, headings) for a, b in pairwise(own))
    }


def _crossed(before: NumberedThing, item: NumberedThing, headings: list[int]) -> bool:
    """Whether a heading stands between two items (numbers may start again under it)."""
    return any(before.paragraph < heading <= item.paragraph for heading in headings)


def _missing(number: int, run: _Run, moved: bool) -> list[int] | None:
    """None: the number is in order; a list: the numbers that are skipped; empty: it is repeated."""
    last = run.last.number
    if number == last + 1 or (number == 1 and moved):
        return None
    if moved and number <= last:
        return list(range(1, number))
    if number > last + 1:
        return list(range(1, number)) if moved and number <= 3 else list(range(last + 1, number))
    return [] if number in run.seen else None


def _pair_breaks(paper: Paper) -> Iterator[tuple[NumberedThing, str, list[int]]]:
    """1-2 before 1-1 is an order by status; only what is missing or doubled in a group is a break."""
    groups: dict[str, dict[int, ProblemRow]] = {}
    for problem in paper.problems:
        match = _PAIR.search(view(problem.label))
        if match is None:
            continue
        seen = groups.setdefault(match[1], {})
        number = int(match[2])
        if number in seen:
            yield _pair_item(problem, number), seen[number].label, []
        seen[number] = problem
    for seen in groups.values():
        missing = [n for n in range(1, max(seen)) if n not in seen]
        if missing:
            after = min(n for n in seen if n > missing[0])
            before = seen.get(missing[0] - 1)
            yield _pair_item(seen[after], after), before.label if before else "", missing


def _pair_item(problem: ProblemRow, number: int) -> NumberedThing:
    paragraph = problem.paragraph or 0
    return NumberedThing("-", number, problem.label, problem, ("", "", ""), False, paragraph)
