"""Answers that stand apart from their problems: a chapter lists them, another (or the next part of it) answers them.

In: the parse of a paper and the rules.  Out: the same atoms in the order of an ordinary bulletin, each answer right
behind the problem that it answers, and what share of the problems it answers.  An answer belongs to the problems whose
numbers it names (针对问题3, 答第2题), else to the one whose name its heading repeats, else to the one with its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from rapidfuzz import fuzz, process

from pipeline.core import values
from pipeline.extract.assemble import (
    ADVICE,
    ADVICE_ON,
    GROUP,
    GROUP_STATUS,
    KEYED,
    MEASURE,
    OTHER,
    PROBLEM,
    PROBLEM_ON,
    REST,
)
from pipeline.extract.atoms import BRACKET, KEY, Atom, Atoms
from pipeline.extract.duties import assignment
from pipeline.extract.parse import Parse
from pipeline.extract.weights import best_path
from pipeline.ruleset.rule import Rules

_KEPT = (PROBLEM, PROBLEM_ON, GROUP, GROUP_STATUS, ADVICE, ADVICE_ON, KEYED)  # roles outside the answers
_NEVER = -1e6
_FEWEST = 2  # problems that a list has, and answers that name numbers
_LIKE = 55.0  # likeness of a heading and the problem that it repeats, of 100
_SAME = 80.0  # likeness from which a line repeats a problem's words
_COMPARED = 600  # problems of a list from which on answers are found only by the very words: each is held against all
_ASIDE = 8  # letters behind a name that still only name: 答第3题（教务处部分）
_HEADING = 24  # characters of a chapter's heading at the most


@dataclass(frozen=True, slots=True)
class Rearranged:
    """Atoms with their roles, every answer behind its problem.

    `share`: how many of the problems have an answer; `named`: how many have one that names their number or words.
    """

    atoms: Atoms
    roles: tuple[str, ...]
    share: float
    named: float


@dataclass(slots=True)
class _Listed:
    """Problems that stand together, and all atoms of the chapters that may answer them (places of atoms)."""

    problems: list[int] = field(default_factory=list)
    pool: list[int] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)  # of the problems


def rearranged(parsed: Parse, rules: Rules) -> Rearranged | None:
    """The paper with each answer behind its problem, None where no answers stand apart."""
    return _Apart(parsed, rules).read()


class _Apart:
    def __init__(self, parsed: Parse, rules: Rules) -> None:
        self.parsed, self.rules = parsed, rules
        self.items, self.roles = parsed.atoms.items, parsed.roles
        self.named = [self._numbers(atom) for atom in self.items]
        self.chapter = [self._chapter(k) for k in range(len(self.items))]
        self.paths = list(_paths(self.items))
        self.roles = self._listed_roles()
        self.lists: list[_Listed] = []
        self.kept: list[int] = []
        self.by_name: set[int] = set()  # problems that an answer names
        self.plain: set[int] = set()  # where an answer begins whose label alone tells what it answers

    def read(self) -> Rearranged | None:
        """Lists and their chapters of answers, then each answer moved behind its problem."""
        self._gather()
        answers: dict[int, list[int]] = {}
        for listed in (one for one in self.lists if one.pool):
            for problem, places in self._answers(listed):
                answers.setdefault(problem, []).extend(places)
        count = sum(len(listed.problems) for listed in self.lists)
        if len(answers) < _FEWEST:
            return None
        atoms, roles = self._moved(answers)
        return Rearranged(atoms, roles, len(answers) / count, len(self.by_name) / count)

    # —— which atoms list problems, which may answer them ——

    def _listed_roles(self) -> list[str]:
        """The roles of the parse; a chapter of problems that a chapter of answers follows holds nothing else."""
        heads = [k for k, chapter in enumerate(self.chapter) if chapter]
        emitted = self.parsed.emitted.copy()
        roles = self.parsed.weights.roles
        forced = False
        for head, behind in pairwise(heads):
            if (self.chapter[head], self.chapter[behind]) != ("problems", "answers"):
                continue
            ends = self._ends_of(head, _Listed())
            for k in range(head + 1, behind):
                if _scheme(self.items[k]) in ends:
                    break
                mark, forced = self.items[k].mark, True
                behind_it = self.paths[k + 1][: len(self.paths[k])] if k + 1 < behind else ()
                over = mark is not None and behind_it == self.paths[k] and self.items[k + 1].mark is not None
                free = _IN_LIST if mark is None else (PROBLEM, PROBLEM_ON) if mark.enumerator else (PROBLEM,)
                free = (PROBLEM, GROUP) if over else free
                emitted[k, [n for n, role in enumerate(roles) if role not in free]] += _NEVER
        if not forced:
            return self.roles
        return [roles[n] for n in best_path(emitted, self.parsed.weights.follows)]

    def _gather(self) -> None:
        listed = _Listed()
        ends: frozenset[str] | None = None  # labels that end a chapter of answers, None outside one
        for k in range(len(self.items)):
            if ends is not None and self._ends(k, ends, listed.numbers):
                ends = None
            if ends is None and len(listed.problems) >= _FEWEST and self._begins(k, listed.numbers):
                ends = self._ends_of(k, listed)
            if ends is not None:
                listed.pool.append(k)
                continue
            if self.roles[k] == PROBLEM:
                if listed.pool:
                    self.lists.append(listed)
                    listed = _Listed()
                listed.problems.append(k)
                listed.numbers.add(self._number(k))
            self.kept.append(k)
        self.lists.append(listed)

    def _ends(self, k: int, ends: frozenset[str], known: Set[int]) -> bool:
        if self.chapter[k] == "problems":
            return True
        names = bool(self.named[k]) and self.named[k] <= known
        return _scheme(self.items[k]) in ends and self.chapter[k] != "answers" and not names

    def _ends_of(self, k: int, listed: _Listed) -> frozenset[str]:
        """A chapter of answers ends at a label like its own or like one above it."""
        above = [scheme for scheme, _ in self.paths[k]]
        if self.chapter[k]:
            return frozenset(above if self.items[k].mark is not None else ())
        own = {_scheme(self.items[p]) for p in (k, *listed.problems)}
        return frozenset(above[:1]) - own

    def _begins(self, k: int, known: Set[int]) -> bool:
        if self.chapter[k] == "answers":
            return True
        return bool(self.named[k]) and self.named[k] <= known and self.roles[k] != PROBLEM

    def _numbers(self, atom: Atom) -> frozenset[int]:
        view = self.parsed.atoms.views[atom.block]
        start = atom.mark.start if atom.mark is not None else atom.start
        hit = self.rules.at("problem_named", view, start, max(atom.end, start))
        return frozenset(values.numbers_of(hit.value)) if hit is not None else frozenset()

    def _number(self, k: int) -> int:
        mark = self.items[k].mark
        return mark.number if mark is not None and mark.number is not None else -1

    def _chapter(self, k: int) -> str:
        """Whether an atom heads a chapter of problems or of answers."""
        atom = self.items[k]
        text = self.parsed.atoms.text(atom).rstrip("。：； ")
        behind = self.items[k + 1] if k + 1 < len(self.items) else None
        opens = behind is None or behind.block != atom.block or behind.mark is not None
        if not (atom.first or atom.mark is not None) or not opens or not text or len(text) > _HEADING:
            return ""
        if self.rules.at("answers", text) is not None:
            return "answers"
        return "problems" if self.rules.at("problem_chapter", text) is not None else ""

    # —— which answer belongs to which problem ——

    def _answers(self, listed: _Listed) -> Iterator[tuple[int, list[int]]]:
        starts = [k for k in listed.pool if self.named[k] and self.named[k] <= listed.numbers]
        if len(starts) >= _FEWEST:
            above = {scheme for scheme, _ in self.paths[starts[0]]} - {_scheme(self.items[starts[0]])}
            numbered: dict[int, list[int]] = {}
            for p in listed.problems:
                numbered.setdefault(self._number(p), []).append(p)
            resolved = {k: sorted(p for number in self.named[k] for p in numbered[number]) for k in starts}
            self.by_name |= {p for problems in resolved.values() for p in problems}
        else:
            starts, above = self._labelled(listed)
            resolved = self._matched(listed, starts)
        place = {k: at for at, k in enumerate(listed.pool)}
        for k in starts:
            atoms = [k]
            for at in range(place[k] + 1, len(listed.pool)):
                j = listed.pool[at]
                if j in resolved or _scheme(self.items[j]) in above or self.chapter[j] or self._away(j):
                    break
                atoms.append(j)
            for problem in resolved[k]:
                yield problem, atoms

    def _away(self, k: int) -> bool:
        """Whether a paragraph is about something else: the number of a telephone, a signature."""
        return self.roles[k] == OTHER and self.items[k].first and self.items[k].mark is None

    def _labelled(self, listed: _Listed) -> tuple[list[int], set[str]]:
        """Where answers begin when no numbers are named: at headings that repeat a name, and at like labels."""
        pool = [k for k in listed.pool if not self.chapter[k]]
        schemes = {_scheme(self.items[k]) for k in listed.problems} - {""}
        labelled = [k for k in pool if _scheme(self.items[k]) in schemes]
        framed = [k for k in pool if self.items[k].first and self._name(k)]
        if not labelled and not framed:
            first = next((_scheme(self.items[k]) for k in pool if _scheme(self.items[k])), "")
            labelled = [k for k in pool if first and _scheme(self.items[k]) == first]
        starts = sorted({*labelled, *framed})
        above = {scheme for k in starts[:1] for scheme, _ in self.paths[k]} - {_scheme(self.items[k]) for k in starts}
        return starts, above

    def _name(self, k: int) -> str:
        atom = self.items[k]
        hit = self.rules.at("frame", self.parsed.atoms.views[atom.block], atom.start, atom.end)
        return hit.value if hit is not None and hit.rule.options.get("problem") else ""

    def _matched(self, listed: _Listed, starts: Sequence[int]) -> dict[int, list[int]]:
        likest = _Likest({p: _plain(self._statement(p)) for p in listed.problems})
        top = self._top(listed, listed.problems[0])
        by_path = {_below(self.paths[k], top): k for k in listed.problems}
        top = self._top(listed, listed.pool[0])
        unique = len(by_path) == len(listed.problems)
        found: dict[int, list[int]] = {}
        for place, k in enumerate(starts):
            name = self._name(k)
            best = likest.key(_plain(name), fuzz.partial_ratio, _LIKE) if name else None
            same = by_path.get(_below(self.paths[k], top)) if unique else None
            plain = not name and self.items[k].form not in (BRACKET, KEY)
            if plain and likest.key(_plain(self._statement(k)), fuzz.ratio, _SAME) is None:
                self.plain.add(k)
            if best is not None:
                found[k] = [best]
                self.by_name.add(best)
            elif same is not None:
                found[k] = [same]
            elif not unique and place < len(listed.problems):
                found[k] = [listed.problems[place]]
            else:
                found[k] = []
        return found

    def _top(self, listed: _Listed, first: int) -> Set[str]:
        """The schemes of labels over an atom of the list, or of its answers, that are those of the chapter."""
        above = {scheme for scheme, _ in self.paths[first]} - {_scheme(self.items[p]) for p in listed.problems}
        return {scheme for scheme, _ in self.paths[listed.pool[0]]} & above

    def _statement(self, k: int) -> str:
        return self.parsed.atoms.text(self.items[k])

    # —— the new order ——

    def _moved(self, answers: dict[int, list[int]]) -> tuple[Atoms, tuple[str, ...]]:
        order: list[tuple[int, str]] = []  # an atom's place and its role, "" for one of an answer
        waiting: list[int] = []
        for k in self.kept:
            role = OTHER if self.chapter[k] or self.roles[k] not in _KEPT else self.roles[k]
            if role != PROBLEM_ON:
                order += [(j, "") for j in waiting]
                waiting = []
            order.append((k, role))
            if role == PROBLEM:
                waiting = answers.get(k, [])
        order += [(j, "") for j in waiting]
        weights = self.parsed.weights
        items: list[Atom] = []
        rows = []
        for k, role in order:
            for atom, only in self._parts(k) if not role else [(self.items[k], role)]:
                row = self.parsed.emitted[k].copy()
                barred = [n for n, r in enumerate(weights.roles) if (r != only if only else r in _OUTSIDE)]
                row[barred] += _NEVER
                items.append(atom)
                rows.append(row)
        roles = tuple(weights.roles[n] for n in best_path(np.array(rows), weights.follows))
        return Atoms(self.parsed.atoms.views, tuple(items)), roles

    def _parts(self, k: int) -> Iterator[tuple[Atom, str]]:
        """An atom of an answer, what names its problem cut off, with its role where it can have one only."""
        atom = self.items[k]
        view = self.parsed.atoms.views[atom.block]
        start = atom.mark.start if atom.mark is not None and self.named[k] else atom.start
        hit = self.rules.at("problem_named", view, start, atom.end) if self.named[k] else None
        hit = hit or (self.rules.at("frame", view, atom.start, atom.end) if self._name(k) else None)
        if hit is None:
            empty = KEYED if atom.end == atom.start else MEASURE  # 4、一是…: the number of the problem, then measures
            yield (replace(atom, mark=None), empty) if k in self.plain else (atom, "")
            return
        end = min(max(hit.end, atom.start), atom.end)
        if end > atom.start:
            yield replace(atom, end=end, form=KEY), KEYED
        rest = view[end : atom.end]
        begin = end + len(rest) - len(rest.lstrip("。；，：、 "))
        if begin < atom.end:
            only = "" if len(_plain(rest)) > _ASIDE or self.roles[k] in _TELLS else KEYED
            only = REST if assignment(self.rules, view[begin : atom.end]) else only
            yield replace(atom, start=begin, mark=None if end > atom.start else atom.mark, first=False), only


_IN_LIST = (PROBLEM, PROBLEM_ON, GROUP, GROUP_STATUS, KEYED, OTHER)
_OUTSIDE = (PROBLEM, PROBLEM_ON, GROUP, GROUP_STATUS, ADVICE, ADVICE_ON, OTHER)
_TELLS = ("ST", "DL", "LEAD", "DEPT", "PERSON")  # an atom that names a number and says more (问题1整改——已完成)


def _scheme(atom: Atom) -> str:
    return atom.mark.scheme.rstrip("+") if atom.mark is not None else ""


def _below(path: tuple[tuple[str, int], ...], top: Set[str]) -> tuple[tuple[str, int], ...]:
    """The labels over an atom and its own, without those of the chapter."""
    return tuple(step for step in path if step[0] not in top)


class _Likest:
    """Which of some texts a text is most like; of very many only one that has its very words, for time's sake."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self._texts = texts
        self._same = {text: key for key, text in reversed(list(texts.items()))}

    def key(self, said: str, likeness: Callable[..., float], least: float) -> int | None:
        """The key of the text that is most alike, from a likeness on."""
        if len(self._texts) > _COMPARED:
            return self._same.get(said)
        best = process.extractOne(said, self._texts, scorer=likeness, score_cutoff=least)
        return None if best is None else int(best[2])


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _paths(items: Sequence[Atom]) -> Iterator[tuple[tuple[str, int], ...]]:
    """The labels that each atom stands under, and its own: scheme and number from the top."""
    stack: list[tuple[str, int]] = []
    for atom in items:
        steps = [(_scheme(atom), atom.mark.number or 0)] if atom.mark is not None else []
        number = values.ordinal(atom.key) if atom.form == BRACKET and atom.mark is not None else None
        if number is not None:  # 3、（1）: the second label of a line
            steps.append(("decimal_paren", int(number)))
        for step in steps:
            at = next((i for i, (scheme, _) in enumerate(stack) if scheme == step[0]), len(stack))
            stack[at:] = [step]
        yield tuple(stack)
