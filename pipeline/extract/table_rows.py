"""Tables → problems: which column is which field, and each row a problem."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core import values
from pipeline.core.model import Document, Fact, Span
from pipeline.extract.duties import assign, read_fields
from pipeline.extract.found import Measure, Problem, fact, set_status, trimmed
from pipeline.extract.items import sentence_end
from pipeline.extract.marks import find_marks
from pipeline.ruleset.rule import Rule, Rules

_HEADER_ROWS = 4  # rows in which headings are looked for
_FIELDS = ("lead", "dept", "person", "deadline")
_TICK = "tick"  # a column that is headed by a status
_PAIRS = ("dept person", "lead person", "lead dept")  # one column for two fields


Grid = dict[tuple[int, int], int]  # row and column → the cell's block


@dataclass(frozen=True, slots=True)
class Table:
    """One table's cells by row and column (block numbers), and the field of each column."""

    cells: Grid
    rows: tuple[int, ...]  # the rows below the headings
    fields: dict[int, str]
    headings: dict[int, tuple[int, str]]  # column → the heading's block and the rule that named it


def read_grids(document: Document) -> dict[int, Grid]:
    """Table number → the blocks of its cells by row and column."""
    grids: dict[int, Grid] = {}
    for i, block in enumerate(document.blocks):
        if block.kind == "cell":
            grids.setdefault(block.table, {})[block.row, block.column] = i
    return grids


def read_tables(grids: Mapping[int, Grid], views: Sequence[str], rules: Rules) -> list[Table]:
    """All tables whose headings name a problem column, in reading order."""
    found: list[Table] = []
    for number in sorted(grids):
        table = _headed(grids[number], views, rules)
        if table is not None:
            found.append(table)
        elif found and _continues(grids[number], found[-1]):
            found.append(
                Table(grids[number], tuple(sorted({r for r, _ in grids[number]})), found[-1].fields, found[-1].headings)
            )
    return found


def _continues(grid: Grid, before: Table) -> bool:
    """A table of the same width without headings goes on with the one before it (a page break)."""
    return {c for _, c in grid} == {c for _, c in before.cells}


def _headed(grid: Grid, views: Sequence[str], rules: Rules) -> Table | None:
    rows = sorted({row for row, _ in grid})
    best: tuple[int, dict[int, str], dict[int, tuple[int, str]]] | None = None
    for row in rows[:_HEADER_ROWS]:
        fields, named = _columns(grid, row, views, rules, rows_above=2)
        if len(fields) < 2 or not {"problem", "seq"} & set(fields.values()):
            continue
        if best is None or len(set(fields.values()) - {_TICK}) > len(set(best[1].values()) - {_TICK}):
            best = (row, fields, named)
    if best is None:
        return None
    row, fields, named = best
    return Table(grid, tuple(r for r in rows if r > row), fields, named)


def _columns(
    grid: Grid, row: int, views: Sequence[str], rules: Rules, rows_above: int = 0
) -> tuple[dict[int, str], dict[int, tuple[int, str]]]:
    """Column → field by exact heading; a heading of two lines may be split over this row and those above."""
    fields: dict[int, str] = {}
    named: dict[int, tuple[int, str]] = {}
    for (r, column), i in grid.items():
        if r != row:
            continue
        above = [grid[k, column] for k in range(max(0, row - rows_above), row) if (k, column) in grid]
        for cell in (i, *reversed(above)):
            heading = _heading(views[cell])
            rule = _field_of(heading, rules)
            status = rules.at("status", heading) if rule is None else None
            if rule is not None:
                fields[column], named[column] = rule.value, (cell, rule.id)
                break
            if status is not None and status.end == len(heading):  # 已完成｜正在整改｜未完成, ticked in one of them
                fields[column], named[column] = _TICK, (cell, status.rule.id)
                break
    taken: dict[str, int] = {}
    for column in sorted(fields):
        name = fields[column]
        if name == _TICK:
            continue
        if name in taken:  # 问题 | 具体问题: the first groups, the second is the problem
            if name == "problem" and "category" not in fields.values():
                fields[taken[name]] = "category"
            else:
                fields[column] = "note"
                continue
        taken[name] = column
    return fields, named


