"""The project file: read beside the input, each item optional, a wrong one refused by its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.cli.commands import invoke
from pipeline.core.errors import InputError, RuleError
from pipeline.run import batch
from pipeline.run.batch import RunSettings
from pipeline.run.project import START, Project, load_project, write_project
from pipeline.run.run_summary import Summary


def written(folder: Path, text: str) -> Path:
    (folder / "input").mkdir(exist_ok=True)
    (folder / "zhenggai.yaml").write_text(text, encoding="utf-8")
    return folder / "input"


def test_without_a_file_nothing_is_stated(tmp_path: Path) -> None:
    assert load_project([tmp_path / "input"]) == Project()


def test_the_start_states_nothing_and_everything_without_its_marks(tmp_path: Path) -> None:
    write_project(tmp_path)
    assert load_project([tmp_path / "input"]) == Project()
    lines = [line.removeprefix("# ") for line in START.splitlines() if ": " in line]
    source = written(tmp_path, "\n".join(lines))
    assert load_project([source]) == Project(
        tmp_path / "output", tmp_path / "本单位规则", "default", date(2025, 6, 30), 2
    )
    with pytest.raises(InputError, match="已经有"):
        write_project(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("profile: default\noutptu: x\n", r"zhenggai\.yaml:2.*是不是想写 output"),
        ("as_of: 明年\n", r"zhenggai\.yaml:1.*不是日期"),
        ("\njobs: 很多\n", r"zhenggai\.yaml:2.*不是整数"),
        ("jobs: 0\n", r"zhenggai\.yaml:1.*超出范围"),
        ("- 甲\n", r"zhenggai\.yaml:1"),
        ("output: [a\n", r"zhenggai\.yaml:2.*YAML"),
        ("output:\n", r"zhenggai\.yaml:1.*文字"),
    ],
)
def test_what_is_wrong_is_refused_by_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RuleError, match=says) as caught:
        load_project([written(tmp_path, text)])
    assert "expected" not in str(caught.value)


def test_the_command_line_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[Path, RunSettings]] = []

    def run(given: object, output: Path, settings: RunSettings) -> Summary:
        calls.append((output, settings))
        return Summary(output)

    monkeypatch.setattr(batch, "run", run)
    source = written(tmp_path, "output: 结果\nas_of: 2025-06-30\njobs: 3\nprofile: 甲\n")
    assert invoke(["run", str(source)]) == 0
    assert invoke(["run", str(source), "-o", str(tmp_path / "别处"), "--as-of", "2024-01-31", "--jobs", "1"]) == 0
    (output, settings), (other, told) = calls
    assert (output, settings.as_of, settings.jobs, settings.profile) == (tmp_path / "结果", date(2025, 6, 30), 3, "甲")
    assert (other, told.as_of, told.jobs, told.profile) == (tmp_path / "别处", date(2024, 1, 31), 1, "甲")


def test_init_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["init", str(tmp_path)]) == 0
    assert (tmp_path / "zhenggai.yaml").is_file() and "zhenggai run input" in capsys.readouterr().out
    assert invoke(["init", str(tmp_path)]) == 2
