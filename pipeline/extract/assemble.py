"""Labelled atoms → problems and advice: one assembler, whatever gave the atoms their roles.

In: the atoms of a paper with a role each.  Out: `Problem`s with their groups, status, measures, duties and spans, and
pieces of advice.  What a role means for the tables is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.core.model import Document, Fact, Span
from pipeline.extract.atoms import BRACKET, CLAUSE, KEY, Atom, Atoms
from pipeline.extract.duties import assign, assignment, deadline, read_fields
from pipeline.extract.found import Measure, Problem, fact, joined, set_status, trimmed
from pipeline.extract.marks import Mark
from pipeline.extract.status import by_morphemes
from pipeline.extract.wording import heading, statement, status_of
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
    maybe: Atom | None = None  # says a status and nothing else, though it was not taken for one
    spare: list[Atom] = field(default_factory=list)  # enumerated, though not taken for measures
    before: Atom | None = None  # the atom in front of the current one
    counted: Mark | None = None  # the label of the last measure


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
        self.begun = 0  # how many problems there are before the current group
        self.open: _Open | None = None
        self.upper: frozenset[int] | None = None  # bare headings over others; None where no two stand together

    def read(self, roles: Sequence[str]) -> Assembled:
        self.upper = self._upper(roles)
        fresh = False  # a group heading came since the last problem
        keys: list[Atom] = []  # of this block, waiting for what they stand before
        for number, (atom, role) in enumerate(zip(self.atoms.items, roles, strict=True)):
            if keys and (keys[-1].block != atom.block or role not in (KEYED, PROBLEM)):
                self._keyed(keys)
                keys = []
            if role == KEYED:
                keys.append(atom)
                continue
            if atom.first and atom.mark is None and self._status_above(atom):
                continue
            if role in (OTHER, REST) and atom.first and atom.mark is not None and self._only_status(atom):
                role = GROUP_STATUS
            if role in (GROUP, GROUP_STATUS):
                self._close()
                self.begun = len(self.done)
                role = GROUP_STATUS if self._only_status(atom) else role
                if role == GROUP:
                    self._group(atom, fresh, number)
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

    def _status_above(self, atom: Atom) -> bool:
        """以上问题均已整改完毕: how those of the problems in this group stand that don't say it themselves."""
        hit = self.rules.at("status_above", self.atoms.views[atom.block], atom.start, atom.end)
        status = by_morphemes(hit.value, self.rules) if hit is not None else None
        if hit is None or status is None:
            return False
        self._close()
        for problem in self.done[self.begun :]:
            if problem.status is None:
                set_status(self.document, problem, status, Span(atom.block, hit.value_start, hit.value_end))
        return True

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
        text = self.atoms.text(atom)
        told = bool(self.rules.at("responsibility", text)) or bool(assignment(self.rules, text))
        if role in DUTIES and not told:
            opened.duties.setdefault(DUTIES[role], []).append(span)
            return
        if role in (MEASURE, MEASURE_ON) and atom.form == BRACKET and self._says_status(atom, opened.before):
            role = STATUS
        if role in (MEASURE, MEASURE_ON, *DUTIES) and told:
            role = REST  # 由甲牵头，乙处承办，6月底前完成: who and when, read below from the whole region
        if role == REST and opened.maybe is None and self._says_status(atom, opened.before):
            opened.maybe = atom
        if role == REST and atom.mark is not None and atom.mark.enumerator and not opened.measures:
            opened.spare.append(atom)
        opened.before = atom
        if role == MEASURE_ON and _counts_on(opened.counted, atom.mark):
            role = MEASURE
        opened.answered = opened.answered or role != KEYED or bool(opened.measures)
        if role == STATUS or (role == REST and atom.form == BRACKET and self._lasting(atom)):
            self._status(opened, atom)
        elif role == MEASURE or (role == MEASURE_ON and not opened.measures):
            label, rule = (atom.mark.text, atom.mark.rule) if atom.mark else ("", "measure.parsed")
            opened.measures.append((label, rule, [span]))
            opened.counted = atom.mark
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
        if opened.problem.status is not None and self._lasting(atom):
            opened.problem.long_term = True
        if opened.problem.status is None:
            hit = status_of(self.atoms, atom, self.rules)
            if hit is not None:
                place = Span(atom.block, hit.value_start, hit.value_end)
                if hit.long_term and hit.value_end - hit.value_start == _only_long(hit):
                    opened.lasting = (place, hit)  # 长期坚持 alone: done, unless the heading above says otherwise
                else:
                    set_status(self.document, opened.problem, hit, place)

    def _says_status(self, atom: Atom, before: Atom | None) -> bool:
        """Whether an atom is a status and nothing else, and not the value of a key that asks for something else."""
        marker = before is None or before.form != KEY or self.rules.at("rectification", f"{before.key}：") is not None
        if atom.form not in (BRACKET, CLAUSE) or not marker:
            return False
        view = self.atoms.views[atom.block]
        start, end = (atom.start + 1, atom.end - 1) if atom.form == BRACKET else (atom.start, atom.end)
        hit = self.rules.at("status", view, start, end)
        return hit is not None and hit.end >= start + len(view[start:end].rstrip("。；， "))

    def _lasting(self, atom: Atom) -> bool:
        """正在整改（长期坚持）: the bracket says nothing but that."""
        hit = status_of(self.atoms, atom, self.rules)
        return hit is not None and hit.long_term and hit.value_end - hit.value_start == _only_long(hit)

    def _close(self) -> None:
        opened, self.open = self.open, None
        if opened is None:
            return
        problem = opened.problem
        if problem.status is None and opened.maybe is not None:
            self._status(opened, opened.maybe)
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
        if problem.status is not None and not opened.measures:  # 正在推进。一是…: an answer says what is done
            opened.measures = [(atom.mark.text, atom.mark.rule, [_span(atom)]) for atom in opened.spare if atom.mark]
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

    def _upper(self, roles: Sequence[str]) -> frozenset[int] | None:
        """Headings without labels that stand over others: those that another follows, and what looks like them."""
        bare = [k for k, role in enumerate(roles) if role == GROUP and self.atoms.items[k].mark is None]
        above = {one for one, other in pairwise(bare) if other == one + 1}
        below = [k for k in bare if k - 1 in above and k not in above]
        if not above or not below:
            return None
        looks = {k: self._look(self.atoms.items[k]) for k in bare}
        over, under = ({look for k in some for look in looks[k]} for some in (above, below))
        alone = (k for k in bare if k not in above and k not in below)
        return frozenset(above | {k for k in alone if looks[k] & (over - under) and not looks[k] & (under - over)})

    def _look(self, atom: Atom) -> frozenset[str]:
        view = self.atoms.text(atom).rstrip("。：；， ")
        frame = self.rules.at("frame", self.atoms.views[atom.block], atom.start, atom.end)
        return frozenset({f"ends {view[-2:]}", f"begins {view[:1]}", f"frame {frame.rule.id if frame else ''}"})

    def _group(self, atom: Atom, fresh: bool, number: int) -> None:
        form = _form(self.document, atom)
        if atom.mark is None and self.upper is not None:
            form = "line upper" if number in self.upper else "line lower"
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


def _counts_on(before: Mark | None, mark: Mark | None) -> bool:
    """Whether a label is the next of its scheme."""
    if before is None or mark is None or before.number is None:
        return False
    return before.scheme == mark.scheme and mark.number == before.number + 1


def _only_long(hit: Hit) -> int:
    """How many characters of a status say 长期坚持."""
    return max((len(text) for name, text in hit.groups.items() if name.startswith("long") and text), default=-1)


def _two_names(words: str) -> bool:
    """教务处 王芳: an office and a person, parted by a blank."""
    parts = words.split()
    return len(parts) == 2 and 2 <= len(parts[1]) <= 4


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
