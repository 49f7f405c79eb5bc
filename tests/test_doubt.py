"""How sure a reading is, what is said of one in doubt, and the other readings as data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.directions import Directions
from pipeline.core.errors import InputError
from pipeline.core.model import Block, Document
from pipeline.extract.document import Extraction, extract
from pipeline.extract.readings import MOST, identity, readings
from pipeline.extract.signs import Doubt
from pipeline.extract.tabulate import build
from pipeline.lab.calibrate import Trial, calibrated, outcome
from pipeline.publish.data.tables import read_tables
from pipeline.reconcile.reconciliation import reconcile
from pipeline.ruleset.rule import Rules
from pipeline.run import batch
from pipeline.run.chosen_reading import choose_reading

RULES = Path(__file__).resolve().parent.parent / "rules"
TITLE = "中共青溪县第九中学总支部委员会关于巡察整改情况的通报"
OPENING = "根据县委统一部署，2024年3月1日至5月10日，县委第一巡察组对青溪县第九中学党总支开展了常规巡察，并于6月20日反馈了巡察意见。现将整改情况通报如下。"
PLAIN = tuple(
    line
    for number in range(1, 7)
    for line in (
        f"{number}.第{number}项台账不全，账目不清。",
        "整改情况：已完成。一是制定台账管理办法。二是开展全面清理。",
    )
)
MIXED = (
    "1.台账不全，账目不清。", "整改情况：已完成。一是制定台账管理办法。", "食堂把关不严", "跟进", "学籍资料缺失",
    "乱收费用。", "2.校车无证，未年检。", "谁来管：后勤处。", "改得怎样：还在办。", "采购不走程序。", "账上挂了三年。",
)  # fmt: skip


def document(*lines: str) -> Document:
    return Document("一份.txt", "txt", "", tuple(Block(line) for line in (TITLE, OPENING, *lines)))


def read(rules: Rules, *lines: str) -> Extraction:
    return extract(document("反馈问题整改落实情况", *lines), rules)


def test_a_plain_paper_is_surer_than_a_mixed_one(rules: Rules) -> None:
    plain, mixed = read(rules, *PLAIN), read(rules, *MIXED)
    assert plain.doubt.confidence > 0.8
    assert mixed.doubt.confidence < plain.doubt.confidence
    assert mixed.doubt.reasons, "the signs that speak against it are named"


def test_the_heaviest_signs_are_the_reasons(rules: Rules) -> None:
    heavy = {"read": {"unfit": 30.0, "total": 5.0, "bias": 0.0}}
    found = read(replace(rules, weights={**rules.weights, "judge": {**rules.weights["judge"], **heavy}}), *MIXED)
    assert found.doubt.reasons == ("unfit", "total")
    assert found.doubt.confidence < 0.05


def test_every_sign_is_nothing_where_nothing_is_odd(rules: Rules) -> None:
    signs = dict(read(rules, *PLAIN).doubt.signs)
    odd = {name for name, value in signs.items() if value > 0.5}
    assert odd <= {"total", "sections", "unfit", "counts"}, odd


def test_the_chosen_reading_and_the_others_differ_from_each_other(rules: Rules) -> None:
    verdict = read(rules, *MIXED).verdict
    assert verdict is not None
    chosen, others = readings(verdict)
    assert 1 <= len(others) <= MOST
    names = [identity(one) for one in (chosen, *others)]
    assert len(set(names)) == len(names)


def test_readings_in_doubt_are_rows_and_their_parts_are_slices_of_the_text(rules: Rules) -> None:
    paper = document(*MIXED)
    tables = build(paper, extract(paper, rules))
    first, *others = tables.readings
    assert first.chosen and not any(one.chosen for one in others)
    assert first.problems == len(tables.problems) and first.measures == len(tables.measures)
    assert {part.reading for part in tables.reading_parts} <= {one.reading for one in others}
    for part in tables.reading_parts:
        if part.paragraph == part.end_paragraph and part.paragraph is not None:
            assert paper.blocks[part.paragraph - 1].text[part.start : part.end] == part.text


def test_a_sure_reading_keeps_no_others(rules: Rules) -> None:
    paper = document("反馈问题整改落实情况", *PLAIN)
    found = extract(paper, rules)
    sure = build(paper, replace(found, doubt=replace(found.doubt, confidence=0.95)))
    assert not sure.readings and not sure.reading_parts


def test_a_paper_in_doubt_says_both_readings_and_accuses_nobody(rules: Rules) -> None:
    paper = document(*MIXED)
    read_so = extract(paper, rules)
    doubted = replace(read_so, doubt=Doubt(0.2, ("counts",)))
    found = reconcile(build(paper, doubted), RULES).findings
    (told,) = [finding for finding in found if finding.check == "structure_doubtful"]
    assert "读作" in told.message and "另一种读法" in told.message and "疑点" in told.message
    assert not [f for f in found if f.severity != "info" and f.check in ("measure_missing", "status_missing")]


@pytest.mark.parametrize(("title", "doubted"), [("关于整改通知书的函", True), ("关于召开家长会的通知", False)])
def test_a_paper_taken_for_none_of_ours_is_doubted_where_it_sounds_like_one(
    rules: Rules, title: str, doubted: bool
) -> None:
    lines = ("请各班主任准时参加。",) if not doubted else PLAIN
    paper = Document("一份.txt", "txt", "", tuple(Block(line) for line in (title, "会议通知", *lines)))
    found = extract(paper, rules)
    if found.verdict is None:
        tables = reconcile(build(paper, found), RULES)
        assert any(finding.check == "structure_doubtful" for finding in tables.findings) == doubted
    else:
        assert doubted, "it was read"


def test_a_chosen_reading_is_read_and_one_that_is_gone_is_not(rules: Rules) -> None:
    paper = document(*MIXED)
    found = extract(paper, rules)
    assert found.verdict is not None
    other = identity(readings(found.verdict)[1][0])
    chosen = extract(paper, rules, Directions(other))
    assert chosen.verdict is not None and identity(chosen.verdict.chosen) == other
    assert chosen.doubt.confidence == 1.0, "a person is sure"
    gone = extract(paper, rules, Directions("00000000"))
    assert gone.doubt == found.doubt and build(paper, gone) == build(paper, extract(paper, rules))


def test_a_choice_outlives_the_run_and_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = "\n".join((TITLE, OPENING, *MIXED))
    (tmp_path / "in" / "一份.txt").write_text(text, encoding="utf-8")
    settings, out = batch.RunSettings(RULES, jobs=1), tmp_path / "out"
    batch.run([tmp_path / "in"], out, settings)
    first = read_tables(out)
    (other, *_) = [row for row in first.readings if not row.chosen]
    with pytest.raises(InputError, match="没有编号为 ffffffff 的读法"):
        choose_reading(out, "一份.txt", "ffffffff")
    choose_reading(out, "一份.txt", other.reading)
    batch.run([tmp_path / "in"], out, settings)
    second = read_tables(out)
    assert (len(second.problems), len(second.measures)) == (other.problems, other.measures)
    assert second.documents[0].confidence == 1.0
    choose_reading(out, "一份.txt", "")
    batch.run([tmp_path / "in"], out, settings)
    assert [row.problem for row in read_tables(out).problems] == [row.problem for row in first.problems]


def test_calibration_finds_the_sign_that_tells_and_gives_equal_weights_each_time() -> None:
    found = [
        Trial(
            f"w{number % 3}",
            True,
            {"gaps": float(number % 2), "idle": float(number % 5) / 5},
            0.5 if number % 2 else 1.0,
        )
        for number in range(60)
    ]
    weights = calibrated(found)
    assert weights == calibrated(found)
    assert weights["gaps"] > 1 and abs(weights["idle"]) < 0.3 and weights["bias"] < 0
    assert outcome(found)[-1] == "合计   读错  30，其中存疑 100%；读对  30，其中存疑 0%"
