"""The workbook `整改台账.xlsx`: tables in, sheets for people out, with what `zhenggai apply` needs to read them back.

Yellow columns are for people; every row carries its stable id and the values as they were written in
two hidden columns at the end.  Layout and cell rules are in `sheets.py`, figures in `overview.py`.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl.chart import BarChart, PieChart, Reference
from openpyxl.chart.series import DataPoint
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from pipeline.cases import Aliases, load_aliases, papers_of
from pipeline.labels import Labels, load_labels
from pipeline.model import Row, Tables
from pipeline.overview import (
    SEVERITIES,
    STATUSES,
    UNSTATED,
    by_check,
    by_document,
    figures,
    total,
    unit_name,
    units,
)
from pipeline.package import replace_file
from pipeline.recount import Recount, recount
from pipeline.sheets import Book, Column, Link, lay_out

KEY, BASE = "row_id", "base"
COLOURS = {"done": "C6E0B4", "basically_done": "DDEBF7", "in_progress": "FFE699", "not_done": "F8CBAD",
           "error": "F8CBAD", "warning": "FFE699", "info": "DDEBF7"}
CHART = {"done": "70AD47", "basically_done": "5B9BD5", "in_progress": "FFC000", "not_done": "ED7D31",
         UNSTATED: "A5A5A5"}


@dataclass(frozen=True, slots=True)
class Editable:
    """A sheet whose yellow columns come back: its table and which column is which field."""

    table: str
    fields: tuple[str, ...]


# sheet → what people may change there; review columns are filled from empty
EDITABLE: dict[str, Editable] = {
    "problems": Editable(
        "problems",
        ("school", "aspect", "category", "problem", "status", "long_term", "lead", "dept", "person", "deadline",
         "review_state", "review_note", "evidence"),
    ),
    "measures": Editable("measures", ("text",)),
    "claims": Editable("claims", ("value", "scope")),
    "findings": Editable("findings", ("review_state", "review_note")),
}


def row_identity(table: str, row: Row, position: int) -> str:
    """The stable id of a row: its own id, or document (and problem) with its number there."""
    if table == "problems":
        return str(row["problem_id"])
    if table == "findings":
        return str(row["finding_id"] or f"{row['doc_id']}:finding:{position}")
    if table == "measures":
        return f"{row['problem_id']}:{row['seq']}"
    return f"{row['doc_id']}:{table}:{position}"


def positions(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    """Each row with its number inside its document, from 1."""
    seen: dict[object, int] = {}
    out = []
    for row in rows:
        seen[row["doc_id"]] = seen.get(row["doc_id"], 0) + 1
        out.append((seen[row["doc_id"]], row))
    return out


def shown(field: str, value: object, labels: Labels) -> object:
    """A field's value as a cell shows it: labels for codes, real dates for full ISO dates."""
    if value is None:
        return None
    if field == "status":
        return labels.of("status", value)
    if field == "review_state":
        return labels.of("review", labels.of("finding_review", value))
    if field == "long_term":
        return labels.of("bool", "true" if value else "false")
    if field in ("deadline", "feedback_date", "issued_date", "inspected_from", "inspected_to"):
        return as_date(str(value)) or str(value)
    if isinstance(value, bool):
        return labels.of("bool", str(value).lower())
    return value


def as_date(text: str) -> datetime.date | None:
    """A full ISO date as a date; None for a month or anything else."""
    try:
        return datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def base_of(fields: Sequence[str], row: Row) -> str:
    """The fields' values as they were written, for the three-way comparison when the workbook comes back."""
    return json.dumps([row.get(field) for field in fields], ensure_ascii=False, separators=(",", ":"))


def write_workbook(tables: Tables, path: Path, rules_folder: Path, review_page: str = "") -> list[str]:
    """Write the workbook of a run and return what could not be shown as it is.

    `review_page` is the address of the review page, if one is running.  Raises OutputError.
    """
    labels = load_labels(rules_folder)
    book = Book()
    order = ("guide", "overview", "problems", "measures", "claims", "links", "findings", "unused", "failed",
             "documents")
    sheets = {name: book.sheet(labels.of("sheet", name), _TABS.get(name, "")) for name in order}
    context = _Context(tables, labels, book, sheets, load_aliases(rules_folder))
    if tables.get("conflicts"):
        sheets["conflicts"] = book.sheet(labels.of("sheet", "conflicts"), "C00000")
        _conflicts(context)
    places = _problems(context)
    _measures(context, places)
    _claims(context)
    _links(context, places)
    _findings(context, places)
    _unused(context)
    _documents(context)
    _overview(context)
    _guide(context, review_page)
    written = replace_file(path, book.content())
    if written != path:
        book.warnings.append(f"“{path.name}”正被其他程序打开，已另存为“{written.name}”")
    return list(dict.fromkeys(book.warnings))


