"""A whole run with simple stages: every file accounted for once, whatever it does, and nothing half done."""

from __future__ import annotations

import contextlib
import csv
import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.core import limits
from pipeline.core.errors import BusyError, InputError, OutputError, ProgramError, Rejected, RuleError
from pipeline.core.rows import SCHEMA, DocumentRow, Tables
from pipeline.core.vocabulary import Kind
from pipeline.run import batch, decided, engines, inputs, output_folder
from pipeline.run.batch import RunSettings
from pipeline.run.engines import Outcome
from pipeline.run.output_folder import open_place
from pipeline.run.recorder import Recorder
from tests import stand_ins

ROOT = Path(__file__).parent.parent
WAIVERS = "check,unit,problem,reason,who,until\nmeasure_missing,某校,,已说明,张三,\n"


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, rules: Path) -> RunSettings:
    stand_ins.install(monkeypatch)
    return RunSettings(rules, jobs=2)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder of rules of this test alone."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for name in ("labels.yaml", "words.yaml"):
        (folder / name).write_bytes((ROOT / "rules" / name).read_bytes())
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def put(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def documents(output: Path) -> dict[str, dict[str, str]]:
    with (output / "tables" / "documents.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["file"] for row in rows}) == len(rows)
    return {row["file"]: row for row in rows}


def tables_of(output: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((output / "tables").iterdir())}


def go(source: Path, settings: RunSettings, **changes: object) -> Path:
    output = source.parent / "out"
    values = {"rules": settings.rules, "jobs": settings.jobs} | changes
    batch.run([source], output, RunSettings(**values), stand_ins.read)  # type: ignore[arg-type]
    return output


def test_every_file_ends_in_one_row(source: Path, settings: RunSettings) -> None:
    put(source, a="第一", same="第一", z="第二")
    (source / "b.docx").write_text("第三", encoding="utf-8")
    (source / "empty.txt").touch()
    (source / "empty2.txt").touch()
    (source / "~$b.docx").write_text("x", encoding="utf-8")
    (source / "photo.jpg").write_text("x", encoding="utf-8")
    (source / "waivers.csv").write_text(WAIVERS, encoding="utf-8")
    (source / "link.txt").symlink_to(ROOT / "README.md")
    (source / "links").symlink_to(ROOT / "rules")
    os.mkfifo(source / "pipe.txt")
    sub = source / "子文件夹"
    sub.mkdir()
    put(sub, a="第四")
    rows = documents(go(source, settings))
    assert {name: (row["state"], row["error"]) for name, row in rows.items()} == {
        "a.txt": ("ok", ""),
        "b.docx": ("ok", ""),
        "empty.txt": ("quarantined", "empty"),
        "empty2.txt": ("quarantined", "empty"),
        "link.txt": ("skipped", "unsafe_link"),
        "links": ("skipped", "unsafe_link"),
        "photo.jpg": ("skipped", "skipped_type"),
        "pipe.txt": ("skipped", "not_a_file"),
        "same.txt": ("skipped", "duplicate"),
        "waivers.csv": ("skipped", "skipped_type"),
        "z.txt": ("ok", ""),
        "~$b.docx": ("skipped", "skipped_temp"),
        "子文件夹/a.txt": ("ok", ""),
    }
    assert "a.txt" in rows["same.txt"]["message"]
    assert list(rows) == sorted(rows)


def test_what_a_document_does_costs_only_itself(
    source: Path, settings: RunSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WALL_SECONDS", 1)
    put(
        source,
        good="正常",
        wait="WAIT",
        hang="HANG",
        die="DIE 1",
        kill="KILL 2",
        memory="MEMORY",
        bug="BUG 秘密",
        reject="REJECT",
        late="LATE",
        once="ONCE",
        more="又一",
    )
    output = go(source, settings)
    rows = documents(output)
    assert {name.removesuffix(".txt"): row["error"] for name, row in rows.items()} == {
        "good": "",
        "wait": "",
        "more": "",
        "once": "",
        "hang": "timeout",
        "die": "crash",
        "kill": "memory",
        "memory": "memory",
        "bug": "internal_error",
        "reject": "no_text",
        "late": "changed_while_reading",
    }
    assert all(row["message"] for row in rows.values() if row["error"])
    log = (output / "运行日志.txt").read_text(encoding="utf-8")
    assert "ValueError" in log and "stand_ins.py" in log and "秘密" not in log
    assert "Traceback" not in "".join(row["message"] for row in rows.values())


def test_processor_time_is_limited(source: Path, settings: RunSettings) -> None:
    put(source, spin="SPIN")
    assert documents(go(source, settings))["spin.txt"]["error"] == "timeout"


def test_any_number_of_workers_gives_the_same_bytes(source: Path, settings: RunSettings) -> None:
    put(source, **{f"文{number}": f"问题{number}\n又{number}" for number in range(12)})
    first = tables_of(go(source, settings, jobs=1))
    assert first == tables_of(go(source, settings, jobs=3, fresh=True))
    assert len(first) == 2 * len(SCHEMA) + 2, "csv and parquet, their description, the database"


def test_serial_and_processes_give_the_same(source: Path, settings: RunSettings) -> None:
    put(source, a="一", b="BUG", c="REJECT")
    jobs = [engines.Job(path.name, path) for path in sorted(source.iterdir())]
    there = dict(engines.processes(jobs, settings.rules, 2, stand_ins.read))
    for job, outcome in engines.serial(jobs, settings.rules, stand_ins.read):
        assert (outcome.result, outcome.error) == (there[job].result, there[job].error)


def test_a_second_run_reads_only_what_changed(source: Path, settings: RunSettings) -> None:
    put(source, a="一", b="二", bug="BUG", no="REJECT")
    output = source.parent / "out"
    assert batch.run([source], output, settings, stand_ins.read).reused == 0
    before = tables_of(output)
    stamp = (source / "b.txt").stat()
    assert batch.run([source], output, settings, stand_ins.read).reused == 3  # not the bug: it may pass
    assert tables_of(output) == before
    put(source, b="三")  # equal size and time
    os.utime(source / "b.txt", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert batch.run([source], output, settings, stand_ins.read).reused == 2
    assert "三" in (output / "tables" / "problems.csv").read_text(encoding="utf-8-sig")
    (source / "a.txt").unlink()
    batch.run([source], output, settings, stand_ins.read)
    assert "a.txt" not in documents(output)


def test_changed_rules_read_again(source: Path, settings: RunSettings, rules: Path) -> None:
    put(source, a="一")
    output = source.parent / "out"
    assert batch.run([source], output, RunSettings(rules), stand_ins.read).reused == 0
    (rules / "labels.yaml").write_text("# 名称\n", encoding="utf-8")
    assert batch.run([source], output, RunSettings(rules), stand_ins.read).reused == 1
    (rules / "words.yaml").write_text("# 新\n", encoding="utf-8")
    assert batch.run([source], output, RunSettings(rules), stand_ins.read).reused == 0


def test_archives_stand_for_their_files(source: Path, settings: RunSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(source / "报送.zip", "w") as archive:
        archive.writestr("一中/通报.txt", "问题")
        archive.writestr("一中/Thumbs.db", "x")
    rows = documents(go(source, settings))
    assert {name: row["error"] for name, row in rows.items()} == {
        "报送.zip/一中/Thumbs.db": "skipped_temp",
        "报送.zip/一中/通报.txt": "",
    }
    (source / "坏.zip").write_text("no archive", encoding="utf-8")
    assert documents(go(source, settings))["坏.zip"]["state"] == "quarantined"


def test_names_from_several_folders(tmp_path: Path) -> None:
    for name in ("甲", "乙"):
        (tmp_path / name).mkdir()
        put(tmp_path / name, same=name, **{f"own{name}": name})
    found = inputs.discover([tmp_path / "甲", tmp_path / "乙", tmp_path / "甲" / "same.txt"], tmp_path / "out")
    assert [entry.name for entry in found] == ["own乙.txt", "own甲.txt", "乙/same.txt", "甲/same.txt"]


def test_what_people_are_told_stays_on_its_line_and_steers_nothing() -> None:
    rejected = Rejected("bad_package", "部件 a\x1b[31m\n\u202eb")
    assert "a\\x1b[31m\\n\\u202eb" in rejected.message
    assert str(InputError("a\nb", "看不懂 \x1b[2J", "请改正")) == "a\\nb：看不懂 \\x1b[2J。请改正。"


def test_names_are_printable(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in (b"\xb2\xe2.txt", "a\u202etxt.doc".encode(), b"a\nb.txt"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("x", encoding="utf-8")
    names = [entry.name for entry in inputs.discover([folder], tmp_path / "out")]
    assert names == ["\\xb2\\xe2.txt", "a\\nb.txt", "a\\u202etxt.doc"]


@pytest.mark.parametrize(
    ("given", "output", "words"),
    [
        ("absent", "out", "找不到"),
        ("in", "in", "重叠"),
        ("in", "in/out", "重叠"),
        ("in/sub", "in", "重叠"),
        ("in/sub", "out", "没有文件"),
    ],
)
def test_unusable_inputs(tmp_path: Path, settings: RunSettings, given: str, output: str, words: str) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    with pytest.raises(InputError, match=words):
        batch.run([tmp_path / given], tmp_path / output, settings, stand_ins.read)
    assert not (tmp_path / "out").exists() and not list((tmp_path / "in" / "sub").iterdir())
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["sub"]


def test_a_file_named_by_a_person_is_read_whatever_its_name(source: Path, settings: RunSettings) -> None:
    (source / "x.xyz").write_text("REJECT", encoding="utf-8")
    (source / "y.png").write_text("问题", encoding="utf-8")
    output = source.parent / "out"
    summary = batch.run([source / "x.xyz", source / "y.png"], output, settings, stand_ins.read)
    assert summary.states == {"quarantined": 1, "ok": 1}
    assert summary.set_aside[0][0] == "x.xyz"


def test_only_one_run_at_a_time(source: Path, settings: RunSettings) -> None:
    put(source, a="一")
    output = go(source, settings)
    code = (
        "import sys, time, filelock; lock = filelock.FileLock(sys.argv[1]); lock.acquire();"
        "print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(output / ".zhenggai" / "lock")], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        with pytest.raises(BusyError):
            go(source, settings)
    finally:
        holder.kill()
        holder.wait()
    go(source, settings)  # the lock died with its holder


def test_output_in_the_way(source: Path, settings: RunSettings) -> None:
    put(source, a="一")
    (source.parent / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(OutputError):
        go(source, settings)


def test_full_disk_before_and_while_writing(
    source: Path, settings: RunSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(source, a="一")
    before = tables_of(go(source, settings))
    put(source, b="二")
    monkeypatch.setattr("pipeline.run.output_folder.SPARE_BYTES", 1 << 62)
    with pytest.raises(OutputError, match="空间不足"):
        go(source, settings)
    monkeypatch.setattr("pipeline.run.output_folder.SPARE_BYTES", 0)

    def full(tables: Tables, path: Path, rules: Path, day: date) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys.modules["pipeline.publish.workbook.workbook_file"], "write_workbook", full)
    with pytest.raises(OutputError, match="磁盘已满"):
        go(source, settings)
    output = source.parent / "out"
    assert tables_of(output) == before  # nothing half published
    assert not list((output / ".zhenggai" / "staging").iterdir())
    monkeypatch.undo()
    stand_ins.install(monkeypatch)
    assert batch.run([source], output, settings, stand_ins.read).reused == 2  # and nothing lost


def test_a_fault_of_a_later_stage_is_one_sentence(
    source: Path, settings: RunSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tables: Tables, path: Path, rules: Path, day: date) -> None:
        raise KeyError(tables.problems[0].problem)

    put(source, a="秘密")
    monkeypatch.setattr(sys.modules["pipeline.publish.workbook.workbook_file"], "write_workbook", broken)
    with pytest.raises(ProgramError, match="运行日志"):
        go(source, settings)
    log = (source.parent / "out" / "运行日志.txt").read_text(encoding="utf-8")
    assert "KeyError" in log and "秘密" not in log


def test_a_damaged_or_strange_ledger_is_begun_anew(source: Path, settings: RunSettings) -> None:
    put(source, a="一")
    before = tables_of(go(source, settings))
    ledger = source.parent / "out" / ".zhenggai" / "ledger.sqlite"
    ledger.write_bytes(b"not a database at all" * 100)
    assert tables_of(go(source, settings)) == before
    with sqlite3.connect(ledger) as connection:
        connection.execute("DROP TABLE done")
        connection.execute("CREATE TABLE done (other)")
        connection.execute("PRAGMA user_version = 99")
    assert tables_of(go(source, settings)) == before


def test_later_commands_go_on_with_the_run_s_settings(source: Path, settings: RunSettings) -> None:
    put(source, a="一")
    output = go(source, settings, profile="strict", as_of=date(2025, 6, 30))
    before = tables_of(output)
    assert b"strict 2025-06-30 0" in before["findings.csv"]
    batch.check(output, RunSettings(settings.rules))
    assert tables_of(output) == before
    batch.check(output, RunSettings(settings.rules, profile="other"))
    assert b"other 2025-06-30 0" in tables_of(output)["findings.csv"]


def test_check_and_report_from_earlier_results(source: Path, settings: RunSettings) -> None:
    put(source, a="一", b="二")
    (source / "waivers.csv").write_bytes(WAIVERS.encode("gb18030"))
    output = go(source, settings)
    before = tables_of(output)
    again = batch.check(output, RunSettings(settings.rules))
    assert again.problems == 2 and tables_of(output) == before
    assert b"default None 1" in before["findings.csv"]
    placed = batch.report(output, settings, ["check_report"], "某校")
    assert placed == [str(output / "某校" / "核对报告.docx")]
    assert "['check_report'] 某校" in (output / "某校" / "核对报告.docx").read_text(encoding="utf-8")
    assert (output / "整改台账.xlsx").is_file()  # what is not made this time stays
    with pytest.raises(InputError):
        batch.check(source, settings)


RUN = """
import sys
from functools import partial
from pathlib import Path
import pytest
from pipeline.run import batch, decided
from pipeline.cli import commands
from tests import stand_ins
patch = pytest.MonkeyPatch()
stand_ins.install(patch)
source, output, rules = map(Path, sys.argv[1:4])
batch.run = partial(batch.run, task=stand_ins.slow)
if __name__ == "__main__":
    sys.exit(commands.invoke(["run", str(source), "-o", str(output), "--rules", str(rules), "--jobs", "2"]))
"""


@pytest.fixture
def started(source: Path, tmp_path: Path, rules: Path):
    """Starts a slow run of 30 files in a process of its own, and waits until some are done."""
    put(source, **{f"文{number:02}": f"问题{number}" for number in range(30)})
    script = tmp_path / "run.py"
    script.write_text(RUN, encoding="utf-8")
    output = tmp_path / "out"
    command = [sys.executable, str(script), str(source), str(output), str(rules)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, start_new_session=True
    )
    until = time.monotonic() + 30
    while done(output) < 3:
        assert time.monotonic() < until and process.poll() is None, process.stderr and process.stderr.read()
        time.sleep(0.05)
    yield process, output
    process.kill()
    process.wait()


def done(output: Path) -> int:
    try:
        with sqlite3.connect(f"file:{output}/.zhenggai/ledger.sqlite?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM done").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def group_members(group: int) -> list[int]:
    """Processes that still live in a process group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def assert_gone(group: int) -> None:
    """All processes of the group end soon after their first one (they notice its closed pipes)."""
    until = time.monotonic() + 10
    while group_members(group) and time.monotonic() < until:
        time.sleep(0.05)
    assert group_members(group) == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_stopping_leaves_nothing_half_and_can_go_on(
    started, source: Path, settings: RunSettings, number: int, code: int
) -> None:
    process, output = started
    begun = time.monotonic()
    process.send_signal(number)
    message = process.communicate(timeout=15)[1].decode()
    assert process.returncode == code, message
    assert time.monotonic() - begun < 10
    assert "Traceback" not in message and "继续" in message
    assert_gone(process.pid)
    assert not (output / "tables").exists()
    kept = done(output)
    assert 3 <= kept < 30
    assert batch.run([source], output, settings, stand_ins.read).reused == kept
    assert len(documents(output)) == 30


def test_a_killed_run_loses_nothing(started, settings: RunSettings, source: Path, tmp_path: Path) -> None:
    process, output = started
    process.kill()
    process.wait()
    assert_gone(process.pid)
    (output / ".zhenggai" / "staging" / "half.csv").write_text("half", encoding="utf-8")
    kept = done(output)
    assert batch.run([source], output, settings, stand_ins.read).reused == kept >= 3
    whole = tmp_path / "whole"
    batch.run([source], whole, settings, stand_ins.read)
    assert tables_of(output) == tables_of(whole)
    assert not list((output / ".zhenggai" / "staging").iterdir())


def test_the_ledger_remembers_the_inputs(source: Path, settings: RunSettings) -> None:
    put(source, a="一")
    output = go(source, settings)
    with sqlite3.connect(output / ".zhenggai" / "ledger.sqlite") as connection:
        values = dict(connection.execute("SELECT key, value FROM run"))
    assert json.loads(values["inputs"]) == [str(source)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("检查项,理由\nmeasure_missing,已说明\n", "waivers.csv:1：豁免清单的表头缺少 check"),
        (
            "check,reason,who\nmeasure_mising,已说明,张三\n",
            "waivers.csv:2：没有“measure_mising”这项检查，是不是想写 measure_missing",
        ),
        ("check,reason,who\nmeasure_missing,,张三\n", "waivers.csv:2：豁免清单缺少 reason"),
        ("check,reason,who,until\nmeasure_missing,b,c,2025年底\n", "waivers.csv:2：until 的“2025年底”不是日期"),
        (f"check,reason,who\na,{'长' * 140_000},c\n", "写法有误"),
    ],
    ids=["headings", "no such check", "no reason", "no date", "a cell without end"],
)
def test_a_wrong_list_of_waivers_is_told_before_anything_is_written(
    source: Path, settings: RunSettings, text: str, words: str
) -> None:
    put(source, a="一")
    (source / "waivers.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        go(source, settings)
    assert not (source.parent / "out").exists()


def test_waivers_are_not_taken_from_outside(source: Path, settings: RunSettings, tmp_path: Path) -> None:
    put(source, a="一")
    (tmp_path / "elsewhere.csv").write_text(WAIVERS, encoding="utf-8")
    (source / "waivers.csv").symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(InputError, match="豁免清单读不出来"):
        go(source, settings)


def test_damaged_results_of_documents_are_read_again(source: Path, settings: RunSettings) -> None:
    put(source, a="一", b="二")
    output = go(source, settings)
    before = tables_of(output)
    for change in ("UPDATE done SET tables = x'0102'", "UPDATE base SET tables = x'789c'"):
        with sqlite3.connect(output / ".zhenggai" / "ledger.sqlite") as connection:
            connection.execute(change)
    assert batch.check(output, RunSettings(settings.rules)).problems == 2  # from what was published
    go(source, settings)
    assert tables_of(output) == before


def test_a_torn_page_of_the_ledger_costs_a_new_reading(source: Path, settings: RunSettings) -> None:
    put(source, **{f"a{number}": f"{number}" * 3000 for number in range(20)})
    output = go(source, settings)
    before = tables_of(output)
    ledger = output / ".zhenggai" / "ledger.sqlite"
    data = bytearray(ledger.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    ledger.write_bytes(bytes(data))
    go(source, settings)
    assert tables_of(output) == before


@pytest.mark.parametrize(
    "name", [".zhenggai/staging", ".zhenggai/scratch", "tables", "运行日志.txt", "整改台账.xlsx", ".zhenggai/lock"]
)
@pytest.mark.parametrize("thing", ["folder", "file", "link"])
def test_what_stands_in_the_way_is_named(source: Path, settings: RunSettings, name: str, thing: str) -> None:
    put(source, a="一")
    place = source.parent / "out" / name
    place.parent.mkdir(parents=True)
    if thing == "folder":
        place.mkdir()
        (place / "x").touch()
    elif thing == "file":
        place.write_text("x", encoding="utf-8")
    else:
        place.symlink_to(source)
    try:
        go(source, settings)
    except OutputError as error:
        assert "请" in str(error)
    assert [path.name for path in source.iterdir()] == ["a.txt"]


def test_what_a_killed_correction_left_is_cleared_away(source: Path, settings: RunSettings) -> None:
    put(source, a="一")
    output = go(source, settings)
    (output / ".zhenggai-x1.csv").write_text("half", encoding="utf-8")
    go(source, settings)
    assert not (output / ".zhenggai-x1.csv").exists()


def fill(job: engines.Job, rules: Path) -> Tables:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def mend(job: engines.Job, rules: Path) -> Tables:
    raise RuleError("chrome.yaml:3", "写法有误", "请改正")


@pytest.mark.parametrize(("task", "error"), [(fill, OutputError), (mend, RuleError)])
def test_what_a_person_must_mend_ends_the_run_from_a_worker_as_well(
    source: Path, settings: RunSettings, task: engines.Task, error: type[Exception]
) -> None:
    put(source, a="一", b="二")
    with pytest.raises(error, match="请"):
        batch.run([source], source.parent / "out", settings, task)


def test_corrections_wait_for_the_run(source: Path, settings: RunSettings) -> None:
    put(source, a="一")
    output = go(source, settings)
    with output_folder.open_place(output), pytest.raises(BusyError):
        decided.apply(output / "整改台账.xlsx", settings.rules)


def test_a_read_only_output_takes_no_corrections(
    source: Path, settings: RunSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(source, a="一")
    output = go(source, settings)

    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(output_folder, "_locked", refuse)
    with pytest.raises(OutputError, match="不能写入"):
        decided.apply(output / "整改台账.xlsx", settings.rules)


def loud(job: engines.Job, rules: Path) -> Tables:
    os.write(2, b"what a library prints")
    return stand_ins.read(job, rules)


def test_what_libraries_print_goes_nowhere(
    source: Path, settings: RunSettings, capfd: pytest.CaptureFixture[str]
) -> None:
    put(source, a="一")
    batch.run([source], source.parent / "out", settings, loud)
    assert capfd.readouterr().err == ""


def test_a_folder_that_cannot_bear_its_unit_s_name_is_named_in_the_log():
    lines: list[str] = []
    tables = Tables(
        documents=tuple(
            DocumentRow(doc_id=str(n), file=f"{n}.txt", kind=Kind.BULLETIN, unit=unit)
            for n, unit in enumerate(["甲县第一小学", "乙县第二小学/分校"])
        )
    )
    batch._log_folders(tables, cast(Any, SimpleNamespace(log=lines.append)))
    assert lines == ["文件夹名与单位名不同的 1 个：\n  乙县第二小学/分校 → 乙县第二小学_分校"]


def test_an_unchanged_rerun_makes_nothing(source: Path, settings: RunSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    put(source, a="一", b="二")
    output = source.parent / "out"
    first = batch.run([source], output, settings, stand_ins.read)
    stamps = {path: path.stat().st_mtime_ns for path in output.rglob("*.docx")}
    with monkeypatch.context() as no_work:
        no_work.setattr(batch, "publish", None)
        again = batch.run([source], output, settings, stand_ins.read)
    assert replace(again, seconds=0.0, reused=0) == replace(first, seconds=0.0) and again.reused == 2
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*.docx")} == stamps
    batch.report(output, settings, ("check_report",), None)  # what lies there is another's now
    assert "['check_report']" in (output / "某校" / "核对报告.docx").read_text(encoding="utf-8")
    batch.run([source], output, settings, stand_ins.read)
    assert "None" in (output / "某校" / "核对报告.docx").read_text(encoding="utf-8")
    (output / "某校" / "核对报告.docx").unlink()
    batch.run([source], output, settings, stand_ins.read)
    assert (output / "某校" / "核对报告.docx").is_file()


@pytest.mark.parametrize("changed", ["inputs", "rules", "day", "waivers", "corrections"])
def test_whatever_results_depend_on_makes_them_anew(source: Path, settings: RunSettings, changed: str) -> None:
    put(source, a="一")
    output = go(source, settings, as_of=date(2024, 1, 1))
    day = date(2024, 1, 2) if changed == "day" else date(2024, 1, 1)
    if changed == "inputs":
        put(source, b="二")
    elif changed == "rules":
        (settings.rules / "profiles").mkdir()
        (settings.rules / "profiles" / "default.yaml").write_text("# 新\n", encoding="utf-8")
    elif changed == "waivers":
        (source / "waivers.csv").write_text(WAIVERS, encoding="utf-8")
    elif changed == "corrections":
        (output / "corrections.csv").write_bytes(b"\xef\xbb\xbf")
    log = output / "运行日志.txt"
    before = log.read_text(encoding="utf-8").count("没有变化")
    with contextlib.suppress(InputError):  # an empty file of corrections is refused: it was looked at
        go(source, settings, as_of=day)
        assert log.read_text(encoding="utf-8").count("没有变化") == before
    assert log.read_text(encoding="utf-8").count("没有变化") == before


def test_what_is_finished_is_recorded_together_and_before_it_is_told(source: Path, settings: RunSettings) -> None:
    put(source, **{f"n{number}": "一" for number in range(3)})
    told: list[int] = []
    with open_place(source.parent / "out") as place:
        entries = [inputs.hashed(entry) for entry in inputs.discover([source], place.output)]
        with Recorder(place, "key") as recorder:
            for entry in entries:
                outcome = Outcome(stand_ins.read(engines.Job(entry.name, entry.path), settings.rules))
                assert outcome.result is not None
                recorder.take(entry, outcome.result, outcome)
                told.append(
                    sum("n" in line for line in (place.output / "运行日志.txt").read_text("utf-8").splitlines())
                )
                assert told[-1] <= done(place.output)
        assert place.ledger.find(entries[-1].name, entries[-1].sha256, "key") is not None
    assert "n2.txt" in (source.parent / "out" / "运行日志.txt").read_text(encoding="utf-8")


def test_a_large_file_may_use_more_than_a_usual_one_up_to_a_limit() -> None:
    usual, large, huge = (limits.allowance(size) for size in (200_000, 5 * limits.MIB, limits.FILE_BYTES))
    assert (usual.cpu_seconds, usual.wall_seconds) == (limits.CPU_SECONDS, limits.WALL_SECONDS)
    assert usual.memory_bytes == limits.MEMORY_BYTES
    assert usual.cpu_seconds < large.cpu_seconds < huge.cpu_seconds == limits.CPU_SECONDS_AT_MOST
    assert large.memory_bytes == huge.memory_bytes == limits.MEMORY_BYTES_AT_MOST
    assert engines.Job("a", Path("a"), size=limits.FILE_BYTES).seconds == huge.wall_seconds
