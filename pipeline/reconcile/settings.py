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
from pipeline.core.values import view
from pipeline.core.vocabulary import CASE_KINDS, Status
from pipeline.reconcile.aliases import Aliases, load_aliases
from pipeline.ruleset.checks_file import KINDS, SEVERITY, load_checks, require_check
from pipeline.ruleset.layers import laid_over, layers, load, rule_file
from pipeline.ruleset.shape import items, mapping, number, one_of, record, text
from pipeline.ruleset.yaml_file import Entry

DEFAULT = "default"
LATEST = "latest"  # of the papers of a case, whatever their kind
LAYOUTS = frozenset({"gbt9704"})  # files of `profiles/` that are page layouts
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
    whole: str = ""  # instead of the message where the defect is the whole paper's


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
    items: Mapping[str, tuple[str, ...]]  # field of the consolidated table → kinds of papers, the first wins


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that rules say about cases and checks."""

    wording: Mapping[str, Wording]
    triggers: Mapping[str, Trigger]
    sharp: tuple[tuple[str, ...], ...]
    status_words: Mapping[str, tuple[str, ...]]
    required_parts: Mapping[str, Mapping[str, str]]
    supersedes: Mapping[str, tuple[str, ...]]
    structural: frozenset[str]  # checks that mean nothing where the structure was read wrongly
    masks: tuple[tuple[re.Pattern[str], str], ...]
    topics: Mapping[str, tuple[str, ...]]  # aspect of the office's list → words that lead to it
    other_topic: str
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

    def topic(self, *texts: str) -> str:
        """The aspect of the office's list: that of the first text which holds one of its words."""
        for said in texts:
            for name, words in self.topics.items():
                if any(word in said for word in words):
                    return name
        return self.other_topic

    def split(self, trigger: str, text: str) -> list[str]:
        """The text cut where a trigger hits, without empty pieces."""
        pieces, at = [], 0
        for match in self.matches(trigger, text):
            pieces.append(text[at : match.start()])
            at = match.end()
        return [piece.strip() for piece in [*pieces, text[at:]] if piece.strip()]


def load_settings(folder: Path, profile: str = DEFAULT) -> Settings:
    """All of it.  Raises RuleError with file and line."""
    content, aspects = load_checks(folder), load(folder, "aspects.yaml", _ASPECTS)
    checks: Entry = content["checks"]
    return Settings(
        wording={
            name: Wording(
                str(entry["message"]), str(entry["suggestion"]), checks.where(name), str(entry.get("whole", ""))
            )
            for name, entry in checks.items()
        },
        triggers={entry["id"]: _trigger(entry) for entry in content["triggers"]},
        sharp=tuple(tuple(map(str, group)) for group in content["sharp"]),
        status_words={status: tuple(map(str, words)) for status, words in content["status_words"].items()},
        required_parts=content["required_parts"],
        supersedes={name: tuple(others) for name, others in content["supersedes"].items()},
        structural=frozenset(content["structural"]),
        masks=tuple((re.compile(str(mask["pattern"])), str(mask["instead"] or "")) for mask in content["masks"]),
        topics={str(entry["name"]): tuple(map(str, entry["words"])) for entry in aspects["aspects"]},
        other_topic=str(aspects["other"]),
        profile=load_profile(folder, profile),
        aliases=load_aliases(folder),
    )


def _trigger(entry: Entry) -> Trigger:
    return Trigger(entry["id"], re.compile(str(entry["pattern"])), entry.place, tuple(entry.get("examples", ())))


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


_ASPECTS = record(
    {"aspects": items(record({"name": text, "words": items(text, 1)}, ("name", "words")), 1), "other": text},
    ("aspects", "other"),
)
_DAYS = ("plan_after_feedback", "report_after_feedback", "publish_after_feedback")
ITEM_FIELDS = (
    "problem",
    "aspect",
    "category",
    "status",
    "lead",
    "dept",
    "person",
    "deadline",
    "measures_planned",
    "measures_reported",
    "reason",
    "amount_asked",
    "amount_settled",
)
_SHARES = ("link", "doubtful", "margin", "part", "copied", "repeats", "unchanged", "dropped", "sure", "common")
_SHAPE = record(
    {
        "days": mapping(number(0, 3660, whole=True, empty=True), _DAYS),
        "done": items(one_of(*Status), 1),
        "thresholds": record(
            {
                **dict.fromkeys(_SHARES, number(0, 1)),
                "rate_tolerance": number(0, 100),
                "copied_length": number(1, 100_000, whole=True),
            }
        ),
        "items": mapping(items(one_of(*CASE_KINDS, LATEST), 1), ITEM_FIELDS),
        "checks": mapping(record({"severity": SEVERITY, "kinds": KINDS})),
    }
)


def load_profile(folder: Path, name: str) -> Profile:
    """A profile by name; what it leaves out is as in `default`.  Raises RuleError for anything unknown."""
    file = f"profiles/{name}.yaml"
    if Path(name).name != name or not rule_file(folder, file).is_file():
        known = "、".join(
            sorted(
                {
                    path.stem
                    for layer in layers(folder)
                    for path in (layer / "profiles").glob("*.yaml")
                    if path.stem not in LAYOUTS
                }
            )
        )
        raise RuleError(file, "没有这个口径文件", f"请从这些中选用：{known}")
    content: Entry = load(folder, f"profiles/{DEFAULT}.yaml", _SHAPE)
    if name != DEFAULT:
        content = laid_over(content, load(folder, file, _or_nothing), f"{file}:1")
    checks = load_checks(folder)
    for check, place in content["checks"].places.items():
        require_check(check, checks, place)
    severity: dict[str, str] = {}
    kinds: dict[str, tuple[str, ...]] = {}
    for check, entry in checks["checks"].items():
        own = content["checks"].get(check, {})
        severity[check] = own.get("severity", entry["severity"])
        kinds[check] = tuple(own.get("kinds", entry.get("kinds", CASE_KINDS)))
    thresholds = {key: float(value) for key, value in content["thresholds"].items()}
    return Profile(
        name,
        severity,
        kinds,
        content["days"],
        thresholds,
        tuple(content["done"]),
        {field: tuple(kinds_) for field, kinds_ in content["items"].items()},
    )


def _or_nothing(content: Any, place: str, name: str) -> None:
    if content is not None:
        _SHAPE(content, place, name)