_TABS = {"overview": "3B5B7F", "problems": "70AD47", "measures": "70AD47", "claims": "5B9BD5", "links": "5B9BD5",
         "findings": "C00000", "failed": "C00000"}


class _Context:
    """What every sheet needs: the tables, the labels, the book, and look-ups by document and problem."""

    def __init__(
        self, tables: Tables, labels: Labels, book: Book, sheets: Mapping[str, object], aliases: Aliases
    ) -> None:
        self.aliases = aliases
        self.tables, self.labels, self.book, self.sheets = tables, labels, book, sheets
        self.documents = {str(row["doc_id"]): row for row in tables.get("documents", ())}
        self.units = {str(row["doc_id"]): unit for unit, rows in units(tables).items() for row in rows}
        self.problems = {str(row["problem_id"]): row for row in tables.get("problems", ())}

    def heading(self, table: str, column: str) -> str:
        return self.labels.column(table, column)

    def column(self, table: str, key: str, width: float, style: str = "text", **more: object) -> Column:
        return Column(key, self.heading(table, key), width, style, **more)  # type: ignore[arg-type]

    def hidden(self) -> list[Column]:
        return [Column(KEY, self.heading("", "row"), 4, "text", hidden=True),
                Column(BASE, self.heading("", "was"), 4, "text", hidden=True)]

    def unit(self, doc_id: object) -> str:
        document = self.documents.get(str(doc_id))
        return self.units.get(str(doc_id)) or (unit_name(document) if document else str(doc_id or ""))

    def kind(self, doc_id: object) -> str:
        document = self.documents.get(str(doc_id))
        return self.labels.of("kind", document["kind"]) if document else ""

    def write(self, sheet: str, columns: Sequence[Column], rows: Iterable[Sequence[object]], identity: int = 0) -> int:
        self.last, self.starts = self.book.table(self.sheets[sheet], columns, rows, identity)
        return self.last


def _problems(context: _Context) -> dict[str, str]:
    """The sheet of problems; returns where each problem stands, for links from other sheets."""
    labels, fields = context.labels, EDITABLE["problems"].fields
    yes_no = (labels.of("bool", "true"), labels.of("bool", "false"))
    statuses = tuple(labels.of("status", code) for code in STATUSES)
    column = context.column
    columns = [
        column("problems", "unit", 18), column("problems", "kind", 12, "centre"),
        column("problems", "seq", 6, "centre"),
        column("problems", "label", 9, "centre"), column("problems", "school", 14, "fill"),
        column("problems", "aspect", 20, "fill"), column("problems", "category", 20, "fill"),
        column("problems", "problem", 46, "fill"), column("problems", "status", 10, "fill", choices=statuses),
        column("problems", "status_text", 16), column("problems", "long_term", 8, "fill", choices=yes_no),
        column("problems", "lead", 12, "fill"), column("problems", "dept", 12, "fill"),
        column("problems", "person", 12, "fill"), column("problems", "deadline", 12, "fill_date"),
        column("problems", "deadline_text", 14), column("problems", "measures_count", 8, "number"),
        column("amounts", "value", 14, "money"), column("amounts", "text", 16),
        column("problems", "review_state", 11, "fill", choices=tuple(labels.all("review"))),
        column("problems", "review_note", 24, "fill", choices=tuple(labels.all("review_note")), strict=False),
        column("problems", "evidence", 20, "fill"), column("problems", "file", 20),
        column("problems", "paragraph", 7, "centre"), *context.hidden(),
    ]
    counts: dict[object, int] = {}
    for row in context.tables.get("measures", ()):
        counts[row["problem_id"]] = counts.get(row["problem_id"], 0) + 1
    amounts: dict[object, list[Row]] = {}
    for row in context.tables.get("amounts", ()):
        amounts.setdefault(row["problem_id"], []).append(row)
    order = [row for rows in by_document(context.tables, "problems").values() for row in rows]

    def line(row: Row) -> list[object]:
        money = [a for a in amounts.get(row["problem_id"], ()) if a["value"] is not None]
        document = context.documents.get(str(row["doc_id"]), {})
        value: Callable[[str], object] = lambda name: shown(name, row.get(name), labels)  # noqa: E731
        return [
            context.unit(row["doc_id"]), context.kind(row["doc_id"]), row["seq"], row["label"], value("school"),
            value("aspect"), value("category"), value("problem"), value("status"), row["status_text"],
            value("long_term"), value("lead"), value("dept"), value("person"), value("deadline"),
            row["deadline_text"], counts.get(row["problem_id"], 0),
            max((float(str(a["value"])) for a in money), default=None),
            "；".join(dict.fromkeys(str(a["text"]) for a in money)) or None, value("review_state"),
            value("review_note"), value("evidence"), document.get("file"), row["paragraph"],
            str(row["problem_id"]), base_of(fields, row),
        ]

    rows = context.write("problems", columns, (line(row) for row in order), len(columns) - 2)
    sheet = context.sheets["problems"]
    letter = {c.key: get_column_letter(at) for at, c in enumerate(columns, 1)}
    _colour(sheet, letter["status"], rows, {labels.of("status", s): COLOURS[s] for s in STATUSES})
    done = labels.of("status", "done")
    late = f"AND(ISNUMBER({letter['deadline']}2),{letter['deadline']}2<TODAY(),{letter['status']}2<>\"{done}\")"
    _rule(sheet, f"{letter['deadline']}2:{letter['deadline']}{rows}", late, COLOURS["not_done"])
    title = labels.of("sheet", "problems")
    return {str(row["problem_id"]): f"'{title}'!{letter['problem']}{at}"
            for at, row in zip(context.starts, order, strict=True)}


