"""The role that every atom of a paper truly has, from an annotated source or from a golden table.

In: an annotated paper and the document made of it, or a document and its file `rows.golden`.  Out: one role for each
atom, as `assemble` names them, which is what weights are fitted on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from pipeline.core import values
from pipeline.core.model import Block, Document, Span
from pipeline.extract.assemble import (
    ADVICE,
    ADVICE_ON,
    DUTIES,
    GROUP,
    GROUP_STATUS,
    KEYED,
    MEASURE,
    MEASURE_ON,
    OTHER,
    PROBLEM,
    PROBLEM_ON,
    REST,
    STATUS,
)
from pipeline.extract.atoms import KEY, Atom, Atoms
from pipeline.extract.status import by_morphemes
from pipeline.lab.annotated import ABOVE, CELL, AnnotatedPaper, labels
from pipeline.ruleset.rule import Rules

ROLE_OF = {"aspect": GROUP, "category": GROUP, "problem": PROBLEM, "status": STATUS, "m": MEASURE, "measure": MEASURE,
           "advice": ADVICE, **{name: role for role, name in DUTIES.items()}}  # fmt: skip
_GOES_ON = {PROBLEM: PROBLEM_ON, MEASURE: MEASURE_ON, ADVICE: ADVICE_ON}
ROLES = frozenset({OTHER, GROUP_STATUS, KEYED, REST, *ROLE_OF.values(), *_GOES_ON.values()})
_IN_ITEM = frozenset({PROBLEM, PROBLEM_ON, STATUS, MEASURE, MEASURE_ON, *DUTIES})
_AHEAD = 60  # blocks that are looked through for a line of the source
_BACK = 60  # atoms in front of a problem among which the heading of its status stands
_FACT = re.compile(
    r"facts \d+: problem_id=(?P<doc>[0-9a-f]+)(?:-(?P<problem>\d+))? \| field=(?P<field>\w+)"
    r"(?: \| value=(?P<value>.*?))? \| text=.* \| paragraph=(?P<block>\d+)"
    r"(?: \| start=(?P<start>\d+))? \| end=(?P<end>\d+)(?: \| end_paragraph=(?P<last>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Stated:
    """One thing that the gold tables say: its role, where it stands, and of a status its value.

    A status with an empty span is that of a heading further up.
    """

    role: str
    span: Span
    value: str = ""


def from_paper(document: Document, paper: AnnotatedPaper) -> list[Stated] | None:
    """What the tags of a paper enclose, as places of the document; None where a tag's line is not found in it."""
    places = _places(document, paper)
    found = []
    for tag in paper.spans:
        if tag.tag not in ROLE_OF:
            continue
        start = _place(document, places.get(tag.line, ()), tag.start, empty=not tag.text)
        end = _place(document, places.get(tag.last, ()), tag.end, closes=True, empty=not tag.text)
        if start is None or end is None:
            return None
        last = -1 if end[0] == start[0] else end[0]
        found.append(Stated(ROLE_OF[tag.tag], Span(start[0], start[1], end[1], last), tag.attributes.get("v", "")))
    return found


