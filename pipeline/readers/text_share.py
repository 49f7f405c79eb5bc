"""How much of a source's text a document holds: every character is in a block or left out by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pipeline.core.model import Block, Omitted


def coverage(source: str, blocks: Iterable[Block], omitted: Iterable[Omitted]) -> float:
    """Share of the source's non-blank characters that are in blocks (copies aside) or in `omitted`."""
    wanted = characters([source])
    total = wanted.total()
    if not total:
        return 1.0
    held = characters(
        [*(block.label + block.text for block in blocks if not block.merged), *(left.text for left in omitted)]
    )
    kept = sum(min(count, held[char]) for char, count in wanted.items())
    return 1.0 if kept == total else min(kept / total, 0.999999)


def characters(texts: Iterable[str]) -> Counter[str]:
    """How often each character that is no blank occurs."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    for char in [char for char in counts if char.isspace() or char in "\u200b\ufeff\x00"]:
        del counts[char]
    return counts