def _measures(context: _Context, places: Mapping[str, str]) -> None:
    column, fields = context.column, EDITABLE["measures"].fields
    columns = [
        column("measures", "unit", 18), column("measures", "kind", 12, "centre"), column("measures", "problem", 36),
        column("measures", "status", 10, "centre"), column("measures", "seq", 6, "centre"),
        column("measures", "label", 8, "centre"), column("measures", "headline", 20),
        column("measures", "text", 80, "fill"), column("measures", "paragraph", 7, "centre"), *context.hidden(),
    ]

    def line(row: Row) -> list[object]:
        problem = context.problems.get(str(row["problem_id"]), {})
        return [
            context.unit(row["doc_id"]), context.kind(row["doc_id"]), problem.get("problem"),
            shown("status", problem.get("status"), context.labels), row["seq"], row["label"], row["headline"],
            row["text"], row["paragraph"], row_identity("measures", row, 0), base_of(fields, row),
        ]

    rows = context.write("measures", columns, map(line, context.tables.get("measures", ())), len(columns) - 2)
    _colour(context.sheets["measures"], "D", rows, {context.labels.of("status", s): COLOURS[s] for s in STATUSES})


def _claims(context: _Context) -> None:
    """What documents say about themselves, beside what their own tables add up to."""
    column, labels, fields = context.column, context.labels, EDITABLE["claims"].fields
    columns = [
        column("claims", "file", 22), column("findings", "unit", 18), column("claims", "metric", 16),
        column("claims", "value", 14, "fill"), column("claims", "unit", 9, "centre"),
        column("claims", "recount", 12, "number"), column("claims", "agrees", 10, "centre"),
        column("claims", "scope", 18, "fill"), column("claims", "part_of", 14), column("claims", "text", 36),
        column("claims", "paragraph", 7, "centre"), *context.hidden(),
    ]
    counted = {
        id(entry.claim): entry for paper in papers_of(context.tables, context.aliases) for entry in recount(paper)
    }

    def line(entry: tuple[int, Row]) -> list[object]:
        position, row = entry
        doc_id = str(row["doc_id"])
        said, same = _recounted(counted.get(id(row)))
        return [
            context.documents.get(doc_id, {}).get("file"), context.unit(doc_id), labels.of("metric", row["metric"]),
            row["value"], row["unit"], said, same, row["scope"], labels.of("metric", row["part_of"]) or None,
            row["text"], row["paragraph"], row_identity("claims", row, position), base_of(fields, row),
        ]

    rows = context.write("claims", columns, map(line, positions(context.tables.get("claims", []))), len(columns) - 2)
    _colour(context.sheets["claims"], "G", rows,
            {"一致": COLOURS["done"], "不一致": COLOURS["not_done"], "请核对": COLOURS["warning"]})


