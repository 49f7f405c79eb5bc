"""Whole openings and single sentences of totals, as data: what each says about unit, inspector, dates, round, kind and claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.core import values
from pipeline.core.model import Block, Document
from pipeline.core.rows import Tables
from pipeline.extract.process import tabulate
from pipeline.reconcile.aliases import load_aliases
from pipeline.ruleset.rule import Rules

HERE = Path(__file__).resolve().parent
CASES: dict[str, Any] = yaml.load((HERE / "openings.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
FRAME = ("中共青溪县第九中学总支部委员会关于巡察整改情况的通报", "现将整改情况通报如下。")
PROCESS = ("meetings", "inspections")  # counted, never scored


def read(rules: Rules, lines: list[str]) -> Tables:
    return tabulate(Document("一份.txt", "txt", "", tuple(Block(line) for line in lines)), rules)


def plain(text: object) -> str:
    return "".join(c for c in values.view(str(text or "")) if c.isalnum())


def opening_faults(rules: Rules, case: dict[str, Any]) -> list[str]:
    """What was read otherwise than the case says, a line each."""
    lines: list[str] = []
    for line in case["lines"]:
        lines += CASES["bodies"].get(line, [line])
    (document,) = read(rules, lines).documents
    aliases = load_aliases(HERE.parent / "rules")
    found = []
    for name, wanted in case.items():
        if name in ("name", "lines"):
            continue
        wanted = "" if wanted == "null" else wanted
        got = getattr(document, name)
        same = aliases.unit if name == "unit" else plain
        if same(str(wanted)) != same(str(got or "")):
            found.append(f"{name}: {wanted or 'nothing'} ≠ {got or 'nothing'}")
    return found


def total_faults(rules: Rules, case: dict[str, Any]) -> list[str]:
    """Claims without a scope that the sentence does not make, or that were missed."""
    tables = read(rules, [*FRAME, case["text"]])
    got = {(str(c.metric), float(str(c.value))) for c in tables.claims if not c.scope}
    got = {c for c in got if c[0] not in PROCESS}
    wanted = {(metric, float(value)) for metric, value in (case["claims"] or {}).items()}
    return [f"missing {sorted(wanted - got)}, too many {sorted(got - wanted)}"] if wanted != got else []


@pytest.mark.parametrize("case", CASES["openings"], ids=lambda case: case["name"])
def test_openings(rules: Rules, case: dict[str, Any]) -> None:
    assert opening_faults(rules, case) == []


@pytest.mark.parametrize("case", CASES["totals"], ids=lambda case: case["text"][:20])
def test_totals(rules: Rules, case: dict[str, Any]) -> None:
    assert total_faults(rules, case) == []
