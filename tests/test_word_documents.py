"""Documents of all units: what fails costs itself and is named, everything else is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.terminal import summary_text
from pipeline.core.errors import TemplateError
from pipeline.core.files import digest_of_file
from pipeline.core.rows import DocumentRow, FindingRow, PassageRow, ProblemRow, Row, Tables, tables_of
from pipeline.core.vocabulary import Kind, Severity, Status
from pipeline.publish.gaps import Gap
from pipeline.run.run_summary import Summary
from pipeline.run.still_valid import Earlier, Made
from pipeline.run.word_documents import Wanted, write_documents
from tests.making import added
from tests.samples import RULES, fictional_case, reports

UNIT = "云溪县第九小学党支部"


def two_units(label: Any = "") -> Tables:
    """The fictional unit and one more, whose opening has the number `label`."""
    document = DocumentRow(doc_id="o", file="别处/o.docx", kind=Kind.BULLETIN, unit="别处小学", title="整改情况通报")
    problem = ProblemRow(
        doc_id="o",
        problem_id="o-001",
        seq=1,
        label="1.",
        problem="账目不清",
        status=Status.DONE,
        status_text="已完成",
        paragraph=1,
        start=1,
        end=5,
        end_paragraph=1,
        rectification="已完成。",
    )
    opening = PassageRow(doc_id="o", seq=1, part="opening", label=label, text="现通报如下。", paragraph=0)
    return added(fictional_case(), document, problem, opening)


def names(files: list[Path], folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in files)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_document_that_fails_costs_only_itself(tmp_path: Path, workers: int) -> None:
    whole = names(reports(two_units(), tmp_path / "whole"), tmp_path / "whole")
    made = write_documents(two_units(1), tmp_path / "out", RULES, Wanted(), workers)
    lost = [name for name in whole if name not in names(made.files, tmp_path / "out")]
    assert lost == ["别处小学/整改情况通报.docx"]
    (gap,) = made.gaps
    assert (gap.name, gap.error) == ("别处小学·整改情况通报", "internal_error")
    assert "TypeError" in gap.trace and "账目" not in gap.trace


def test_workers_write_what_this_process_writes(tmp_path: Path) -> None:
    here = reports(two_units(), tmp_path / "here")
    made = write_documents(two_units(), tmp_path / "there", RULES, Wanted(), 2)
    there = [path for path in made.files if path.suffix == ".docx"]
    assert names(here, tmp_path / "here") == names(there, tmp_path / "there") and made.gaps == []
    for one, other in zip(here, there, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_only_the_unit_that_changed_is_written_again(tmp_path: Path) -> None:
    first = write_documents(two_units(), tmp_path, RULES, Wanted(), 1)
    assert sorted(first.keys) == sorted([UNIT, "别处小学"])

    def in_place(path: Path) -> tuple[str, str]:
        return path.relative_to(tmp_path).as_posix(), digest_of_file(path)

    made = {unit: Made(key, tuple(map(in_place, files))) for unit, (key, files) in first.keys.items()}
    wanted = Wanted(earlier=Earlier(tmp_path, made))
    again = write_documents(two_units(), tmp_path / "again", RULES, wanted, 1)
    assert again.kept == made and names(again.files, tmp_path / "again") == ["汇总情况报告.docx"]
    finding = FindingRow(doc_id="o", unit="别处小学", check="measure_missing", severity=Severity.ERROR, message="没有")
    other = write_documents(added(two_units(), finding), tmp_path / "other", RULES, wanted, 1)
    assert list(other.kept) == [UNIT] and list(other.keys) == ["别处小学"]
    decided = write_documents(two_units(), tmp_path / "decided", RULES, replace(wanted, decided="1"), 1)
    assert decided.kept == {}
    next(path for path in first.files if path.parent.name == UNIT).write_bytes(b"edited")
    assert list(write_documents(two_units(), tmp_path / "edited", RULES, wanted, 1).kept) == ["别处小学"]


def test_a_broken_template_still_ends_the_run(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    (rules / "templates").mkdir(parents=True)
    for name in ("labels.yaml", "profiles"):
        (rules / name).symlink_to(RULES / name)
    (rules / "templates" / "check_report.docx").write_bytes(b"no docx")
    with pytest.raises(TemplateError, match="check_report"):
        write_documents(two_units(), tmp_path / "out", rules, Wanted(("check_report",)), 1)


def test_what_is_missing_is_told_at_the_end() -> None:
    summary = Summary(Path("out"), gaps=[Gap(f"{UNIT}·核对报告", "timeout", "30 秒")])
    assert f"{UNIT}·核对报告：处理超过时间上限（30 秒）" in summary_text(summary, RULES)


def test_more_than_a_hundred_files_of_one_unit_have_numbers(tmp_path: Path) -> None:
    rows: list[Row] = []
    for number in range(112):
        doc_id = f"d{number}"
        rows.append(
            DocumentRow(
                doc_id=doc_id, file=f"{number}.txt", kind=Kind.BULLETIN, unit=UNIT, title=f"第{number}期整改情况通报"
            )
        )
        rows.append(
            FindingRow(
                finding_id=doc_id,
                doc_id=doc_id,
                unit=UNIT,
                check="measure_missing",
                severity=Severity.ERROR,
                message=f"第{number}份材料没有措施",
            )
        )
    (path,) = reports(tables_of(rows), tmp_path, kinds=["review_letter"])
    import docx

    text = "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    assert "一百、" in text and "一百一十二、" in text


def test_only_what_is_wanted_is_written(tmp_path: Path) -> None:
    def written(*only: str) -> set[str]:
        files = write_documents(two_units(), tmp_path / "-".join(only), RULES, Wanted(only=frozenset(only)), 1).files
        return {path.suffix for path in files}

    assert written("word") == {".docx"}
    assert written("page") == {".html"}
    assert written("word", "page") == {".docx", ".html"}
    assert written("annotated") == set() == written()
