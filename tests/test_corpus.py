"""The annotated corpus beside the project, scored as it scores a release; skips where it is absent."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.ruleset.layers import rules_folder
from pipeline.run import batch

FIELDS_FLOOR = 0.93
CORE = ("problem", "measure", "status", "kind", "aspect")


def tool(shared: Path, *arguments: object) -> None:
    subprocess.run(
        [sys.executable, str(shared / "corpus" / "annotated.py"), *map(str, arguments)], check=True, capture_output=True
    )


def scored(
    shared: Path, tmp_path: Path, sources: list[Path], *formats: str
) -> tuple[dict[str, dict[str, float]], Path]:
    """Renders the sources, runs the program on them and gives the scorer's figures by field, and the output."""
    work = tmp_path / "-".join(("run", *formats))
    tool(shared, "render", *sources, "-o", work / "in", *(("--formats", ",".join(formats)) if formats else ()))
    tool(shared, "gold", *sources, "-o", work / "gold")
    batch.run([work / "in"], work / "out", batch.RunSettings(rules_folder(), jobs=1))
    figures = work / "score.json"
    gold = sorted((work / "gold").glob("*.json"))
    subprocess.run(
        [sys.executable, str(shared / "eval" / "score.py"), str(work / "out"), *map(str, gold), "--json", str(figures)],
        check=True,
        capture_output=True,
    )
    return json.loads(figures.read_text(encoding="utf-8"))["fields"], work / "out"


def rows(output: Path, table: str) -> list[dict[str, str]]:
    with (output / "tables" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_fictional_documents_and_the_seed_all_together(shared: Path, tmp_path: Path) -> None:
    sources = [
        *sorted((shared / "corpus" / "dev").glob("[ab]*.ann.txt")),
        *sorted((shared / "corpus" / "seed").glob("*.ann.txt")),
    ]
    fields, _ = scored(shared, tmp_path, sources)
    f1 = {name: figure["f1"] for name, figure in fields.items() if figure["gold"] or figure["run"]}
    assert sum(f1.values()) / len(f1) >= 0.97
    assert {name: f1[name] for name in CORE if f1[name] < 0.98} == {}
    assert {name: value for name, value in f1.items() if value < FIELDS_FLOOR} == {}
    assert (fields["finding"]["precision"], fields["finding"]["recall"]) == (1, 1)


@pytest.mark.parametrize("form", ["docx", "txt"])
def test_the_seed_in_both_formats(shared: Path, tmp_path: Path, form: str) -> None:
    fields, output = scored(shared, tmp_path, sorted((shared / "corpus" / "seed").glob("*.ann.txt")), form)
    assert {
        name: figure["f1"]
        for name, figure in fields.items()
        if (figure["gold"] or figure["run"]) and figure["f1"] < 0.99
    } == {}
    claims = {(row["metric"], float(row["value"])) for row in rows(output, "claims") if not row["scope"]}
    assert {
        ("aspects", 4),
        ("categories", 12),
        ("tasks", 33),
        ("done", 32),
        ("long_term", 21),
        ("not_done", 1),
    } <= claims
    alarms = [row["check"] for row in rows(output, "findings") if row["severity"] != "info"]
    assert alarms.count("docno_malformed") == 7
    assert not {"total_mismatch", "status_count_mismatch", "parts_mismatch", "rate_mismatch"} & set(alarms)
    amounts = {float(row["value"]) for row in rows(output, "amounts") if row["problem_id"]}
    assert 213000 in amounts and 300 not in amounts, "300元 is a claim with no amount behind it"


def test_the_seed_gives_the_same_tables_from_word_and_text(shared: Path, tmp_path: Path) -> None:
    sources = sorted((shared / "corpus" / "seed").glob("*.ann.txt"))
    outputs = [scored(shared, tmp_path, sources, form)[1] for form in ("docx", "txt")]
    for table in ("problems", "measures", "claims", "references", "amounts"):
        word, text = (
            [{k: v for k, v in row.items() if not k.endswith("_id")} for row in rows(o, table)] for o in outputs
        )
        assert word == text, table
