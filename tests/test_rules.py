"""Rules as data: each holds to its examples, and a wrong file is reported at its line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pipeline.core.errors import RuleError
from pipeline.lab import trial
from pipeline.ruleset.layers import rules_folder
from pipeline.ruleset.rule import Rules, load_rules
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
    slow = "triggers:\n  - {id: headline, pattern: '(?:ab?)+元', examples: [{text: a元, value: a}]}\n"
    (folder / "checks.yaml").write_text(slow, encoding="utf-8")
    wrong = [line for line in trial.check_rules(folder) if line.startswith("✗ checks.yaml:2")]
    assert any("headline" in line and "应得 a" in line for line in wrong)
    assert any("headline" in line and "变慢" in line for line in wrong)


@pytest.mark.parametrize(
    ("file", "text", "where", "what"),
    [
        ("amount.yaml", "- {id: a.b, field: amount, pattern: '('}\n", r"amount\.yaml:\d+", "写法有误"),
        ("amount.yaml", "- {id: a.b, field: amount, pattern: '{nothing}元'}\n", r"amount\.yaml:\d+", "nothing"),
        ("amount.yaml", "- {id: amount.money, field: amount, pattern: 元}\n", r"amount\.yaml:\d+", "重复"),
        ("amount.yaml", "- {field: amount, pattern: 元}\n", r"amount\.yaml:\d+", "缺少 id"),
        ("amount.yaml", "- {id: a.b, field: amount}\n", r"amount\.yaml:\d+", "有且只有"),
        ("amount.yaml", "- {id: a.b, field: amuont, pattern: 元}\n", r"amount\.yaml:\d+", "是不是想写 amount"),
        ("amount.yaml", "- {id: a.b, field: amount, patern: 元}\n", r"amount\.yaml:\d+", "有且只有"),
        ("amount.yaml", "- {id: a.b, field: amount, pattern: 元, soft: true}\n", r"amount\.yaml:\d+", "soft"),
        ("amount.yaml", "- {id: a.b, field: amount, pattern: 元, value: 元}\n", r"amount\.yaml:\d+", "value"),
        ("amount.yaml", "- {id: a.b, field: amount, pattern: 元, place: strat}\n", r"amount\.yaml:\d+", "start"),
        ("amount.yaml", "- {id: a.b, field: amount, pattern: 元, examples: 元}\n", r"amount\.yaml:\d+", "examples"),
        (
            "claim.yaml",
            "- id: a.b\n  field: claim_money\n  value: problem\n  pattern: 元\n",
            r"claim\.yaml:\d+",
            "problems",
        ),
        ("kind.yaml", "- {id: a.b, field: kind, value: plan, pattern: 元}\n", r"kind\.yaml:\d+", "where"),
        (
            "problem.yaml",
            "- {id: a.b, field: break, value: date, level: roots, pattern: 元}\n",
            r"problem\.yaml:\d+",
            "date",
        ),
        ("words.yaml", "worse: '('\n", r"words\.yaml:\d+", "写法有误"),
        ("words.yaml", "worse: {a: b}\n", r"words\.yaml:\d+", "worse"),
        (
            "amount.yaml",
            "- {id: a.b, field: amount, pattern: '(?:a{9}){99999999999}'}\n",
            r"amount\.yaml:\d+",
            "写法有误",
        ),
        ("amount.yaml", "- {id: a.b, field: amount, pattern: &a 元, note: *a}\n", r"amount\.yaml:\d+", "引用"),
        (
            "amount.yaml",
            "- {id: a.b, field: amount, pattern: !!python/name:os.system 元}\n",
            r"amount\.yaml:\d+",
            "标记",
        ),
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


RULE_FILES = [
    "chrome.yaml",
    "reading.yaml",
    "checks.yaml",
    "labels.yaml",
    "profiles/default.yaml",
    "profiles/gbt9704.yaml",
    "words.yaml",
    "aliases.yaml",
    "aspects.yaml",
    "templates/starters.yaml",
]


@pytest.mark.parametrize("name", RULE_FILES)
@pytest.mark.parametrize(
    "content", ["abc", "- a", "a: {b: {c: 1}}", "a: [", "\ta", "a: &b [1]\nc: *b", "1", "? [a]\n: b"]
)
def test_a_broken_rule_file_is_told_before_a_run(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        rule_files.require_whole(tmp_path)
    assert re.fullmatch(rf"{re.escape(name)}:\d+", caught.value.where)


@pytest.mark.parametrize("name", RULE_FILES)
@pytest.mark.parametrize("content", ["", "# 全部注释掉\n"])
def test_an_empty_file_changes_nothing(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    rule_files.require_whole(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "line", "says"),
    [
        ("profiles/default.yaml", "thresholds:\n  link: .inf\n", 2, "不是数字"),
        ("profiles/default.yaml", "thresholds:\n  link: .nan\n", 2, "不是数字"),
        ("profiles/default.yaml", "thresholds:\n  links: 0.3\n", 2, "是不是想写 link"),
        ("profiles/default.yaml", "thresholds: {link: 3}\n", 1, "超出范围"),
        ("profiles/default.yaml", "days:\n  plan_after_feedback: 99999999999999999999\n", 2, "不是整数"),
        ("profiles/default.yaml", "days:\n  plan_after_feedback: 30.5\n", 2, "不是整数"),
        ("profiles/default.yaml", "days: {plan_after_feedback: true}\n", 1, "不是整数"),
        ("profiles/default.yaml", "done: done\n", 1, "列表"),
        ("profiles/default.yaml", "done:\n- done\n- finished\n", 3, "finished"),
        ("profiles/default.yaml", "checks:\n  measure_mising: {severity: off}\n", 2, "是不是想写 measure_missing"),
        ("profiles/default.yaml", "checks:\n  measure_missing:\n    severity: fatal\n", 3, "error"),
        ("profiles/default.yaml", "checks:\n  measure_missing: {kinds: bulletin}\n", 2, "列表"),
        ("profiles/default.yaml", "checks:\n  measure_missing:\n    kinds: [bulletin, lettre]\n", 3, "lettre"),
        ("checks.yaml", "checks:\n  measure_missing:\n    message: '{quot}没有'\n", 3, "{quote}"),
        ("checks.yaml", "checks:\n  measure_missing:\n    message: '{quote.__class__}没有'\n", 3, "花括号"),
        ("checks.yaml", "checks:\n  measure_mising:\n    name: 某\n", 2, "measure_mising"),
        ("checks.yaml", "triggers:\n- id: reasons\n  pattern: 因\n", 2, "reason"),
        ("checks.yaml", "status_words:\n  finished: [完]\n", 2, "finished"),
        ("checks.yaml", "supersedes:\n  promise_only: [meeting]\n", 2, "meeting"),
        ("labels.yaml", "status:\n  dome: 完成\n", 2, "是不是想写 done"),
        ("aliases.yaml", "aliases:\n- {name: 甲}\n", 2, "also"),
        ("aliases.yaml", "party_prefixes: 中共\n", 1, "列表"),
        ("chrome.yaml", "metadata:\n  publisher: [发布]\n", 2, "published"),
        ("chrome.yaml", "lines: ['(']\n", 1, "写法有误"),
        ("reading.yaml", "labels:\n- '['\n", 2, "写法有误"),
        ("profiles/gbt9704.yaml", "page:\n  width: 宽\n", 2, "不是数字"),
        ("profiles/gbt9704.yaml", "numbering: seen\n", 1, "as_seen"),
        ("profiles/gbt9704.yaml", "office:\n  as_of: 9999-12-31\n", 2, "不是日期"),
        ("profiles/gbt9704.yaml", "office: {remind_days: 99999999}\n", 1, "超出范围"),
        ("templates/starters.yaml", "templates:\n  plan: {lines: body}\n", 2, "列表"),
        ("templates/starters.yaml", "templates:\n  plan:\n    lines:\n    - Titel|文\n", 4, "是不是想写 Title"),
        ("templates/starters.yaml", "templates:\n  plan:\n    lines:\n    - bdy\n", 4, "是不是想写 body"),
        ("templates/starters.yaml", "templates:\n  plan:\n    lines:\n    - {tabel: 1}\n", 4, "table"),
    ],
)
def test_a_wrong_setting_is_reported_at_its_line(tmp_path: Path, name: str, content: str, line: int, says: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        rule_files.require_whole(tmp_path)
    assert caught.value.where == f"{name}:{line}"
    assert says in str(caught.value)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    (tmp_path / "amount.yaml").write_text("# " + "元" * 400_000, encoding="utf-8")
    with pytest.raises(RuleError, match=r"amount\.yaml：规则文件超过"):
        rule_files.require_whole(tmp_path)


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "amount.yaml").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(RuleError, match=r"amount\.yaml:\d+"):
        rule_files.require_whole(tmp_path)


def test_a_misspelt_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "statsu.yaml").write_text("", encoding="utf-8")
    with pytest.raises(RuleError, match=r"是不是想写 status\.yaml"):
        rule_files.require_whole(tmp_path)


def test_every_fault_of_the_rules_is_named(tmp_path: Path) -> None:
    (tmp_path / "amount.yaml").write_text(
        "- {id: a.b, field: amuont, pattern: 元}\n- {id: a.c, field: amount, pattern: (}\n"
        "- {id: a.d, field: amount, pattern: 元}\n- {id: a.e, field: amount}\n",
        encoding="utf-8",
    )
    (tmp_path / "labels.yaml").write_text("stat: {}\n", encoding="utf-8")
    assert [fault.where for fault in rule_files.rule_faults(tmp_path)] == [
        "amount.yaml:1",
        "amount.yaml:2",
        "amount.yaml:4",
        "labels.yaml:1",
    ]


def test_a_rule_file_that_can_not_be_opened_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(given: Path, faults: object) -> Rules:
        raise PermissionError(13, "Permission denied", str(given / "checks.yaml"))

    monkeypatch.setattr(rule_files, "load_rules", refuse)
    with pytest.raises(RuleError, match=r"checks\.yaml：规则文件读不到"):
        rule_files.require_whole(folder)


def test_the_program_s_own_rules_are_whole() -> None:
    rule_files.require_whole(rules_folder())


@pytest.mark.parametrize(
    ("place", "text", "found"),
    [
        ("start", "已完成，已完成", [0]),
        ("start", "经查，已完成", []),
        ("after_stop", "已完成。 已完成，未已完成", [0, 5]),
        ("bracket", "已完成（已完成）〔 已完成〕", [4, 10]),
        ("anywhere", "已完成未已完成", [0, 4]),
    ],
)
def test_a_rule_stands_only_where_its_place_says(tmp_path: Path, place: str, text: str, found: list[int]) -> None:
    entry = f"- {{id: own.a, field: effect, place: {place}, pattern: 已完成}}\n"
    (tmp_path / "measure.yaml").write_text(entry, encoding="utf-8")
    rule = load_rules(tmp_path).of("effect")[0]
    assert [hit.start for hit in rule.find(text)] == found
