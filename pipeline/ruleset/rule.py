"""Rules are data: entries of `rules/*.yaml`, compiled once, each knowing the line it came from.

Three kinds: `pattern` (a regular expression with named fragments), `words` (phrase → value) and
`columns` (headings of a table's columns).  All are matched against the *view* of a text
(`values.view`), so patterns are written with full-width punctuation.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from pathlib import Path
from typing import Any

from pipeline.core import values
from pipeline.core.errors import RuleError
from pipeline.ruleset.yaml_file import LINE, read_yaml

FILES = (
    "outline",
    "kind",
    "header",
    "problem",
    "measure",
    "status",
    "responsibility",
    "claim",
    "figure",
    "reference",
    "amount",
    "advice",
)
_FRAGMENT = re.compile(r"\{([a-z_]+)\}")
_OWN_KEYS = {"id", "field", "pattern", "words", "columns", "value", "kind", "before_not", "examples", "note", LINE}
# fields whose rules are tried at one place only (the start of a paragraph, behind a marker), never searched for
ANCHORED = frozenset(
    {
        "action_after",
        "addressee",
        "answers",
        "answers_numbers",
        "assigned",
        "bare_line",
        "noise",
        "column_like",
        "progress_share",
        "recurring",
        "rectified_tail",
        "dept_then_person",
        "docno_line",
        "facet",
        "figure",
        "figure_name",
        "figure_number",
        "figure_part",
        "figure_plain",
        "frame",
        "school_heading",
        "signature_date",
        "signature_name",
        "sign",
        "status",
        "status_group",
        "status_label",
        "title_inside",
        "title_joint",
        "tick",
        "title_line",
        "total_row",
        "title_open",
        "unit_core",
        "unit_placeless",
        "unlabelled",
    }
)
_BEFORE = 16  # how many characters in front of a match `before_not` looks at


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
    kind: str  # pattern, words, columns
    pattern: re.Pattern[str]
    source: str  # file:line
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
        """The rule's first hit; for an anchored field the one at `start`."""
        return next(self.find(view, start, end), None)

    def find(self, view: str, start: int = 0, end: int | None = None) -> Iterator[Hit]:
        """All hits of the rule, without overlap; for an anchored field at most the one at `start`."""
        if self.field in ANCHORED:
            hit = self.match(view, start, end)
            if hit is not None:
                yield hit
            return
        for found in self.pattern.finditer(view, start, len(view) if end is None else end):
            if self._allowed(found):
                yield self._hit(found)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules by field, in file order, and a digest of the files they came from."""

    by_field: Mapping[str, tuple[Rule, ...]]
    digest: str

    def of(self, name: str) -> tuple[Rule, ...]:
        """The rules of a field, in file order."""
        return self.by_field.get(name, ())

    def all(self) -> Iterator[Rule]:
        """Every rule, field by field."""
        for rules in self.by_field.values():
            yield from rules

    def first(self, name: str, view: str, start: int = 0, end: int | None = None) -> Hit | None:
        """The earliest hit of a field's rules; of two at one place the rule first in file order."""
        best: Hit | None = None
        for rule in self.of(name):
            hit = rule.search(view, start, end)
            if hit and (best is None or hit.start < best.start):
                best = hit
        return best

    def at(self, name: str, view: str, start: int = 0, end: int | None = None) -> Hit | None:
        """The first rule in file order that matches exactly at `start`."""
        for rule in self.of(name):
            hit = rule.match(view, start, end)
            if hit:
                return hit
        return None

    def every(self, name: str, view: str, start: int = 0, end: int | None = None) -> list[Hit]:
        """All hits of a field; of two that overlap the longer, then the earlier in file order."""
        found = [hit for rule in self.of(name) for hit in rule.find(view, start, end)]
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


