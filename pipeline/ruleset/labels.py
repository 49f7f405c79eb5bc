"""Code names and their Chinese labels: `rules/labels.yaml` in, one flat look-up out.

This is the only place where both meet.  A code without a label is shown as it is (a check of
one's own, say), but every table and column of the schema must have one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import RuleError
from pipeline.ruleset.checks_file import load_checks
from pipeline.ruleset.layers import load, rules_folder
from pipeline.ruleset.shape import mapping, text, unknown
from pipeline.ruleset.yaml_file import Entry

FILE = "labels.yaml"
# read back from what people fill in, so one label must mean one code
_READ_BACK = ("status", "kind", "review", "sheet", "bool", "severity", "action")
_FREE = frozenset({"review_note"})  # groups to which an office may add codes of its own
_SHAPE = mapping(mapping(text))


@dataclass(frozen=True, slots=True)
class Labels:
    """`groups` holds code → label by group: table, column, kind, status, metric, check …"""

    groups: Mapping[str, Mapping[str, str]]

    def of(self, group: str, code: object) -> str:
        """The label of a code; the code itself where it has none; empty for None."""
        if code is None:
            return ""
        return self.groups.get(group, {}).get(str(code), str(code))

    def column(self, table: str, column: str) -> str:
        """The heading of a column: the table's own, else the one that all tables share."""
        columns = self.groups["column"]
        return columns.get(f"{table}.{column}", columns.get(column, column))

    def code(self, group: str, label: str) -> str | None:
        """The code that a person's label means; None when it means nothing."""
        wanted = label.strip()
        for code, known in self.groups.get(group, {}).items():
            if known == wanted:
                return code
        return None

    def all(self, group: str) -> list[str]:
        """The labels of a group in the file's order."""
        return list(self.groups.get(group, {}).values())


def load_labels(folder: Path) -> Labels:
    """Read `labels.yaml`; an unknown group or code, or equal labels, raise RuleError with the place."""
    content: Entry = load(folder, FILE, _SHAPE)
    known: Entry = load(rules_folder(), FILE, _SHAPE)
    groups: dict[str, dict[str, str]] = {}
    for group, entries in content.items():
        if group not in known:
            raise unknown(content.where(group), FILE, group, tuple(known))
        for code in entries:
            if code not in known[group] and group not in _FREE:
                raise unknown(entries.where(code), f"{FILE} 的 {group}", code, tuple(known[group]))
        groups[group] = {code: str(label).strip() for code, label in entries.items()}
        if group in _READ_BACK:
            _distinct(group, entries)
    groups["check"] = {name: str(entry["name"]) for name, entry in load_checks(folder)["checks"].items()}
    return Labels(groups)


def _distinct(group: str, entries: Entry) -> None:
    seen: dict[str, str] = {}
    for code, label in entries.items():
        first = seen.setdefault(str(label).strip(), code)
        if first != code:
            raise RuleError(entries.where(code), f"{group} 的 {first} 和 {code} 同名“{label}”", "请改成不同的名称")
