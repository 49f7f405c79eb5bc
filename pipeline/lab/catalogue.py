"""The readable catalogue of rules and checks, generated from `rules/`."""

from __future__ import annotations

from pathlib import Path

from pipeline.core.vocabulary import CASE_KINDS
from pipeline.reconcile.settings import LATEST, load_settings
from pipeline.ruleset.checks_file import OFF
from pipeline.ruleset.labels import load_labels
from pipeline.ruleset.rule import FILES, Rule, load_rules

_TITLES = {
    "outline": "编号与层次",
    "kind": "文种",
    "header": "文头",
    "problem": "问题与章节",
    "measure": "整改措施",
    "status": "整改状态",
    "responsibility": "责任与时限",
    "columns": "表格的列与表单的栏目",
    "claim": "数据（文件自己说的总数）",
    "figure": "数据表中的数",
    "reference": "引用文件",
    "amount": "金额",
    "advice": "意见建议",
    "evidence": "切分与判读的迹象",
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
    return "\n".join([*lines, *_check_lines(folder), "", *policy_lines(folder)]).rstrip() + "\n"


def _rule_line(rule: Rule) -> str:
    hits = [str(e["text"]) for e in rule.examples if e.get("value") is not None]
    misses = [str(e["text"]) for e in rule.examples if e.get("value") is None]
    first = hits[0] if hits else "、".join(list(rule.words)[:4])
    cells = (f"`{rule.id}`", rule.field, rule.value, first, misses[0] if misses else "")
    return _cells(*cells)


def _check_lines(folder: Path) -> list[str]:
    """Every check with its name, what the default profile makes of it, and what it says; then its trigger words."""
    settings, labels = load_settings(folder), load_labels(folder)
    lines = [
        f"## 核对项（checks.yaml，{len(settings.wording)} 项）",
        "",
        "程度和适用材料可在口径文件（profiles/）里改；{ } 中的内容由核对填入。",
        "",
        "| 核对项 | 名称 | 程度 | 适用材料 | 说法 | 建议 |",
        "|---|---|---|---|---|---|",
    ]
    for name, wording in settings.wording.items():
        severity = settings.profile.severity.get(name, OFF)
        kinds = settings.profile.kinds.get(name, ())
        told = "、".join(labels.of("kind", kind) for kind in kinds) if set(kinds) != set(CASE_KINDS) else "全部"
        shown = "不查" if severity == OFF else labels.of("severity", severity)
        lines.append(_cells(f"`{name}`", labels.of("check", name), shown, told, wording.message, wording.suggestion))
    lines += [
        "",
        f"## 核对用词（checks.yaml，{len(settings.triggers)} 组）",
        "",
        "| 触发词 | 命中的例子 | 不命中的例子 |",
        "|---|---|---|",
    ]
    for trigger in settings.triggers.values():
        hits = [str(e["text"]) for e in trigger.examples if e.get("value") is not None]
        misses = [str(e["text"]) for e in trigger.examples if e.get("value") is None]
        lines.append(_cells(f"`{trigger.id}`", "；".join(hits[:2]), "；".join(misses[:2])))
    return lines


def policy_lines(folder: Path) -> list[str]:
    """Which paper wins for which field of the consolidated table, as the default profile has it."""
    settings, labels = load_settings(folder), load_labels(folder)
    lines = [
        "## 问题总表的取值（profiles/default.yaml 的 items）",
        "",
        "| 栏目 | 依次取自（同一种材料取最新的一份） |",
        "|---|---|",
    ]
    for field, kinds in settings.profile.items.items():
        told = (labels.of("kind", kind) if kind != LATEST else "时间最晚的一份（不分文种）" for kind in kinds)
        lines.append(_cells(labels.column("items", field), "、".join(told)))
    return lines


def _cells(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", "⏎") for cell in cells) + " |"
