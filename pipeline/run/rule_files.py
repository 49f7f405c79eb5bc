"""Whether the rule files that a run needs are whole, told before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from pipeline.core.errors import RuleError
from pipeline.reconcile.settings import load_settings
from pipeline.ruleset.labels import load_labels
from pipeline.ruleset.rule import load_rules
from pipeline.ruleset.yaml_file import reading_with, rules_folder


def require_whole(folder: Path, profile: str) -> None:
    """Load every rule file that a run needs.  Raises RuleError with the place of what is wrong or missing."""
    from pipeline.publish.word.layout import load_profile
    from pipeline.readers import lines
    from pipeline.readers.web import chrome

    loads: dict[str, Callable[[], object]] = {
        "": lambda: load_rules(folder),
        "labels.yaml": lambda: load_labels(folder),
        f"checks.yaml、profiles/{profile}.yaml": lambda: _require_settings(folder, profile),
        "chrome.yaml": chrome.rules,
        "reading.yaml": lines.shapes,
        "profiles/gbt9704.yaml": lambda: load_profile(folder),
    }
    with reading_with(folder):
        for file, load in loads.items():
            try:
                load()
            except OSError as error:
                raise RuleError(str(error.filename or folder), "规则文件读不到", "请检查文件权限") from error
            except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
                what = f"内容不完整或写法有误（{type(error).__name__} {error}）"
                raise RuleError(file, what, "请对照程序自带的规则文件改正") from error


def _require_settings(folder: Path, profile: str) -> None:
    """The checks' words, triggers and figures: what the program's own rules have and the checks ask for by name."""
    given, own = load_settings(folder, profile), load_settings(rules_folder())
    for file, has, needs in (
        ("checks.yaml", given.wording, own.wording),
        ("checks.yaml", given.triggers, own.triggers),
        (f"profiles/{profile}.yaml", given.profile.severity, own.profile.severity),
        (f"profiles/{profile}.yaml", given.profile.thresholds, own.profile.thresholds),
    ):
        if missing := sorted(needs.keys() - has.keys()):
            raise RuleError(file, f"缺少 {'、'.join(missing[:10])}", "请从程序自带的同名文件补上")
