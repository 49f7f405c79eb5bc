"""Why each piece of a paper was read as what it is: roles, how sure, and the evidence with its weights.

In: what was found in a paper.  Out: an `AtomRow` for each atom.  Made on request only; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.core.reading_rows import AtomRow
from pipeline.extract.assemble import GROUP_STATUS, KEYED, OTHER, REST
from pipeline.extract.evidence import with_neighbours
from pipeline.extract.judge import Candidate, Verdict, roles_of
from pipeline.extract.parse import Parse
from pipeline.extract.readings import readings
from pipeline.extract.weights import posteriors

_MOST = 5  # names of evidence that are told of an atom
_LEAST = 0.2  # of a weight that is worth telling
_LOOSE = {OTHER, GROUP_STATUS, KEYED, REST}  # roles that give no row


def account(doc_id: str, parsed: Parse, verdict: Verdict | None) -> Iterator[AtomRow]:
    """A row for each atom, in reading order; without a verdict the roles are the parse's own."""
    if not parsed.path:
        return
    roles = parsed.roles if verdict is None else _roles(parsed, verdict.chosen)
    others = () if verdict is None else readings(verdict)[1]
    besides = _roles(parsed, others[0]) if others else [""] * len(roles)
    names = with_neighbours(parsed.own, [atom.block for atom in parsed.atoms.items])
    likely = posteriors(parsed.emitted, parsed.weights.follows)
    states, kinds = parsed.weights.path(roles), parsed.weights.roles
    for number, (atom, role, other) in enumerate(zip(parsed.atoms.items, roles, besides, strict=True)):
        own = states[number]
        rival = max((k for k, one in enumerate(kinds) if one != role), key=lambda k: float(likely[number][k]))
        yield AtomRow(
            doc_id=doc_id,
            role=role,
            sure=round(float(likely[number][own]), 2),
            next_role=kinds[rival],
            next_sure=round(float(likely[number][rival]), 2),
            other=other,
            evidence=_evidence(parsed, names[number], own, rival),
            text=parsed.atoms.text(atom),
            paragraph=atom.block + 1,
            start=atom.start,
            end=atom.end,
        )


def _roles(parsed: Parse, reading: Candidate) -> list[str]:
    """The roles of a reading; of what is part of no row the parse tells more (a column's name, a group's status)."""
    laid = zip(roles_of(parsed.atoms, reading), parsed.roles, strict=True)
    return [own if {role, own} <= _LOOSE else role for role, own in laid]


def _evidence(parsed: Parse, names: frozenset[str], own: int, rival: int) -> tuple[tuple[str, float], ...]:
    """What speaks for a role over its rival, the heaviest first."""
    known = parsed.weights.evidence
    added = {name: float(known[name][own] - known[name][rival]) for name in names if name in known}
    told = sorted((n for n in added if abs(added[n]) >= _LEAST), key=lambda name: (-abs(added[name]), name))
    return tuple((name, round(added[name], 2)) for name in told[:_MOST])