def _recounted(entry: Recount | None) -> tuple[object, str | None]:
    """The recount as a number, or as a range in words, and whether the claim agrees with it."""
    if entry is None or entry.agrees is None:
        return None, None
    number = entry.low if entry.low == entry.high else entry.expected
    return number, "一致" if entry.agrees else "不一致" if entry.verdict else "请核对"


def _links(context: _Context, places: Mapping[str, str]) -> None:
    column = context.column
    columns = [
        column("links", "case_id", 18), column("links", "feedback_problem", 50),
        column("links", "bulletin_problem", 50),
        column("links", "score", 9, "number"), column("links", "doubtful", 8, "centre"), column("links", "method", 12),
        column("links", "shared", 24), column("links", "runner_up", 30), column("links", "margin", 10, "number"),
        Column("feedback_id", context.heading("links", "feedback_problem_id"), 10, hidden=True),
        Column("bulletin_id", context.heading("links", "bulletin_problem_id"), 10, hidden=True),
    ]
    cases = {str(row["case_id"]): row["unit"] for row in context.tables.get("cases", ())}

    def text(problem_id: object) -> object:
        problem = context.problems.get(str(problem_id))
        if problem is None:
            return None
        place = places.get(str(problem_id))
        return Link(str(problem["problem"] or ""), place) if place else problem["problem"]

    def line(row: Row) -> list[object]:
        runner_up = context.problems.get(str(row["runner_up"]), {})
        return [
            cases.get(str(row["case_id"])) or row["case_id"], text(row["feedback_problem_id"]),
            text(row["bulletin_problem_id"]), row["score"], shown("doubtful", row["doubtful"], context.labels),
            row["method"], row["shared"], runner_up.get("problem"), row["margin"], row["feedback_problem_id"],
            row["bulletin_problem_id"],
        ]

    rows = context.write("links", columns, map(line, context.tables.get("links", ())))
    _colour(context.sheets["links"], "E", rows, {context.labels.of("bool", "true"): COLOURS["warning"]})


def _findings(context: _Context, places: Mapping[str, str]) -> None:
    column, labels, fields = context.column, context.labels, EDITABLE["findings"].fields
    columns = [
        column("findings", "severity", 8, "centre"), column("findings", "unit", 18), column("findings", "check", 18),
        column("findings", "message", 44), column("findings", "expected", 16), column("findings", "actual", 16),
        column("findings", "quote", 36), column("findings", "other_quote", 36), column("findings", "suggestion", 32),
        column("findings", "problem", 32), column("findings", "file", 20), column("findings", "paragraph", 7, "centre"),
        column("findings", "review_state", 11, "fill", choices=tuple(labels.all("finding_review"))),
        column("findings", "review_note", 24, "fill"), column("findings", "waived", 16), *context.hidden(),
    ]
    rank = {name: at for at, name in enumerate(SEVERITIES)}
    entries = sorted(positions(context.tables.get("findings", [])), key=lambda e: rank.get(str(e[1]["severity"]), 9))

    def line(entry: tuple[int, Row]) -> list[object]:
        position, row = entry
        problem = context.problems.get(str(row["problem_id"]))
        place = places.get(str(row["problem_id"]))
        link = Link(str(problem["problem"] or ""), place) if problem and place else None
        return [
            labels.of("severity", row["severity"]), row["unit"] or context.unit(row["doc_id"]),
            labels.of("check", row["check"]), row["message"], row["expected"], row["actual"], row["quote"],
            row["other_quote"], row["suggestion"], link, context.documents.get(str(row["doc_id"]), {}).get("file"),
            row["paragraph"], shown("review_state", row.get("review_state"), labels), row.get("review_note"),
            row["waived"], row_identity("findings", row, position), base_of(fields, row),
        ]

    rows = context.write("findings", columns, map(line, entries), len(columns) - 2)
    _colour(context.sheets["findings"], "A", rows, {labels.of("severity", s): COLOURS[s] for s in SEVERITIES})


def _unused(context: _Context) -> None:
    columns = [context.column("unused", "file", 26), context.column("findings", "unit", 20),
               context.column("unused", "text", 90), context.column("unused", "paragraph", 8, "centre")]
    context.write("unused", columns, (
        [context.documents.get(str(row["doc_id"]), {}).get("file"), context.unit(row["doc_id"]), row["text"],
         row["paragraph"]]
        for row in context.tables.get("unused", ())
    ))


