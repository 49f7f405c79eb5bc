"""Results on disk: what csv and parquet hold, and how files come into their place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.core.errors import InputError, OutputError
from pipeline.core.rows import Row, Tables, tables_of
from pipeline.core.text import guarded, storable
from pipeline.core.vocabulary import Status
from pipeline.publish.data.published import PUBLISHED
from pipeline.publish.data.tables import csv_cell, read_tables, write_tables
from pipeline.publish.place import WORKBOOK, place, staged
from tests.making import row


def sample() -> Tables:
    rows: list[Row] = []
    rows.append(
        row(
            "problems",
            doc_id="d1",
            problem_id="p1",
            seq=1,
            problem='=cmd("x"),\n第二行“引号”',
            long_term=True,
            status="done",
            aspect="",
            paragraph=3,
            start=0,
            end=12,
        )
    )
    rows.append(row("problems", doc_id="d1", problem_id="p2", seq=2, problem="坏\x00字\ud800符\ufffe", long_term=False))
    rows.append(row("claims", doc_id="d1", metric="money_recovered", value=-213000.0, unit="元"))
    rows.append(row("claims", doc_id="d1", metric="rate", value=98.71))
    return tables_of(rows)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_table_is_written_with_its_columns(tmp_path: Path) -> None:
    write_tables(Tables(), tmp_path)
    for name, columns in PUBLISHED.items():
        data = (tmp_path / f"{name}.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbf") and data.decode("utf-8-sig").strip() == ",".join(columns)
        stored = pyarrow.parquet.read_table(tmp_path / f"{name}.parquet")
        assert stored.column_names == list(columns) and stored.num_rows == 0
    assert len(list(tmp_path.iterdir())) == 2 * len(PUBLISHED)


def test_cells_are_typed_guarded_and_storable(tmp_path: Path) -> None:
    write_tables(sample(), tmp_path)
    first, second = read_csv(tmp_path / "problems.csv")
    assert first["problem"] == '\'=cmd("x"),\n第二行“引号”'
    assert (first["long_term"], second["long_term"]) == ("true", "false")
    assert (first["seq"], first["aspect"], first["lead"]) == ("1", "", "")
    assert second["problem"] == "坏\ufffd字\ufffd符\ufffd"
    assert [line["value"] for line in read_csv(tmp_path / "claims.csv")] == ["-213000", "98.71"]


def test_parquet_holds_what_csv_holds(tmp_path: Path) -> None:
    write_tables(sample(), tmp_path)
    for name, columns in PUBLISHED.items():
        stored = pyarrow.parquet.read_table(tmp_path / f"{name}.parquet").to_pylist()
        assert [{column: csv_cell(line[column]) for column in columns} for line in stored] == read_csv(
            tmp_path / f"{name}.csv"
        )


def test_tables_come_back(tmp_path: Path) -> None:
    write_tables(sample(), tmp_path / "tables")
    write_tables(read_tables(tmp_path), tmp_path / "again")
    for path in (tmp_path / "tables").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()
    with pytest.raises(InputError):
        read_tables(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        (" \u3000@x", "' \u3000@x"),
        ("\t正常", "'\t正常"),
        ("\r\n=x", "'\r\n=x"),
        ("-", "'-"),
        ("＋86", "'＋86"),
        ("－5", "'－5"),
        ("＠甲", "'＠甲"),
        ("正常=1", "正常=1"),
        ("", ""),
        ("  正常", "  正常"),
        ("'=1", "'=1"),
        ("——", "——"),
    ],
)
def test_formulas_are_guarded(text: str, cell: str) -> None:
    assert guarded(text) == cell


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_stored_and_read_back(text: str) -> None:
    safe = storable(text)
    safe.encode()
    assert len(safe) == len(text) and storable(safe) == safe
    target = io.StringIO(newline="")
    csv.writer(target).writerow([csv_cell(safe), "x"])
    ((cell, _),) = csv.reader(io.StringIO(target.getvalue(), newline=""))
    assert cell.removeprefix("'") == safe.removeprefix("'")
    assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠\t\r\n"))


# --- putting files in place ------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    staging, output = tmp_path / "staging", tmp_path / "out"
    staging.mkdir()
    output.mkdir()
    return staging, output


def stage(staging: Path, **files: str) -> set[tuple[str, str]]:
    for name, text in files.items():
        path = staging / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return set(staged(staging))


def contents(output: Path) -> dict[str, str]:
    return {
        path.relative_to(output).as_posix(): path.read_text(encoding="utf-8")
        for path in output.rglob("*")
        if path.is_file()
    }


def test_files_are_moved_and_earlier_ones_removed(folders: tuple[Path, Path]) -> None:
    staging, output = folders
    (output / "自己的.docx").write_text("人的文件", encoding="utf-8")
    records = stage(staging, 甲校__报告_docx="1", tables__a_csv="2")
    first = place(staging, output, set())
    assert first.records == records and not first.notes and not any(path.is_file() for path in staging.rglob("*"))
    stage(staging, tables__a_csv="3")
    second = place(staging, output, first.records)
    assert contents(output) == {"自己的.docx": "人的文件", "tables/a.csv": "3"}
    stage(staging, 乙校__报告_docx="4")
    third = place(staging, output, second.records, kept=None)
    assert contents(output) == {"自己的.docx": "人的文件", "tables/a.csv": "3", "乙校/报告.docx": "4"}
    assert len(third.records) == 2


def test_what_a_person_edited_is_kept(folders: tuple[Path, Path]) -> None:
    staging, output = folders
    stage(staging, 甲校__报告_docx="1", 乙校__报告_docx="1", t_csv="1")
    first = place(staging, output, set())
    for name in first.files:
        (output / name).write_text("改", encoding="utf-8")
    stage(staging, 甲校__报告_docx="1", t_csv="1")
    second = place(staging, output, first.records)
    assert contents(output) == {
        "甲校/报告.docx": "1",
        "甲校/报告 (人工修改).docx": "改",
        "乙校/报告.docx": "改",
        "t.csv": "1",
    }
    assert len(second.notes) == 1 and "人工修改" in second.notes[0]


def test_an_open_workbook_is_written_beside(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    staging, output = folders
    stage(staging, 整改台账_xlsx="旧", t_csv="旧")
    first = place(staging, output, set())
    replace = Path.replace
    held = {output / "整改台账.xlsx"}

    def windows(self: Path, target: Path) -> Path:
        if target in held or self in held:
            raise PermissionError(13, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", windows)
    stage(staging, 整改台账_xlsx="新", t_csv="新")
    second = place(staging, output, first.records)
    assert contents(output) == {"整改台账.xlsx": "旧", "整改台账 (2).xlsx": "新", "t.csv": "新"}
    assert "整改台账 (2).xlsx" in second.notes[0]
    held.clear()
    stage(staging, 整改台账_xlsx="最新", t_csv="新")
    place(staging, output, second.records)
    assert contents(output) == {"整改台账.xlsx": "最新", "t.csv": "新"}
    held.add(output / "t.csv")
    stage(staging, t_csv="不行")
    with pytest.raises(OutputError, match="请关闭"):
        place(staging, output, second.records)


def test_links_do_not_lead_out(folders: tuple[Path, Path], tmp_path: Path) -> None:
    staging, output = folders
    outside = tmp_path / "outside"
    outside.mkdir()
    (output / "tables").symlink_to(outside)
    stage(staging, tables__a_csv="1")
    with pytest.raises(OutputError, match="之外"):
        place(staging, output, set())
    assert not list(outside.iterdir())


def test_the_workbook_comes_last(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    staging, output = folders
    stage(staging, 整改台账_xlsx="1", 鿿_docx="2", tables__a_csv="3")
    assert place(staging, output, set()).files[-1] == WORKBOOK


def test_an_analyst_loads_the_tables_as_frames(tmp_path: Path) -> None:
    write_tables(sample(), tmp_path / "tables")
    frames = pipeline.load(tmp_path)
    assert list(frames) == list(PUBLISHED)
    assert all(list(frame.columns) == list(PUBLISHED[name]) for name, frame in frames.items())
    problems = frames["problems"]
    assert list(problems["status"].cat.categories) == list(Status) and problems["status"].tolist()[0] == "done"
    assert (problems["status"] <= "basically_done").tolist() == [True, False]
    assert problems["seq"].sum() == 3 and problems["long_term"].tolist() == [True, False]
    assert problems["paragraph"].isna().tolist() == [False, True]
    with pytest.raises(InputError, match="documents"):
        pipeline.load(tmp_path / "nowhere")
