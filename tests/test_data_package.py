"""The data package of a run: what it says of itself holds, whoever reads it."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import frictionless
import pandas
import pytest

import pipeline
from pipeline.core.rows import Tables, joined
from pipeline.core.vocabulary import Status
from pipeline.decisions.merge import DELETE, Correction, merge
from pipeline.extract.process import process
from pipeline.publish.data.published import PUBLISHED
from pipeline.publish.data.whole import write_package
from pipeline.reconcile.reconciliation import reconcile
from pipeline.ruleset.labels import load_labels
from pipeline.ruleset.rule import Rules

ROOT = Path(__file__).parent.parent
RULES = ROOT / "rules"
PAPERS = [
    *sorted((ROOT / "input").glob("*.docx")),
    *(ROOT / "tests" / "cases").glob("[hrt]0[1-4]-*/*.docx"),  # ledgers, notices, several schools, plans
]


@pytest.fixture(scope="module")
def tables(rules: Rules) -> Tables:
    read = joined(process(path, path.name, rules) for path in PAPERS)
    gone = read.measures[0]
    deleted = Correction("", gone.doc_id, "measures", gone.measure_id, gone.text, DELETE, "", "", "", "甲", "2025")
    return reconcile(merge(read, [deleted]), RULES)


@pytest.fixture(scope="module")
def output(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("output")
    write_package(tables, folder / "tables", load_labels(RULES))
    return folder


@pytest.fixture(scope="module")
def database(output: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{output / 'tables' / 'zhenggai.sqlite'}?mode=ro", uri=True)) as connection:
        yield connection


def test_the_description_is_valid_and_the_files_are_as_described(output: Path) -> None:
    """Types, enumerations, required and unique keys, foreign keys: all by frictionless."""
    report = frictionless.Package(output / "tables" / "datapackage.json").validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "note"])[:5]
    assert {task.name for task in report.tasks} == set(PUBLISHED)


def test_a_wrong_value_would_be_found(output: Path, tmp_path: Path) -> None:
    for path in (output / "tables").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "measures.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(re.sub(r"\n(\w{10}),\w{10}-\d{3},", r"\n\1,没有这个问题,", text, count=1), encoding="utf-8-sig")
    report = frictionless.Package(tmp_path / "datapackage.json").validate()
    assert {error.type for task in report.tasks for error in task.errors} == {"foreign-key"}


def test_titles_and_labels_are_chinese(output: Path) -> None:
    package = json.loads((output / "tables" / "datapackage.json").read_text(encoding="utf-8"))
    fields = [field for resource in package["resources"] for field in resource["schema"]["fields"]]
    assert all(re.search("[\u4e00-\u9fff]", field["title"]) for field in fields)
    problems = next(resource for resource in package["resources"] if resource["name"] == "problems")
    status = next(field for field in problems["schema"]["fields"] if field["name"] == "status")
    assert status["constraints"]["enum"] == list(Status)
    assert {"value": "not_done", "label": "未完成"} in status["categories"]


def test_every_row_says_its_case_and_unit(output: Path) -> None:
    frames = pipeline.load(output)
    cases = frames["cases"].set_index("case_id")["unit"]
    for name, frame in frames.items():
        column = "case_unit" if name == "claims" else "unit"
        assert {"case_id", column} <= set(frame.columns), name
        inside = frame[frame["case_id"].notna()]
        if name not in ("documents", "findings", "items"):  # these say it in their own paper's words
            assert (inside[column] == inside["case_id"].map(cases)).all(), name
    assert frames["measures"]["unit"].notna().all()


def test_the_database_holds_the_same_rows_and_its_keys_hold(database: sqlite3.Connection, output: Path) -> None:
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    frames = pipeline.load(output)
    for name, frame in frames.items():
        assert database.execute(f'SELECT count(*) FROM "{name}"').fetchone() == (len(frame),)
        columns = [row[1] for row in database.execute(f'PRAGMA table_info("{name}")')]
        assert columns == list(PUBLISHED[name])
        keys = [row[1] for row in database.execute(f'PRAGMA table_info("{name}")') if row[5]]
        assert keys, name
    indexed = {row[0] for row in database.execute("SELECT tbl_name FROM sqlite_master WHERE type = 'index'")}
    assert {"problems", "measures", "facts", "items"} <= indexed


def test_views_have_chinese_columns_and_labels(database: sqlite3.Connection) -> None:
    cursor = database.execute("SELECT * FROM 问题 WHERE 整改状态 IS NOT NULL")
    headings = [column[0] for column in cursor.description]
    assert all(re.search("[\u4e00-\u9fff]", heading) for heading in headings)
    told = {row[headings.index("整改状态")] for row in cursor}
    assert told <= {"已完成", "基本完成", "正在整改", "未完成"} and len(told) > 1
    row = database.execute("SELECT status, status_label FROM problems_labelled WHERE status = 'in_progress'").fetchone()
    assert row == ("in_progress", "正在整改")
    for (view,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        database.execute(f'SELECT * FROM "{view}"').fetchall()


def test_items_lead_to_the_problems_of_their_papers(database: sqlite3.Connection) -> None:
    pairs = database.execute(
        "SELECT i.item_id, ip.kind, p.problem FROM items i JOIN item_problems ip USING (item_id)"
        " JOIN problems p USING (problem_id)"
    ).fetchall()
    assert {kind for _, kind, _ in pairs} >= {"feedback", "plan", "bulletin"}
    assert len({item for item, _, _ in pairs}) == database.execute("SELECT count(*) FROM items").fetchone()[0]


def test_a_span_is_a_substring_in_sql(database: sqlite3.Connection) -> None:
    wrong = database.execute(
        "SELECT count(*) FROM claims c JOIN paragraphs p USING (doc_id, paragraph)"
        ' WHERE c.text <> substr(p.text, c."start" + 1, c."end" - c."start") AND c.end_paragraph = c.paragraph'
    ).fetchone()
    assert wrong == (0,)


def test_the_same_tables_give_the_same_bytes(tables: Tables, output: Path, tmp_path: Path) -> None:
    write_package(tables, tmp_path, load_labels(RULES))
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (output / "tables" / path.name).read_bytes(), path.name


def test_frames_have_categories_and_days(output: Path) -> None:
    frames = pipeline.load(output)
    problems = frames["problems"]
    assert list(problems["status"].cat.categories) == list(Status) and problems["status"].cat.ordered
    assert str(frames["claims"]["metric"].dtype) == "category"
    assert pandas.api.types.is_datetime64_any_dtype(problems["deadline"])
    months = pandas.read_csv(output / "tables" / "problems.csv", dtype=str)["deadline"]
    of_month = problems["deadline"][months.str.len() == 7]
    assert len(of_month) and of_month.dt.is_month_end.all()


QUESTIONS = re.findall(r"```(python|sql)\n(.*?)```", (ROOT / "docs" / "data.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_questions_of_the_docs_are_answered(
    output: Path, database: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code of docs/data.md, as it stands there, run from top to bottom beside an output folder."""
    (tmp_path / "output").symlink_to(output)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    answered = 0
    for language, code in QUESTIONS:
        answer: object = None
        if language == "sql":
            answer = database.execute(code).fetchall()
        else:
            exec(code, names)
            answer = names.pop("answer", None)
        if answer is not None:
            assert len(answer) > 0, code  # type: ignore[arg-type]
            answered += 1
    assert answered == 11, "ten questions, one of them in both languages"
    assert (tmp_path / "output" / "tables" / "zhenggai.sqlite").is_file()
