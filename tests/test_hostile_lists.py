"""Lists that people keep by hand: whatever is in them, it is used as it stands or refused by its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.core.errors import UserError
from pipeline.decisions.correction import load_corrections, save_corrections
from pipeline.decisions.waiver_list import read_waivers
from pipeline.reconcile.aliases import load_aliases
from pipeline.ruleset.labels import load_labels
from tests.samples import RULES

CHECKS = load_labels(RULES).groups["check"]
DAY = date(2025, 1, 1)
HEAD = "check,unit,problem,reason,who,until\r\n"
DECISION = "document,doc_id,table,row,anchor,action,field,old,new,by,when\r\n"


def waivers(folder: Path, content: bytes | str):
    path = folder / "waivers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_waivers([folder], CHECKS, DAY)


def test_a_check_may_be_named_by_its_label(tmp_path: Path) -> None:
    found = waivers(tmp_path, f"{HEAD}{CHECKS['measure_missing']},,,已说明,张三,\r\nmeasure_missing,,,已说明,张三,\r\n")
    assert [one.check for one in found] == ["measure_missing", "measure_missing"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (f"{HEAD}measure_mising,,,已说明,张三,\r\n", 2),
        (f"{HEAD}没有这项,,,已说明,张三,\r\n", 2),
        (f"{HEAD}measure_missing,,,已说明,张三,\r\nmeasure_missing,,,,张三,\r\n", 3),
        (f"{HEAD}measure_missing,,,已说明,张三,明年\r\n", 2),
        ("unit,problem\r\n甲,乙\r\n", 1),
        (f"{HEAD}measure_missing,,,已\x00说明,,\r\n", 2),
        (f'{HEAD}"measure_missing,,,没有结束的引号\r\n', 2),
        (b"\xff\xfe\x00\x00garbage", 1),
    ],
)
def test_a_hostile_list_of_waivers_is_refused_by_its_line(tmp_path: Path, content: bytes | str, line: int) -> None:
    with pytest.raises(UserError, match=rf"waivers\.csv:{line}") as caught:
        waivers(tmp_path, content)
    assert not any(word in str(caught.value) for word in ("NUL", "unexpected", "error", "Error"))


@pytest.mark.parametrize(
    "content",
    [
        DECISION + "a,b,problems,x,,change,lead,,甲\x00乙,me,2020\r\n",
        DECISION + 'a,b,problems,x,,change,"lead',
        DECISION + "a,b,problems\r\n",
        "随便写的一行\r\n",
        DECISION + "a,b,problems,x,,change,status,,差不多,me,2020\r\n",
        b"\xff\xfe\x00\x00garbage",
    ],
)
def test_a_hostile_list_of_decisions_is_refused_and_stays_as_it_is(tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "corrections.csv"
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(data)
    with pytest.raises(UserError, match=r"corrections\.csv") as caught:
        load_corrections(path)
    assert not any(word in str(caught.value) for word in ("NUL", "unexpected", "error", "Error"))
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    "text", ["aliases: [", "aliases: {a: b}", "aliases: [{name: 甲}]", "别名: []", "- 甲", "a: &x [*x]"]
)
def test_a_hostile_list_of_names_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "aliases.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"aliases\.yaml"):
        load_aliases(tmp_path)


@pytest.mark.parametrize("word", ["=1+1", "'=1", "'引号", "''", "-5", "\t制表", "两\n行", '"引"', "，,"])
def test_words_of_a_decision_come_back_as_they_are(tmp_path: Path, word: str) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text(DECISION + "a,b,problems,x,,change,lead,,甲,me,2020\r\n", encoding="utf-8")
    (one,) = load_corrections(path)
    from dataclasses import replace

    save_corrections(path, [replace(one, new=word, anchor=word)])
    (again,) = load_corrections(path)
    assert (again.new, again.anchor) == (word, word)
