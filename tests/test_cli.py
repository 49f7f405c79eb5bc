"""The command line: what a person reads at the end, and every mistake as one sentence with its exit code."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import click
import pytest

from pipeline.cli import commands
from pipeline.core.errors import REASONS, BusyError, OutputError
from pipeline.core.rows import SCHEMA
from pipeline.core.vocabulary import ALL_RESULTS
from pipeline.run import batch, explained
from pipeline.run.run_summary import Summary
from tests import stand_ins

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def simple(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with an input of three files and simple stages; the working folder."""
    stand_ins.install(monkeypatch)
    monkeypatch.setattr(batch, "run", partial(batch.run, task=stand_ins.read))
    monkeypatch.setattr(batch, "read_one", partial(batch.read_one, task=stand_ins.read))
    monkeypatch.setattr(explained, "explain_one", partial(explained.explain_one, task=stand_ins.read))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for name, text in {"a": "问题一\n问题二", "b": "REJECT", "~$c": "x"}.items():
        (tmp_path / "in" / f"{name}.txt").write_text(text, encoding="utf-8")
    return tmp_path


def failed(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    """Run, expect the exit code and one line on stderr with a remedy; gives it."""
    assert commands.invoke(arguments) == code
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "Traceback" not in err
    assert re.search(r"请|运行|查看", err)
    return err


def test_a_run_ends_with_a_summary(simple: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.invoke(["run", "in", "-o", "out"]) == 0
    out, err = capsys.readouterr()
    assert err == ""  # the progress bar is for terminals
    lines = out.splitlines()
    assert lines[0] == "文件 3 个：正常 1，未能处理 1，已跳过 1"
    assert lines[1] == "单位 1 个，问题 2 个，措施 0 条"
    assert lines[2] == "核对发现 3 处：错误 0，警告 3，提示 0"
    assert "out" in lines[3] and re.fullmatch(r"用时 \d+\.\d 秒", lines[4])
    assert "b.txt：" in out and REASONS["no_text"][1] in out


def test_strict_reports_what_could_not_be_read(simple: Path) -> None:
    assert commands.invoke(["run", "in", "--strict"]) == 3
    assert (simple / "output" / "tables" / "problems.csv").is_file()
    (simple / "in" / "b.txt").unlink()
    assert commands.invoke(["run", "in", "--strict"]) == 0


def test_an_unknown_format_alone_is_set_aside(simple: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (simple / "x.xyz").write_text("REJECT", encoding="utf-8")
    assert commands.invoke(["run", "x.xyz"]) == 0
    assert "未能处理 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "absent"], "找不到"),
        (["run", "in", "-o", "in"], "重叠"),
        (["run", "empty"], "没有文件"),
        (["run", "in", "--rules", "absent"], "规则文件夹不存在"),
        (["run"], "缺少 输入"),
        (["run", "in", "--job", "2"], "--jobs"),
        (["run", "in", "--jobs", "0"], "不小于 1 的整数"),
        (["run", "in", "--as-of", "2025-13-01"], "日期"),
        (["run", "in", "-o"], "-o"),
        (["rum"], "没有 rum"),
        (["rules", "lst"], "没有 lst"),
        (["show", "absent"], "找不到"),
        (["show", "in"], "找不到"),
        (["show", "in/b.txt"], "扫描件"),
        (["explain", "in/a.txt", "x"], "整数"),
        (["check", "in"], "没有处理结果"),
        (["report", "empty"], "没有处理结果"),
    ],
)
def test_mistakes_are_one_sentence(
    simple: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    (simple / "empty").mkdir()
    assert words in failed(capsys, 2, *arguments)
    assert sorted(path.name for path in simple.iterdir()) == ["empty", "in"]  # nothing was written


def test_a_broken_rule_file_is_named_with_its_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("文字", encoding="utf-8")
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    (tmp_path / "rules" / "status.yaml").write_text("- id: x\n  field: [\n", encoding="utf-8")
    assert "status.yaml:" in failed(capsys, 2, "run", "a.txt", "--rules", "rules")
    assert not (tmp_path / "output").exists()


def test_output_that_is_busy_or_cannot_be_written(
    simple: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (simple / "file").touch()
    assert "不能写入" in failed(capsys, OutputError.exit_code, "run", "in", "-o", "file")
    assert "不能写入" in failed(capsys, OutputError.exit_code, "run", "in", "-o", "file/below")

    def held(*arguments: object, **options: object) -> None:
        raise BusyError("output", "另一次运行正在使用这个输出文件夹", "请等它结束")

    monkeypatch.setattr(batch, "run", held)
    failed(capsys, BusyError.exit_code, "run", "in")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows 没有这样的权限位")
def test_a_read_only_output(tmp_path: Path) -> None:
    """Root may write anywhere, so the kernel's own read-only folder stands for one."""
    (tmp_path / "a.txt").write_text("文字", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "run", str(tmp_path / "a.txt"), "-o", "/proc/zhenggai"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (OutputError.exit_code,), done.stderr
    assert done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def test_a_fault_of_the_program_is_one_sentence_and_a_log(
    simple: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError((simple / "in" / "a.txt").read_text(encoding="utf-8"))

    monkeypatch.setattr(batch, "run", broken)
    message = failed(capsys, 1, "run", "in")
    log = Path(message.split("详情见 ")[1].split("，")[0])
    text = log.read_text(encoding="utf-8")
    assert "ZeroDivisionError" in text and "test_cli.py" in text and "问题一" not in text
    log.unlink()


def test_a_problem_that_is_not_there_is_a_wrong_use(simple: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.invoke(["explain", "in/a.txt", "99"]) == 2
    assert "没有序号为 99 的问题。请写 1 至 2 的序号" in capsys.readouterr().err


def test_show_and_explain(simple: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.invoke(["show", "in/a.txt"]) == 0
    assert "2. 问题二" in capsys.readouterr().out
    assert sorted(path.name for path in simple.iterdir()) == ["in"]


def all_commands(group: click.Group = commands.zhenggai, path: str = "zhenggai") -> list[tuple[str, click.Command]]:
    found = []
    for name, command in group.commands.items():
        found.append((f"{path} {name}", command))
        if isinstance(command, click.Group):
            found += all_commands(command, f"{path} {name}")
    return found


def test_help_is_chinese_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.invoke([]) == 0
    assert commands.invoke(["--help"]) == 0
    first, second = capsys.readouterr().out.split("用法：zhenggai")[1:]
    assert first == second
    for path, command in all_commands():
        assert commands.invoke([*path.split()[1:], "--help"]) == 0
        text = capsys.readouterr().out
        assert not re.search(r"Usage|Options|Commands|Show this|default:|required", text)
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help and re.search(r"[一-鿿]", parameter.help), (path, parameter.name)


def test_the_readme_names_every_command_state_and_exit_code() -> None:
    for path, command in all_commands():
        if not isinstance(command, click.Group):
            assert path in README, path
    for word in ("ok", "ok_with_warnings", "quarantined", "skipped"):
        assert f"`{word}`" in README
    for code in ("0", "1", "2", "3", "4", "5", "130"):
        assert re.search(rf"^\| {code}\b", README, re.MULTILINE), code
    for table in SCHEMA:
        assert f"`{table}`" in README, table


def test_the_sample_case_runs_whole(tmp_path: Path) -> None:
    """The first thing a new user does: the documents of `input/` through every real stage, twice, the same bytes."""
    for name, jobs in (("one", "1"), ("two", "2")):
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "run", "input", "-o", str(tmp_path / name), "--jobs", jobs],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "未能处理" not in done.stdout
    first = {
        path.relative_to(tmp_path / "one"): path.read_bytes()
        for path in (tmp_path / "one").rglob("*.*")
        if path.is_file() and ".zhenggai" not in path.parts and path.suffix != ".txt"
    }
    assert {path.name for path in first} >= {"整改台账.xlsx", "核对报告.docx", "整改情况通报.docx", "problems.csv"}
    for path, data in first.items():
        assert (tmp_path / "two" / path).read_bytes() == data, path


def test_a_run_in_which_nothing_can_be_read_is_done(tmp_path: Path) -> None:
    """Through every real stage: the files are accounted for, and that is success."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "空.docx").touch()
    assert commands.invoke(["run", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 0
    assert "empty" in (tmp_path / "out" / "tables" / "documents.csv").read_text(encoding="utf-8-sig")


def test_only_some_results(monkeypatch, tmp_path):
    asked = []

    def run(given: object, output: Path, settings: batch.RunSettings) -> Summary:
        asked.append(settings.only)
        return Summary(output)

    monkeypatch.setattr(batch, "run", run)
    (tmp_path / "in").mkdir()
    for words in (["--only", "tables"], ["--only", "word，page"], []):
        assert commands.invoke(["run", str(tmp_path / "in"), "-o", str(tmp_path / "out"), *words]) == 0
    assert asked == [frozenset(), frozenset({"word", "page"}), ALL_RESULTS]


def test_an_unknown_result_is_refused(capsys, tmp_path):
    assert commands.invoke(["run", str(tmp_path), "--only", "excel"]) == 2
    assert "excel" in capsys.readouterr().err
