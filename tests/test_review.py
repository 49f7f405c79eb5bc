"""The review server in a real browser: decisions that last, two windows, the start page, and who is kept out."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from pipeline.decisions.merge import load_corrections, save_corrections
from pipeline.publish.data.tables import read_tables
from pipeline.publish.page.pages import FILE
from pipeline.review.intake import Intake
from pipeline.review.server import HOST, build_server
from pipeline.ruleset.layers import rules_folder
from pipeline.run import batch
from pipeline.run.batch import RunSettings
from pipeline.run.finished import CORRECTIONS
from tests.browser import opened_browser, page_of, violations

ROOT = Path(__file__).parent.parent
SETTINGS = RunSettings(rules_folder(), jobs=1)
TWO_WAYS = "u07-ganlan-primary-angle-numbers"
UNIT = "岚桥县城关第三小学党支部"


@pytest.fixture(scope="module")
def browser():
    with opened_browser() as one:
        yield one


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results of a run over two papers of one unit."""
    folder = tmp_path_factory.mktemp("review")
    (folder / "in").mkdir()
    for path in (ROOT / "input").glob("*第三小学*"):
        shutil.copy(path, folder / "in")
    batch.run([folder / "in"], folder / "out", SETTINGS)
    return folder / "out"


@pytest.fixture(scope="module")
def doubted(tmp_path_factory):
    """Results of a paper that can be read in two ways, and its unit's folder."""
    folder = tmp_path_factory.mktemp("doubted")
    (folder / "in").mkdir()
    shutil.copy(ROOT / "tests" / "cases" / TWO_WAYS / f"{TWO_WAYS}.txt", folder / "in")
    batch.run([folder / "in"], folder / "out", SETTINGS)
    (page,) = (folder / "out").glob(f"*/{FILE}")
    return folder / "out", page.parent.name


@contextmanager
def served(intake: Intake) -> Iterator[tuple[str, str]]:
    """The server at work; gives its address and its token."""
    listening = threading.Event()
    told: list[str] = []

    def tell(address: str) -> None:
        told.append(address)
        listening.set()

    server = build_server(intake, 0, False, tell)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert listening.wait(20)
    address, _, token = told[0].partition("/?token=")
    try:
        yield address, token
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def at(results, tmp_path_factory):
    with served(Intake(SETTINGS, results, tmp_path_factory.mktemp("work"))) as place:
        yield place


@pytest.fixture
def fresh(results):
    """The store as it was before the test."""
    store = results / CORRECTIONS
    store.unlink(missing_ok=True)
    yield store
    store.unlink(missing_ok=True)


def opened(page, at: tuple[str, str], unit: str = UNIT):
    page.goto(f"{at[0]}/?token={at[1]}")
    page.goto(f"{at[0]}/{unit}/{FILE}")
    return page


def correct(page, value, text: str) -> None:
    """Set a cell that is shown as a box of text."""
    value.dblclick()
    page.locator("dialog input, dialog textarea").fill(text)
    with page.expect_navigation():
        page.click("dialog button.main")


def test_a_cell_is_corrected_undone_and_withdrawn(browser, at, fresh) -> None:
    with page_of(browser) as page:
        opened(page, at)
        assert violations(page) == []
        page.click("#tab-read")
        value = page.locator(".reading:not([hidden]) .value[data-field=lead]").first
        value.dblclick()
        assert violations(page) == []
        page.keyboard.press("Escape")
        correct(page, value, "=王某某")
        assert page.locator(".reading:not([hidden]) .value[data-field=lead]").first.inner_text() == "=王某某"
        (kept,) = load_corrections(fresh)
        assert (kept.table, kept.field, kept.old, kept.new) == ("problems", "lead", "", "=王某某")
        assert kept.by
        assert kept.when
        page.wait_for_selector("#undo:not([disabled])")
        with page.expect_navigation():
            page.click("#undo")
        assert load_corrections(fresh) == []
        correct(page, page.locator(".reading:not([hidden]) .value[data-field=lead]").first, "李某某")
        page.click("#tab-decisions")
        with page.expect_navigation():
            page.click("#decisions .withdraw")
        assert load_corrections(fresh) == []


def test_a_choice_is_one_of_the_list_and_a_wrong_day_is_refused(browser, at, results, fresh) -> None:
    with page_of(browser) as page:
        opened(page, at)
        page.click("#tab-read")
        page.locator(".value[data-field=status]:visible").first.click()
        page.click(".fix")
        assert page.locator("dialog option").all_inner_texts()[1:] == ["已完成", "基本完成", "正在整改", "未完成"]
        page.select_option("dialog select", "未完成")
        with page.expect_navigation():
            page.click("dialog button.main")
        assert [one.new for one in load_corrections(fresh)] == ["not_done"]
    answer = asked(
        at, "decide", {"wishes": [wish(read_tables(results).problems[0].problem_id, "deadline", "尽快", "")]}
    )
    assert answer[0] == 422
    assert "不是日期" in answer[1]["message"]
    assert len(load_corrections(fresh)) == 1


