"""What a person says about a reading holds: another reading, and what single pieces of text are."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.directions import NONE, Directions, PieceRole
from pipeline.core.rows import Tables
from pipeline.decisions.directed import piece_row, roles_told
from pipeline.decisions.merge import CHANGE, Correction, load_corrections, merge, save_corrections
from pipeline.extract.process import process

CASES = Path(__file__).parent / "cases"


def read(rules, name: str, directed: Directions = NONE):
    path = CASES / name / f"{name}.txt"
    return process(path, path.name, rules, directed)


@pytest.mark.parametrize("name", ["u07-ganlan-primary-angle-numbers", "h10-qihe-minzu-feedback"])
def test_the_reading_that_a_person_asks_for_is_read(rules, name) -> None:
    before = read(rules, name)
    other = next(row for row in before.readings if not row.chosen)
    counts = len(before.problems), len(before.measures)
    assert (other.problems, other.measures) != counts
    after = read(rules, name, Directions(other.reading))
    assert (len(after.problems), len(after.measures)) == (other.problems, other.measures)
    assert after.documents[0].confidence == 1.0  # a person is in no doubt
    assert read(rules, name, Directions("no such reading")).problems == before.problems


def test_a_piece_is_what_a_person_says(rules) -> None:
    name = "a01-wuchuan-no2-middle"
    before = read(rules, name)
    problem, measure = before.problems[2], before.measures[3]

    def told(row, role: str) -> PieceRole:
        text = before.paragraphs[row.paragraph - 1].text
        return PieceRole(row.paragraph, row.start, row.end, text[row.start : row.end], role)

    merged = read(rules, name, Directions(roles=(told(problem, "nothing"),)))
    assert problem.problem not in [row.problem for row in merged.problems]
    split = read(rules, name, Directions(roles=(told(measure, "problem"),)))
    assert len(split.problems) == len(before.problems) + 1
    assert any(row.problem.startswith(measure.text[:10]) for row in split.problems)
    changed = PieceRole(measure.paragraph, measure.start, measure.end, "别的文字", "problem")
    assert read(rules, name, Directions(roles=(changed,))).problems == before.problems


def test_what_people_said_comes_out_of_the_store_and_touches_no_table(tmp_path) -> None:
    who = ("张三", "2026-01-01T08:00:00+08:00")
    kept = [
        Correction("a.txt", "d", "reading", piece_row("d", 3, 0, 2), "=甲", CHANGE, "role", "", "problem", *who),
        Correction("a.txt", "d", "reading", "d:x", "乙", CHANGE, "role", "", "problem", *who),
    ]
    save_corrections(tmp_path / "corrections.csv", kept)
    loaded = load_corrections(tmp_path / "corrections.csv")
    assert roles_told(loaded) == {"a.txt": (PieceRole(3, 0, 2, "=甲", "problem"),)}
    assert merge(Tables(), loaded) == Tables()
