"""Which rules of a field can hit in a text, or at a place of it, told without asking them one by one.

In: rules by field.  Out: for a text the rules whose required words (`literals`) stand in it, found for all fields at
once by one pass of an Aho-Corasick automaton; for a place the rules that may begin with its character.  What has been
found out about a text is kept, for the stages of reading ask about the same ones again and again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain, count
from typing import TYPE_CHECKING

import ahocorasick_rs

from pipeline.ruleset.literals import Beginning, beginning, required

if TYPE_CHECKING:
    from pipeline.ruleset.rule import Rule

_LONGEST = 4_000  # characters: in a longer text nearly every word stands somewhere, and all rules are asked
_KEPT = 4_096  # texts that are remembered
ALL = -1  # the bits of all rules


class Index:
    """Every rule has a bit.  All is made at the first question about it; answers are in file order."""

    def __init__(self, by_field: Mapping[str, Sequence[Rule]]) -> None:
        self._by_field = by_field
        self._at: dict[tuple[str, str], tuple[tuple[int, Rule], ...]] = {}
        self._within: dict[tuple[str, int], tuple[Rule, ...]] = {}
        self._known: dict[str, int] = {}  # a text → the bits of the rules that can hit in it

    def at(self, name: str, char: str) -> tuple[tuple[int, Rule], ...]:
        """The rules of a field, with their bits, that can match where this character stands ("": the text ends)."""
        found = self._at.get((name, char))
        if found is None:
            begins = self._beginnings.get(name, ())
            found = self._at[name, char] = tuple((bit, rule) for bit, rule, test in begins if test(char))
        return found

    def within(self, name: str, view: str) -> tuple[Rule, ...]:
        """The rules of a field that can hit somewhere in a text."""
        bits = self._known.get(view)
        own = (self._looked(view) if bits is None else bits) & self._fields.get(name, 0)
        if not own:
            return ()
        found = self._within.get((name, own))
        if found is None:
            found = self._within[name, own] = tuple(rule for bit, rule in self._bits[name] if own & bit)
        return found

    def known(self, view: str) -> int:
        """The bits of the rules that can hit in a text, all where nobody has asked `within` about it yet."""
        return self._known.get(view, ALL)

    def _looked(self, view: str) -> int:
        if len(view) > _LONGEST:
            return ALL
        words, meant, free = self._words
        for place in {found[0] for found in words.find_matches_as_indexes(view, overlapping=True)}:
            free |= meant[place]
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[view] = free
        return free

    @cached_property
    def _bits(self) -> Mapping[str, Sequence[tuple[int, Rule]]]:
        place = count()
        return {name: [(1 << next(place), rule) for rule in rules] for name, rules in self._by_field.items()}

    @cached_property
    def _fields(self) -> Mapping[str, int]:
        return {name: sum(bit for bit, _ in rules) for name, rules in self._bits.items()}

    @cached_property
    def _beginnings(self) -> Mapping[str, Sequence[tuple[int, Rule, Beginning]]]:
        return {name: [(bit, r, beginning(r.pattern)) for bit, r in rules] for name, rules in self._bits.items()}

    @cached_property
    def _words(self) -> tuple[ahocorasick_rs.AhoCorasick, Sequence[int], int]:
        """The automaton, the bits of the rules that each of its words stands for, and those that require no word."""
        meant: dict[str, int] = {}
        free = 0
        for bit, rule in chain.from_iterable(self._bits.values()):
            words = required(rule.pattern)
            free |= bit if words is None else 0
            for word in words or ():
                meant[word] = meant.get(word, 0) | bit
        return ahocorasick_rs.AhoCorasick(list(meant)), list(meant.values()), free
