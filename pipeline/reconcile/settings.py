"""What the checks are told by `rules/`: wording, trigger words and the profile, read once per run.

In: `rules/checks.yaml`, `rules/profiles/NAME.yaml`, `rules/aliases.yaml`.  Out: one frozen `Settings`.
Triggers are matched against the view of a text (`values.view`); the view has the same length, so a
match can be cut out of the original text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.core.errors import RuleError
from pipeline.core.model import ERROR, INFO, WARNING
from pipeline.core.values import view
from pipeline.reconcile.cases import CASE_KINDS, Aliases, load_aliases
from pipeline.ruleset.yaml_file import LINE, read_yaml

FILE = "checks.yaml"
OFF = "off"
DEFAULT = "default"
_SHORT = 5_000  # characters; longer texts are few, and are not worth their place in memory
_kept_view = lru_cache(maxsize=4096)(view)  # a text is tried by some twenty triggers in a row


def _view(text: str) -> str:
    return _kept_view(text) if len(text) <= _SHORT else view(text)


@dataclass(frozen=True, slots=True)
class Wording:
    """How a check speaks to people."""

    message: str
    suggestion: str
    source: str  # file:line


@dataclass(frozen=True, slots=True)
class Trigger:
    """A named pattern with its examples: texts that it must hit, and texts that it must miss."""

    id: str
    pattern: re.Pattern[str]
    source: str
    examples: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What an office decides: severities, kinds, days, thresholds, which statuses count as done."""

    name: str
    severity: Mapping[str, str]
    kinds: Mapping[str, tuple[str, ...]]
    days: Mapping[str, int | None]
    thresholds: Mapping[str, float]
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that rules say about cases and checks."""

    wording: Mapping[str, Wording]
    triggers: Mapping[str, Trigger]
    sharp: tuple[tuple[str, ...], ...]
    status_words: Mapping[str, tuple[str, ...]]
    required_parts: Mapping[str, Mapping[str, str]]
    supersedes: Mapping[str, tuple[str, ...]]
    masks: tuple[tuple[re.Pattern[str], str], ...]
    profile: Profile
    aliases: Aliases

    def find(self, trigger: str, text: str) -> re.Match[str] | None:
        """The first place where a trigger hits."""
        return self.triggers[trigger].pattern.search(_view(text))

    def hits(self, trigger: str, text: str) -> list[str]:
        """The distinct texts that a trigger hits, in the text's own characters."""
        found = (text[m.start() : m.end()] for m in self.triggers[trigger].pattern.finditer(_view(text)))
        return list(dict.fromkeys(found))

    def matches(self, trigger: str, text: str) -> Iterator[re.Match[str]]:
        """All matches of a trigger in the view of the text."""
        return self.triggers[trigger].pattern.finditer(_view(text))

    def split(self, trigger: str, text: str) -> list[str]:
        """The text cut where a trigger hits, without empty pieces."""
        pieces, at = [], 0
        for match in self.matches(trigger, text):
            pieces.append(text[at : match.start()])
            at = match.end()
        return [piece.strip() for piece in [*pieces, text[at:]] if piece.strip()]


def load_settings(rules_folder: Path, profile: str = "default") -> Settings:
    """All of it.  Raises RuleError with file and line."""
    content = _mapping(read_yaml(rules_folder / FILE), FILE)
    triggers = dict(_trigger(entry) for entry in content.get("triggers") or [])
    sharp = tuple(tuple(map(str, group)) for group in content.get("sharp") or [])
    status_words = {str(k): tuple(map(str, v)) for k, v in _items(content.get("status_words"))}
    parts = {str(kind): dict(_items(wanted)) for kind, wanted in _items(content.get("required_parts"))}
    supersedes = {str(k): tuple(map(str, v)) for k, v in _items(content.get("supersedes"))}
    own = load_profile(rules_folder, profile)
    return Settings(
        _wording(content), triggers, sharp, status_words, parts, supersedes, _masks(content), own,
        load_aliases(rules_folder),
    )


def _mapping(content: Any, source: str) -> Mapping[str, Any]:
    if not isinstance(content, dict):
        raise RuleError(f"{source}:1", "内容应当是“键: 值”的形式", "请恢复这个文件")
    return content


def _items(content: Any) -> list[tuple[str, Any]]:
    return [(key, value) for key, value in (content or {}).items() if key != LINE]


