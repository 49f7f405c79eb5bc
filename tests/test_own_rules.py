"""An office's rules over the program's own: only what differs is written, and what no longer fits is named."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pipeline.core.errors import InputError, RuleError
from pipeline.extract.process import tabulate
from pipeline.lab import trial
from pipeline.lab.own_rules import ORIGINALS, write_start
from pipeline.readers import gate
from pipeline.reconcile.settings import load_settings
from pipeline.ruleset.labels import load_labels
from pipeline.ruleset.layers import load, rule_file, rules_folder
from pipeline.ruleset.rule import load_rules
from pipeline.run.rule_files import require_whole
from pipeline.run.store import rules_digest

OWN = rules_folder()


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def told(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: [(r.id, r.pattern.pattern, r.value, r.place, r.options) for r in rules]
        for name, rules in load_rules(folder).by_field.items()
    }


def test_an_entry_replaces_the_one_of_its_id_where_it_stands(tmp_path: Path) -> None:
    put(tmp_path, "status.yaml", "- {id: status.long_only, field: status, value: in_progress, pattern: 长期坚持}\n")
    before, after = told(OWN), told(tmp_path)
    at = [rule[0] for rule in before["status"]].index("status.long_only")
    assert after["status"][at][2] == "in_progress"
    assert [rule[0] for rule in after["status"]] == [rule[0] for rule in before["status"]]
    assert {name: rules for name, rules in after.items() if name != "status"} == {
        name: rules for name, rules in before.items() if name != "status"
    }


def test_a_new_entry_is_asked_first(tmp_path: Path) -> None:
    put(tmp_path, "status.yaml", "- {id: own.closed, field: status, value: done, words: [已闭环, 已完成]}\n")
    rules = load_rules(tmp_path)
    assert rules.of("status")[0].id == "own.closed"
    hit = rules.at("status", "已完成。")
    assert hit is not None and hit.rule.id == "own.closed" and hit.rule.source == "status.yaml:1"


def test_a_rule_can_be_left_out(tmp_path: Path) -> None:
    put(tmp_path, "amount.yaml", "- {id: amount.money, field: amount, pattern: 元, off: true}\n")
    assert load_rules(tmp_path).of("amount") == ()


def test_a_profile_of_one_line_is_enough(tmp_path: Path) -> None:
    put(tmp_path, "profiles/strict.yaml", "thresholds: {link: 0.3}\n")
    own, given = load_settings(OWN).profile, load_settings(tmp_path, "strict").profile
    assert given.thresholds == {**own.thresholds, "link": 0.3}
    assert (given.severity, given.kinds, given.days, given.done) == (own.severity, own.kinds, own.days, own.done)


def test_an_office_s_default_is_under_its_other_profiles(tmp_path: Path) -> None:
    put(tmp_path, "profiles/default.yaml", "done: [done, basically_done]\n")
    put(tmp_path, "profiles/strict.yaml", "checks: {paper_only: {severity: error}}\n")
    profile = load_settings(tmp_path, "strict").profile
    assert profile.done == ("done", "basically_done") and profile.severity["paper_only"] == "error"
    assert profile.kinds["paper_only"] == ("bulletin",)


def test_an_unknown_profile_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    put(tmp_path, "profiles/strict.yaml", "")
    with pytest.raises(RuleError, match="default、strict"):
        load_settings(tmp_path, "lax")


def test_one_label_and_one_sentence_of_a_check_change(tmp_path: Path) -> None:
    put(tmp_path, "labels.yaml", "status: {done: 已整改}\n")
    put(tmp_path, "checks.yaml", "checks: {paper_only: {name: 只有文件}}\n")
    labels = load_labels(tmp_path)
    assert labels.of("status", "done") == "已整改" and labels.of("status", "not_done") == "未完成"
    assert labels.of("check", "paper_only") == "只有文件"
    assert load_settings(tmp_path).wording["paper_only"].message == load_settings(OWN).wording["paper_only"].message


def test_words_are_added_to_a_list(tmp_path: Path) -> None:
    put(tmp_path, "chrome.yaml", "words+: [转到手机版]\n")
    assert load(tmp_path, "chrome.yaml", lambda *_: None)["words"] == [
        *load(OWN, "chrome.yaml", lambda *_: None)["words"],
        "转到手机版",
    ]
    with pytest.raises(RuleError, match=r"chrome\.yaml:1.*加号"):
        load(put(tmp_path, "chrome.yaml", "metadata+: [甲]\n"), "chrome.yaml", lambda *_: None)


def test_a_template_is_taken_whole(tmp_path: Path) -> None:
    put(tmp_path, "templates/plan.docx", "x")
    assert rule_file(tmp_path, "templates/plan.docx") == tmp_path / "templates" / "plan.docx"
    assert rule_file(tmp_path, "templates/report.docx") == OWN / "templates" / "report.docx"


def test_a_whole_copy_says_the_same(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(OWN, tmp_path / "rules"))
    assert told(folder) == told(OWN)
    assert load_settings(folder).profile == load_settings(OWN).profile
    assert load_labels(folder) == load_labels(OWN)


def test_what_changes_the_reading_changes_the_digest(tmp_path: Path) -> None:
    empty = rules_digest(tmp_path)
    assert rules_digest(put(tmp_path, "checks.yaml", "checks: {}\n")) == empty
    assert rules_digest(put(tmp_path, "amount.yaml", "")) != empty


def test_the_start_changes_nothing_and_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    assert "rules check" in write_start(folder)[-1]
    require_whole(folder)
    assert told(folder) == told(OWN) and load_labels(folder) == load_labels(OWN)
    assert (folder / "templates" / ORIGINALS / "plan.docx").is_file()
    assert not list((folder / "templates").glob("*.docx"))
    with pytest.raises(InputError, match="已经有文件"):
        write_start(folder)


@pytest.mark.parametrize("name", ["status.yaml", "profiles/default.yaml", "labels.yaml", "checks.yaml", "words.yaml"])
def test_an_entry_of_the_start_works_once_its_comment_is_taken_away(tmp_path: Path, name: str) -> None:
    write_start(tmp_path / "own")
    path = tmp_path / "own" / name
    text = path.read_text(encoding="utf-8")
    guide, content = text.split("\n\n", 1)
    content = re.sub("(?m)^# ", "", content)
    path.write_text(f"{guide}\n\n{content}", encoding="utf-8")
    require_whole(tmp_path / "own")
    assert told(tmp_path / "own") == told(OWN)


def test_what_a_new_release_no_longer_knows_is_named_by_its_line(tmp_path: Path) -> None:
    put(tmp_path, "problem.yaml", "- {id: own.a, field: gone, pattern: 甲}\n- {id: own.b, field: part, pattern: 乙}\n")
    put(tmp_path, "words.yaml", "own: '{colon}甲'\n")
    put(tmp_path, "profiles/strict.yaml", "days:\n  gone: 3\n")
    wrong = [line for line in trial.check_rules(tmp_path) if line.startswith("✗")]
    assert [re.search(r"[\w/]+\.yaml:\d+", line)[0] for line in wrong] == [  # type: ignore[index]
        "problem.yaml:1",
        "problem.yaml:2",
        "profiles/strict.yaml:2",
    ]


def test_a_rule_without_a_counter_example_is_named(tmp_path: Path) -> None:
    put(
        tmp_path, "amount.yaml", "- {id: own.a, field: amount, pattern: 千元, examples: [{text: 3千元, value: 千元}]}\n"
    )
    assert any(line.startswith("✗ amount.yaml:1 规则 own.a 没有反例") for line in trial.check_rules(tmp_path))


# --- docs/where.md: three of its lines, made ---------------------------------------------------------


def test_a_word_for_a_status_is_one_entry(tmp_path: Path) -> None:
    put(
        tmp_path,
        "status.yaml",
        "- {id: own.closed, field: status, value: done, pattern: '已全链条闭环(?=。)',\n"
        "   examples: [{text: 已全链条闭环。, value: done}, {text: 已闭环管理, value: null}]}\n",
    )
    assert load_rules(OWN).at("status", "已全链条闭环。") is None
    hit = load_rules(tmp_path).at("status", "已全链条闭环。")
    assert hit is not None and hit.value == "done"


def test_a_heading_of_a_ledger_is_one_word_more(tmp_path: Path) -> None:
    heading, text = "蹲点", "序号,问题,整改措施,蹲点\n1,食堂账目不公开,按月公示,副校长甲\n"
    put(
        tmp_path,
        "columns.yaml",
        f"- {{id: own.lead, field: column_heading, pattern: ^{heading}$, weights: {{lead: 9}}}}\n",
    )
    path = tmp_path / "台账.csv"
    path.write_text(text, encoding="utf-8-sig")
    tables = tabulate(gate.read(path, path.name), load_rules(tmp_path))
    assert [row.lead for row in tables.problems] == ["副校长甲"]


def test_a_severity_is_one_line_of_a_profile(tmp_path: Path) -> None:
    put(tmp_path, "profiles/default.yaml", "checks: {paper_only: {severity: off}}\n")
    assert load_settings(OWN).profile.severity["paper_only"] == "warning"
    assert load_settings(tmp_path).profile.severity["paper_only"] == "off"


def test_every_file_that_where_md_names_is_there() -> None:
    root = OWN.parent
    text = (root / "docs" / "where.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:rules|pipeline)/[\w/.]*)`", text))
    assert len(re.findall(r"^\| \d+\. ", text, re.MULTILINE)) == 15 and len(named) > 15
    assert [name for name in sorted(named) if not (root / name).exists()] == []