def _documents(context: _Context) -> None:
    """All documents, and on a sheet of their own those that could not be read."""
    labels, dates = context.labels, ("inspected_from", "inspected_to", "feedback_date", "issued_date")
    wide = {"file": 30, "title": 36, "unit": 24, "message": 40, "inspector": 16, "warnings": 24, "contact": 30}
    skip = {"doc_id", "sha256", "coverage", "unused_share", "short_name", "encoding"}
    names = [name for name in context.tables["documents"][0] if name not in skip] if context.documents else ["file"]
    columns = [context.column("documents", n, wide.get(n, 13), "date" if n in dates else "text") for n in names]

    def line(row: Row) -> list[object]:
        return [
            labels.of(n, row[n]) or None if n in ("kind", "state") else shown(n, row[n], labels) for n in names
        ]

    rows = context.tables.get("documents", [])
    context.write("documents", columns, map(line, rows))
    failed = [context.column("documents", n, w) for n, w in
              (("file", 44), ("state", 14), ("error", 22), ("message", 70))]
    context.write("failed", failed, (
        [row["file"], labels.of("state", row["state"]), row["error"], row["message"]]
        for row in rows if row["state"] in ("quarantined", "skipped")
    ))


def _conflicts(context: _Context) -> None:
    keys = ("file", "table", "row", "field", "was", "now", "human", "by", "when")
    columns = [Column(k, context.heading("", k) if k != "table" else "表", 20 if k in ("was", "now", "human") else 14)
               for k in keys]
    context.write("conflicts", columns, (
        [row.get(k) if k != "field" else context.heading(str(row.get("table")), str(row.get(k))) for k in keys]
        for row in context.tables["conflicts"]
    ))


def _colour(sheet: object, letter: str, rows: int, colours: Mapping[str, str]) -> None:
    for text, colour in colours.items():
        _rule(sheet, f"{letter}2:{letter}{max(rows, 2)}", f'{letter}2="{text}"', colour)


def _rule(sheet: object, where: str, formula: str, colour: str) -> None:
    fill = PatternFill("solid", start_color=colour, end_color=colour, bgColor=colour)
    sheet.conditional_formatting.add(where, FormulaRule(formula=[formula], fill=fill))  # type: ignore[attr-defined]


def _overview(context: _Context) -> None:
    """Figures by unit and by check, each with its chart."""
    labels, book, sheet = context.labels, context.book, context.sheets["overview"]
    status_names = [labels.of("status", s) for s in (*STATUSES, UNSTATED)]
    head = ["单位", "材料", "问题", "措施", *status_names, labels.column("problems", "long_term"), "完成率",
            *(labels.of("severity", s) for s in SEVERITIES)]
    lay_out(sheet, [Column("", "", 32 if at == 0 else 10.5) for at in range(len(head))], freeze="A4")
    entries = figures(context.tables)
    together = total(entries, "合计")
    states: dict[object, int] = {}
    for row in context.tables.get("documents", ()):
        states[row["state"]] = states.get(row["state"], 0) + 1
    cell = book.cell

    def put(values: Sequence[object], styles: Sequence[str]) -> None:
        sheet.append([cell(sheet, v, s) for v, s in zip(values, styles, strict=True)])  # type: ignore[attr-defined]

    def line(entry: object, style: str, share: str) -> None:
        put([entry.unit, entry.documents, entry.problems, entry.measures,  # type: ignore[attr-defined]
             *(entry.statuses[s] for s in (*STATUSES, UNSTATED)), entry.long_term, entry.rate,  # type: ignore[attr-defined]
             *(entry.severities[s] for s in SEVERITIES)],  # type: ignore[attr-defined]
            [style] * (len(head) - 4) + [share] + [style] * 3)

    sheet.row_dimensions[1].height = 26  # type: ignore[attr-defined]
    put(["总览"], ["heading"])
    state_text = "，".join(f"{labels.of('state', s)} {n} 份" for s, n in states.items() if s)
    put([f"材料：{state_text or '无'}；完成率＝已完成问题数÷问题总数"], ["plain"])
    put(head, ["header"] * len(head))
    for entry in entries:
        line(entry, "text", "share")
    line(together, "total", "total_share")
    last = 3 + len(entries)
    put([None], ["plain"])
    start = last + 3
    put(["检查项", *(labels.of("severity", s) for s in SEVERITIES), "合计"], ["header"] * 5)
    checks = by_check(context.tables)
    for name, counts in checks.items():
        put([labels.of("check", name), *(counts[s] for s in SEVERITIES), counts.total()], ["text"] * 5)
    if not checks:
        put(["没有核对发现", None, None, None, None], ["text"] * 5)
    bottom = start + max(len(checks), 1) + 2
    if together.problems:
        _charts(sheet, last, bottom, len(entries))


