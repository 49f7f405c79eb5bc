"""What a served page needs beyond the static one: the decisions so far, and what a cell may be set to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.core.vocabulary import Status
from pipeline.decisions.columns import shown
from pipeline.decisions.directed import READING
from pipeline.decisions.merge import ADD, DELETE, Correction, typed
from pipeline.decisions.told_matches import ANSWER, LINKS, NO_ANSWER
from pipeline.ruleset.labels import Labels

LONG = ("problem", "text", "title")  # fields that hold sentences


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision in the store, as people read it; `key` is table, row and field."""

    where: str
    words: str
    old: str
    new: str
    by: str
    key: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class PageEdit:
    """The editing side of a page; `settings` is what its scripts read."""

    decisions: tuple[Decision, ...]
    verdicts: tuple[tuple[str, str], ...]
    settings: dict[str, Any]


def page_edit(labels: Labels, kept: Iterable[Correction], version: str) -> PageEdit:
    """The editing side: decisions (the newest first), verdicts on findings, and choices by field."""
    decisions = sorted(kept, key=lambda one: one.when, reverse=True)
    choices = {
        "status": ["", *(labels.of("status", code) for code in Status)],
        "long_term": labels.all("bool"),
        "review_state": ["", *labels.all("review")],
        "role": labels.all("piece_role"),
    }
    return PageEdit(
        tuple(_decision(one, labels) for one in decisions),
        tuple(labels.groups["finding_review"].items()),
        {"version": version, "choices": choices, "long": LONG, "notes": labels.all("review_note")},
    )


def _decision(one: Correction, labels: Labels) -> Decision:
    if one.table == LINKS:
        new = "" if one.new == NO_ANSWER else one.new
        return Decision(labels.of("reading_decision", ANSWER), one.anchor[:120], "", new[:120], _by(one), one.key)
    if one.table == READING:
        where = labels.of("reading_decision", one.field)
        return Decision(
            where,
            one.anchor[:120],
            "",
            labels.of("piece_role", one.new),
            _by(one),
            one.key,
        )
    what = {ADD: "新增", DELETE: "删除"}.get(one.action, labels.column(one.table, one.field))
    return Decision(
        f"{labels.of('table', one.table)} · {what}",
        "" if one.anchor.startswith("#") else one.anchor[:120],
        _shown(one, one.old, labels),
        _shown(one, one.new, labels),
        _by(one),
        one.key,
    )


def _shown(one: Correction, text: str, labels: Labels) -> str:
    if not one.field or not text:
        return text
    if one.table == "findings" and one.field == "review_state":
        return labels.of("finding_review", text)
    return str(shown(one.field, typed(one.table, one.field, text), labels) or "")


def _by(one: Correction) -> str:
    return f"{one.by} {one.when[:16].replace('T', ' ')}"
