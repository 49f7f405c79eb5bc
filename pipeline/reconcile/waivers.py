"""Waivers: what a person decided not to pursue; a waived finding stays visible.

In: rows of `waivers.csv` (waiver_lists reads them): check, unit, problem (id or words of its text; empty: all),
reason, who, until (ISO date).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipeline.core.model import Row
from pipeline.reconcile.cases import Aliases, said
from pipeline.reconcile.match import plain


def waived_by(finding: Row, waivers: Sequence[Row], aliases: Aliases, as_of: date | None) -> str | None:
    """Reason, person and end of the first waiver that covers a finding; None when there is none."""
    for waiver in waivers:
        until = said(waiver, "until")
        if said(waiver, "check") != said(finding, "check") or (as_of and until and until < as_of.isoformat()):
            continue
        unit, problem = said(waiver, "unit"), said(waiver, "problem")
        if unit and aliases.unit(unit) != aliases.unit(said(finding, "unit")):
            continue
        own = (said(finding, "quote"), said(finding, "other_quote"))
        if problem and problem != said(finding, "problem_id") and not any(
            len(plain(problem)) >= 6 and plain(problem) in plain(text) for text in own
        ):
            continue
        return f"{said(waiver, 'reason')}（{said(waiver, 'who')}{'，至' + until if until else ''}）"
    return None