def _wording(content: Mapping[str, Any]) -> dict[str, Wording]:
    wording = {}
    for check, entry in _items(content.get("messages")):
        source = f"{FILE}:{entry.get(LINE, 1) if isinstance(entry, dict) else 1}"
        if not isinstance(entry, dict) or not entry.get("message") or not entry.get("suggestion"):
            raise RuleError(source, f"检查 {check} 缺少 message 或 suggestion", "请补上")
        wording[check] = Wording(str(entry["message"]), str(entry["suggestion"]), source)
    return wording


def _trigger(entry: Any) -> tuple[str, Trigger]:
    source = f"{FILE}:{entry.get(LINE, 1) if isinstance(entry, dict) else 1}"
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry.get("pattern"):
        raise RuleError(source, "触发词条目应当有 id 和 pattern", "请对照其他条目改正")
    try:
        pattern = re.compile(str(entry["pattern"]))
    except re.error as error:
        raise RuleError(source, f"触发词 {entry['id']} 的写法有误（{error}）", "请检查括号和符号是否成对") from error
    return entry["id"], Trigger(entry["id"], pattern, source, tuple(entry.get("examples") or ()))


def _masks(content: Mapping[str, Any]) -> tuple[tuple[re.Pattern[str], str], ...]:
    try:
        return tuple((re.compile(str(m["pattern"])), str(m["instead"])) for m in content.get("masks") or ())
    except (re.error, KeyError, TypeError) as error:
        raise RuleError(f"{FILE}:1", f"masks 的写法有误（{error}）", "每条应有 pattern 和 instead") from error


def example_faults(settings: Settings) -> list[str]:
    """Every trigger that misses its own example or hits its counter-example, as file:line and text."""
    faults = []
    for trigger in settings.triggers.values():
        for example in trigger.examples:
            text = str(example["text"])
            match = trigger.pattern.search(view(text))
            got = text[match.start() : match.end()] if match else None
            wanted = example.get("value")
            if got != (None if wanted is None else str(wanted)):
                faults.append(f"{trigger.source}：触发词 {trigger.id} 在“{text}”中应得 {wanted}，实得 {got}")
    return faults


def load_profile(rules_folder: Path, name: str) -> Profile:
    """A profile by name; what it leaves out is as in `default`.  Raises RuleError for anything unknown."""
    path = rules_folder / "profiles" / f"{name}.yaml"
    if not path.is_file() or Path(name).name != name:
        profiles = sorted((rules_folder / "profiles").glob("*.yaml"))
        known = "、".join(p.stem for p in profiles if "page" not in (read_yaml(p) or {}))  # those are page layouts
        raise RuleError(f"profiles/{name}.yaml", "没有这个口径文件", f"请从这些中选用：{known}")
    content = _mapping(read_yaml(path), path.name)
    base = None if name == DEFAULT else load_profile(rules_folder, DEFAULT)
    severity: dict[str, str] = dict(base.severity) if base else {}
    kinds: dict[str, tuple[str, ...]] = dict(base.kinds) if base else {}
    for check, entry in _items(content.get("checks")):
        source = f"profiles/{path.name}:{entry.get(LINE, 1) if isinstance(entry, dict) else 1}"
        if not isinstance(entry, dict) or entry.get("severity") not in (ERROR, WARNING, INFO, OFF, False):
            raise RuleError(source, f"检查 {check} 的 severity 应为 error、warning、info 或 off", "请改正")
        severity[check] = str(entry["severity"] or OFF)  # YAML reads a bare off as false
        kinds[check] = tuple(map(str, entry.get("kinds") or kinds.get(check) or CASE_KINDS))
    days = {key: _number(value, path.name) for key, value in _items(content.get("days"))}
    thresholds = {key: float(_number(value, path.name) or 0) for key, value in _items(content.get("thresholds"))}
    whole = {key: None if value is None else int(value) for key, value in days.items()}
    done = tuple(map(str, content.get("done") or (base.done if base else ["done"])))
    if base:
        whole, thresholds = {**base.days, **whole}, {**base.thresholds, **thresholds}
    return Profile(name, severity, kinds, whole, thresholds, done)


def _number(value: Any, source: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RuleError(f"profiles/{source}:1", f"“{value}”不是数字", "请填写数字")
    return float(value)
