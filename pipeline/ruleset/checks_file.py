"""`rules/checks.yaml`: what checks are called, how bad they are, what they say, and the words that they look for.

Out: the checked content; the checks themselves and the labels take from it what they need.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.core.errors import RuleError
from pipeline.core.vocabulary import CASE_KINDS, Severity, Status
from pipeline.ruleset.layers import load, rules_folder
from pipeline.ruleset.shape import Shape, any_text, items, mapping, one_of, pattern, record, text, unknown
from pipeline.ruleset.yaml_file import Entry

FILE = "checks.yaml"
OFF = "off"
SEVERITY = one_of(*Severity, OFF)
KINDS = items(one_of(*CASE_KINDS), 1)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_TRIGGER = record(
    {
        "id": text,
        "pattern": pattern,
        "note": text,
        "examples": items(record({"text": any_text, "value": any_text}, ("text", "value"))),
    },
    ("id", "pattern"),
)
_CHECK = record(
    {"name": text, "severity": SEVERITY, "kinds": KINDS, "message": text, "whole": text, "suggestion": text},
    ("name", "severity", "message", "suggestion"),
)
_PARTS = {
    "triggers": items(_TRIGGER),
    "sharp": items(items(text, 1)),
    "status_words": mapping(items(text, 1), tuple(Status)),
    "supersedes": mapping(items(text, 1)),
    "structural": items(text, 1),
    "masks": items(record({"pattern": pattern, "instead": any_text}, ("pattern", "instead"))),
    "required_parts": mapping(mapping(text), CASE_KINDS),
}


def _shape(names: Iterable[str] = ()) -> Shape:
    return record({"checks": mapping(_CHECK, tuple(names)), **_PARTS}, ("checks", *_PARTS))


def load_checks(folder: Path) -> Entry:
    """The file's content.  Raises RuleError for a name that no check has, and for a place to fill that none fills."""
    known: Entry = load(rules_folder(), FILE, _shape())
    content: Entry = load(folder, FILE, _shape(known["checks"]))
    for name, entry in content["checks"].items():
        for key in {"message", "suggestion", "whole"} & set(entry):
            _require_fillable(entry, key, known["checks"][name])
    triggers = {entry["id"] for entry in known["triggers"]}
    for entry in content["triggers"]:
        if entry["id"] not in triggers:
            raise unknown(entry.place, "triggers", entry["id"], tuple(triggers))
    for name in content["structural"]:
        require_check(name, known, content.where("structural"))
    for strong, others in content["supersedes"].items():
        for name in (strong, *others):
            require_check(name, known, content["supersedes"].where(strong))
    return content


def require_check(name: str, content: Entry, place: str) -> None:
    """Raise RuleError for a name that is no check's."""
    if name not in content["checks"]:
        raise unknown(place, "核对项", name, tuple(content["checks"]))


def _require_fillable(entry: Entry, key: str, known: Entry) -> None:
    """What stands in { } must be one of the names that the program's own sentence for this check uses."""
    given: Any = str(entry[key])
    names = set(_PLACEHOLDER.findall(f"{known['message']}{known['suggestion']}"))
    for name in _PLACEHOLDER.findall(given):
        if name not in names:
            raise unknown(entry.where(key), key, f"{{{name}}}", tuple(f"{{{n}}}" for n in sorted(names)))
    if re.search(r"[{}]", _PLACEHOLDER.sub("", given)):
        raise RuleError(entry.where(key), f"{key} 中的花括号不成对，或里面不是名称", "请写成 {名称}，如 {quote}")
