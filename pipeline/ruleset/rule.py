"""Rules are data: entries of `rules/*.yaml`, compiled once, each knowing the line it came from.

Two kinds: `pattern` (a regular expression with named fragments) and `words` (phrase → value).  Both are matched
against the *view* of a text (`values.view`), so patterns are written with full-width punctuation.  Where in a text a
rule may stand is its `place`.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from pathlib import Path
from typing import Any

from pipeline.core import values
from pipeline.core.errors import RuleError
from pipeline.ruleset.fields import AFTER_STOP, ANYWHERE, BRACKET, FIELDS, START, shape_of
from pipeline.ruleset.index import Index
from pipeline.ruleset.layers import load
from pipeline.ruleset.shape import items, mapping, number, record, text, unknown
from pipeline.ruleset.yaml_file import Entry, Items

FILES = (
    "outline",
    "kind",
    "header",
    "problem",
    "measure",
    "status",
    "responsibility",
    "columns",
    "claim",
    "figure",
    "reference",
    "amount",
    "advice",
    "evidence",
)
_FRAGMENT = re.compile(r"\{([a-z_]+)\}")
_OWN_KEYS = {"id", "field", "place", "pattern", "words", "value", "before_not", "examples", "note", "off"}
_BEFORE = 16  # how many characters in front of a match `before_not` looks at
STOPS = "。；！？：，、\n"  # the one set of stops: `place: after_stop` means behind one of these
BRACKETS = "（〔【《“‘"  # and `place: bracket` behind one of these
_PLACES = {
    AFTER_STOP: re.compile(rf"(?:^|(?<=[{STOPS}]))\s{{0,4}}", re.MULTILINE),
    BRACKET: re.compile(rf"(?<=[{BRACKETS}])\s{{0,4}}"),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule matches: the whole match, and the value within it."""

    start: int
    end: int
    value_start: int
    value_end: int
    value: str  # the rule's value for this place: a fixed value, a phrase's value, or the text itself
    rule: Rule
    groups: Mapping[str, str | None] = default(default_factory=dict)

    @property
    def long_term(self) -> bool:
        """Whether a status says 长期坚持 as well (a group whose name begins with `long`)."""
        return any(text for name, text in self.groups.items() if name.startswith("long"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry.  `options` holds further keys that the stage of its field understands."""

    id: str
    field: str
    kind: str  # pattern, words
    pattern: re.Pattern[str]
    source: str  # file:line
    place: str = ANYWHERE
    value: str = ""
    before_not: re.Pattern[str] | None = None  # words right in front that make a match none
    words: Mapping[str, str] = default(default_factory=dict)
    options: Mapping[str, Any] = default(default_factory=dict)
    examples: tuple[Mapping[str, Any], ...] = ()

    def _hit(self, match: re.Match[str]) -> Hit:
        groups = match.groupdict()
        name = "value" if groups.get("value") is not None else 0
        text = match[name]
        value = self.words[match["phrase"]] if self.words else self.value or text
        return Hit(match.start(), match.end(), match.start(name), match.end(name), value, self, groups)

    def _allowed(self, found: re.Match[str]) -> bool:
        at = found.start()
        return self.before_not is None or not self.before_not.search(found.string, max(0, at - _BEFORE), at)

    def match(self, view: str, start: int = 0, end: int | None = None) -> Hit | None:
        """The rule's hit that begins exactly at `start`."""
        found = self.pattern.match(view, start, len(view) if end is None else end)
        return self._hit(found) if found and self._allowed(found) else None

    def search(self, view: str, start: int = 0, end: int | None = None) -> Hit | None:
        """The rule's first hit at one of its places."""
        return next(self.find(view, start, end), None)

    def find(self, view: str, start: int = 0, end: int | None = None) -> Iterator[Hit]:
        """All hits of the rule at its places, without overlap; for `place: start` at most the one at `start`."""
        if self.place == ANYWHERE:
            for found in self.pattern.finditer(view, start, len(view) if end is None else end):
                if self._allowed(found):
                    yield self._hit(found)
            return
        last = start
        for at in self._starts(view, start, end):
            hit = self.match(view, at, end) if at >= last else None
            if hit is not None:
                yield hit
                last = max(hit.end, at + 1)

    def _starts(self, view: str, start: int, end: int | None) -> Iterator[int]:
        if self.place == START:
            yield start
            return
        for found in _PLACES[self.place].finditer(view, start, len(view) if end is None else end):
            yield found.end()


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """All rules by field, in file order, and the fitted weights of what they see (`weights.yaml`)."""

    by_field: Mapping[str, tuple[Rule, ...]]
    weights: Mapping[str, Mapping[str, Mapping[str, float]]] = default(default_factory=dict)
    index: Index = default(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", Index(self.by_field))

    def of(self, name: str) -> tuple[Rule, ...]:
        """The rules of a field, in file order."""
        return self.by_field.get(name, ())

    def within(self, name: str, view: str) -> tuple[Rule, ...]:
        """The rules of a field that can hit somewhere in the text, in file order; all others do not."""
        return self.index.within(name, view)

    def all(self) -> Iterator[Rule]:
        """Every rule, field by field."""
        for rules in self.by_field.values():
            yield from rules

    def first(self, name: str, view: str, start: int = 0, end: int | None = None) -> Hit | None:
        """The earliest hit of a field's rules; of two at one place the rule first in file order."""
        best: Hit | None = None
        for rule in self.within(name, view):
            hit = rule.search(view, start, end)
            if hit and (best is None or hit.start < best.start):
                best = hit
        return best

    def at(self, name: str, view: str, start: int = 0, end: int | None = None) -> Hit | None:
        """The first rule in file order that matches exactly at `start`."""
        able = self.index.known(view)
        for bit, rule in self.index.at(name, view[start : start + 1]):
            if able & bit and (hit := rule.match(view, start, end)):
                return hit
        return None

    def every(self, name: str, view: str, start: int = 0, end: int | None = None) -> list[Hit]:
        """All hits of a field; of two that overlap the longer, then the earlier in file order."""
        found = [hit for rule in self.within(name, view) for hit in rule.find(view, start, end)]
        found.sort(key=lambda hit: hit.start - hit.end)
        starts: list[int] = []  # of the chosen, in order; their hits beside them
        chosen: list[Hit] = []
        for hit in found:
            at = bisect.bisect_left(starts, hit.start)
            free_before = at == 0 or chosen[at - 1].end <= hit.start
            free_behind = at == len(starts) or hit.end <= chosen[at].start
            if free_before and free_behind:
                starts.insert(at, hit.start)
                chosen.insert(at, hit)
        return chosen


_BUILT_IN = {"date": values.DATE, "lost_date": values.LOST_DATE, "money": values.MONEY}


def load_rules(folder: Path, faults: list[RuleError] | None = None) -> Rules:
    """All rules of a folder, over the program's own.

    Raises RuleError at file:line for anything that is no rule; with `faults` these are collected there instead.
    """
    fragments = load_fragments(folder)
    by_field: dict[str, list[Rule]] = {}
    seen: dict[str, str] = {}
    for name in FILES:
        for entry in load(folder, f"{name}.yaml", _entries):
            try:
                rule = compile_rule(entry, fragments)
                if entry.get("off"):  # an office's way to do without a rule
                    continue
                if rule.id in seen:
                    what = f"规则编号 {rule.id} 与 {seen[rule.id]} 重复"
                    raise RuleError(rule.source, what, "请换一个编号")
            except RuleError as error:
                if faults is None:
                    raise
                faults.append(error)
                continue
            seen[rule.id] = rule.source
            by_field.setdefault(rule.field, []).append(rule)
    weights = load(folder, "weights.yaml", _WEIGHTS)
    return Rules({key: tuple(rules) for key, rules in by_field.items()}, weights)


_FITTED = mapping(mapping(number(-99, 99)))
_WEIGHTS = record({"judge": _FITTED, "follows": _FITTED, "evidence": _FITTED})


def _entries(content: Any, place: str, name: str) -> None:
    if not isinstance(content, Items):
        raise RuleError(place, "规则文件应当是条目列表（每条以“- id:”开头）", "请对照其他规则文件改正")


def load_fragments(folder: Path) -> dict[str, str]:
    """Named fragments of patterns: `{name}` → regular expression, earlier ones usable in later ones."""
    entries: Entry = load(folder, "words.yaml", mapping(_fragment))
    fragments = dict(_BUILT_IN)
    for name, given in entries.items():
        place = entries.where(name)
        words = sorted(map(str, given), key=len, reverse=True) if isinstance(given, Items) else []
        fragments[name] = _expand("|".join(map(re.escape, words)) or str(given), fragments, place)
        _compiled(fragments[name], place, f"词语片段 {name}")
    return fragments


def _fragment(value: Any, place: str, name: str) -> None:
    if isinstance(value, Items):
        items(text, 1)(value, place, name)
    else:
        text(value, place, name)


def _expand(pattern: str, fragments: Mapping[str, str], source: str) -> str:
    def replace(match: re.Match[str]) -> str:
        if match[1] not in fragments:
            raise RuleError(source, f"没有名为 {{{match[1]}}} 的词语片段", "请在 words.yaml 中定义，或改正名称")
        return f"(?:{fragments[match[1]]})"

    return _FRAGMENT.sub(replace, pattern)


def _compiled(pattern: str, source: str, name: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise RuleError(source, f"{name} 的写法有误（{error}）", "请检查括号和符号是否成对") from error


def compile_rule(entry: Any, fragments: Mapping[str, str]) -> Rule:
    """One entry of a rule file, checked and compiled."""
    if not isinstance(entry, Entry):
        raise RuleError("", "条目应当是“键: 值”的形式", "请对照其他条目改正")
    source = entry.place
    for key in ("id", "field"):
        if not isinstance(entry.get(key), str):
            raise RuleError(source, f"条目缺少 {key}", f"请补上 {key}")
    name, rule_id = entry["field"], entry["id"]
    if name not in FIELDS:
        raise unknown(entry.where("field"), f"规则 {rule_id} 的 field", name, tuple(FIELDS))
    kinds = [key for key in ("pattern", "words") if key in entry]
    if len(kinds) != 1:
        raise RuleError(source, f"规则 {rule_id} 应当有且只有 pattern、words 中的一个", "请改正")
    if kinds[0] not in FIELDS[name].kinds:
        what = f"规则 {rule_id} 的 {name} 不能用 {kinds[0]} 来写"
        raise RuleError(entry.where(kinds[0]), what, f"请用 {'、'.join(FIELDS[name].kinds)}")
    shape_of(name, kinds[0])(entry, source, f"规则 {rule_id}")
    words: dict[str, str] = {}
    if kinds == ["pattern"]:
        written = _expand(str(entry["pattern"]), fragments, entry.where("pattern"))
    else:
        words = _phrases(entry[kinds[0]], entry.get("value"), entry.where(kinds[0]))
        written = f"(?P<phrase>{'|'.join(re.escape(word) for word in sorted(words, key=len, reverse=True))})"
    named, before = f"规则 {rule_id}", entry.get("before_not")
    return Rule(
        id=rule_id,
        field=name,
        kind=kinds[0],
        pattern=_compiled(written, source, named),
        source=source,
        place=entry.get("place", FIELDS[name].place),
        value=str(entry.get("value") or ""),
        before_not=_compiled(_expand(f"(?:{before})$", fragments, source), source, named) if before else None,
        words={values.view(word): value for word, value in words.items()},
        options={key: value for key, value in entry.items() if key not in _OWN_KEYS},
        examples=tuple(entry.get("examples") or ()),
    )


def _phrases(given: Any, value: Any, source: str) -> dict[str, str]:
    if isinstance(given, list) and value is not None:
        return {values.view(str(word)): str(value) for word in given}
    if isinstance(given, dict) and value is None:
        return {values.view(word): str(v) for word, v in given.items()}
    raise RuleError(source, "words 应当写成“词: 值”，或词语列表加一个 value", "请改正")
