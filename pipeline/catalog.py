"""The readable catalogue of rules and checks, generated from `rules/`."""

from __future__ import annotations

from pathlib import Path

from pipeline.rules import FILES, Rule, load_rules
from pipeline.yaml_file import LINE, read_yaml

_TITLES = {
    "outline": "编号与层次",
    "kind": "文种",
    "header": "文头",
    "problem": "问题与章节",
    "measure": "整改措施",
    "status": "整改状态",
    "responsibility": "责任与时限、台账各列",
    "claim": "数据（文件自己说的总数）",
    "reference": "引用文件",
    "amount": "金额",
    "advice": "意见建议",
}


def markdown(folder: Path) -> str:
    """All rules with an example that hits and one that doesn't, then all checks; Markdown."""
    rules = list(load_rules(folder).all())
    lines = [
        "# 规则目录",
        "",
        "本页由 `zhenggai rules catalogue` 生成，请勿手改；改规则请改同一文件夹里的 YAML 文件。",
        "",
    ]
    for name in FILES:
        own = [rule for rule in rules if rule.source.startswith(f"{name}.yaml:")]
        lines += [
            f"## {_TITLES[name]}（{name}.yaml，{len(own)} 条）",
            "",
            "| 规则 | 字段 | 值 | 命中的例子 | 不命中的例子 |",
            "|---|---|---|---|---|",
        ]
        lines += [_rule_line(rule) for rule in sorted(own, key=lambda rule: int(rule.source.split(":")[1]))] + [""]
    return "\n".join([*lines, *_check_lines(folder)]).rstrip() + "\n"


def _rule_line(rule: Rule) -> str:
    hits = [str(e["text"]) for e in rule.examples if e.get("value") is not None]
    misses = [str(e["text"]) for e in rule.examples if e.get("value") is None]
    first = hits[0] if hits else "、".join(list(rule.words)[:4])
    cells = (f"`{rule.id}`", rule.field, rule.value, first, misses[0] if misses else "")
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", "⏎") for cell in cells) + " |"


def _check_lines(folder: Path) -> list[str]:
    checks = read_yaml(folder / "checks.yaml")
    entries = checks.get("checks", checks) if isinstance(checks, dict) else {}
    lines = ["## 核对项（checks.yaml）", "", "| 核对项 | 名称 | 说明 |", "|---|---|---|"]
    for name, entry in entries.items():
        if name != LINE and isinstance(entry, dict) and "message" in entry:
            lines.append(f"| `{name}` | {entry.get('name', '')} | {str(entry['message']).replace('|', '/')} |")
    return lines
