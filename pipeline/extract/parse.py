"""The parse: the roles of all atoms of a paper, decided together by the fitted weights.

In: a document and the rules with their weights.  Out: a `Parse`: atoms, what speaks for each role, the best path of
roles, and how sure each role is.  Patterns are evidence here, never gates.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.core.directions import PieceRole
from pipeline.core.model import Document
from pipeline.extract.atoms import KEY, Atoms, cut
from pipeline.extract.emitted import emitted_by
from pipeline.extract.evidence import forms_of, own_evidence
from pipeline.extract.weights import Matrix, Weights, best_path, best_paths, path_score, posteriors, weights_of
from pipeline.ruleset.rule import Rules


@dataclass(frozen=True, eq=False)
class Parse:
    """A labelled paper: `path[k]` is the place in `weights.states` of the state of `atoms.items[k]`."""

    atoms: Atoms
    weights: Weights
    emitted: Matrix
    path: tuple[int, ...]
    own: Sequence[set[str]]  # what each atom shows by itself, for those who ask why
    forms: tuple[str, ...] = ()  # what makes atoms of this paper alike

    @property
    def roles(self) -> list[str]:
        """The role of each atom."""
        roles = self.weights.roles
        return [roles[k] for k in self.path]

    def score(self, roles: Sequence[str]) -> float:
        """How well a labelling of these atoms fits: never above that of the parse's own."""
        return path_score(self.weights.path(roles), self.emitted, self.weights.follows)

    def sureness(self, roles: Sequence[str]) -> Matrix:
        """The probability of the role that a labelling of these atoms gives to each."""
        every = posteriors(self.emitted, self.weights.follows)
        states = {role: self.weights.numbers(role) for role in set(roles)}
        return np.array([every[number, states[role]].sum() for number, role in enumerate(roles)])


@functools.lru_cache(maxsize=4)
def fitted(rules: Rules) -> Weights:
    """The weights of a set of rules, ready to add up."""
    return weights_of(rules.weights)


def parse(document: Document, rules: Rules, told: Sequence[PieceRole] = ()) -> Parse:
    """The best labelling of a document's running text; what a person told of a piece holds against all evidence."""
    atoms = cut(document, rules)
    weights = fitted(rules)
    own = own_evidence(document, atoms, rules)
    emitted = emitted_by(own, [atom.block for atom in atoms.items], weights)
    for number, role in _told(document, atoms, told):
        emitted[number] -= _AGAINST
        emitted[number, weights.numbers(role)] += _AGAINST
    forms = tuple(forms_of(document, atoms))
    return Parse(atoms, weights, emitted, tuple(best_path(emitted, weights.follows)), own, forms)


_AGAINST = 1e6  # more than any paper's evidence together
_ROLES = {"problem": ("P", "p"), "measure": ("M", "m"), "heading": ("G", "G"), "nothing": ("O", "O")}  # first, further


def _told(document: Document, atoms: Atoms, told: Sequence[PieceRole]) -> Iterator[tuple[int, str]]:
    """The atoms in pieces of which a person told the role, each with it; a piece whose text changed tells none."""
    for piece in told:
        block = piece.paragraph - 1
        if block >= len(document.blocks) or document.blocks[block].text[piece.start : piece.end] != piece.text:
            continue
        first, further = _ROLES[piece.role]
        for number, atom in enumerate(atoms.items):
            if atom.block == block and atom.start < piece.end and atom.end > piece.start:
                yield number, first
                first = further


def answers(parsed: Parse) -> int:
    """How many problems the parse finds with a measure or a status behind them."""
    count, waiting = 0, False
    for role in parsed.roles:
        if role in ("M", "ST") and waiting:
            count += 1
        waiting = role == "P" or (waiting and role not in ("M", "ST"))
    return count


_FORCE = 6.0  # added for a forced role: far more than one atom's evidence, less than a whole paper's
_FEWEST, _MOST_FORMS = 2, 5
_MAYBE = 0.05  # the mean probability of a problem from which a form of atoms may hold all of them
_EAGER = (2.0, 4.0)  # taken from the evidence that an atom is nothing, for readings that find more


def variants(parsed: Parse) -> Iterator[Parse]:
    """Other readings of the same paper: one form of atoms holds all its problems; and ready to find more."""
    readings = [*_eager(parsed), *_of_one_form(parsed)] if parsed.forms else []
    seen = {parsed.path}
    for path in map(tuple, best_paths(np.array(readings), parsed.weights.follows) if readings else ()):
        if path not in seen:
            seen.add(path)
            yield replace(parsed, path=path)


def _eager(parsed: Parse) -> Iterator[Matrix]:
    for less in _EAGER:
        emitted = parsed.emitted.copy()
        emitted[:, parsed.weights.numbers("O")] -= less
        yield emitted


def _of_one_form(parsed: Parse) -> Iterator[Matrix]:
    """Labels of one scheme, or what stands behind one key, are the problems."""
    problem = parsed.weights.states.index("P")
    forms = [form.removesuffix("+") for form in parsed.forms]
    likely = posteriors(parsed.emitted, parsed.weights.follows)[:, problem] if forms else ()
    sums: dict[str, float] = defaultdict(float)
    for form, chance in zip(forms, likely, strict=True):
        if form.startswith(("label", "behind")):
            sums[form] += float(chance)
    times = Counter(forms)
    maybe = [form for form in sums if times[form] >= _FEWEST and sums[form] >= _MAYBE * times[form]]
    for chosen in sorted(maybe, key=lambda form: -sums[form])[:_MOST_FORMS]:
        emitted = parsed.emitted.copy()
        held = np.array([form == chosen for form in forms])
        keys = [k for k in np.flatnonzero(held)[:-1] if parsed.atoms.items[k].form == KEY]
        held[keys] = False  # 1.反馈问题：…: the problem stands behind the key
        held[[k + 1 for k in keys]] = True
        emitted[:, problem] += np.where(held, _FORCE, -_FORCE)
        yield emitted
