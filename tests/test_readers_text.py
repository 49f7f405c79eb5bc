"""txt and md: encodings, line ends, tables of tabs, wrapped lines."""

from __future__ import annotations

import pytest

from pipeline.core import limits
from pipeline.core.errors import Rejected
from pipeline.readers import gate
from pipeline.readers.lines import unwrap
from pipeline.readers.script import script
from tests import web_pages

TEXT = "\n".join(web_pages.WHOLE)


def texts(data: bytes, name: str = "a.txt") -> list[str]:
    return [block.text for block in gate.read_bytes(data, name).blocks]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("codec", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16"),
     ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32")],
)  # fmt: skip
def test_encodings_and_line_ends(codec: str, named: str, end: str) -> None:
    document = gate.read_bytes(end.join(web_pages.WHOLE).encode(codec), "a.txt")
    assert [block.text for block in document.blocks] == web_pages.WHOLE
    assert document.encoding == named
    assert document.coverage == 1.0
    assert {warning.code for warning in document.warnings} <= {"encoding_guessed"}
    assert bool(document.warnings) is (codec in ("utf-16-le", "utf-16-be"))


def test_only_three_line_ends_end_a_line() -> None:
    assert texts("甲\u2028乙\x0b丙\x0c丁\x85戊".encode()) == ["甲\u2028乙\x0b丙\x0c丁\x85戊"]


def test_lost_bytes_and_nuls_are_counted() -> None:
    data = TEXT.encode()
    document = gate.read_bytes(data[:100] + b"\x00" + data[100:-4], "a.txt")
    assert "characters_replaced" in [warning.code for warning in document.warnings]
    assert not any("\x00" in block.text for block in document.blocks)
    cut = gate.read_bytes(TEXT.encode("gb18030")[:-1], "a.txt")
    assert cut.encoding == "gb18030"
    assert [warning.code for warning in cut.warnings] == ["encoding_guessed", "characters_replaced"]


def test_big5_is_told_from_gb_by_common_characters() -> None:
    text = "這是一段用於測試的繁體文字，內容是學校的巡察整改情況。" * 3
    with pytest.raises(Rejected, match="traditional_script"):
        gate.read_bytes(text.encode("big5"), "a.txt")
    assert script(text) == "traditional"
    assert script(TEXT) == "simplified"


def test_noise_is_no_text() -> None:
    with pytest.raises(Rejected, match="bad_encoding"):
        gate.read_bytes(bytes(range(256)) * 20, "a.txt")


def test_lines_with_tabs_are_a_table() -> None:
    document = gate.read_bytes("标题一行\n序号\t问题\t措施\n1\t甲\t乙\n2\t\t丙\n末行\ta".encode(), "a.txt")
    cells = [(block.text, block.table, block.row, block.column) for block in document.blocks if block.kind == "cell"]
    assert cells == [
        ("序号", 0, 0, 0), ("问题", 0, 0, 1), ("措施", 0, 0, 2),
        ("1", 0, 1, 0), ("甲", 0, 1, 1), ("乙", 0, 1, 2),
        ("2", 0, 2, 0), ("", 0, 2, 1), ("丙", 0, 2, 2),
    ]  # fmt: skip
    assert [block.text for block in document.blocks if block.kind != "cell"] == ["标题一行", "末行\ta"]


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    whole = indent + text
    return [whole[at : at + width] for at in range(0, len(whole), width)]


@pytest.mark.parametrize("indent", ["", "　　"])
def test_wrapped_lines_are_joined(indent: str) -> None:
    lines = [line for text in web_pages.ARTICLE for line in wrapped(text, 24, indent)]
    joined = [line.strip() for line in unwrap(lines)]
    if indent:
        assert joined == web_pages.ARTICLE
    for start in ("一、", "（一）提高", "二、", "1.", "2.", "整改情况：正在", "三、"):
        assert sum(line.startswith(start) for line in joined) == 1
    assert len(joined) <= len(web_pages.ARTICLE) + 2


def test_lines_that_no_program_broke_stay() -> None:
    assert unwrap(web_pages.WHOLE) == web_pages.WHOLE


def test_markdown_marks_are_left_out_by_name() -> None:
    text = "# 整改通报\n\n## 一、组织情况\n**一是学习。**每月一次。\n\n|序号|问题|\n|--|--|\n|1|甲|\n\n---\n末段\n"
    document = gate.read_bytes(text.encode(), "a.md")
    assert [(block.text, block.style, block.kind, block.row, block.column) for block in document.blocks] == [
        ("整改通报", "heading 1", "paragraph", -1, -1),
        ("一、组织情况", "heading 2", "paragraph", -1, -1),
        ("一是学习。每月一次。", "", "paragraph", -1, -1),
        ("序号", "", "cell", 0, 0), ("问题", "", "cell", 0, 1), ("1", "", "cell", 1, 0), ("甲", "", "cell", 1, 1),
        ("末段", "", "paragraph", -1, -1),
    ]  # fmt: skip
    assert document.blocks[2].bold == 5
    assert document.coverage == 1.0
    assert {left.reason for left in document.omitted} == {"markup"}


def test_a_copied_page_loses_its_page_lines() -> None:
    copied = ["当前位置：首页 > 巡察整改 > 正文", web_pages.TITLE, "来源：第四小学 发布时间：2024-12-05 浏览次数：12",
              *web_pages.ARTICLE, "【打印本页】 【关闭窗口】", "上一篇：无"]  # fmt: skip
    document = gate.read_bytes("\n".join(copied).encode(), "a.txt")
    assert [block.text for block in document.blocks] == web_pages.WHOLE
    assert document.metadata == {"source": "第四小学", "published": "2024-12-05"}
    assert len(document.omitted) == 4


def test_limits() -> None:
    with pytest.raises(Rejected, match="too_large"):
        gate.read_bytes("整".encode() * (limits.PARAGRAPH_CHARACTERS + 1), "a.txt")


def test_lines_with_bars_are_a_table() -> None:
    document = gate.read_bytes(
        "标题一行\n|序号|问题|措施|\n|---|---|---|\n||甲|乙|\n|2||丙|\n选甲|乙".encode(), "a.txt"
    )
    cells = [(block.row, block.column, block.text) for block in document.blocks if block.kind == "cell"]
    assert cells[3:] == [(1, 0, ""), (1, 1, "甲"), (1, 2, "乙"), (2, 0, "2"), (2, 1, ""), (2, 2, "丙")]
    assert [block.text for block in document.blocks if block.kind != "cell"] == ["标题一行", "选甲|乙"]
    assert document.coverage == 1.0


def test_a_markdown_cell_may_have_lines() -> None:
    document = gate.read_bytes("|序号|措施|\n|--|--|\n|1|1.甲<br>2.乙<BR/>3.丙|".encode(), "a.md")
    assert [block.text for block in document.blocks] == ["序号", "措施", "1", "1.甲\n2.乙\n3.丙"]
    assert document.coverage == 1.0


def test_names_and_values_parted_by_tabs_are_a_form() -> None:
    document = gate.read_bytes("编号\t1\n反馈问题\t学习不深入\n整改措施\t制定计划\n\n甲\t乙\n".encode(), "a.txt")
    assert [(block.row, block.column, block.text) for block in document.blocks if block.kind == "cell"] == [
        (0, 0, "编号"), (0, 1, "1"), (1, 0, "反馈问题"), (1, 1, "学习不深入"), (2, 0, "整改措施"), (2, 1, "制定计划"),
    ]  # fmt: skip
