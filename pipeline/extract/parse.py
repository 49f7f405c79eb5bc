"""The parse: the roles of all atoms of a paper, decided together by the fitted weights.

In: a document and the rules with their weights.  Out: a `Parse`: atoms, what speaks for each role, the best path of
roles, and how sure each role is.  Patterns are evidence here, never gates.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.core.model import Document
from pipeline.extract.atoms import Atoms, cut
from pipeline.extract.emitted import emitted_by
from pipeline.extract.evidence import own_evidence
from pipeline.extract.weights import Matrix, Weights, best_path, best_paths, path_score, posteriors, weights_of
from pipeline.ruleset.rule import Rules


@dataclass(frozen=True, eq=False)
class Parse:
    """A labelled paper: `path[k]` is the place in `weights.roles` of the role of `atoms.items[k]`."""

    atoms: Atoms
    weights: Weights
    emitted: Matrix
    path: tuple[int, ...]
    own: Sequence[set[str]]  # what each atom shows by itself, for those who ask why

    @property
    def roles(self) -> list[str]:
        """The role of each atom."""
        return [self.weights.roles[k] for k in self.path]

    def score(self, roles: Sequence[str]) -> float:
        """How well a labelling of these atoms fits: never above that of the parse's own."""
        return path_score([self.weights.number(role) for role in roles], self.emitted, self.weights.follows)

    def sureness(self, roles: Sequence[str]) -> Matrix:
        """The probability of the role that a labelling of these atoms gives to each."""
        every = posteriors(self.emitted, self.weights.follows)
        sure: Matrix = every[range(len(roles)), [self.weights.number(role) for role in roles]]
        return sure


@functools.lru_cache(maxsize=4)
def fitted(rules: Rules) -> Weights:
    """The weights of a set of rules, ready to add up."""
    return weights_of(rules.weights)


def parse(document: Document, rules: Rules) -> Parse:
    """The best labelling of a document's running text."""
    atoms = cut(document, rules)
    weights = fitted(rules)
    own = own_evidence(document, atoms, rules)
    emitted = emitted_by(own, [atom.block for atom in atoms.items], weights)
    return Parse(atoms, weights, emitted, tuple(best_path(emitted, weights.follows)), own)


def answers(parsed: Parse) -> int:
    """How many problems the parse finds with a measure or a status behind them."""
    count, waiting = 0, False
    for role in parsed.roles:
        if role in ("M", "ST") and waiting:
            count += 1
        waiting = role == "P" or (waiting and role not in ("M", "ST"))
    return count


_FORCE = 6.0  # added for a forced role: far more than one atom's evidence, less than a whole paper's
_FEWEST, _MOST_SCHEMES = 2, 4
_EAGER = (2.0, 4.0)  # taken from the evidence that an atom is nothing, for readings that find more


def variants(parsed: Parse) -> Iterator[Parse]:
    """Other readings of the same paper: one scheme of labels for all its problems; and ready to find more."""
    items = parsed.atoms.items
    if not items:
        return
    problem, nothing = parsed.weights.number("P"), parsed.weights.number("O")
    of_atoms = [atom.mark.scheme.rstrip("+") if atom.mark is not None else "" for atom in items]
    schemes = Counter(scheme for scheme, atom in zip(of_atoms, items, strict=True) if atom.mark is not None)
    readings = []
    for less in _EAGER:
        emitted = parsed.emitted.copy()
        emitted[:, nothing] -= less
        readings.append(emitted)
    for scheme, times in schemes.most_common(_MOST_SCHEMES):
        if times < _FEWEST:
            break
        has = np.array([atom.mark is not None and own == scheme for own, atom in zip(of_atoms, items, strict=True)])
        emitted = parsed.emitted.copy()
        emitted[:, problem] += np.where(has, _FORCE, -_FORCE)
        readings.append(emitted)
    seen = {parsed.path}
    for path in map(tuple, best_paths(np.array(readings), parsed.weights.follows)):
        if path not in seen:
            seen.add(path)
            yield replace(parsed, path=path)
