"""Which documents belong to one case."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.errors import RuleError
from pipeline.core.rows import Tables, tables_of
from pipeline.reconcile.aliases import load_aliases
from pipeline.reconcile.cases import build_cases
from pipeline.reconcile.paper import papers_of
from tests.making import row

RULES = Path(__file__).resolve().parent.parent / "rules"


def tables(*documents: dict[str, str]) -> Tables:
    return tables_of(
        row(
            "documents",
            **{"doc_id": f"d{number}", "state": "ok", "kind": "bulletin", "file": f"{number}.docx", **values},
        )
        for number, values in enumerate(documents)
    )


def grouped(*documents: dict[str, str]) -> list[list[str]]:
    aliases = load_aliases(RULES)
    return [[p.doc_id for p in case.papers] for case in build_cases(papers_of(tables(*documents), aliases), aliases)]


@pytest.mark.parametrize(
    "name",
    [
        "中共岚桥县城关第三小学支部委员会",
        "岚桥县城关第三小学党支部",
        "岚桥县城关第三小学",
        "中共岚桥县城关第三小学党总支部委员会",
    ],
)
def test_party_names_are_the_units_name(name: str):
    assert load_aliases(RULES).unit(name) == "岚桥县城关第三小学"


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("区委第三巡察组", "巡察三"),
        ("县委巡察三组", "巡察三"),
        ("中共某某县委第三巡察组", "巡察三"),
        ("省委第十一巡视组", "巡视十一"),
        ("巡察组", ""),
    ],
)
def test_inspectors_in_both_ways_of_writing(name: str, same: str):
    assert load_aliases(RULES).inspector(name) == same


def test_feedback_and_bulletin_of_one_unit_are_one_case_with_the_feedback_first():
    assert grouped(
        {"unit": "梧川区枫桥路小学党支部"}, {"unit": "中共梧川区枫桥路小学支部委员会", "kind": "feedback"}
    ) == [["d1", "d0"]]


def test_a_name_without_its_place_and_a_short_name_find_the_full_one():
    assert grouped({"unit": "梧川区枫桥路小学"}, {"unit": "枫桥路小学党支部"}) == [["d0", "d1"]]
    assert grouped({"unit": "梧川区枫桥路小学", "short_name": "枫桥路校区"}, {"unit": "枫桥路校区"}) == [["d0", "d1"]]


def test_another_round_or_inspector_is_another_case():
    assert (
        len(
            grouped(
                {"unit": "甲县一中党委", "round": "五届县委第二轮"}, {"unit": "甲县一中党委", "round": "五届县委第三轮"}
            )
        )
        == 2
    )
    assert (
        len(
            grouped(
                {"unit": "甲县一中党委", "inspector": "县委第一巡察组"},
                {"unit": "甲县一中党委", "inspector": "县委第二巡察组"},
            )
        )
        == 2
    )
    assert len(grouped({"unit": "甲县一中党委", "inspector": "县委第一巡察组"}, {"unit": "甲县一中党委"})) == 1


def test_reports_of_one_unit_stand_in_the_order_of_time():
    assert grouped(
        {"unit": "甲县一中", "issued_date": "2024-12-01"}, {"unit": "甲县一中", "issued_date": "2024-06-01"}
    ) == [["d1", "d0"]]


def test_a_folder_says_whose_the_nameless_document_is():
    feedback = {"unit": "甲县一中", "kind": "feedback"}
    assert grouped({**feedback, "file": "甲/a.docx"}, {"file": "甲/b.docx"}) == [["d0", "d1"]]
    assert len(grouped({"unit": "甲县一中", "file": "a.docx", "kind": "feedback"}, {"file": "b.docx"})) == 2


def test_nameless_documents_are_not_thrown_together():
    assert len(grouped({}, {})) == 2


def test_speeches_and_set_aside_files_are_no_case():
    assert grouped({"unit": "甲县一中", "kind": "other"}, {"unit": "甲县一中", "state": "quarantined"}) == []


def test_renamed_units_come_from_the_alias_table(tmp_path: Path):
    text = (RULES / "aliases.yaml").read_text(encoding="utf-8")
    good = text.replace("aliases: []", "aliases: [{name: 文山县实验小学, also: [文山县城关小学]}]")
    (tmp_path / "aliases.yaml").write_text(good, encoding="utf-8")
    assert load_aliases(tmp_path).unit("中共文山县城关小学支部委员会") == "文山县实验小学"
    (tmp_path / "aliases.yaml").write_text(text.replace("aliases: []", "aliases: [{name: 甲}]"), encoding="utf-8")
    with pytest.raises(RuleError, match=r"aliases\.yaml:\d+"):
        load_aliases(tmp_path)


def test_the_case_id_is_stable():
    aliases = load_aliases(RULES)
    ids = [
        build_cases(papers_of(tables({"unit": name}), aliases), aliases)[0].case_id
        for name in ("甲县一中党委", "中共甲县一中委员会")
    ]
    assert ids[0] == ids[1]
