"""Rules as data: each holds to its examples, and a wrong file is reported at its line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pipeline.core.errors import RuleError
from pipeline.lab import trial
from pipeline.ruleset.rule import Rules, load_rules
from pipeline.ruleset.yaml_file import rules_folder
from pipeline.run import rule_files

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the rules that a test may break."""
    return Path(shutil.copytree(rules_folder(), tmp_path / "rules"))


def test_every_rule_holds_to_its_examples(rules: Rules) -> None:
    assert [fault for rule in rules.all() for fault in trial.example_faults(rule)] == []


def test_rules_are_linear_on_bait(rules: Rules) -> None:
    assert [fault for rule in rules.all() for fault in trial.speed_faults(rule)] == []


def test_a_quadratic_rule_is_found(folder: Path) -> None:
    with (folder / "amount.yaml").open("a", encoding="utf-8") as file:
        file.write("- {id: amount.slow, field: amount, pattern: '(?:ab?)+元', examples: [{text: a元, value: a元}]}\n")
    assert any("amount.slow" in line and line.startswith("✗") for line in trial.check_rules(folder))


def test_a_broken_example_is_found(folder: Path) -> None:
    path = folder / "amount.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 7.45万元", "value: 8万元"), encoding="utf-8")
    assert any(line.startswith("✗ amount.yaml:2") for line in trial.check_rules(folder))


def test_words_of_checks_are_tried_too(folder: Path) -> None:
    path = folder / "checks.yaml"
    slow = "triggers:\n  - {id: slow, pattern: '(?:ab?)+元', examples: [{text: a元, value: a}]}\n"
    path.write_text(path.read_text(encoding="utf-8").replace("triggers:\n", slow), encoding="utf-8")
    wrong = [line for line in trial.check_rules(folder) if line.startswith("✗ checks.yaml:")]
    assert any("slow" in line and "应得 a" in line for line in wrong)
    assert any("slow" in line and "变慢" in line for line in wrong)


@pytest.mark.parametrize(
    ("file", "text", "where", "what"),
    [
        ("amount.yaml", "- {id: a.b, field: amount, pattern: '('}\n", r"amount\.yaml:\d+", "写法有误"),
        ("amount.yaml", "- {id: a.b, field: amount, pattern: '{nothing}元'}\n", r"amount\.yaml:\d+", "nothing"),
        ("amount.yaml", "- {id: amount.money, field: amount, pattern: 元}\n", r"amount\.yaml:\d+", "重复"),
        ("amount.yaml", "- {field: amount, pattern: 元}\n", r"amount\.yaml:\d+", "缺少 id"),
        ("amount.yaml", "- {id: a.b, field: amount}\n", r"amount\.yaml:\d+", "有且只有"),
        ("amount.yaml", "- {id: a.b, id: a.c, field: amount, pattern: 元}\n", r"amount\.yaml:\d+", "重复"),
        ("amount.yaml", "- [\n", r"amount\.yaml:\d+", "YAML"),
        ("status.yaml", "- {id: a.b, field: status, words: 已完成}\n", r"status\.yaml:\d+", "words"),
    ],
)
def test_a_wrong_rule_is_reported_at_its_line(folder: Path, file: str, text: str, where: str, what: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as stream:
        stream.write(text)
    with pytest.raises(RuleError) as caught:
        load_rules(folder)
    assert re.fullmatch(where, caught.value.where)
    assert what in str(caught.value)


def test_list_names_every_rule_with_its_line(rules: Rules) -> None:
    lines = trial.list_rules(rules_folder())
    assert len(lines) == sum(1 for _ in rules.all()) + 1
    assert re.match(r"\w+\.yaml:\d+ ", lines[0])


def test_a_rule_that_nobody_misses_is_named(tmp_path: Path, folder: Path) -> None:
    with (folder / "amount.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "- {id: amount.idle, field: amount, pattern: 绝无此话, examples: [{text: 绝无此话, value: 绝无此话}]}\n"
        )
    case = tmp_path / "cases" / "one"
    case.mkdir(parents=True)
    (case / "one.txt").write_text("退还学生伙食费3.2万元，已全部到账。\n", encoding="utf-8")
    lines = trial.mutate_rules(folder, tmp_path / "cases")
    assert any("amount.idle" in line for line in lines)
    assert not any("amount.money" in line for line in lines)


def test_an_exploding_pattern_is_named_instead_of_waited_for() -> None:
    pattern = re.compile("(?:[0-9一]{1,7}(?:(?:、|第)*[0-9一]{1,7})*)x")
    assert any(ratio > trial.GROWTH for _, ratio in trial._slow_on(pattern.finditer))


def test_the_catalogue_is_up_to_date() -> None:
    text = "\n".join(trial.catalogue(rules_folder())) + "\n"
    assert (ROOT / "rules" / "README.md").read_text(encoding="utf-8") == text, (
        "run: zhenggai rules catalogue > rules/README.md"
    )


def test_no_rule_names_a_place_or_school_of_the_corpus(shared: Path) -> None:
    units = set()
    for source in [*shared.glob("corpus/dev/*.ann.txt"), *shared.glob("corpus/seed/*.ann.txt")]:
        for line in source.read_text(encoding="utf-8").splitlines()[:12]:
            if line.startswith("unit:"):
                units |= {re.sub(r"党(总支|支部|委|组)$|^中共", "", name.strip()) for name in line[5:].split("|")}
    text = "".join(path.read_text(encoding="utf-8") for path in rules_folder().rglob("*.yaml"))
    assert [unit for unit in units if unit in text] == []


@pytest.mark.parametrize("name", ["chrome.yaml", "reading.yaml", "checks.yaml", "labels.yaml", "profiles/default.yaml",
                                  "profiles/gbt9704.yaml", "words.yaml"])
@pytest.mark.parametrize("content", ["", "abc", "- a", "a: null", "a: {b: [1]}", "a: [", "\ta"])
def test_a_broken_rule_file_is_told_before_a_run(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(RuleError):
        rule_files.require_whole(folder, "default")


def test_a_rule_file_that_can_not_be_opened_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(given: Path) -> Rules:
        raise PermissionError(13, "Permission denied", str(given / "checks.yaml"))

    monkeypatch.setattr(rule_files, "load_rules", refuse)
    with pytest.raises(RuleError, match=r"checks\.yaml：规则文件读不到"):
        rule_files.require_whole(folder, "default")


def test_the_program_s_own_rules_are_whole() -> None:
    rule_files.require_whole(rules_folder(), "default")
