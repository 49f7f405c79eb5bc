"""Fitting the weights: true roles of atoms, copies that lack evidence, an equal file twice, and what is said without the extra."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cli import commands
from pipeline.extract.atoms import cut
from pipeline.extract.weights import weights_of
from pipeline.lab import annotated, fit_report, fitting
from pipeline.lab.gold_roles import from_golden, from_paper, gold_roles
from pipeline.lab.rare_rules import rare_rules
from pipeline.readers import gate
from pipeline.ruleset.rule import Rules, load_rules
from pipeline.ruleset.yaml_file import read_yaml

TESTS = Path(__file__).parent
PAPER = """---
kind: bulletin
formats: {form}
---
{center}<title>云溪县第九小学整改通报</title>
{auto:0}<aspect>党的建设方面</aspect>
{auto:2}<problem id="1">学习记录不全。有补抄现象</problem>。<status v="done">已完成整改。</status>
整改措施：①<m>重新制定学习制度；明确专人记录</m>。②<m>逐月检查</m>。成效明显。
{auto:2}<problem id="2">账目不清</problem>。
整改措施：<m>清理账目</m>。责任人：<person>方立</person>
"""


def sample(rules: Rules, form: str = "docx") -> fitting.Sample:
    paper = annotated.parse(PAPER.replace("{form}", form), "b9-01-small")
    data = {"docx": annotated.as_docx(paper), "txt": annotated.as_txt(paper).encode()}[form]
    document = gate.read_bytes(data, f"small.{form}")
    stated = from_paper(document, paper)
    assert stated is not None
    atoms = cut(document, rules)
    return fitting.Sample(paper.name, "b9", document, atoms, gold_roles(atoms, stated, rules))


@pytest.mark.parametrize("form", ["docx", "txt"])
def test_every_atom_has_the_role_of_what_is_tagged(rules: Rules, form: str) -> None:
    small = sample(rules, form)
    told = {
        small.atoms.text(atom).strip("。；，："): role
        for atom, role in zip(small.atoms.items, small.roles, strict=True)
    }
    assert told == {
        "云溪县第九小学整改通报": "O", "党的建设方面": "G", "学习记录不全": "P", "有补抄现象": "p", "已完成整改": "ST", "整改措施": "K",
        "重新制定学习制度": "M", "明确专人记录": "m", "逐月检查": "M", "成效明显": "X", "账目不清": "P", "清理账目": "M",
        "责任人": "K", "方立": "PERSON",
    }  # fmt: skip


def test_a_status_of_several_problems_is_that_of_the_heading_above(rules: Rules) -> None:
    text = ("---\nkind: bulletin\n---\n已完成整改的问题2个\n<problem id=\"1\">账目不清</problem>。<status v=\"done\"></status>\n"
            "<problem id=\"2\">记录不全</problem>。<status v=\"done\"></status>\n")  # fmt: skip
    paper = annotated.parse(text, "headed")
    document = gate.read_bytes(annotated.as_txt(paper).encode(), "headed.txt")
    atoms = cut(document, rules)
    assert gold_roles(atoms, from_paper(document, paper) or [], rules) == ("GS", "P", "P")


def test_a_golden_table_says_what_stands_where() -> None:
    golden = TESTS / "cases" / "h09-songxi-no3-three-states" / "rows.golden"
    identity = golden.read_text(encoding="utf-8").split("doc_id=")[1][:10]
    stated = from_golden(golden, identity)
    assert {one.role for one in stated} >= {"P", "M", "GS"}
    assert from_golden(golden, "0") == []
    document = gate.read(golden.with_name("h09-songxi-no3-three-states.docx"), "h09.docx")
    headings = {document.text(one.span) for one in stated if one.role == "GS"}
    assert len(headings) == 2 and all("整改" in heading for heading in headings)


def test_copies_lack_what_they_should(rules: Rules) -> None:
    small = sample(rules)
    scheme = next(atom.mark.scheme for atom in reversed(small.atoms.items) if atom.mark is not None)
    bare = fitting.without_scheme(small.atoms, scheme)
    assert scheme not in {atom.mark.scheme for atom in bare.items if atom.mark is not None}
    assert any(atom.mark is not None for atom in bare.items) and len(bare.items) == len(small.atoms.items)
    names = [frozenset({"label", "-1:/label.one", "^:status.whole", "stop.full"})]
    assert fitting.without_groups(names, ["编号与层次"]) == [frozenset({"^:status.whole", "stop.full"})]


def test_a_paper_cut_down_keeps_the_roles_of_its_atoms(rules: Rules) -> None:
    paper = annotated.read(TESTS / "corpus" / "c4-01-liudu-town-audit.ann.txt")
    document = gate.read_bytes(annotated.as_docx(paper), "c4-01.docx")
    atoms = cut(document, rules)
    whole = fitting.Sample(
        paper.name, "c4", document, atoms, gold_roles(atoms, from_paper(document, paper) or [], rules)
    )
    small = fitting.crop(whole, rules, random.Random(1))
    assert small is not None and 1 <= small.roles.count("P") <= 4 < whole.roles.count("P")
    assert len(small.roles) == len(small.atoms.items)


def test_equal_papers_give_an_equal_file_that_reads_them(rules: Rules, tmp_path: Path) -> None:
    small = sample(rules)
    papers = list(fitting.shown(small, rules))
    first, second = (fitting.weights_text(rules.weights["judge"], fitting.fit(papers, rounds=30)) for _ in range(2))
    assert first == second
    (tmp_path / fitting.FILE).write_text(first, encoding="utf-8")
    content = load_rules(tmp_path).weights
    assert content["judge"] == rules.weights["judge"]
    written = read_yaml(tmp_path / fitting.FILE)
    score = fit_report.atom_score([(small, papers[0].names)], weights_of(written))
    assert score.accuracy == 1.0 and score.f1("M") == 1.0


def test_each_writer_is_read_with_weights_of_the_others(rules: Rules) -> None:
    one, other = sample(rules), replace(sample(rules), writer="c9")
    outcomes = list(fit_report.left_out_by_writer([one, other], rules))
    assert [(outcome.writer, outcome.papers) for outcome in outcomes] == [("b9", 1), ("c9", 1)]
    for outcome in outcomes:
        assert outcome.atoms.accuracy == 1.0 and set(outcome.without) == set(fitting.GROUPS)


def test_without_the_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    target = tmp_path / "weights.yaml"
    assert commands.invoke(["rules", "fit", "-o", str(target)]) == 2
    assert "pip install 'zhenggai[fit]'" in capsys.readouterr().err
    assert not target.exists()


def test_a_rule_that_hardly_any_paper_needs_is_a_question(rules: Rules, tmp_path: Path) -> None:
    for number, text in enumerate(("本页共三类", "本页共三类", "已完成整改")):
        (tmp_path / f"{number}.ann.txt").write_text(f"---\nkind: other\n---\n{text}\n", encoding="utf-8")
    hit = rules.at("status", "已完成整改")
    assert hit is not None
    one = hit.rule
    lines = rare_rules(Rules({"status": (one,)}), tmp_path)
    assert lines[0].startswith("？") and one.id in lines[0] and "3 份样本中有 1 份" in lines[0]
    for number in range(3, 5):
        (tmp_path / f"{number}.ann.txt").write_text("---\nkind: other\n---\n已完成整改\n", encoding="utf-8")
    assert len(rare_rules(Rules({"status": (one,)}), tmp_path)) == 1
    assert rare_rules(rules, tmp_path / "none") == []