def _charts(sheet: object, last: int, bottom: int, count: int) -> None:
    """Native charts of the statuses: by unit (at most 30, more can't be read) and together."""
    bar = BarChart()
    bar.type, bar.grouping, bar.overlap, bar.title = "bar", "stacked", 100, "各单位整改状态"
    bar.height, bar.width = min(7 + 0.6 * min(count, 30), 24), 20
    shown_to = min(last, 3 + 30)
    bar.add_data(Reference(sheet, min_col=5, max_col=9, min_row=3, max_row=shown_to), titles_from_data=True)
    bar.set_categories(Reference(sheet, min_col=1, min_row=4, max_row=shown_to))
    bar.y_axis.delete = bar.x_axis.delete = False
    bar.x_axis.scaling.orientation = "maxMin"
    for series, status in zip(bar.series, (*STATUSES, UNSTATED), strict=True):
        series.graphicalProperties.solidFill = CHART[status]
    sheet.add_chart(bar, f"A{bottom}")  # type: ignore[attr-defined]
    pie = PieChart()
    pie.title, pie.height, pie.width = "整改状态构成", 8, 11
    pie.add_data(Reference(sheet, min_col=5, max_col=9, min_row=last + 1), from_rows=True, titles_from_data=False)
    pie.set_categories(Reference(sheet, min_col=5, max_col=9, min_row=3))
    for at, status in enumerate((*STATUSES, UNSTATED)):
        point = DataPoint(idx=at)
        point.graphicalProperties.solidFill = CHART[status]
        pie.series[0].dPt.append(point)
    sheet.add_chart(pie, f"I{bottom}")  # type: ignore[attr-defined]


_GUIDE = {
    "overview": "各单位的问题数、措施数、整改状态和核对发现，附图表",
    "problems": "每行一个问题；浅黄色的列可以更正或填写",
    "measures": "每行一条整改措施；“整改措施”一列可以更正",
    "claims": "文中自己说的数，与按本表重新清点的数并列",
    "links": "反馈意见的每个问题与答复材料的哪个问题对应",
    "findings": "核对发现的问题、原文摘录和处理建议；请在“审核状态”里选属实或不成立",
    "unused": "没有归入任何表的原文，供检查是否漏读",
    "failed": "没能读取的文件、原因和处理办法",
    "documents": "每份材料的基本信息",
    "conflicts": "人工更正之后，重新解析的结果又变了：请逐项确认",
}


def _guide(context: _Context, review_page: str) -> None:
    """How to work with the workbook, with a link to each sheet."""
    labels, book, sheet = context.labels, context.book, context.sheets["guide"]
    lay_out(sheet, [Column("", "", 18), Column("", "", 96)], landscape=False, freeze="A2")

    def put(first: object, second: object = None, style: str = "plain") -> None:
        sheet.append([  # type: ignore[attr-defined]
            book.cell(sheet, first, "plain_link" if isinstance(first, Link) else style),
            book.cell(sheet, second, "plain_link" if isinstance(second, Link) else "plain"),
        ])

    sheet.row_dimensions[1].height = 26  # type: ignore[attr-defined]
    put("整改台账", style="heading")
    put("工作表", style="section")
    for name in context.sheets:
        if name != "guide":
            title = labels.of("sheet", name)
            put(Link(title, f"'{title}'!A1"), _GUIDE[name])
    if review_page:
        put("核对网页", review_page)
    put("怎样更正", style="section")
    for number, text in enumerate((
        "浅黄色的列可以直接改；其他列由程序生成，改了也不会读回。",
        "要删去一行，删除整行；要增加一个问题，在“问题”表末尾另起一行，单位写法与上面相同。",
        "日期写成 2025-06-30；只有月份时写成 2025-06。整改状态、长期坚持请从下拉列表中选择。",
        "不要移动、删除列，也不要改表头；最右边隐藏的两列是行标识，请勿改动。",
        "改完保存，运行 zhenggai apply 整改台账.xlsx；下一次运行、核对和出文书都会采用更正。",
        "以后重新解析时，人工更正优先；原文又变了的，列在“更正冲突”表里，不会覆盖更正。",
    ), 1):
        put(f"{number}.", text)
