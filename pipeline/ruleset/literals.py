"""What a regular expression can't do without, read off its parsed form: never written by hand.

In: a compiled pattern.  Out: `beginning`, a test for the characters that a match may begin with, and `required`, texts
of which one stands in every text that the pattern hits.  Neither is exact: they may let a pattern through that does not
hit, and never keep one back that does.  (After R. Cox, "Regular expression matching with a trigram index", 2012.)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import product
from typing import Any

_parser = import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

_MOST_TEXTS = 96  # texts that a piece of a pattern is spelt out to
_LONGEST = 8  # characters that a spelt-out text grows to
_COMMON = 0.02  # a guess at how often a character stands at a place: short texts and long lists say little
_ZERO_WIDTH = ("AT", "ASSERT", "ASSERT_NOT")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")

_CATEGORIES = {
    "CATEGORY_DIGIT": re.compile(r"\d"),
    "CATEGORY_NOT_DIGIT": re.compile(r"\D"),
    "CATEGORY_SPACE": re.compile(r"\s"),
    "CATEGORY_NOT_SPACE": re.compile(r"\S"),
    "CATEGORY_WORD": re.compile(r"\w"),
    "CATEGORY_NOT_WORD": re.compile(r"\W"),
}

Texts = frozenset[str]
Beginning = Callable[[str], bool]
_EMPTY: Texts = frozenset({""})


@dataclass(frozen=True, slots=True)
class _Seen:
    """A piece of a pattern: all texts that it matches when they are few, and texts of which one is in every match."""

    exact: Texts | None = None
    required: Texts | None = None


_ANYTHING = _Seen()


def required(pattern: re.Pattern[str]) -> Texts | None:
    """Texts of which one stands in every text that the pattern hits; None when nothing can be said."""
    if pattern.flags & re.IGNORECASE:
        return None
    return _told_of(_sequence(_parser.parse(pattern.pattern, pattern.flags)))


def beginning(pattern: re.Pattern[str]) -> Beginning:
    """Whether a match may begin with a character; without a character: whether a match may be empty."""
    if pattern.flags & re.IGNORECASE:
        return lambda char: True
    tests, empty = _first(_parser.parse(pattern.pattern, pattern.flags))
    return lambda char: empty or (bool(char) and any(test(char) for test in tests))


def _named(items: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, Any]]:
    """The parts of a parsed pattern by the names of what they are."""
    return ((op.name, argument) for op, argument in items)


# --- texts that every match holds --------------------------------------------------------------------


def _sequence(items: Iterable[tuple[Any, Any]]) -> _Seen:
    whole: Texts | None = _EMPTY
    run: Texts = _EMPTY  # what the items before this one spell, as far as they were few
    best: Texts | None = None
    for op, argument in _named(items):
        seen = _node(op, argument)
        best = _better(best, seen.required)
        joined = _joined(run, seen.exact)
        if joined is None:
            best = _better(best, _told(run))
            run, whole = seen.exact or _EMPTY, None
        else:
            run = joined
    best = _better(best, _told(run))
    return _Seen(run if whole is not None else None, best)


def _node(op: Any, argument: Any) -> _Seen:
    if op == "LITERAL":
        return _Seen(frozenset({chr(argument)}))
    if op == "IN":
        return _Seen(_class(argument))
    if op == "ASSERT":  # what is looked for beside a match stands in the text as well
        return _Seen(_EMPTY, _told_of(_sequence(argument[1])))
    if op in _ZERO_WIDTH:
        return _Seen(_EMPTY)
    if op == "BRANCH":
        return _branches([_sequence(branch) for branch in argument[1]])
    if op == "SUBPATTERN":
        return _ANYTHING if argument[1] & re.IGNORECASE else _sequence(argument[3])
    if op == "ATOMIC_GROUP":
        return _sequence(argument)
    if op in _REPEATS:
        return _repeated(*argument)
    return _ANYTHING


def _class(items: Iterable[tuple[Any, Any]]) -> Texts | None:
    """The characters of a class; None for one that is negated, that names a category, or that has too many."""
    found: set[str] = set()
    for op, argument in _named(items):
        if op == "LITERAL":
            found.add(chr(argument))
        elif op == "RANGE" and argument[1] - argument[0] < _MOST_TEXTS:
            found.update(map(chr, range(argument[0], argument[1] + 1)))
        else:
            return None
    return frozenset(found) if len(found) <= _MOST_TEXTS else None


def _branches(branches: Sequence[_Seen]) -> _Seen:
    exact = [branch.exact for branch in branches if branch.exact is not None]
    texts = frozenset().union(*exact) if len(exact) == len(branches) else None
    told = [_told_of(branch) for branch in branches]
    known = [one for one in told if one is not None]
    whole = frozenset().union(*known) if len(known) == len(told) else None
    return _Seen(texts if texts is not None and len(texts) <= _MOST_TEXTS else None, whole)


def _repeated(least: int, most: Any, inside: Any) -> _Seen:
    seen = _sequence(inside)
    if least == 0:
        return _Seen(seen.exact | _EMPTY) if most == 1 and seen.exact is not None else _ANYTHING
    exact = seen.exact if least == most == 1 else None
    return _Seen(exact, _told_of(seen))


def _joined(run: Texts, following: Texts | None) -> Texts | None:
    """Every text of the one with every text of the other behind it; None when these are too many or too long."""
    if following is None or len(run) * len(following) > _MOST_TEXTS:
        return None
    joined = frozenset(a + b for a, b in product(run, following))
    return joined if max(map(len, joined)) <= _LONGEST else None


def _told_of(seen: _Seen) -> Texts | None:
    return _better(seen.required, _told(seen.exact))


def _told(texts: Texts | None) -> Texts | None:
    """The texts as a requirement: one that may be empty requires nothing."""
    return None if not texts or "" in texts else texts


def _better(one: Texts | None, other: Texts | None) -> Texts | None:
    """Of two requirements the one that fewer texts will meet by chance."""
    if one is None or other is None:
        return one if other is None else other
    return min(one, other, key=lambda texts: (sum(_COMMON ** len(text) for text in texts), sorted(texts)))


# --- characters that a match may begin with -----------------------------------------------------------


def _first(items: Iterable[tuple[Any, Any]]) -> tuple[list[Beginning], bool]:
    """Tests of which one holds for the first character of every match, and whether a match may be empty."""
    found: list[Beginning] = []
    for op, argument in _named(items):
        tests, empty = _first_of(op, argument)
        found += tests
        if not empty:
            return found, False
    return found, True


def _first_of(op: Any, argument: Any) -> tuple[list[Beginning], bool]:
    if op == "IN":
        return [partial(_in_class, tuple(argument))], False
    if op in ("LITERAL", "NOT_LITERAL"):
        return [partial(_is, op, argument)], False
    if op == "ANY":
        return [bool], False
    if op in _ZERO_WIDTH:
        return [], True
    if op == "BRANCH":
        branches = [_first(branch) for branch in argument[1]]
        return [test for tests, _ in branches for test in tests], any(empty for _, empty in branches)
    if op == "SUBPATTERN" and not argument[1] & re.IGNORECASE:
        return _first(argument[3])
    if op == "ATOMIC_GROUP":
        return _first(argument)
    if op in _REPEATS:
        tests, empty = _first(argument[2])
        return tests, empty or argument[0] == 0
    return [bool], True  # a group again, a condition: anything


def _in_class(items: Sequence[tuple[Any, Any]], char: str) -> bool:
    negated: bool = items[0][0].name == "NEGATE"
    return any(_is(op, argument, char) for op, argument in _named(items[negated:])) != negated


def _is(op: Any, argument: Any, char: str) -> bool:
    if op == "LITERAL":
        return bool(ord(char) == argument)
    if op == "NOT_LITERAL":
        return bool(ord(char) != argument)
    if op == "RANGE":
        return bool(argument[0] <= ord(char) <= argument[1])
    return _CATEGORIES[argument.name].match(char) is not None
