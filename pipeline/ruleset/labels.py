"""Code names and their Chinese labels: `rules/labels.yaml` in, one flat look-up out.

This is the only place where both meet.  A code without a label is shown as it is (a check of
one's own, say), but every table and column of the schema must have one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import RuleError
from pipeline.core.schema import SCHEMA
from pipeline.ruleset.yaml_file import LINE, read_yaml

FILE = "labels.yaml"


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


def load_labels(rules_folder: Path) -> Labels:
    """Read `labels.yaml`; a missing group or column, or equal labels, raise RuleError with the place."""
    path = rules_folder / FILE
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise RuleError(FILE, "内容不是“组: 代码: 名称”的形式", "请恢复这个文件")
    groups: dict[str, dict[str, str]] = {}
    for group, entries in content.items():
        if group == LINE:
            continue
        if not isinstance(entries, dict):
            raise RuleError(FILE, f"{group} 下面没有“代码: 名称”", "请恢复这一组")
        groups[group] = _labels_of(group, entries)
    _require(groups)
    return Labels(groups)


def _labels_of(group: str, entries: Mapping[str, object]) -> dict[str, str]:
    labels = {str(code): str(label).strip() for code, label in entries.items() if code != LINE}
    where = f"{FILE}:{entries.get(LINE, 1)}"
    for code, label in labels.items():
        if not label or entries[code] is None:
            raise RuleError(where, f"{group} 的 {code} 没有中文名", "请补上名称")
    if group in ("status", "kind", "review", "sheet", "bool", "severity", "action"):
        # these are read back from what people fill in, so one label must mean one code
        seen: dict[str, str] = {}
        for code, label in labels.items():
            if label in seen:
                raise RuleError(where, f"{group} 的 {seen[label]} 和 {code} 同名“{label}”", "请改成不同的名称")
            seen[label] = code
    return labels


def _require(groups: Mapping[str, Mapping[str, str]]) -> None:
    for group in ("table", "column", "kind", "status", "severity", "state", "metric", "check", "sheet", "report"):
        if group not in groups:
            raise RuleError(FILE, f"缺少 {group} 一组", "请恢复这一组")
    for table, columns in SCHEMA.items():
        if table not in groups["table"]:
            raise RuleError(FILE, f"表 {table} 没有中文名", "请在 table 下补上")
        for column in columns:
            if column not in groups["column"] and f"{table}.{column}" not in groups["column"]:
                raise RuleError(FILE, f"列 {table}.{column} 没有中文名", "请在 column 下补上")
