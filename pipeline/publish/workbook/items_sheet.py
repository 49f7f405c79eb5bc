"""The sheet 问题总表: one line a problem over all papers of its unit, each value with the file that it is from."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import Tables
from pipeline.core.text import file_name
from pipeline.core.vocabulary import Kind
from pipeline.decisions.columns import Column, labelled, shown
from pipeline.publish.workbook.sheets import SheetLink
from pipeline.ruleset.labels import Labels

_PAPERS = (Kind.FEEDBACK, Kind.PLAN, Kind.LEDGER, Kind.BULLETIN)
# fields whose source and other readings are told; the wording of the problem itself differs from paper to paper
_TOLD = ("status", "lead", "dept", "person", "deadline", "amount_asked", "amount_settled")


def item_columns(labels: Labels, schools: bool) -> list[Column]:
    """The columns; that of the school is shown where a joint paper names several."""
    column = partial(labelled, labels, "items")
    return [
        column("unit", 18),
        column("seq", 6, "centre"),
        column("school", 14, hidden=not schools),
        column("aspect", 16),
        column("category", 16),
        column("problem", 44),
        column("status", 10, "centre"),
        column("long_term", 8, "centre"),
        column("lead", 12),
        column("dept", 12),
        column("person", 12),
        column("deadline", 12, "date"),
        column("deadline_text", 14),
        column("measures_planned", 36),
        column("measures_reported", 44),
        column("reason", 24),
        column("amount_asked", 13, "money"),
        column("amount_settled", 13, "money"),
        column("others", 36),
        column("source", 26),
        column("papers", 18),
        column("confirm", 12, "centre"),
    ]


def item_lines(
    tables: Tables, labels: Labels, unit: Callable[[str], str], places: Mapping[str, str]
) -> Iterator[list[object]]:
    """The lines of the sheet; `unit` names the unit of a document, `places` says where a problem's own line is."""
    files = {row.doc_id: file_name(row.file) for row in tables.documents}
    for row in tables.items:
        place = next((places[name] for name in _problem_ids(row) if name in places), None)
        yield [
            unit(row.problem_from) or row.unit,
            row.seq,
            row.school,
            row.aspect,
            row.category,
            SheetLink(row.problem, place) if place else row.problem,
            shown("status", row.status, labels),
            shown("long_term", row.long_term, labels) if row.status or row.long_term else None,
            row.lead,
            row.dept,
            row.person,
            shown("deadline", row.deadline, labels),
            row.deadline_text,
            row.measures_planned,
            row.measures_reported,
            row.reason,
            row.amount_asked,
            row.amount_settled,
            "\n".join(_others(row, labels, files)),
            "\n".join(_sources(row, labels, files)),
            _papers(row, labels),
            "、".join(
                labels.of("wording", word) for word, said in (("added", row.added), ("doubtful", row.doubtful)) if said
            ),
        ]


def _problem_ids(row: ItemRow) -> list[str]:
    return [name for kind in _PAPERS for name in str(getattr(row, f"{kind}_problem_id")).split(";") if name]


def _papers(row: ItemRow, labels: Labels) -> str:
    """The kinds of papers that treat the problem."""
    return "、".join(labels.of("kind", kind) for kind in _PAPERS if getattr(row, f"{kind}_problem_id"))


def _others(row: ItemRow, labels: Labels, files: Mapping[str, str]) -> Iterator[str]:
    """What other papers say otherwise, a line each."""
    for field in _TOLD:
        for doc_id, value in json.loads(getattr(row, f"{field}_others") or "{}").items():
            said = shown(field, value, labels)
            said = f"{said:,.2f}" if isinstance(said, float) else said
            yield f"{labels.column('items', field)}：{said}（{files.get(doc_id, doc_id)}）"


def _sources(row: ItemRow, labels: Labels, files: Mapping[str, str]) -> Iterator[str]:
    """Which files the values are from: a line a file."""
    fields: dict[str, list[str]] = {}
    for field in ("problem", *_TOLD):
        doc_id = getattr(row, f"{field}_from")
        if doc_id:
            fields.setdefault(doc_id, []).append(labels.column("items", field))
    for doc_id, names in fields.items():
        yield f"{files.get(doc_id, doc_id)}：{'、'.join(names)}"
