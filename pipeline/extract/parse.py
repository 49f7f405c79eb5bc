"""The parse: the roles of all atoms of a paper, decided together by the fitted weights.

In: a document and the rules with their weights.  Out: a `Parse`: atoms, evidence, the best path of roles, and how sure
each role is.  Patterns are evidence here, never gates.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.core.model import Document
from pipeline.extract.atoms import Atoms, cut
from pipeline.extract.evidence import evidence
from pipeline.extract.weights import Matrix, Weights, best_path, emissions, path_score, posteriors, weights_of
from pipeline.ruleset.rule import Rules


@dataclass(frozen=True, eq=False)
class Parse:
    """A labelled paper: `path[k]` is the place in `weights.roles` of the role of `atoms.items[k]`."""

    atoms: Atoms
    names: tuple[frozenset[str], ...]  # the evidence of each atom
    weights: Weights
    emitted: Matrix
    path: tuple[int, ...]

    @property
    def roles(self) -> list[str]:
        """The role of each atom."""
        return [self.weights.roles[k] for k in self.path]

    def score(self, roles: Sequence[str]) -> float:
        """How well a labelling of these atoms fits: never above that of the parse's own."""
        return path_score([self.weights.number(role) for role in roles], self.emitted, self.weights.follows)

    def sureness(self) -> Matrix:
        """The probability of the chosen role at each atom."""
        all_roles = posteriors(self.emitted, self.weights.follows)
        sure: Matrix = all_roles[range(len(self.path)), list(self.path)]
        return sure


@functools.lru_cache(maxsize=4)
def fitted(rules: Rules) -> Weights:
    """The weights of a set of rules, ready to add up."""
    return weights_of(rules.weights)


def parse(document: Document, rules: Rules) -> Parse:
    """The best labelling of a document's running text."""
    atoms = cut(document, rules)
    names = tuple(evidence(document, atoms, rules))
    weights = fitted(rules)
    emitted = emissions(names, weights)
    return Parse(atoms, names, weights, emitted, tuple(best_path(emitted, weights.follows)))


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
    seen = {parsed.path}
    problem = parsed.weights.number("P")
    items = parsed.atoms.items
    schemes = Counter(atom.mark.scheme.rstrip("+") for atom in items if atom.mark is not None)
    for less in _EAGER:
        emitted = parsed.emitted.copy()
        emitted[:, parsed.weights.number("O")] -= less
        path = tuple(best_path(emitted, parsed.weights.follows))
        if path not in seen:
            seen.add(path)
            yield replace(parsed, path=path)
    for scheme, times in schemes.most_common(_MOST_SCHEMES):
        if times < _FEWEST:
            break
        emitted = parsed.emitted.copy()
        for number, atom in enumerate(items):
            has = atom.mark is not None and atom.mark.scheme.rstrip("+") == scheme
            emitted[number, problem] += _FORCE if has else -_FORCE
        path = tuple(best_path(emitted, parsed.weights.follows))
        if path not in seen:
            seen.add(path)
            yield replace(parsed, path=path)
