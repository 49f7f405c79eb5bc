"""Own evidence of all atoms → what speaks for each role at each atom, the neighbours' evidence counted in.

The same sums as `weights.emissions` over `evidence.with_neighbours`, without spelling out the neighbours' names: an
atom's own names are summed once with the weights that they have for itself and for each neighbour that it is to others.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence, Set

import numpy as np

from pipeline.extract.evidence import OUTWARD, SIGNS, neighbours
from pipeline.extract.weights import Matrix, Weights


def emitted_by(own: Sequence[Set[str]], blocks: Sequence[int], weights: Weights) -> Matrix:
    """Atoms × roles."""
    rows, table = _stacked(weights)
    lines = [sorted(row for name in names if (row := rows.get(name)) is not None) for names in own]
    count, width = len(own), len(weights.roles)
    shown = np.zeros((count, len(_PLACES), width))
    for number, line in enumerate(lines):
        if line:
            shown[number] = table[line].sum(axis=0)
    total: Matrix = shown[:, 0].copy()
    alone = np.zeros(width)
    for number, beside in enumerate(neighbours(blocks)):
        for sign, other in beside:
            if other is None:
                total[number] += weights.evidence.get(sign, alone)
            else:
                total[number] += shown[other, _PLACES[sign]]
    return total


_PLACES = {sign: place for place, sign in enumerate(("", *SIGNS))}


@functools.lru_cache(maxsize=4)
def _stacked(weights: Weights) -> tuple[Mapping[str, int], Matrix]:
    """A name → its row in (names × signs × roles): its weights for the atom itself and as each neighbour's."""
    told = {
        (place, key.removeprefix(sign)): line
        for key, line in weights.evidence.items()
        for sign, place in _PLACES.items()
        if key.startswith(sign) and (not sign or key.removeprefix(sign).startswith(OUTWARD))
    }
    rows = {name: row for row, name in enumerate(dict.fromkeys(name for _, name in told))}
    table = np.zeros((len(rows), len(_PLACES), len(weights.roles)))
    for (place, name), line in told.items():
        table[rows[name], place] = line
    return rows, table
