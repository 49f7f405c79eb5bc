"""Labelled atoms → problems and advice: one assembler, whatever gave the atoms their roles.

In: the atoms of a paper with a role each.  Out: `Problem`s with their groups, status, measures, duties and spans, and
pieces of advice.  What a role means for the tables is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.core.model import Document, Fact, Span
from pipeline.extract.atoms import BRACKET, KEY, Atom, Atoms
from pipeline.extract.duties import assign, assignment, deadline, read_fields
from pipeline.extract.found import Measure, Problem, fact, joined, set_status, trimmed
from pipeline.extract.status import by_morphemes
from pipeline.ruleset.rule import Hit, Rules

OTHER, GROUP, GROUP_STATUS, PROBLEM, PROBLEM_ON, KEYED, REST = "O", "G", "GS", "P", "p", "K", "X"
STATUS, MEASURE, MEASURE_ON, ADVICE, ADVICE_ON = "ST", "M", "m", "A", "a"
DUTIES = {"LEAD": "lead", "DEPT": "dept", "PERSON": "person", "DL": "deadline"}
_HEADLINE = 40  # a first sentence longer than this is no headline
_GROUPS = 3


@dataclass(frozen=True, slots=True)
class Assembled:
    """What the labelled atoms of one paper say, and its headings (`groups`: the atoms that only group)."""

    problems: tuple[Problem, ...]
    advice: tuple[tuple[str, Fact], ...]
    groups: tuple[int, ...]


@dataclass(slots=True)
class _Open:
    """One problem while its atoms come in."""

    problem: Problem
    statement: list[Span] = field(default_factory=list)
    measures: list[tuple[str, str, list[Span]]] = field(default_factory=list)  # label, rule, spans
    duties: dict[str, list[Span]] = field(default_factory=dict)
    answered: bool = False
    lasting: tuple[Span, Hit] | None = None


@dataclass(slots=True)
class _Level:
    form: str
    title: Fact | None  # None: it only says how what stands below it stands
    status: tuple[Span, Hit] | None = None


def assemble(document: Document, atoms: Atoms, roles: Sequence[str], rules: Rules) -> Assembled:
    """Problems and advice of a labelled paper.  `roles[k]` is the role of `atoms.items[k]`."""
    return _Assembler(document, atoms, rules).read(roles)


class _Assembler:
    def __init__(self, document: Document, atoms: Atoms, rules: Rules) -> None:
        self.document, self.atoms, self.rules = document, atoms, rules
        self.done: list[Problem] = []
        self.advice: list[tuple[str, list[Span]]] = []
        self.levels: list[_Level] = []
        self.groups: list[int] = []
        self.open: _Open | None = None
        self.named: Atom | None = None  # the line of a label alone, waiting for its problem

    def read(self, roles: Sequence[str]) -> Assembled:
        fresh = False  # a group heading came since the last problem
        keys: list[Atom] = []  # of this block, waiting for what they stand before
        for number, (atom, role) in enumerate(zip(self.atoms.items, roles, strict=True)):
            if keys and (keys[-1].block != atom.block or role not in (KEYED, PROBLEM)):
                self._keyed(keys)
                keys = []
            if role == KEYED:
                keys.append(atom)
                continue
            if role in (OTHER, REST) and atom.first and atom.mark is not None and self._only_status(atom):
                role = GROUP_STATUS
            if role in (GROUP, GROUP_STATUS):
                self._close()
                role = GROUP_STATUS if self._only_status(atom) else role
                if role == GROUP:
                    self._group(atom, fresh)
                    self.groups.append(number)
                    fresh = True
                else:
                    self._group_status(atom)
            elif role == PROBLEM:
                self._close()
                self._begin(atom, keys)
                keys = []
                fresh = False
            elif role in (ADVICE, ADVICE_ON):
                self._close()
                if role == ADVICE or not self.advice:
                    self.advice.append((atom.mark.text if atom.mark else "", []))
                self.advice[-1][1].append(_span(atom))
            elif self.open is not None:
                self._within(atom, role)
        self._keyed(keys)
        self._close()
        advice = [
            (label, fact(self.document, "advice", trimmed(self.document, joined(spans)), "advice.parsed"))
            for label, spans in self.advice
        ]
        return Assembled(tuple(self.done), tuple(advice), tuple(self.groups))

    def _keyed(self, keys: Sequence[Atom]) -> None:
        for key in keys if self.open is not None else ():
            self._within(key, KEYED)

    def _within(self, atom: Atom, role: str) -> None:
        assert self.open is not None
        opened, span = self.open, _span(atom)
        if role == OTHER:
            if atom.first:
                self._close()
            return
        region = opened.problem.region
        if region[-1].block == span.block and region[-1].end <= span.start:
            region[-1] = Span(span.block, region[-1].start, span.end)
        else:
            region.append(span)
        if role == PROBLEM_ON and atom.form == BRACKET and self.rules.at("status", atom.key) is not None:
            role = STATUS
        if role == PROBLEM_ON and not opened.answered:
            opened.statement.append(span)
            return
        if role == PROBLEM_ON:
            role = REST
        if role in DUTIES:
            opened.duties.setdefault(DUTIES[role], []).append(span)
            return
        text = self.atoms.text(atom)
        if role in (MEASURE, MEASURE_ON) and (self.rules.at("responsibility", text) or assignment(self.rules, text)):
            role = REST  # 由甲牵头，乙处承办，6月底前完成: who and when, read below from the whole region
        opened.answered = opened.answered or role != KEYED or bool(opened.measures)
        if role == STATUS:
            self._status(opened, atom)
        elif role == MEASURE or (role == MEASURE_ON and not opened.measures):
            label, rule = (atom.mark.text, atom.mark.rule) if atom.mark else ("", "measure.parsed")
            opened.measures.append((label, rule, [span]))
        elif role == MEASURE_ON:
            opened.measures[-1][2].append(span)
        opened.problem.rectification.append(_with_label(atom))

    def _begin(self, atom: Atom, keys: Sequence[Atom]) -> None:
        first = next((one for one in (*keys, atom) if one.mark is not None), None)
        mark = first.mark if first is not None else None
        problem = Problem(label=mark.text if mark else "")
        problem.region = [Span(atom.block, keys[0].start if keys else atom.start, atom.end)]
        self.open = _Open(problem, [_span(atom)])

    def _status(self, opened: _Open, atom: Atom) -> None:
        if opened.problem.status is None:
            hit = status_of(self.atoms, atom, self.rules)
            if hit is not None:
                place = Span(atom.block, hit.value_start, hit.value_end)
                if hit.long_term and hit.value_end - hit.value_start == _only_long(hit):
                    opened.lasting = (place, hit)  # 长期坚持 alone: done, unless the heading above says otherwise
                else:
                    set_status(self.document, opened.problem, hit, place)

    def _close(self) -> None:
        opened, self.open = self.open, None
        if opened is None:
            return
        problem = opened.problem
        problem.problem = statement(self.document, self.atoms, opened.statement, self.rules)
        if not problem.problem.text:
            return
        facts = [level.title for level in self.levels if level.title is not None]
        if len(facts) >= 3 and self.rules.at("school_heading", str(facts[0].value)):
            facts = facts[:2]
        if facts:
            problem.aspect = facts[0]
        if len(facts) >= 2:
            last = facts[-1]
            problem.category = Fact("category", last.value, last.text, last.span, last.rule)
        told = next((level.status for level in reversed(self.levels) if level.status is not None), None)
        told = told or opened.lasting
        if problem.status is None and told is not None:
            set_status(self.document, problem, told[1], told[0])
        problem.long_term = problem.long_term or opened.lasting is not None
        for label, rule, spans in opened.measures:
            self._measure(problem, label, rule, spans)
        for name, spans in opened.duties.items():
            place = trimmed(self.document, joined(spans))
            words = self.document.text(place)
            value = deadline(words) if name == "deadline" else words
            if name == "dept" and "person" not in opened.duties and _two_names(words):
                assign(self.document, problem, ["dept", "person"], place, "dept.parsed", self.rules)
            elif words:
                problem.fields[name] = fact(self.document, name, place, f"{name}.parsed", value)
        read_fields(self.document, self.atoms.views, problem, self.rules)
        self.done.append(problem)

    def _measure(self, problem: Problem, label: str, rule: str, spans: list[Span]) -> None:
        place = trimmed(self.document, joined(spans))
        text = self.document.text(place)
        if not text:
            return
        cut = next((i for i, char in enumerate(text) if char in "。！？"), -1)
        headline = text[:cut] if 0 < cut <= _HEADLINE and cut < len(text) - 1 else ""
        problem.measures.append(Measure(fact(self.document, "measure", place, rule), label, headline))

    def _group(self, atom: Atom, fresh: bool) -> None:
        form = _form(self.document, atom)
        at = next((k for k, level in enumerate(self.levels) if level.form == form), None)
        if at is not None:
            del self.levels[at:]
        elif not fresh and atom.mark is None and not any(level.form.startswith("label") for level in self.levels):
            del self.levels[-1:]
        del self.levels[_GROUPS - 1 :]
        self.levels.append(_Level(form, heading(self.document, self.atoms, atom, self.rules)))
        noted = self.rules.first("heading_note", self.atoms.views[atom.block], atom.start)
        if noted is not None:
            self._all_status(atom.block, noted)

    def _only_status(self, atom: Atom) -> bool:
        """Whether a heading says how the problems below it stand, and nothing else (已完成整改的问题（9个）)."""
        view = self.atoms.views[atom.block]
        hit = self.rules.at("status_group", view, atom.start, atom.end)
        whole = hit is not None and hit.end >= len(view[: atom.end].rstrip("。：， "))
        return hit is not None and whole and self.rules.at("status", hit.value.strip()) is not None

    def _all_status(self, block: int, noted: Hit) -> None:
        every = self.rules.first("status_group_all", noted.value)
        hit = by_morphemes(every.value, self.rules) if every is not None else None
        if every is not None and hit is not None:
            at = noted.value_start + every.value_start
            self.levels[-1].status = (Span(block, at, at + len(every.value)), hit)

    def _group_status(self, atom: Atom) -> None:
        hit = status_of(self.atoms, atom, self.rules)
        if hit is None:
            return
        told = (Span(atom.block, hit.value_start, hit.value_end), hit)
        if atom.mark is None and self.levels:
            self.levels[-1].status = told
            return
        form = _form(self.document, atom)
        at = next((k for k, level in enumerate(self.levels) if level.form == form), None)
        if at is not None:
            self.levels[at].status = told
            del self.levels[at + 1 :]
        else:
            self.levels.append(_Level(form, None, told))


def _only_long(hit: Hit) -> int:
    """How many characters of a status say 长期坚持."""
    return max((len(text) for name, text in hit.groups.items() if name.startswith("long") and text), default=-1)


def _two_names(words: str) -> bool:
    """教务处 王芳: an office and a person, parted by a blank."""
    parts = words.split()
    return len(parts) == 2 and 2 <= len(parts[1]) <= 4


def status_of(atoms: Atoms, atom: Atom, rules: Rules) -> Hit | None:
    """The status that an atom states, with its place in the block: by the known words, else by morphemes."""
    view = atoms.views[atom.block]
    start, end = (atom.start + 1, atom.end - 1) if atom.form == BRACKET else (atom.start, atom.end)
    known = rules.at("status", view, start, end) or rules.first("status", view, start, end)
    if known is not None:
        return known
    return by_morphemes(view[:end], rules, start)


def statement(document: Document, atoms: Atoms, spans: list[Span], rules: Rules) -> Fact:
    """A problem's words without number, frame and closing punctuation."""
    first = spans[0]
    view = atoms.views[first.block]
    hit = rules.at("frame", view, first.start, first.end)
    if hit is not None and hit.value_end > hit.value_start:
        inner = trimmed(document, Span(first.block, hit.value_start, hit.value_end))
        if len(spans) == 1 or hit.value_end < hit.end:
            nested = rules.at("frame", view, inner.start, inner.end)
            if nested is not None and nested.value_end > nested.value_start:
                inner = trimmed(document, Span(first.block, nested.value_start, nested.value_end))
            return fact(document, "problem", inner, hit.rule.id)
        first = Span(first.block, hit.value_start, first.end)
    return fact(document, "problem", trimmed(document, joined([first, *spans[1:]])), "problem.parsed")


