"""Waivers: what a person decided not to pursue; a waived finding stays visible.

`waiver_list` of the decisions reads them from `waivers.csv`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.rows import FindingRow
from pipeline.reconcile.aliases import Aliases
from pipeline.reconcile.match import plain


@dataclass(frozen=True, slots=True)
class Waiver:
    """A check that is not pursued for a unit ("": any) and a problem (its id or words of its text, "": any)."""

    check: str
    reason: str
    who: str
    unit: str = ""
    problem: str = ""
    until: str = ""  # ISO date of its last day, "": for ever


def waived_by(finding: FindingRow, waivers: Sequence[Waiver], aliases: Aliases) -> str:
    """Reason, person and end of the first waiver that covers a finding; "" when there is none."""
    for waiver in waivers:
        until = waiver.until
        if waiver.check != finding.check:
            continue
        unit, problem = waiver.unit, waiver.problem
        if unit and aliases.unit(unit) != aliases.unit(finding.unit):
            continue
        own = (finding.quote, finding.other_quote)
        if (
            problem
            and problem != finding.problem_id
            and not any(len(plain(problem)) >= 6 and plain(problem) in plain(text) for text in own)
        ):
            continue
        return f"{waiver.reason}（{waiver.who}{'，至' + until if until else ''}）"
    return ""
