"""The tables: every column's code name and type, in order.  Chinese headings are in rules/labels.yaml."""

from __future__ import annotations

from pipeline.core.model import Row, Tables

SCHEMA: dict[str, dict[str, type]] = {
    "documents": {
        "doc_id": str, "file": str, "sha256": str, "kind": str, "title": str, "unit": str,
        "short_name": str, "inspector": str, "round": str, "inspected_from": str, "inspected_to": str,
        "feedback_date": str, "issued_date": str, "docno": str, "contact": str, "reader": str,
        "encoding": str, "coverage": float, "unused_share": float, "state": str, "error": str,
        "warnings": str, "message": str,
    },
    "problems": {
        "doc_id": str, "problem_id": str, "seq": int, "label": str, "school": str, "aspect": str,
        "category": str, "problem": str, "status": str, "status_text": str, "long_term": bool,
        "lead": str, "dept": str, "person": str, "deadline": str, "deadline_text": str,
        "rectification": str, "paragraph": int, "start": int, "end": int, "end_paragraph": int,
    },
    "measures": {
        "doc_id": str, "problem_id": str, "seq": int, "label": str, "headline": str, "text": str,
        "paragraph": int, "start": int, "end": int, "end_paragraph": int,
    },
    "claims": {
        "doc_id": str, "metric": str, "value": float, "unit": str, "part_of": str, "scope": str,
        "text": str, "paragraph": int, "start": int, "end": int,
    },
    "references": {
        "doc_id": str, "problem_id": str, "title": str, "action": str, "docno": str,
        "paragraph": int, "start": int, "end": int,
    },
    "amounts": {
        "doc_id": str, "problem_id": str, "value": float, "text": str, "paragraph": int,
        "start": int, "end": int,
    },
    "advice": {
        "doc_id": str, "seq": int, "label": str, "text": str, "paragraph": int, "start": int,
        "end": int,
    },
    # every piece of running text that is no problem or measure, in reading order: what a rebuilt
    # document and the checks of form need
    "passages": {
        "doc_id": str, "seq": int, "part": str, "level": int, "label": str, "text": str,
        "paragraph": int, "start": int, "end": int,
    },
    # which rule gave which cell
    "facts": {
        "doc_id": str, "problem_id": str, "field": str, "value": str, "text": str, "rule": str,
        "paragraph": int, "start": int, "end": int, "end_paragraph": int,
    },
    "unused": {"doc_id": str, "text": str, "paragraph": int, "start": int, "end": int},
    "cases": {
        "case_id": str, "unit": str, "inspector": str, "round": str, "feedback": str, "plan": str,
        "ledger": str, "bulletin": str,
    },
    "links": {
        "case_id": str, "feedback_problem_id": str, "bulletin_problem_id": str, "score": float,
        "method": str, "shared": str, "runner_up": str, "margin": float, "doubtful": bool,
    },
    "findings": {
        "finding_id": str, "case_id": str, "doc_id": str, "unit": str, "problem_id": str,
        "check": str, "severity": str, "message": str, "expected": str, "actual": str,
        "quote": str, "other_quote": str, "paragraph": int, "other_paragraph": int,
        "suggestion": str, "waived": str,
    },
}


def empty_tables() -> Tables:
    """Every table without rows."""
    return {name: [] for name in SCHEMA}


def row(table: str, **values: object) -> Row:
    """A row with all columns of its table; a column not named is None (not stated)."""
    unknown = values.keys() - SCHEMA[table].keys()
    if unknown:
        raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
    return {column: values.get(column) for column in SCHEMA[table]}