def test_a_finding_is_rejected_with_a_reason_and_the_next_results_know_it(browser, at, results, fresh) -> None:
    with page_of(browser) as page:
        opened(page, at)
        finding = page.locator(".finding", has=page.locator(".judge")).first
        name = str(finding.get_attribute("id"))
        finding.get_by_role("button", name="不成立").click()
        page.fill("dialog textarea", "原文另有答复")
        with page.expect_navigation():
            page.click("dialog button.main")
        page.click("#tab-read")
        correct(page, page.locator(".reading:not([hidden]) .value[data-field=person]").first, "赵某某")
        with page.expect_navigation(timeout=120_000):
            page.click("#remake")
        page.wait_for_selector(f"#{name}.waived", state="attached")
        page.click("#tab-findings")
        assert "原文另有答复" in page.locator(f"#{name}").inner_text()
    tables = read_tables(results)
    assert "赵某某" in [row.person for row in tables.problems]
    assert any("原文另有答复" in row.waived for row in tables.findings)
    fresh.unlink()
    batch.again(results, SETTINGS)  # as it was, for the other tests


def test_two_windows_never_lose_each_others_work(browser, at, fresh) -> None:
    with page_of(browser) as one, page_of(browser, expected="status of 409") as other:
        for page in (one, other):
            opened(page, at)
            page.click("#tab-read")
        correct(one, one.locator(".reading:not([hidden]) .value[data-field=lead]").first, "甲")
        other.wait_for_selector("#fresh", timeout=10_000)  # the second window is told
        value = other.locator(".reading:not([hidden]) .value[data-field=lead]").first
        value.dblclick()
        other.fill("dialog input", "乙")
        with other.expect_response(lambda answer: "decide" in answer.url) as told:
            other.click("dialog button.main")
        assert told.value.status == 409
        assert "已在别处改为“甲”" in other.locator("#say").inner_text()
        assert [kept.new for kept in load_corrections(fresh)] == ["甲"]
        # another cell from the window that is behind is no conflict
        correct(other, other.locator(".reading:not([hidden]) .value[data-field=dept]").first, "办公室")
        assert {kept.new for kept in load_corrections(fresh)} == {"甲", "办公室"}


def test_a_match_is_changed_and_the_next_results_know_it(browser, at, results, fresh) -> None:
    tables = read_tables(results)
    item = next(one for one in tables.items if one.bulletin_problem_id and one.feedback_problem_id)
    with page_of(browser) as page:
        opened(page, at)
        page.click("#tab-items")
        match = page.locator(f".match[data-source='{item.feedback_problem_id}']")
        assert match.get_attribute("data-now") == item.bulletin_problem_id
        match.click()
        page.select_option("dialog select", label="没有对应的问题")
        with page.expect_navigation():
            page.click("dialog button.main")
        assert page.locator("#decided").inner_text() == "1"
        remake(page)
    after = next(one for one in read_tables(results).items if one.feedback_problem_id == item.feedback_problem_id)
    assert after.bulletin_problem_id == ""
    (kept,) = load_corrections(fresh)
    fresh.unlink()
    # confirmed instead: the computed match has a person's word now
    answer = next(one for one in tables.problems if one.problem_id == item.bulletin_problem_id)
    save_corrections(fresh, [replace(kept, new=answer.problem)])
    batch.again(results, SETTINGS)
    link = next(one for one in read_tables(results).links if one.feedback_problem_id == item.feedback_problem_id)
    assert (link.answer_problem_id, link.method, link.doubtful) == (item.bulletin_problem_id, "told", False)
    fresh.unlink()
    batch.again(results, SETTINGS)  # as it was, for the other tests


def test_another_reading_is_chosen_and_a_line_is_told_to_be_a_problem(browser, doubted) -> None:
    output, unit = doubted
    before = {row.reading: row.problems for row in read_tables(output).readings if not row.chosen}
    with served(Intake(SETTINGS, output, output)) as at, page_of(browser) as page:
        opened(page, at, unit)
        if page.locator(".readings[open]").count() == 0:
            page.click(".readings summary")
        page.locator(".readings .quoted").first.click()
        assert page.locator("mark.on").count() >= 1  # where the other reading sees its problem
        choice = page.locator(".read-so").first
        wanted = before[str(choice.get_attribute("data-reading"))]
        with page.expect_navigation():
            choice.click()
        remake(page)
        assert len(read_tables(output).problems) == wanted
        # a measure that a person takes for a problem of its own: what stands there now splits
        page.locator("mark.f-measure:visible").first.evaluate(
            """(mark) => {
                getSelection().selectAllChildren(mark);
                mark.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
            }"""
        )
        page.click("#told")
        page.select_option("dialog select", "问题")
        with page.expect_navigation():
            page.click("dialog button.main")
        remake(page)
        assert len(read_tables(output).problems) == wanted + 1
        page.click("#tab-decisions")
        for left in (1, 0):
            with page.expect_navigation():
                page.locator("#decisions .withdraw").first.click()
            assert page.locator("#decisions .withdraw").count() == left