def from_golden(path: Path, doc_id: str) -> list[Stated]:
    """What the facts of one document in a golden table say; a status that several problems share is a heading's."""
    owners: dict[Stated, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        fact = _FACT.fullmatch(line)
        if fact is None or fact["doc"] != doc_id or fact["field"] not in ROLE_OF:
            continue
        block, last = int(fact["block"]) - 1, int(fact["last"] or fact["block"]) - 1
        span = Span(block, int(fact["start"] or 0), int(fact["end"]), -1 if last == block else last)
        owners.setdefault(Stated(ROLE_OF[fact["field"]], span, fact["value"] or ""), set()).add(fact["problem"] or "")
    found = (
        replace(one, role=GROUP_STATUS) if one.role == STATUS and len(problems) > 1 else one
        for one, problems in owners.items()
    )
    return sorted(found, key=lambda one: (one.span.block, one.span.start, one.span.end, one.role))


def gold_roles(atoms: Atoms, stated: Sequence[Stated], rules: Rules) -> tuple[str, ...]:
    """The role of each atom: of what shares most with it; between the parts of one problem its keys and its rest."""
    roles: list[str] = []
    begun: set[int] = set()
    by_block = _by_block(stated)
    for atom in atoms.items:
        which = _covering(atom, stated, by_block.get(atom.block, ()))
        role = OTHER if which is None else stated[which].role
        if which in begun:
            role = _GOES_ON.get(role, role)
        if which is not None:
            begun.add(which)
        roles.append(role)
    _fill(atoms, roles)
    for one in stated:
        if one.role == STATUS and one.span.last == -1 and one.span.start == one.span.end:
            _headed(atoms, roles, one, rules)
    return tuple(roles)


# --- places of an annotated source in a document -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """A paragraph or cell of the source: where it begins in its line, and in which block it stands behind what."""

    start: int
    text: str
    block: int
    label: int  # how many characters that are no blanks the block has in front: an automatic number written out


def _places(document: Document, paper: AnnotatedPaper) -> Mapping[int, list[_Piece]]:
    """Where each line of a source stands in the document: line → its pieces."""
    keys = [_key(block.text) for block in document.blocks]
    found: dict[int, list[_Piece]] = {}
    at = 0
    for number, (line, label) in enumerate(zip(paper.lines, labels(paper), strict=True)):
        for start, text in _cells(line.text) if line.row else ((0, line.text),):
            key = _key(text)
            if not key or text == ABOVE:
                continue
            for block in range(at, min(at + _AHEAD, len(keys))):
                if keys[block] in (key, _key(label) + key):
                    piece = _Piece(start, text, block, len(keys[block]) - len(key))
                    found.setdefault(number, []).append(piece)
                    at = block + 1
                    break
    return found


def _cells(text: str) -> Iterator[tuple[int, str]]:
    at = 1
    for cell in text[1:].split(CELL):
        yield at, cell
        at += len(cell) + 1


def _key(text: str) -> str:
    return "".join(values.view(text).split())


def _place(
    document: Document, pieces: Iterable[_Piece], offset: int, closes: bool = False, empty: bool = False
) -> tuple[int, int] | None:
    """A block and a place in it, blanks aside, of an offset in a line of the source; None where it is not found."""
    for piece in pieces:
        inner = offset - piece.start
        if 0 <= inner < len(piece.text) or (inner == len(piece.text) and (closes or empty)):
            before = piece.label + sum(not char.isspace() for char in piece.text[:inner])
            return piece.block, _behind(document.blocks[piece.block], before, closes and inner > 0)
    return None


def _behind(block: Block, count: int, closes: bool) -> int:
    """The place in a block behind `count` characters that are no blanks; `closes`: right behind the last of them."""
    solid = [at for at, char in enumerate(block.text) if not char.isspace()]
    if closes:
        return solid[count - 1] + 1 if count else 0
    return solid[count] if count < len(solid) else len(block.text)


# --- roles ---------------------------------------------------------------------------------------------------------


def _by_block(stated: Sequence[Stated]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    for number, one in enumerate(stated):
        for block in range(one.span.block, max(one.span.block, one.span.last) + 1):
            found.setdefault(block, []).append(number)
    return found


def _covering(atom: Atom, stated: Sequence[Stated], numbers: Iterable[int]) -> int | None:
    """Which of the stated things shares most characters with an atom; of equal ones the shorter."""
    best: tuple[int, int, int] | None = None
    for number in numbers:
        span = stated[number].span
        start = span.start if atom.block == span.block else 0
        end = span.end if atom.block == max(span.block, span.last) else atom.end
        shared = min(end, atom.end) - max(start, atom.start)
        if shared > 0 and (best is None or (-shared, end - start, number) < best):
            best = (-shared, end - start, number)
    return None if best is None else best[2]


def _fill(atoms: Atoms, roles: list[str]) -> None:
    """Atoms between the parts of one problem, and those that end its last paragraph, are its keys or its rest."""
    told = [number for number, role in enumerate(roles) if role in _IN_ITEM]
    if told and told[0] and roles[told[0] - 1] == OTHER and atoms.items[told[0] - 1].form == KEY:
        roles[told[0] - 1] = KEYED
    for before, behind in pairwise(told):
        between = range(before + 1, behind)
        if roles[behind] != PROBLEM and GROUP not in (roles[number] for number in between):
            _rest(atoms, roles, (number for number in between if roles[number] == OTHER))
        else:
            _rest(atoms, roles, _tail(atoms, roles, before, behind, more=True))
            if roles[behind - 1] == OTHER and atoms.items[behind - 1].form == KEY and roles[behind] == PROBLEM:
                roles[behind - 1] = KEYED
    if told:
        _rest(atoms, roles, _tail(atoms, roles, told[-1], len(roles), more=False))


def _rest(atoms: Atoms, roles: list[str], numbers: Iterable[int]) -> None:
    for number in numbers:
        roles[number] = KEYED if atoms.items[number].form == KEY else REST


def _tail(atoms: Atoms, roles: Sequence[str], last: int, stop: int, more: bool) -> Iterator[int]:
    """The atoms behind an item's last part that are still its own: its paragraph's, and paragraphs behind a key."""
    block = atoms.items[last].block
    for number in range(last + 1, stop):
        atom = atoms.items[number]
        if roles[number] != OTHER:
            return
        if atom.block != block:
            if not more or atom.form != KEY or atom.mark is not None:
                return
            block = atom.block
        yield number


def _headed(atoms: Atoms, roles: list[str], status: Stated, rules: Rules) -> None:
    """Give the heading that states a problem's status for it, the nearest above, its role."""
    place = (status.span.block, status.span.start)
    above = [number for number, atom in enumerate(atoms.items)
             if (atom.block, atom.start) < place and roles[number] in (OTHER, GROUP_STATUS)]  # fmt: skip
    for number in reversed(above[-_BACK:]):
        view = atoms.text(atoms.items[number])
        starts = (0, *(comma.end() for comma in re.finditer("，", view)))
        if any(hit is not None and hit.value == status.value for hit in (by_morphemes(view, rules, k) for k in starts)):
            roles[number] = GROUP_STATUS
            return