def _heading(text: str) -> str:
    return re.sub(r"[\s（）()：]", "", text)


def _field_of(heading: str, rules: Rules) -> Rule | None:
    """The rule that knows a column's heading: by its words, else by their likeness."""
    rule = next((rule for rule in rules.of("column") if heading in rule.words), None)
    if rule is not None:
        return rule
    like = rules.at("column_like", heading)
    return like.rule if like is not None else None


def read_cards(document: Document, views: Sequence[str], grids: Mapping[int, Grid], rules: Rules) -> list[Problem]:
    """One problem for each small table of names and values (一题一表: 反馈问题｜…, 整改措施｜…, 责任人｜…)."""
    problems: list[Problem] = []
    for grid in grids.values():
        cells: dict[str, int | None] = {}
        for row in sorted({r for r, _ in grid}):
            line = [grid[row, c] for c in sorted(c for r, c in grid if r == row)]
            line = [i for i in line if not document.blocks[i].merged or document.blocks[i].column == 0]
            for name, value in zip(line[::2], line[1::2], strict=False):
                rule = _field_of(_heading(views[name]), rules)
                if rule is not None and _field_of(_heading(views[value]), rules) is None:
                    cells.setdefault(rule.value, value)
        i = cells.get("problem")
        if i is None or not views[i].strip() or not {"measures", *_FIELDS, "progress"} & set(cells):
            continue
        problems.append(_row(document, views, cells, rules))
    for problem in problems:
        read_fields(document, views, problem, rules)
    return problems


def _column_of(table: Table) -> dict[str, int]:
    """Field → its column; 整改任务 stands in for measures and 整改成效 for progress where there is nothing better."""
    column = {name: c for c, name in sorted(table.fields.items(), reverse=True)}
    for name, other in (("measures", "task"), ("progress", "effect")):
        if other in column and name not in column:
            column[name] = column[other]
    return column


def read_rows(document: Document, views: Sequence[str], table: Table, rules: Rules) -> list[Problem]:
    """One problem for each row that states one; an empty cell under a grouping column carries the value above."""
    column = _column_of(table)
    carried: dict[str, int] = {}
    headed: set[str] = set()
    problems: list[Problem] = []
    for row in table.rows:
        cells = {name: table.cells.get((row, c)) for name, c in column.items()}
        for name in ("aspect", "category", "school"):
            if name in carried and (name not in column or name in headed):
                cells[name] = carried[name]
                continue
            if name in column:
                i = cells.get(name)
                if i is not None and views[i].strip():
                    carried[name] = i
                elif name in carried:
                    cells[name] = carried[name]
        if any(rules.at("total_row", views[i]) for (r, _), i in table.cells.items() if r == row):
            continue
        heading = _heading_row(document, views, table, row)
        if heading is not None:
            carried["aspect"] = heading
            headed.add("aspect")  # 一、…方面 over the rows says more than a column 类型
            continue
        i = cells.get("problem")
        if (
            i is None
            or not views[i].strip()
            or (document.blocks[i].merged and problems and _same_row(document, problems[-1], i))
        ):
            if problems:
                _continue(document, views, problems[-1], cells, rules)
                problems[-1].region += [
                    Span(j, 0, len(views[j]))
                    for j in table.cells.values()
                    if document.blocks[j].row == row and not document.blocks[j].merged and views[j].strip()
                ]
            continue
        if sum(bool(views[j].strip()) for j in cells.values() if j is not None) < 2 or _repeats_heading(
            table, row, views, rules
        ):
            continue
        problems.append(_row(document, views, cells, rules))
        _ticked(document, views, table, row, problems[-1], rules)
    for problem in problems:  # 包抓：甲　承办：教务处 in whatever column
        read_fields(document, views, problem, rules)
    return problems


