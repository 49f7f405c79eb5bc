"""Fitted weights: named evidence → how much it speaks for each role, and how roles follow each other.

In: `rules/weights.yaml` (made by `zhenggai rules fit`, never typed by hand) and the evidence of a paper's atoms.
Out: the best path of roles over the whole paper, every role's probability at every atom, and the score of any other
labelling of the same atoms.  A linear chain: Lafferty, McCallum, Pereira 2001; Viterbi 1967.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


# finer states of a role, by what stands around: text in front of, between, behind what counts; a key before a problem
FRONT, BETWEEN, BEHIND, KEY_OF_PROBLEM = "OF", "OM", "OB", "KP"
ROLE_OF = {FRONT: "O", BETWEEN: "O", BEHIND: "O", KEY_OF_PROBLEM: "K"}


def states_of(roles: Sequence[str]) -> list[str]:
    """Roles → the states that the chain goes through: what it has seen and what is to come tells like atoms apart."""
    told = [k for k, role in enumerate(roles) if role != "O"]
    first, last = (told[0], told[-1]) if told else (len(roles), len(roles))
    states = [
        role if role != "O" else FRONT if k < first else BEHIND if k > last else BETWEEN for k, role in enumerate(roles)
    ]
    for k in range(len(states) - 2, -1, -1):
        if states[k] == "K" and states[k + 1] in ("P", KEY_OF_PROBLEM):
            states[k] = KEY_OF_PROBLEM
    return states


@dataclass(frozen=True, eq=False)
class Weights:
    """`states` in order and the role of each; `evidence`: name → weight of each state; `follows[i, j]`: j behind i."""

    states: tuple[str, ...]
    evidence: Mapping[str, Matrix]
    follows: Matrix

    @functools.cached_property
    def roles(self) -> tuple[str, ...]:
        """The role of each state."""
        return tuple(ROLE_OF.get(state, state) for state in self.states)

    def numbers(self, role: str) -> list[int]:
        """The places of a role's states."""
        return [k for k, name in enumerate(self.roles) if name == role]

    def path(self, roles: Sequence[str]) -> list[int]:
        """The places of the states that a labelling goes through."""
        place = {state: k for k, state in enumerate(self.states)}
        return [place[state] for state in states_of(roles)]


def weights_of(content: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Weights:
    """Weights as `weights.yaml` holds them: `evidence` and `follows`, each name → state → number."""
    follows_of, evidence_of = content["follows"], content["evidence"]
    states = tuple(follows_of)
    place = {state: k for k, state in enumerate(states)}

    def line(given: Mapping[str, float]) -> Matrix:
        values = np.zeros(len(states))
        for state, value in given.items():
            if state in place:
                values[place[state]] = value
        return values

    return Weights(
        states,
        {name: line(given) for name, given in evidence_of.items() if isinstance(given, Mapping)},
        np.array([line(follows_of[state]) for state in states]),
    )


def emissions(evidence: Sequence[frozenset[str]], weights: Weights) -> Matrix:
    """Atoms × roles: the sum of the weights of what holds for each atom."""
    total = np.zeros((len(evidence), len(weights.states)))
    for number, names in enumerate(evidence):
        for name in names:
            line = weights.evidence.get(name)
            if line is not None:
                total[number] += line
    return total


def best_path(emitted: Matrix, follows: Matrix) -> list[int]:
    """The labelling with the highest score (Viterbi)."""
    return best_paths(emitted[None], follows)[0] if len(emitted) else []


def best_paths(emitted: Matrix, follows: Matrix) -> list[list[int]]:
    """The best labelling for each of several sums of evidence of the same atoms (readings × atoms × roles) at once."""
    score = emitted[:, 0]
    back = []
    for at in range(1, emitted.shape[1]):
        through = score[:, :, None] + follows
        back.append(through.argmax(axis=1))
        score = through.max(axis=1) + emitted[:, at]
    everyone = np.arange(len(emitted))
    last = score.argmax(axis=1)
    paths = [last]
    for choice in reversed(back):
        last = choice[everyone, last]
        paths.append(last)
    return np.array(paths[::-1]).T.tolist()  # type: ignore[no-any-return]


def path_score(path: Sequence[int], emitted: Matrix, follows: Matrix) -> float:
    """The score of a labelling: its evidence and its transitions."""
    if not len(path):
        return 0.0
    steps = sum(float(follows[a, b]) for a, b in pairwise(path))
    return float(emitted[np.arange(len(path)), list(path)].sum()) + steps


def posteriors(emitted: Matrix, follows: Matrix) -> Matrix:
    """Atoms × roles: the probability of each role at each atom, over all labellings (forward-backward)."""
    count = len(emitted)
    if not count:
        return emitted
    forward, backward = np.zeros_like(emitted), np.zeros_like(emitted)
    forward[0] = emitted[0]
    for k in range(1, count):
        forward[k] = emitted[k] + _log_sum(forward[k - 1][:, None] + follows, axis=0)
    for k in range(count - 2, -1, -1):
        backward[k] = _log_sum(follows + (emitted[k + 1] + backward[k + 1])[None, :], axis=1)
    joint = forward + backward
    joint -= _log_sum(joint, axis=1)[:, None]
    result: Matrix = np.exp(joint)
    return result


def _log_sum(values: Matrix, axis: int) -> Matrix:
    top = values.max(axis=axis, keepdims=True)
    summed: Matrix = np.log(np.exp(values - top).sum(axis=axis)) + top.squeeze(axis)
    return summed
