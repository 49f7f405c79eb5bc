"""How findings are told to people, in the workbook and in documents alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pipeline.core.rows import FindingRow
from pipeline.core.values import chinese_date
from pipeline.core.vocabulary import Status
from pipeline.ruleset.labels import Labels

_STATUSES = frozenset(map(str, Status))


def value(text: str, labels: Labels) -> str:
    """What a finding expects or finds: a status by its name, a date as people write it."""
    return labels.of("status", text) if text in _STATUSES else chinese_date(text)


def concerning(findings: Iterable[FindingRow], documents: Collection[str], unit: str = "") -> list[FindingRow]:
    """The findings on some documents, by doc_id: those that compare one with another unit's, and those that concern
    the unit and no document, among them.
    """
    return [
        row
        for row in findings
        if (row.doc_id in documents or row.other_doc_id in documents if row.doc_id else row.unit == unit)
    ]