def _ticked(
    document: Document, views: Sequence[str], table: Table, row: int, problem: Problem, rules: Rules
) -> None:
    """The status over the column in which a row is ticked."""
    for column in (c for c, field in table.fields.items() if field == _TICK):
        i = table.cells.get((row, column))
        status = rules.at("status", _heading(views[table.headings[column][0]]))
        if i is None or status is None or rules.at("tick", views[i]) is None or problem.status is not None:
            continue
        place = trimmed(document, Span(i, 0, len(views[i])))
        set_status(document, problem, status, place)
        problem.region.append(place)


def _heading_row(document: Document, views: Sequence[str], table: Table, row: int) -> int | None:
    """A row of one text over the whole width (一、…方面（4个）): it names the aspect of the rows below."""
    filled = [i for (r, _), i in table.cells.items() if r == row and views[i].strip()]
    texts = {views[i].strip() for i in filled}
    return filled[0] if len(texts) == 1 and len(table.fields) >= 3 else None


def join_rows(document: Document, views: Sequence[str], table: Table, problems: list[Problem], rules: Rules) -> None:
    """A list without problems (任务清单, 责任清单) belongs to the problems of the same number."""
    column = _column_of(table)
    by_label = {problem.label: problem for problem in reversed(problems)}
    by_number = {_digits(problem.label): problem for problem in reversed(problems)}  # 问3： and 3
    for row in table.rows:
        cells = {name: table.cells.get((row, c)) for name, c in column.items()}
        seq = cells.get("seq")
        label = document.blocks[seq].text.strip() if seq is not None else ""
        problem = by_label.get(label) or (by_number.get(label) if len(by_number) == len(problems) else None)
        if problem is not None:
            _continue(document, views, problem, cells, rules)
            problem.region += [Span(j, 0, len(views[j])) for j in cells.values() if j is not None and views[j].strip()]


def _digits(label: str) -> str:
    return "".join(char for char in label if char.isdigit())


def _repeats_heading(table: Table, row: int, views: Sequence[str], rules: Rules) -> bool:
    fields, _ = _columns(table.cells, row, views, rules)
    return "problem" in fields.values() and len(fields) > 2


def _same_row(document: Document, problem: Problem, i: int) -> bool:
    """A merged problem cell carried down: several rows of measures for one problem."""
    assert problem.problem is not None
    return document.blocks[problem.problem.span.block].text == document.blocks[i].text


def _row(document: Document, views: Sequence[str], cells: dict[str, int | None], rules: Rules) -> Problem:
    problem = Problem()
    seq = cells.get("seq")
    if seq is not None and views[seq].strip():
        problem.label, problem.label_span = document.blocks[seq].text.strip(), Span(seq, 0, len(views[seq]))
    for name in ("school", "aspect", "category"):
        i = cells.get(name)
        if i is not None and views[i].strip():
            setattr(problem, name, _cell(document, views, i, name, rules, f"column.{name}"))
    if problem.school is not None:
        problem.aspect, problem.category = problem.school, problem.aspect
    if problem.aspect is None and problem.category is not None:
        problem.aspect, problem.category = problem.category, None
    i = cells["problem"]
    assert i is not None
    problem.problem = _cell(document, views, i, "problem", rules, "column.problem")
    problem.region = [Span(j, 0, len(views[j])) for j in cells.values() if j is not None and views[j].strip()]
    _continue(document, views, problem, cells, rules)
    return problem


def _cell(document: Document, views: Sequence[str], i: int, name: str, rules: Rules, rule: str) -> Fact:
    """A cell's text without its own number and frame."""
    view = views[i]
    start = len(view) - len(view.lstrip())
    label = rules.at("label", view, start)
    if label is not None and label.end < len(view):
        start = label.end
    hit = rules.at("frame", view, start)
    if hit is not None and (hit.end >= len(view.rstrip("。；， ")) or (name != "problem" and view[hit.end] == "（")):
        return fact(document, name, trimmed(document, Span(i, hit.value_start, hit.value_end)), hit.rule.id)
    return fact(document, name, trimmed(document, Span(i, start, len(view))), rule)


