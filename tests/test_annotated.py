"""Annotated documents: their format, their gold tables and the documents made of them."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path
from types import ModuleType

import docx
import pytest

from pipeline.core.errors import InputError
from pipeline.lab import annotated

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.ann.txt"))
SMALL = """---
kind: bulletin
unit: 云溪县第九小学
---
{center}<title>云溪县第九小学整改通报</title>
{auto:0}<aspect>党的建设方面</aspect>
{auto:2}<problem id="1">记录<m>补抄</m>
两行</problem>。<status v="done" long_term="true">已完成</status>
¦序号¦<problem id="2">账目不清</problem>¦<deadline v="2021-03-31">3月底</deadline>
¦^¦<m p="1">修订<ref action="revised">《办法》</ref>（<docno>云校〔2021〕3号</docno>）</m>¦<money v="213000">21.3万元</money>
{right}<claim metric="problems" value="2" unit="个">2个</claim>
"""


def test_one_text_gives_lines_spans_and_gold() -> None:
    source = annotated.parse(SMALL, "small")
    assert [line.text for line in source.lines[:3]] == ["云溪县第九小学整改通报", "党的建设方面", "记录补抄"]
    assert annotated.labels(source) == ["", "一、", "1.", "", "", "", ""]
    problem = next(span for span in source.spans if span.tag == "problem")
    assert (problem.line, problem.start, problem.last, problem.end, problem.text) == (2, 0, 3, 2, "记录补抄\n两行")
    gold = annotated.gold(source)
    assert gold["meta"]["title"] == "云溪县第九小学整改通报"
    first, second = gold["problems"]
    assert (first["status"], first["long_term"], first["aspect"]) == ("done", True, "党的建设方面")
    assert (second["status"], second["deadline"]) == (None, "2021-03-31")
    assert [row["problem"] for row in gold["measures"]] == ["1", "1"]
    assert gold["references"] == [
        {"title": "《办法》", "action": "revised", "docno": "云校〔2021〕3号", "problem": "2"}
    ]
    assert gold["amounts"] == [{"value": 213000.0, "text": "21.3万元", "problem": "2"}]
    assert gold["claims"] == [{"metric": "problems", "value": 2.0, "unit": "个", "text": "2个"}]


def test_documents_of_one_source_say_the_same() -> None:
    source = annotated.parse(SMALL, "small")
    assert "一、党的建设方面\n1.记录补抄\n" in annotated.as_txt(source)
    assert "\t修订《办法》（云校〔2021〕3号）\t21.3万元" in annotated.as_txt(source)
    assert "<td></td><td>修订《办法》（云校〔2021〕3号）</td>" in annotated.as_html(source)
    word = docx.Document(io.BytesIO(annotated.as_docx(source)))
    assert word.paragraphs[1].text == "党的建设方面", "an automatic number is no text"
    assert word.tables[0].cell(0, 0).text == word.tables[0].cell(1, 0).text == "序号"
    assert annotated.as_docx(source) == annotated.as_docx(source)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("<problem id='1'>甲</problem>", ":6：有多余的"),
        ("<problm>甲</problm>", ":6：没有标记 problm"),
        ("甲</m>", ":6：</m> 没有对应的开头"),
        ("<m>甲", ":6：<m> 没有结束"),
        ('<status v="finished">已完成</status>', ":6：标记 status 没有取值 finished"),
    ],
)
def test_a_wrong_tag_is_refused_by_its_line(line: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        annotated.parse(f"---\nkind: plan\n---\n甲\n乙\n{line}\n", "wrong")


def test_a_value_of_no_problem_is_refused() -> None:
    with pytest.raises(InputError, match="没有所属的问题"):
        annotated.gold(annotated.parse("---\nkind: plan\n---\n<lead>甲</lead>\n", "wrong"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name.removesuffix(".ann.txt"))
def test_every_source_of_the_project_is_sound(path: Path) -> None:
    source = annotated.read(path)
    gold = annotated.gold(source)
    assert source.meta["kind"] == "other" or gold["problems"]
    assert len({problem["id"] for problem in gold["problems"]}) == len(gold["problems"])
    for span in source.spans:
        lines = [line.text for line in source.lines[span.line : span.last + 1]]
        lines[-1] = lines[-1][: span.end]
        assert "\n".join(lines)[span.start :] == span.text


@pytest.fixture(scope="module")
def reference(shared: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("annotated_reference", shared / "corpus" / "annotated.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parts(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_reads_as_the_corpus_beside_the_project(shared: Path, reference: ModuleType, tmp_path: Path) -> None:
    """One format in two places: equal gold and equal documents for every source."""
    for path in sorted((shared / "corpus").glob("*/*.ann.txt")):
        theirs, ours = reference.Source(path), annotated.read(path)
        assert annotated.gold(ours) == theirs.gold(), path.name
        assert annotated.as_txt(ours) == theirs.txt(), path.name
        assert annotated.as_html(ours) == theirs.html(), path.name
        theirs.docx(tmp_path / "their.docx")
        assert parts(annotated.as_docx(ours)) == parts((tmp_path / "their.docx").read_bytes()), path.name
