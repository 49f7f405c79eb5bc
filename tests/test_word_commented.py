"""Findings as native comments in the unit's own docx, everything else untouched."""

import io
import zipfile
from dataclasses import replace

import docx
import pytest

from pipeline.publish.word.commented import CHANGED, annotate, write_commented
from pipeline.publish.word.content import WordSource
from pipeline.publish.word.layout import load_profile
from pipeline.ruleset.labels import load_labels
from tests.docx_files import RELATION, docx_parts, paragraph, zipped
from tests.making import changed
from tests.samples import RULES, fictional_case
from tests.word_layout import misplaced, opened

UNIT = "云溪县第九小学党支部"


def source(tables) -> WordSource:
    return WordSource(tables, load_labels(RULES), load_profile(RULES))


def original() -> bytes:
    document = docx.Document()
    document.add_heading("整改情况通报", 1)
    paragraph = document.add_paragraph("目前")
    paragraph.add_run("已完成整改3个").bold = True
    paragraph.add_run("，其余正在推进。")
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "食堂验收流于形式"
    table.cell(0, 1).text = "正在整改"
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def texts(data):
    return [
        t.text
        for t in docx.Document(io.BytesIO(data)).element.body.iter(
            "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
        )
    ]


def test_each_finding_is_a_comment_at_its_words():
    tables = fictional_case()
    findings = changed(tables, tables.findings[1], quote="食堂验收流于形式").findings
    data = annotate(original(), findings, load_labels(RULES))
    assert data
    comments = list(docx.Document(io.BytesIO(data)).comments)
    assert [c.author for c in comments] == ["整改通"] * 3
    assert "【错误】状态数不符" in comments[0].text and "应为：1；实为：3" in comments[0].text
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        xml = package.read("word/document.xml").decode()
    start = xml.index('commentRangeStart w:id="0"')
    assert "已完成整改3个" in xml[start : xml.index('commentRangeEnd w:id="0"')]
    assert "其余正在推进" not in xml[start : xml.index('commentRangeEnd w:id="0"')]
    start = xml.index('commentRangeStart w:id="1"')
    assert "食堂验收流于形式" in xml[start : xml.index('commentRangeEnd w:id="1"')]


def test_everything_else_is_untouched_and_the_same_twice():
    before = original()
    after = annotate(before, fictional_case().findings, load_labels(RULES))
    assert after
    assert texts(after) == texts(before)
    assert misplaced(opened(after)) == []
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert set(old.namelist()) <= set(new.namelist())
        for name in set(old.namelist()) - CHANGED:
            assert old.read(name) == new.read(name), name
    assert annotate(before, fictional_case().findings, load_labels(RULES)) == after


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04half"])
def test_what_is_no_docx_gets_no_copy(data):
    assert annotate(data, fictional_case().findings, load_labels(RULES)) is None


def test_a_file_with_macros_gets_no_copy():
    buffer = io.BytesIO(original())
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr("word/vbaProject.bin", b"macro")
    assert annotate(buffer.getvalue(), fictional_case().findings, load_labels(RULES)) is None


EXTERNAL = f'<Relationship Id="x1" Type="{RELATION}{{}}" Target="http://127.0.0.1:9/x" TargetMode="External"/>'
BROKEN_COMMENTS = '<w:comment w:id="abc"><w:p/></w:comment>'


@pytest.mark.parametrize(
    "data",
    [
        docx_parts(paragraph("已完成整改3个"), relations=EXTERNAL.format("attachedTemplate")),
        docx_parts(paragraph("已完成整改3个"), relations=EXTERNAL.format("image")),
        {**docx_parts(paragraph("已完成整改3个")), "word/embeddings/oleObject1.bin": "x"},
        {**docx_parts(paragraph("已完成整改3个")), "word/media/image1.png": b"0" * 30_000_000},
        docx_parts(paragraph("已完成整改3个"), comments=BROKEN_COMMENTS),
        docx_parts(paragraph("已完成整改3个"), relations=f'<Relationship Id="h" Type="{RELATION}header" Target="h"/>'),
    ],
    ids=["template", "picture outside", "object", "bomb of a picture", "broken comments", "missing part"],
)
def test_what_could_do_harm_or_is_broken_gets_no_copy(data):
    assert annotate(zipped(docx_parts(paragraph("已完成整改3个"))), fictional_case().findings, load_labels(RULES))
    assert annotate(zipped(data), fictional_case().findings, load_labels(RULES)) is None


def test_copies_lie_in_the_unit_s_folder(tmp_path):
    asked = []

    def find(name):
        asked.append(name)
        return original() if name.endswith("b.docx") else None

    ((path,), gaps) = write_commented(source(fictional_case()), UNIT, find, tmp_path / UNIT)
    assert gaps == []
    assert path.relative_to(tmp_path).as_posix() == "云溪县第九小学党支部/批注原件·b.docx"
    assert asked == ["云溪/b.docx"]


def test_waived_findings_are_no_comments(tmp_path):
    tables = fictional_case()
    tables = replace(tables, findings=tuple(replace(row, waived="同意") for row in tables.findings))
    assert write_commented(source(tables), UNIT, lambda name: original(), tmp_path) == ([], [])