def remake(page) -> None:
    with page.expect_navigation(timeout=120_000):
        page.click("#remake")


def test_the_start_page_takes_files_and_shows_the_result(browser, tmp_path) -> None:
    (tmp_path / "某校").mkdir()
    paper = next((ROOT / "input").glob("*第三小学*通报*"))
    intake = Intake(SETTINGS, None, tmp_path / "work")
    with served(intake) as at, page_of(browser) as page:
        page.goto(f"{at[0]}/?token={at[1]}")
        assert page.locator("#go").is_disabled()
        assert violations(page) == []
        page.set_input_files("#files", [paper, Path(__file__)])
        page.get_by_text("已放入 2 个文件").wait_for()
        content = list(paper.read_bytes())
        page.evaluate(  # a file that is dropped, as a person drops it
            """([name, bytes]) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], name));
                document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
            }""",
            ["dropped.docx", content],
        )
        page.get_by_text("已放入 3 个文件").wait_for()
        page.click("#go")
        page.wait_for_url(f"**/{FILE}".replace(FILE, "*.html"), timeout=120_000)
        assert page.locator("#panel-units tbody tr").count() == 1
        page.locator("#panel-units a").click()
        assert page.locator("#remake").is_visible()
    assert sorted(path.name for path in (tmp_path / "work" / "材料").iterdir()) == sorted(
        [paper.name, Path(__file__).name, "dropped.docx"]
    )


# --- who is kept out ---------------------------------------------------------------------------------


def cookie(at) -> dict[str, str]:
    return {"cookie": f"zhenggai-{at[0].rsplit(':', 1)[1]}={at[1]}"}


def asked(at, path: str, body: object = None, **headers: str) -> tuple[int, dict]:
    """A request as any program may send it."""
    base = {**cookie(at), "origin": at[0]}
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{at[0]}/api/{path}", data, {**base, **headers})
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        text = error.read().decode()
        return error.code, json.loads(text) if text.startswith("{") else {}


def wish(row, field: str, text: str, seen: str) -> dict[str, str]:
    return {"table": "problems", "row": row, "field": field, "text": text, "seen": seen}


def test_strangers_are_refused(at, fresh) -> None:
    assert asked(at, "state")[0] == 200
    assert asked(at, "state", cookie="")[0] == 403
    assert asked(at, "state", cookie="zhenggai-1=guess")[0] == 403
    assert asked(at, "state", host="attacker.example:80")[0] == 403  # a name that points at 127.0.0.1
    assert asked(at, "undo", {}, origin="http://attacker.example")[0] == 403
    assert asked(at, "undo", {}, origin="null")[0] == 403
    assert asked(at, "decide", {"wishes": [wish("x", "rectification", "y", "")]})[0] == 422  # no cell of a person's
    assert not fresh.exists()


def test_pages_come_with_strict_headers(at) -> None:
    with urlopen(Request(f"{at[0]}/{quote(FILE)}", headers=cookie(at)), timeout=20) as answer:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "connect-src &#39;self&#39;" in answer.read().decode()
    assert at[0].startswith(f"http://{HOST}:")


@pytest.mark.parametrize("name", ["../../etc/x.docx", "/etc/x.docx", "a/../../x.docx", "C:\\x.docx", "..", ""])
def test_no_upload_leaves_its_folder(tmp_path, name) -> None:
    from pipeline.core.errors import InputError

    intake = Intake(SETTINGS, None, tmp_path / "work")
    try:
        with intake.receiving(name) as write:
            write(b"x")
    except InputError:
        assert not (tmp_path / "work").exists()
    found = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.is_relative_to(tmp_path / "work" / "材料") for path in found)


def test_an_upload_that_is_too_large_leaves_nothing(tmp_path, monkeypatch) -> None:
    from pipeline.core import limits
    from pipeline.core.errors import InputError

    monkeypatch.setattr(limits, "FILE_BYTES", 10)
    intake = Intake(SETTINGS, None, tmp_path / "work")
    with pytest.raises(InputError, match="文件太大"), intake.receiving("x.txt") as write:
        write(b"x" * 11)
    assert not [path for path in (tmp_path / "work").rglob("*") if path.is_file()]