def _continue(
    document: Document, views: Sequence[str], problem: Problem, cells: dict[str, int | None], rules: Rules
) -> None:
    """Measures, progress and responsibility of one row; a further row of the same problem adds measures."""
    i = cells.get("measures")
    if i is not None and views[i].strip() and not (document.blocks[i].merged and problem.measures):
        problem.measures += cell_measures(document, views, i, rules)
        problem.rectification.append(Span(i, 0, len(views[i])))
    i = cells.get("progress")
    if i is not None and views[i].strip() and problem.status is None:
        _progress(document, views, i, problem, "measures" in cells, rules)
    i = cells.get("remark")
    if i is not None and views[i].strip():
        problem.rectification.append(Span(i, 0, len(views[i])))
    for name in (*_FIELDS, *_PAIRS):
        i = cells.get(name)
        if i is not None and views[i].strip() and rules.first("responsibility", views[i]) is None:
            place = trimmed(document, Span(i, 0, len(views[i])))
            assign(document, problem, name.split(), place, f"column.{name.replace(' ', '_')}", rules)


def _progress(
    document: Document, views: Sequence[str], i: int, problem: Problem, has_measures: bool, rules: Rules
) -> None:
    view = views[i]
    start = len(view) - len(view.lstrip())
    hit = rules.at("status", view, start) or rules.at("progress_share", view, start)
    tick = rules.at("tick", view) if hit is None else None
    if tick is not None:
        set_status(document, problem, tick, trimmed(document, Span(i, 0, len(view))))
        return
    if hit is None:
        hit = next((h for h in (rules.at("status", view, at) for at in _clause_starts(view)) if h is not None), None)
    if hit is not None:
        set_status(document, problem, hit, Span(i, hit.value_start, hit.value_end))
    problem.rectification.append(Span(i, 0, len(view)))
    if not has_measures and (hit is None or hit.end < len(view.rstrip("。； "))):
        begin = hit.end if hit is not None and hit.start <= start else start
        problem.measures += cell_measures(document, views, i, rules, begin)


def _clause_starts(view: str) -> list[int]:
    return [k + 1 for k, char in enumerate(view) if char in "。；，（\n"]


def cell_measures(document: Document, views: Sequence[str], i: int, rules: Rules, start: int = 0) -> list[Measure]:
    """The measures in a cell: by its enumerators (1. ① 一是), else one for each line."""
    view = views[i]
    marks = [
        m
        for m in find_marks(document.blocks, views, [i], rules)
        if m.end > start and m.scheme not in ("break", "aside")
    ]
    found: list[Measure] = []
    if marks:
        first = marks[0].scheme.rstrip("+'")
        marks = [m for m in marks if m.scheme.rstrip("+'") == first]
        for k, mark in enumerate(marks):
            end = marks[k + 1].start if k + 1 < len(marks) else len(view)
            found += _one(document, views, Span(i, mark.end, end), mark.text, mark.rule)
        return found
    at = start
    for line in view[start:].split("\n"):
        label = rules.at("measure_label", view, at)
        begin = label.end if label is not None and label.end < at + len(line) else at
        rule = label.rule.id if label is not None else "measure.paragraph"
        found += _one(document, views, Span(i, begin, at + len(line)), view[at:begin].strip(), rule)
        at += len(line) + 1
    return found


def _one(document: Document, views: Sequence[str], span: Span, label: str, rule: str) -> list[Measure]:
    place = trimmed(document, span)
    if place.end <= place.start:
        return []
    text = document.text(place)
    cut = sentence_end(values.view(text))
    headline = text[:cut] if 0 < cut <= 40 and cut < len(text) - 1 else ""
    return [Measure(fact(document, "measure", place, rule), label, headline)]
