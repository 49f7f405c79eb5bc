"""Web pages: the article and nothing else, whatever stands around it."""

from __future__ import annotations

import re

import pytest

from pipeline.core.errors import Rejected
from pipeline.readers import gate
from pipeline.readers.text_share import characters
from tests import web_pages


@pytest.mark.parametrize("name", web_pages.PAGES)
@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "utf-16"])
def test_the_article_is_all_that_is_read(name: str, codec: str) -> None:
    document = gate.read_bytes(web_pages.PAGES[name]().encode(codec), "a.html")
    assert [block.text for block in document.blocks] == web_pages.WHOLE
    assert document.metadata["title"] == web_pages.TITLE


@pytest.mark.parametrize("name", web_pages.PAGES)
def test_nothing_is_lost_without_a_name(name: str) -> None:
    page = web_pages.PAGES[name]()
    document = gate.read_bytes(page.encode(), "a.html")
    assert document.coverage == 1.0
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>|<!--.*?-->|<[^>]+>", "", page).replace("&gt;", ">")
    held = characters([block.text for block in document.blocks] + [left.text for left in document.omitted])
    assert not characters([body]) - held


def test_metadata_of_the_page() -> None:
    document = gate.read_bytes(web_pages.government().encode(), "a.html")
    assert document.metadata["docno"] == "柳四小党〔2024〕7号"
    assert document.metadata["published"] == "2024-12-05"
    assert document.metadata["source"] == "柳湾区第四小学"


def test_hidden_text_is_no_article() -> None:
    document = gate.read_bytes(web_pages.saved_word().encode(), "a.html")
    assert [left.text for left in document.omitted if left.reason == "hidden"] == ["内部批注不外传"]
    assert "hidden_text" in [warning.code for warning in document.warnings]


def page(body: str) -> bytes:
    return f"<html><head><title>{web_pages.TITLE}</title></head><body>{body}</body></html>".encode()


def test_tables_stand_on_their_grid() -> None:
    document = gate.read_bytes(
        page(
            f"<p>{web_pages.ARTICLE[0]}</p><table><tr><th rowspan=2>序号</th><th colspan=2>责任</th></tr>"
            "<tr><th>领导</th><th>部门</th></tr><tr><td>1</td><td>张三</td><td><p>办公室</p><p>总务处</p></td></tr>"
            "<tr><td>2</td><td></td><td>教务处</td></tr></table><p>备注：每月更新。</p>"
        ),
        "a.html",
    )
    cells = [(block.row, block.column, block.text, block.merged) for block in document.blocks if block.kind == "cell"]
    assert cells == [
        (0, 0, "序号", False), (0, 1, "责任", False), (0, 2, "责任", True),
        (1, 0, "序号", True), (1, 1, "领导", False), (1, 2, "部门", False),
        (2, 0, "1", False), (2, 1, "张三", False), (2, 2, "办公室\n总务处", False),
        (3, 0, "2", False), (3, 1, "", False), (3, 2, "教务处", False),
    ]  # fmt: skip
    around = [block.text for block in document.blocks if block.kind != "cell"]
    assert around == [web_pages.ARTICLE[0], "备注：每月更新。"]


def test_a_list_with_headings_like_those_of_a_page_is_no_page_line() -> None:
    rows = "".join(f"<tr><td>《制度{n}》</td><td>柳四小〔2024〕{n}号</td><td>2024-05-0{n}</td></tr>" for n in (1, 2, 3))
    table = f"<table><tr><td>文件名称</td><td>文号</td><td>印发日期</td></tr>{rows}</table>"
    document = gate.read_bytes(page(f"<p>{web_pages.ARTICLE[0]}</p>{table}"), "a.html")
    assert sum(block.kind == "cell" for block in document.blocks) == 12


@pytest.mark.parametrize("span", ["65534", "999999999999", "-3", "0", "abc"])
def test_spans_are_bounded(span: str) -> None:
    rows = f"<tr><td rowspan={span} colspan={span}>甲甲</td><td>乙</td></tr><tr><td>丙</td><td>丁</td></tr>"
    document = gate.read_bytes(page(f"<table>{rows}</table>"), "a.html")
    assert {"甲甲", "乙", "丙", "丁"} <= {block.text for block in document.blocks}
    assert len(document.blocks) < 5000


def test_pages_that_are_too_deep_are_refused_and_not_cut() -> None:
    for body in ("<div>" * 100_000 + "整改", "<table><tr><td>" * 5_000 + "整改"):
        with pytest.raises(Rejected, match="xml_too_deep"):
            gate.read_bytes(page(body), "a.html")


def test_tags_that_are_never_closed_cost_nothing() -> None:
    body = "".join(f"<font size=3><b>{text}<br>" for text in web_pages.ARTICLE * 30)
    document = gate.read_bytes(page(body), "a.html")
    assert [block.text for block in document.blocks] == web_pages.ARTICLE * 30


def test_nothing_is_fetched() -> None:
    body = (
        "<iframe src='file:///etc/passwd'></iframe><object data='file:///etc/passwd'></object>"
        "<link rel=stylesheet href='http://127.0.0.1:9/a.css'><img src='http://127.0.0.1:9/a.png'>"
        f"<xi:include href='file:///etc/passwd' parse='text'/><p>{web_pages.ARTICLE[0]}</p>"
    )
    entity = b"<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    document = gate.read_bytes(entity + page(body + "&x;"), "a.html")
    assert not any("root:" in block.text for block in document.blocks)


def test_a_page_without_text_is_named() -> None:
    for body in (b"<html></html>", b"<html><body><script>var a=1</script></body></html>", b"<html><!-- -->"):
        with pytest.raises(Rejected, match=r"no_text|empty"):
            gate.read_bytes(body, "a.html")


@pytest.mark.parametrize(
    "data",
    [
        b"Subject: " + b"(" * 3_000 + b"\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--",
        b"Content-Type: multipart/related; boundary=b\r\n\r\n"
        + b"".join(b"--b%d\r\nContent-Type: multipart/related; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(3000)),
    ],
)
def test_hostile_saved_pages_are_refused(data: bytes) -> None:
    with pytest.raises(Rejected, match=r"no_text|xml_too_deep"):
        gate.read_bytes(data, "a.mht")


def test_a_page_saved_as_one_file() -> None:
    import base64

    body = base64.encodebytes(web_pages.government().encode("gb18030")).decode()
    data = (
        'From: <saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{body}\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n"
    )
    document = gate.read_bytes(data.encode(), "a.mht")
    assert [block.text for block in document.blocks] == web_pages.WHOLE
