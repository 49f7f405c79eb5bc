"""The static pages in a real browser: opened from disk, filtered, clicked both ways, walked by keys."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.core.item_row import ItemRow
from pipeline.core.rows import DocumentRow, FindingRow, ParagraphRow, ProblemRow, Tables, joined
from pipeline.core.vocabulary import Kind, Severity, Status
from pipeline.extract.process import process
from pipeline.publish.page.assets import data
from pipeline.publish.page.pages import FILE, write_batch_page, write_unit_page
from pipeline.publish.page.source import SourceGrid, SourceLine, SourceMark, source_of
from pipeline.publish.word.content import WordSource
from pipeline.publish.word.layout import load_profile
from pipeline.publish.word.typography import unit_folders
from pipeline.reconcile.reconciliation import reconcile
from pipeline.ruleset.labels import load_labels
from pipeline.ruleset.layers import rules_folder
from pipeline.ruleset.rule import load_rules
from pipeline.run.word_documents import rows_by_unit
from tests.browser import address, opened_browser, page_of, violations

ROOT = Path(__file__).parent.parent
HOSTILE = """中共测试县第一小学支部委员会关于巡察整改进展情况的通报
根据县委统一部署，县委第一巡察组对测试县第一小学党支部开展了巡察，并于2023年7月4日反馈了意见。现将整改情况通报如下。
一、党的建设方面
1.<script>document.title='pwned'</script>学习𠮷字e\u0301不到位<img src=x onerror=alert(1)>。
整改情况：已完成整改。一是{{ 7*7 }}{% raw %}制定《<b>制度</b>》。二是\u202e开展javascript:alert(2)教育三次。
2.档案</script><script>alert(3)</script>管理不规范。
整改情况：正在整改。一是整理档案30份。
"""


@pytest.fixture(scope="module")
def browser():
    with opened_browser() as one:
        yield one


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    """The pages of the samples and of a hostile paper."""
    folder = tmp_path_factory.mktemp("page")
    papers = folder / "in"
    shutil.copytree(ROOT / "input", papers)
    (papers / "<img src=x onerror=alert(4)>.txt").write_text(HOSTILE, encoding="utf-8")
    rules, labels = load_rules(rules_folder()), load_labels(rules_folder())
    tables = reconcile(joined(process(path, path.name, rules) for path in sorted(papers.iterdir())), rules_folder())
    write_batch_page(tables, labels, folder)
    source = WordSource(tables, labels, load_profile(rules_folder()))
    for unit, rows in rows_by_unit(source).items():
        own = WordSource(rows, labels, source.profile)
        write_unit_page(own, unit, folder / unit_folders(source.units)[unit])
    return folder


def unit_page(output: Path, words: str) -> Path:
    return next(path for path in output.glob(f"*/{FILE}") if words in path.parent.name)


def test_the_batch_is_ranked_filtered_and_leads_to_its_units(browser, output) -> None:
    with page_of(browser) as page:
        page.goto(address(output / FILE))
        assert page.locator("#figures").inner_text().startswith("单位 3")
        first = page.locator("#panel-units tbody tr").first
        assert "城关第三小学" in first.inner_text()  # the only one with errors
        assert page.locator("canvas").count() == 4
        page.fill("#search", "职业技术")
        assert page.locator("#panel-units tbody tr").count() == 1
        page.fill("#search", "")
        page.click("#tab-findings")
        page.select_option("#by-severity", label="错误")
        texts = page.locator("#panel-findings tbody tr").all_inner_texts()
        assert texts and all(text.startswith("错误") for text in texts)
        page.locator("body").press("j")
        page.keyboard.press("Enter")
        page.wait_for_selector(".finding.current")
        assert "城关第三小学" in page.locator("h1").inner_text()


def test_a_finding_and_its_place_in_the_source_show_each_other(browser, output) -> None:
    with page_of(browser) as page:
        page.goto(address(unit_page(output, "城关第三小学")))
        page.locator("body").press("j")
        chosen = page.locator(".finding.current")
        assert chosen.get_attribute("id") == page.locator(".finding").first.get_attribute("id")
        lit = page.locator(".paper:not([hidden]) mark.on")
        assert lit.count() >= 1
        assert lit.first.is_visible()
        page.keyboard.press("j")
        second = page.locator(".finding.current").get_attribute("id")
        assert second != chosen.first.evaluate("() => document.querySelector('.finding').id")
        page.keyboard.press("k")
        # the other way: from the source to the finding
        page.locator(".paper:not([hidden]) mark.quote").first.click()
        assert page.locator(".finding.current").count() == 1
        # a value and its place
        page.click("#tab-read")
        value = page.locator(".reading:not([hidden]) .value.f-problem").first
        words = value.inner_text()
        value.click()
        assert words in "".join(page.locator("mark.on").all_inner_texts())
        page.locator(".paper:not([hidden]) mark.f-status, .paper:not([hidden]) mark.f-aspect").first.click()
        assert page.locator(".value.on").count() == 1


def test_findings_and_problems_are_filtered(browser, output) -> None:
    with page_of(browser) as page:
        page.goto(address(unit_page(output, "城关第三小学")))
        every = page.locator(".finding").count()
        page.select_option("#by-severity", "warning")
        shown = page.locator(".finding:not([hidden])")
        assert 0 < shown.count() < every
        assert page.locator("#count").inner_text() == f"核对发现 {shown.count()} / {every}"
        page.select_option("#by-severity", "")
        page.click("#tab-items")
        page.select_option("#by-status", "in_progress")
        rows = page.locator(".item:not([hidden])")
        assert rows.count() == 2
        assert rows.locator("td", has_text="正在整改").count() >= 2
        page.select_option("#by-status", "")
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type("党费收缴")
        assert page.locator(".item:not([hidden])").count() == 1


def test_hostile_text_is_shown_as_text(browser, output) -> None:
    with page_of(browser) as page:  # a dialog, a script or a request fails the test
        path = unit_page(output, "测试县第一小学")
        page.goto(address(path))
        assert page.title() != "pwned"
        text = page.locator(".paper .text").inner_text()
        for words in ("<script>document.title='pwned'</script>", "{{ 7*7 }}{% raw %}", "</script><script>alert(3)"):
            assert words in text
        assert page.locator(".paper img, .paper b, .paper script, a[href^='javascript:']").count() == 0
        # the first problem's words are marked whole, behind a character outside the basic plane and a combining one
        problem = page.locator("article.problem .value.f-problem").first
        assert "𠮷字e\u0301不到位" in str(problem.text_content())
        assert page.locator("mark.f-problem").first.text_content() == problem.text_content()
        page.goto(address(output / FILE))
        page.click("#tab-files")
        assert "<img src=x onerror=alert(4)>.txt" in page.locator("#panel-files").inner_text()
        page.click("#tab-items")
        assert "</script><script>alert(3)" in page.locator("#panel-items").inner_text()


def test_pages_fit_a_phone_and_a_dark_room(browser, output) -> None:
    with page_of(browser, (390, 844)) as page:
        for path in (output / FILE, unit_page(output, "城关第三小学")):
            page.goto(address(path))
            light = page.evaluate("getComputedStyle(document.body).backgroundColor")
            page.click("#theme")
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.emulate_media(media="print")
        assert not page.locator(".filters").is_visible()
        assert page.locator(".paper").nth(1).is_visible()  # every paper is printed


def test_nothing_hinders_people_who_do_not_see_or_use_a_mouse(browser, output) -> None:
    with page_of(browser) as page:
        page.goto(address(output / FILE))
        for tab in ("#tab-units", "#tab-findings", "#theme"):
            page.click(tab)
            assert violations(page) == [], tab
        page.goto(address(unit_page(output, "城关第三小学")))
        for tab in ("#tab-read", "#tab-items", "#theme", "#tab-check"):
            page.click(tab)
            assert violations(page) == [], tab


def test_pages_need_nothing_from_elsewhere(output) -> None:
    for path in output.rglob(FILE):
        html = path.read_text(encoding="utf-8")
        assert "default-src &#39;none&#39;" in html
        assert "unsafe-inline" not in html
        assert " onclick=" not in html
        assert html.count("Licensed to the Apache Software Foundation") == (
            path.parent == output
        )  # once, with its licence


def test_a_thousand_units_open_and_filter_at_once(browser, tmp_path) -> None:
    tables = _many(1000, 15)
    write_batch_page(tables, load_labels(rules_folder()), tmp_path)
    with page_of(browser) as page:
        page.goto(address(tmp_path / FILE))
        assert page.evaluate("performance.now()") < 2000
        started = page.evaluate("performance.now()")
        page.fill("#search", "第777小学")
        page.click("#tab-findings")
        assert page.locator("#panel-findings tbody tr").count() == 15
        assert page.evaluate("performance.now()") - started < 2000
        page.fill("#search", "")
        assert page.locator("#panel-findings tbody tr").count() == 50
        page.get_by_role("button", name="下一页").click()
        assert "51–100，共 15000" in page.locator("#panel-findings .pages").inner_text()


def _many(units: int, each: int) -> Tables:
    names = [f"测试县第{number}小学" for number in range(units)]
    numbers = [(unit, f"d{at}", seq) for at, unit in enumerate(names) for seq in range(each)]
    return Tables(
        documents=tuple(
            DocumentRow(doc_id=f"d{at}", file=f"{at}.docx", unit=unit, kind=Kind.BULLETIN)
            for at, unit in enumerate(names)
        ),
        problems=tuple(
            ProblemRow(doc_id=doc, problem_id=f"{doc}-{seq}", problem=f"问题{seq}", status=Status.DONE)
            for _, doc, seq in numbers
        ),
        items=tuple(
            ItemRow(case_id=doc, unit=unit, problem=f"问题{seq}" * 10, problem_from=doc, status=Status.DONE)
            for unit, doc, seq in numbers
        ),
        findings=tuple(
            FindingRow(
                finding_id=f"f{doc}-{seq}",
                doc_id=doc,
                unit=unit,
                check="measure_vague",
                severity=Severity.WARNING,
                message="措施只有“严格”等说法，没有具体的动作" * 2,
            )
            for unit, doc, seq in numbers
        ),
    )


# --- the cutting, without a browser ------------------------------------------------------------------


def test_marks_cut_the_text_at_code_points_and_the_innermost_colours() -> None:
    text = "𠮷已完成整改，追缴2万元e\u0301。"
    marks = [
        SourceMark("a", "measure", 1, 0, 1, 12),
        SourceMark("b", "amount", 1, 9, 1, 12),
        SourceMark("c", "quote", 1, 1, 1, 6),
    ]
    (line,) = source_of([ParagraphRow(doc_id="d", paragraph=1, text=text)], marks)
    assert isinstance(line, SourceLine)
    assert [(one.text, one.classes) for one in line.pieces] == [
        ("𠮷", "f-measure"),
        ("已完成整改", "f-measure quote"),
        ("，追缴", "f-measure"),
        ("2万元", "f-amount"),
        ("e\u0301。", ""),
    ]


def test_a_mark_over_several_paragraphs_is_in_each_of_them() -> None:
    rows = [ParagraphRow(doc_id="d", paragraph=n, text=text) for n, text in ((1, "甲乙"), (2, "丙"), (3, "丁戊"))]
    lines = source_of(rows, [SourceMark("a", "measure", 1, 1, 3, 1)])
    assert [[piece.text for piece in line.pieces if piece.names] for line in lines if isinstance(line, SourceLine)] == [
        ["乙"],
        ["丙"],
        ["丁"],
    ]


def test_cells_of_a_table_stand_in_their_rows() -> None:
    rows = [
        ParagraphRow(doc_id="d", paragraph=n, table=1, row=r, column=c, text=str(n))
        for n, r, c in ((1, 1, 1), (2, 1, 2), (3, 2, 1))
    ]
    (grid,) = source_of(rows, [])
    assert isinstance(grid, SourceGrid)
    assert [[cell.row.text for cell in row] for row in grid.rows] == [["1", "2"], ["3"]]


def test_no_text_ends_the_script_that_holds_it() -> None:
    assert "</script" not in data({"a": "</script><!--"})
    assert data({"a": "<"}) == '{"a":"\\u003c"}'