def heading(document: Document, atoms: Atoms, atom: Atom, rules: Rules) -> Fact:
    """A group's title without number, frame, count and closing punctuation."""
    view, end = atoms.views[atom.block], atom.end
    note = rules.first("heading_note", view, atom.start, end)
    if note is not None and note.start > atom.start:
        end = note.start
    hit = rules.at("frame", view, atom.start, end)
    if hit is not None and hit.value_end > hit.value_start:
        place, rule = Span(atom.block, hit.value_start, hit.value_end), hit.rule.id
    else:
        place, rule = Span(atom.block, atom.start, end), "heading.parsed"
    return fact(document, "aspect", trimmed(document, place), rule)


def _form(document: Document, atom: Atom) -> str:
    """What makes headings of one level alike: the scheme of their labels, else their look."""
    if atom.mark is not None:
        return f"label {atom.mark.scheme.rstrip('+')}"
    block = document.blocks[atom.block]
    return f"line {block.style} {block.align} {bool(block.bold)} {atom.form if atom.form not in (KEY,) else ''}"


def _span(atom: Atom) -> Span:
    return Span(atom.block, atom.start, atom.end)


def _with_label(atom: Atom) -> Span:
    return Span(atom.block, atom.mark.start if atom.mark is not None and atom.mark.end else atom.start, atom.end)


def spans_of(problem: Problem) -> Iterator[tuple[str, Span]]:
    """Role and place of everything that a problem states, so that any reading can be laid on the atoms."""
    one = ((GROUP, problem.aspect), (GROUP, problem.category), (PROBLEM, problem.problem), (STATUS, problem.status))
    for role, stated in one:
        if stated is not None:
            yield role, stated.span
    for role, name in DUTIES.items():
        if name in problem.fields:
            yield role, problem.fields[name].span
    for measure in problem.measures:
        yield MEASURE, measure.fact.span
