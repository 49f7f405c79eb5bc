"""Small documents with planted defects among things that only look like defects: exactly these are raised.

`tests/findings/NAME.txt`: `expect: check@problem; …` (0: the document as a whole, `none`), `---`, the document.  A
folder holds the documents of one case; one without an `expect` line must raise nothing of its own.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.rows import Tables, joined
from pipeline.core.vocabulary import Severity
from pipeline.extract.process import process_bytes
from pipeline.reconcile.reconciliation import reconcile
from pipeline.ruleset.rule import Rules, load_rules

FOLDER = Path(__file__).parent / "findings"
RULES = FOLDER.parent.parent / "rules"
CASES = sorted(FOLDER.iterdir())


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(RULES)


def read(case: Path, rules: Rules) -> tuple[Tables, list[str]]:
    """The tables of a case's documents, and what they expect."""
    tables, expected = Tables(), []
    for path in sorted(case.iterdir()) if case.is_dir() else [case]:
        head, mark, body = path.read_text(encoding="utf-8").partition("---\n")
        if mark:
            expected += [item.strip() for item in head.removeprefix("expect:").strip().split(";")]
        tables = joined([tables, process_bytes((body if mark else head).encode(), path.name, rules)])
    return tables, sorted(item for item in expected if item != "none")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_exactly_the_planted_defects_are_raised(case: Path, rules: Rules):
    tables, expected = read(case, rules)
    tables = reconcile(tables, RULES)
    numbers = {problem.problem_id: problem.seq for problem in tables.problems}
    # how sure a reading is is judged over whole corpora (test_doubt), not by these few lines
    judged = [finding for finding in tables.findings if finding.check != "structure_doubtful"]
    alarms = [finding for finding in judged if finding.severity != Severity.INFO]
    raised = sorted(f"{finding.check}@{numbers.get(finding.problem_id, 0)}" for finding in alarms)
    assert raised == expected, "\n".join(finding.message for finding in alarms)


def test_every_fixture_holds_problems(rules: Rules):
    assert all(len(read(case, rules)[0].problems) >= 6 for case in CASES)
