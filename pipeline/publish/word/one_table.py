"""Documents that are one table: 问题清单, 任务清单, 责任清单, 整改台账, 对账销号表."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import DocumentRow
from pipeline.core.vocabulary import ANSWERS, Kind
from pipeline.publish.overview import main_document
from pipeline.publish.word.content import Report, TemplateValues, WordSource, answering, context_of
from pipeline.publish.word.own_words import printed
from pipeline.publish.word.pieces import ANSWER, PROBLEM, pieces_of
from pipeline.publish.word.rebuilt import plain
from pipeline.publish.word.table_rows import item_fields, own_columns, table_row
from pipeline.publish.word.typography import chinese_date, gives_date


def problem_list(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """All problems of a unit with their grouping, from the feedback where there is one."""
    feedback = [row for row in documents if row.kind == Kind.FEEDBACK and source.problems.get(row.doc_id)]
    main = feedback[-1] if feedback else main_document(documents)
    return _list(source, unit, main, "problem_list") if main else []


def task_list(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """Each problem with what is to be done and by when."""
    return _list(source, unit, _planned(source, documents), "task_list", _over_papers(source, documents))


def duty_list(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """Each problem with who answers for it; only where somebody is named."""
    main = _planned(source, documents)
    problems = source.problems.get(main.doc_id, []) if main else []
    named = any(row.lead or row.dept or row.person for row in problems)
    return _list(source, unit, main, "duty_list", _over_papers(source, documents)) if named else []


def closing_list(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """Each problem with its result, for the reviewer's decision to close it."""
    items = source.items_of(documents)
    return _list(source, unit, _reporting(source, documents, items), "closing_list", items)


def ledger(source: WordSource, unit: str, documents: list[DocumentRow]) -> list[Report]:
    """The unit's ledgers rebuilt; where it sent none, one made from all of its papers."""
    own = [row for row in documents if row.kind == Kind.LEDGER and source.problems.get(row.doc_id)]
    if own:
        return [report for row in own for report in _list(source, unit, row, "ledger")]
    items = source.items_of(documents)
    return _list(source, unit, _reporting(source, documents, items), "ledger", items)


def _reporting(source: WordSource, documents: list[DocumentRow], items: Sequence[ItemRow]) -> DocumentRow | None:
    """The document that answers; where a joint paper of another unit does, the one that states the problems."""
    told = any(item.bulletin_problem_id or item.ledger_problem_id for item in items)
    return answering(source, documents) or (main_document(documents) if told else None)


def _over_papers(source: WordSource, documents: Sequence[DocumentRow]) -> list[ItemRow]:
    """The problems over all papers with what is planned for them; none where one paper alone names problems."""
    if sum(bool(source.problems.get(row.doc_id)) for row in documents) < 2:
        return []
    found = [item for item in source.items_of(documents) if not item.added]
    return [replace(item, measures_reported="") if item.measures_planned else item for item in found]


def _planned(source: WordSource, documents: list[DocumentRow]) -> DocumentRow | None:
    """The plan where there is one, else the ledger, else what answers: where tasks and duties stand."""
    for kind in (Kind.PLAN, Kind.LEDGER):
        found = [row for row in documents if row.kind == kind and source.problems.get(row.doc_id)]
        if found:
            return found[-1]
    return answering(source, documents)


def _list(
    source: WordSource, unit: str, document: DocumentRow | None, kind: str, items: Sequence[ItemRow] = ()
) -> list[Report]:
    """A list of a document's problems, or of `items`, below what the document says of itself."""
    rows = source.problems.get(document.doc_id, []) if document else []
    if not document or not rows:
        return []
    name = source.labels.of("report", kind)
    own = kind == "ledger" and document.kind == Kind.LEDGER
    title = document.title if own else _title(source, unit, name)
    above, below = _around(source, document) if own else ([], [])
    said = title + "".join(str(line["文"]) for line in (*above, *below)) if own else ""
    above += _heading(source, document, unit, said)
    columns = own_columns(source, rows) if own else ()
    lines = [item_fields(source, item, number) for number, item in enumerate(items, 1)]
    lines = lines or [table_row(source, row, number, columns) for number, row in enumerate(rows, 1)]
    context = context_of(
        source,
        source.text(title),
        unit=unit,
        表前=above,
        表后=below,
        行=lines,
        另列=list(columns),
        合计=len(lines),
    )
    return [Report(kind, unit, name, context, title, day=document.issued_date)]


def _title(source: WordSource, unit: str, name: str) -> str:
    """The title of a list that we make; a word that ends its beginning and begins its name is said once."""
    beginning = source.labels.of("wording", "title_list").replace("{unit}", unit)
    start = beginning.partition("{report}")[0]
    shared = next((size for size in range(min(len(start), len(name)), 0, -1) if start.endswith(name[:size])), 0)
    return beginning.replace("{report}", name[shared:])


def _heading(source: WordSource, document: DocumentRow, unit: str, said: str = "") -> list[TemplateValues]:
    """Who reports, who inspected and when, in one line above the table; what is `said` there already is left out."""
    words = source.labels.of
    parts = [] if said else [f"{words('wording', 'reported_by')}{unit}"]
    inspector = source.text(document.inspector)
    if inspector and inspector not in said:
        parts.append(f"{words('wording', 'inspected_by')}{inspector}")
    if document.feedback_date and not gives_date(said, document.feedback_date):
        parts.append(f"{words('wording', 'fed_back_on')}{chinese_date(document.feedback_date)}")
    if document.issued_date and document.kind in ANSWERS and not gives_date(said, document.issued_date):
        parts.append(f"{words('wording', 'reported_on')}{chinese_date(document.issued_date)}")
    return [{"标识": False, "文": "　".join(parts)}] if parts else []


def _around(source: WordSource, document: DocumentRow) -> tuple[list[TemplateValues], list[TemplateValues]]:
    """A ledger's own lines above and below its problems, its title left out; cells that are no problem's too."""
    first = source.problems[document.doc_id][0].paragraph or 0
    title = source.text(document.title)
    sides: tuple[list[TemplateValues], list[TemplateValues]] = ([], [])
    loose = _loose_cells(source, document)
    for piece in pieces_of(source, document):
        if piece.part in ("title", PROBLEM, ANSWER) or plain(piece.text) == plain(title):
            continue
        lines = loose.get(piece.first, []) if piece.grid else [(piece.first, piece.text)]
        for at, text in lines:
            mark = bool(re.fullmatch(source.profile.setting("marks", "attachment", "(?!)"), text))
            sides[at > first].append({"标识": mark, "文": text})
    return sides


def _loose_cells(source: WordSource, document: DocumentRow) -> dict[int, list[tuple[int, str]]]:
    """First cell of a table → the lines of its cells that belong to no problem and name no column (填报单位：…)."""
    kept = {
        extra.paragraph for row in source.problems[document.doc_id] for extra in source.extras.get(row.problem_id, ())
    }
    spoken = {row.paragraph for row in source.passages.get(document.doc_id, ()) if row.part == "cell"} - kept
    out: dict[int, list[tuple[int, str]]] = {}
    cells = [row for row in source.paragraphs.get(document.doc_id, ()) if row.table is not None]
    for _, table in groupby(cells, lambda row: row.table):
        rows = list(table)
        for _, line in groupby((row for row in rows if row.paragraph in spoken), lambda row: row.row):
            told = list(line)
            words = "　".join(printed(source, row) for row in told)
            out.setdefault(rows[0].paragraph, []).append((told[0].paragraph, words))
    return out
