"""The block below the body: attachments, names, date, notes and copies, in whatever order the paper has them."""

import itertools

import pytest

from pipeline.core.rows import tables_of
from tests.making import row
from tests.samples import RULES, reports
from tests.word_layout import NS, W, misplaced, opened

LINES = {
    "attachment": ("attachment", "附件：整改台账", "Attachment"),
    "signature": ("signature", "中共云桥镇中心小学支部委员会", "Signature"),
    "date": ("date", "2024年9月10日", "DocDate"),
    "contact": ("contact", "（联系人：韦小满，联系电话：0000-7654321）", "Remark"),
    "public": ("date", "（此件公开发布）", "Remark"),
    "copies": ("date", "抄送：县纪委监委，县委组织部。", "Imprint"),
    "mark": ("attachment", "附件1", "AttachmentMark"),
    "text": ("attachment", "任务清单", "Remark"),
    "printed": ("note", "云桥镇中心小学办公室　2024年9月11日印发", "Imprint"),
}


def closing(tmp_path, *names):
    """(style, text) of what stands below the body of a rebuilt bulletin that ends with the named lines."""
    parts = [("title", "整改情况通报"), ("opening", "现将整改情况通报如下。"), *(LINES[name][:2] for name in names)]
    rows = [
        row(
            "documents",
            doc_id="d",
            file="d.docx",
            kind="bulletin",
            unit="某校",
            state="ok",
            title="整改情况通报",
            issued_date="2024-09-10",
        )
    ]
    rows += [
        row("passages", doc_id="d", seq=at, part=part, level=0, text=text, paragraph=at, start=0, end=len(text))
        for at, (part, text) in enumerate(parts, 1)
    ]
    (path,) = reports(tables_of(rows), tmp_path, RULES, ["bulletin"])
    docx = opened(path)
    assert misplaced(docx) == []
    lines = [(style, text) for style, text, _ in docx.paragraphs()]
    return lines[lines.index(("Normal", "现将整改情况通报如下。")) + 1 :], docx


@pytest.mark.parametrize(
    "names",
    [
        ("attachment", "signature", "date", "contact", "public", "copies", "printed"),
        ("signature", "date", "public", "contact"),
        *itertools.permutations(("signature", "date", "contact")),
    ],
)
def test_each_line_keeps_its_place_and_has_its_style(names, tmp_path):
    lines, _ = closing(tmp_path, *names)
    expected = [(LINES[name][2], LINES[name][1]) for name in names]
    assert [line for line in lines if line[1] != LINES["contact"][1]] == [
        line for line in expected if line[1] != LINES["contact"][1]
    ]
    assert [text for _, text in lines] == [text for _, text in expected]


def test_what_is_printed_behind_the_signature_stays_there_on_a_page_of_its_own(tmp_path):
    lines, docx = closing(tmp_path, "signature", "date", "mark", "text")
    assert [style for style, _ in lines] == ["Signature", "DocDate", "AttachmentMark", "Remark"]
    (page,) = [p for style, _, p in docx.paragraphs() if style == "AttachmentMark"]
    assert page.find("w:pPr/w:pageBreakBefore", NS) is not None


def test_a_signature_without_a_date_gets_the_paper_s(tmp_path):
    lines, docx = closing(tmp_path, "signature", "contact")
    assert lines == [
        ("Signature", LINES["signature"][1]),
        ("DocDate", "2024年9月10日"),
        ("Remark", LINES["contact"][1]),
    ]
    signature, date = (
        p.find("w:pPr/w:ind", NS) for style, _, p in docx.paragraphs() if style in ("Signature", "DocDate")
    )
    assert 0 < int(signature.get(f"{W}left")) < int(date.get(f"{W}left"))