def load_rules(folder: Path) -> Rules:
    """All rules of a folder.  Raises RuleError at file:line for anything that is no rule."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".yaml", ".txt", ".docx"}:
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    fragments = load_fragments(folder / "words.yaml")
    by_field: dict[str, list[Rule]] = {}
    seen: dict[str, str] = {}
    for name in FILES:
        entries = read_yaml(folder / f"{name}.yaml")
        if not isinstance(entries, list):
            raise RuleError(f"{name}.yaml:1", "规则文件应当是条目列表（每条以“- id:”开头）", "请对照其他规则文件改正")
        for entry in entries:
            rule = compile_rule(entry, name, fragments)
            if rule.id in seen:
                raise RuleError(rule.source, f"规则编号 {rule.id} 与 {seen[rule.id]} 重复", "请换一个编号")
            seen[rule.id] = rule.source
            by_field.setdefault(rule.field, []).append(rule)
    return Rules({key: tuple(rules) for key, rules in by_field.items()}, digest.hexdigest())


def load_fragments(path: Path) -> dict[str, str]:
    """Named fragments of patterns: `{name}` → regular expression, earlier ones usable in later ones."""
    entries = read_yaml(path)
    if not isinstance(entries, dict):
        raise RuleError(f"{path.name}:1", "词语片段应当写成“名称: 写法”", "请对照原文件改正")
    fragments = dict(_BUILT_IN)
    for name, text in entries.items():
        if name == LINE:
            continue
        if isinstance(text, list):
            text = "|".join(re.escape(word) for word in sorted(map(str, text), key=len, reverse=True))
        fragments[str(name)] = _expand(str(text), fragments, f"{path.name}:{entries[LINE]}")
    return fragments


def _expand(pattern: str, fragments: Mapping[str, str], source: str) -> str:
    def replace(match: re.Match[str]) -> str:
        if match[1] not in fragments:
            raise RuleError(source, f"没有名为 {{{match[1]}}} 的词语片段", "请在 words.yaml 中定义，或改正名称")
        return f"(?:{fragments[match[1]]})"

    return _FRAGMENT.sub(replace, pattern)


def compile_rule(entry: Any, name: str, fragments: Mapping[str, str]) -> Rule:
    """One entry of a rule file, checked and compiled."""
    source = f"{name}.yaml:{entry.get(LINE, 1) if isinstance(entry, dict) else 1}"
    if not isinstance(entry, dict):
        raise RuleError(source, "条目应当是“键: 值”的形式", "请对照其他条目改正")
    for key in ("id", "field"):
        if not isinstance(entry.get(key), str):
            raise RuleError(source, f"条目缺少 {key}", f"请补上 {key}")
    kinds = [key for key in ("pattern", "words", "columns") if key in entry]
    if len(kinds) != 1:
        raise RuleError(source, "条目应当有且只有 pattern、words、columns 中的一个", "请改正")
    words: dict[str, str] = {}
    if kinds == ["pattern"]:
        text = _expand(str(entry["pattern"]), fragments, source)
    else:
        words = _phrases(entry[kinds[0]], entry.get("value"), source)
        text = f"(?P<phrase>{'|'.join(re.escape(word) for word in sorted(words, key=len, reverse=True))})"
    before = entry.get("before_not")
    try:
        pattern = re.compile(text)
        before_not = re.compile(_expand(f"(?:{before})$", fragments, source)) if before else None
    except re.error as error:
        raise RuleError(source, f"规则 {entry['id']} 的写法有误（{error}）", "请检查括号和符号是否成对") from error
    examples = entry.get("examples") or []
    if not isinstance(examples, list) or not all(isinstance(e, dict) and "text" in e for e in examples):
        raise RuleError(source, "examples 应当是例子列表，每例有 text 和 value", "请改正")
    return Rule(
        entry["id"],
        entry["field"],
        kinds[0],
        pattern,
        source,
        str(entry.get("value") or ""),
        before_not,
        {values.view(word): value for word, value in words.items()},
        {key: value for key, value in entry.items() if key not in _OWN_KEYS},
        tuple(examples),
    )


def _phrases(given: Any, value: Any, source: str) -> dict[str, str]:
    if isinstance(given, list) and value is not None:
        return {values.view(str(word)): str(value) for word in given}
    if isinstance(given, dict) and value is None:
        return {values.view(str(word)): str(v) for word, v in given.items() if word != LINE}
    raise RuleError(source, "words 应当写成“词: 值”，或词语列表加一个 value", "请改正")
