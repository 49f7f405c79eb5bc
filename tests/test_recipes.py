"""The recipes of CONTRIBUTING.md, each carried out on a copy of the program: a rule, a check, a format, a column."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAPER = """中共清河县第二中学支部委员会关于巡察整改进展情况的通报
一、存在问题及整改情况
（一）财务管理方面
1.关于台账不全的问题
整改情况：一是补齐台账。已经闭合。
2.关于账目不清的问题
整改情况：一是聘请会计师清账。已完成整改。
欢迎广大干部群众监督。
"""
RULE = "- {id: own.closed, field: status, value: done, words: [已经闭合], examples: [{text: 已经闭合, value: done}]}\n"
CHECK = '''

@check("accountant_hired")
def accountant_hired(paper: Paper, context: Context) -> Iterator[Defect]:
    """A measure names an accountant."""
    for problem in paper.problems:
        if "会计师" in paper.answer(problem):
            yield Defect(paper, problem, quote=problem.problem)
'''
WORDING = """checks:
  accountant_hired:
    name: 聘请会计师
    severity: warning
    kinds: [bulletin]
    message: '问题“{quote}”聘请了会计师。'
    suggestion: 请附合同。
"""
READER = '''"""A format of one's own: a mark, then text."""

from dataclasses import replace

from pipeline.core.model import Document
from pipeline.readers import text_file


def read_bytes(data: bytes, name: str) -> Document:
    """The text behind the mark."""
    return replace(text_file.read_bytes(data.removeprefix(b"%OWN"), name), format="own")
'''
RUN = """
import sys
from pathlib import Path
from pipeline.extract.process import process_bytes
from pipeline.publish.data.tables import write_tables
from pipeline.reconcile.reconciliation import reconcile
from pipeline.ruleset.labels import load_labels
from pipeline.ruleset.rule import load_rules
rules, out = Path("rules"), Path("out")
write_tables(reconcile(process_bytes(Path("paper").read_bytes(), "通报.own", load_rules(rules)), rules), out)
print(load_labels(rules).column("problems", "length"))
"""


def change(path: Path, old: str, new: str) -> None:
    """Put `new` in the place of the first `old`, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name}: the recipe no longer fits"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Table → its csv, as the copy with all four recipes writes it."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("pipeline", "rules"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    status = copy / "rules" / "status.yaml"
    status.write_text(RULE + status.read_text(encoding="utf-8"), encoding="utf-8")
    checks = copy / "pipeline" / "reconcile" / "checks" / "substance.py"
    checks.write_text(checks.read_text(encoding="utf-8") + CHECK, encoding="utf-8")
    change(copy / "rules" / "checks.yaml", "checks:\n", WORDING)
    (copy / "pipeline" / "readers" / "own_format.py").write_text(READER, encoding="utf-8")
    change(
        copy / "pipeline" / "readers" / "kind.py",
        "    if data.startswith(_OLE):",
        '    if data.startswith(b"%OWN"):\n        return "own"\n    if data.startswith(_OLE):',
    )
    change(
        copy / "pipeline" / "readers" / "gate.py",
        "READERS: Mapping[str, Reader] = {\n",
        'READERS: Mapping[str, Reader] = {\n    "own": _module("own_format"),\n',
    )
    change(
        copy / "pipeline" / "core" / "rows.py",
        '    rectification: str = ""\n',
        '    rectification: str = ""\n    length: int = 7\n',
    )
    change(copy / "rules" / "labels.yaml", "\ncolumn:\n", "\ncolumn:\n  length: 字数\n")
    (copy / "paper").write_bytes(b"%OWN" + PAPER.encode())
    done = subprocess.run([sys.executable, "-c", RUN], cwd=copy, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "字数\n"), done.stderr
    return {path.stem: path.read_text(encoding="utf-8-sig") for path in (copy / "out").glob("*.csv")}


def column(csv: str, name: str) -> list[str]:
    head, *lines = csv.splitlines()
    return [line.split(",")[head.split(",").index(name)] for line in lines]


def test_a_rule(tables: dict[str, str]) -> None:
    assert column(tables["problems"], "status") == ["done", "done"]


def test_a_check(tables: dict[str, str]) -> None:
    assert "问题“账目不清”聘请了会计师。" in column(tables["findings"], "message")


def test_a_format(tables: dict[str, str]) -> None:
    assert column(tables["documents"], "reader") == ["own"]


def test_a_column(tables: dict[str, str]) -> None:
    assert column(tables["problems"], "length") == ["7", "7"]
