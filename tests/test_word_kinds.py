"""Each kind of document: when it is written, and what must stand in it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.core.rows import PassageRow, ProblemRow, Tables
from pipeline.core.vocabulary import Kind, Status
from pipeline.publish.due import last_day
from pipeline.publish.overview import unit_name
from pipeline.publish.word.content import WordSource
from pipeline.publish.word.documents import BUILDERS, KINDS
from pipeline.publish.word.layout import load_profile
from pipeline.publish.word.letters import as_of
from pipeline.ruleset.labels import load_labels
from tests.making import added, changed, replaced
from tests.samples import RULES, fictional_case, reports, with_items
from tests.word_layout import W, misplaced, opened


def whole_case():
    """A unit with a plan and a bulletin, somebody responsible, and something due."""
    tables = fictional_case()
    tables = changed(tables, tables.documents[1], issued_date="2024-08-20")
    tables = replaced(
        tables,
        {
            row: replace(row, dept="教务处", person="顾青", deadline=row.deadline or "2024-07-31")
            for row in tables.problems
            if row.doc_id == "b"
        },
    )
    tables = changed(tables, tables.problems[3], review_state="closed")
    returned = {"review_state": "returned", "review_note": "缺少退款凭证", "evidence": "收据3张"}
    return with_items(changed(tables, tables.problems[4], **returned))


def written(tables, kind, tmp_path):
    """The texts of the documents of a kind."""
    paths = reports(tables, tmp_path, RULES, [kind], as_of=date(2024, 8, 20))
    for path in paths:
        assert misplaced(opened(path)) == []
    return ["\n".join(opened(path).text()) for path in paths]


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (
            "report",
            [
                "关于巡察反馈意见整改情况的报告",
                "反馈问题3个",
                "已完成1个，正在整改1个",
                "（一）党的领导方面",
                "1.“三重一大”制度执行不严。",
                "已完成整改并长期坚持。一是修订《议事规则》",
                "责任领导：校长顾青",
                "尚未完成的问题",
            ],
        ),
        ("problem_list", ["问题清单", "具体问题", "食堂验收流于形式", "党的领导方面"]),
        ("task_list", ["任务清单", "整改措施", "一是修订《议事规则》", "2024年5月底前"]),
        ("duty_list", ["责任清单", "教务处", "校长顾青", "顾青"]),
        ("ledger", ["整改台账", "填报单位：云溪县第九小学党支部", "反馈时间：2024年1月12日", "已完成整改并长期坚持"]),
        ("closing_list", ["对账销号表", "佐证材料", "收据3张", "缺少退款凭证", "已销号", "退回补充"]),
        (
            "review_letter",
            ["审核意见", "有4处需要补充或更正", "原文：“已完成整改3个”", "退回补充的问题", "缺少退款凭证"],
        ),
        ("reminder", ["截至2024年8月20日", "已超过时限1项", "即将到期1项", "时限2024年7月31日", "时限2024年8月"]),
        (
            "summary",
            ["巡察整改情况汇总报告", "共收到1家单位的材料2份，涉及问题3个", "33.3%", "状态数不符", "坏文件.docx"],
        ),
    ],
)
def test_a_kind_says_what_it_must(kind, parts, tmp_path):
    (text,) = written(whole_case(), kind, tmp_path)
    for part in parts:
        assert part in text, (part, text[:600])


def test_the_default_set_is_every_kind_with_data(tmp_path):
    labels = load_labels(RULES)
    names = {path.stem for path in reports(whole_case(), tmp_path, RULES, as_of=date(2024, 8, 20))}
    assert names == {labels.of("report", kind) for kind in KINDS if kind != "plan"}


def test_no_data_no_document(tmp_path):
    tables = replace(fictional_case(), problems=(), items=(), findings=())
    names = {path.stem for path in reports(tables, tmp_path, RULES)}
    assert names == {"整改情况通报", "核对报告"}


def test_a_batch_without_documents_writes_nothing(tmp_path):
    assert reports(Tables(), tmp_path, RULES) == []


def test_one_unit_can_be_asked_for(tmp_path):
    tables = whole_case()
    tables = added(tables, replace(tables.documents[1], doc_id="z", file="z.docx", unit="别的学校"))
    paths = reports(tables, tmp_path, RULES, unit="云溪县第九小学党支部")
    assert {path.parent.name for path in paths} == {"云溪县第九小学党支部"}


def test_charts_are_native_and_hold_their_numbers(tmp_path):
    (path,) = reports(whole_case(), tmp_path, RULES, ["summary"])
    docx = opened(path)
    assert "word/charts/chart1.xml" in docx.names and "word/embeddings/chart2.xlsx" in docx.names
    space = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
    bars = docx.trees["word/charts/chart2.xml"].findall(".//c:ser", space)
    values = [[v.text for v in bar.findall("c:val//c:v", space)] for bar in bars]
    assert values == [["1"], ["0"], ["1"], ["0"], ["1"]]
    drawn = docx.body.findall(".//c:chart", space)
    key = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    assert [chart.get(key) for chart in drawn] == ["chart1", "chart2"]


def test_a_second_document_of_a_kind_has_a_name_of_its_own(tmp_path):
    tables = whole_case()
    tables = added(tables, replace(tables.documents[1], doc_id="b2", file="云溪/b2.docx"))
    names = [path.name for path in reports(tables, tmp_path, RULES, ["bulletin"])]
    assert names == ["整改情况通报.docx", "整改情况通报 (2).docx"]


@pytest.mark.parametrize(
    ("iso", "day"), [("2024-02", "2024-02-29"), ("2024-12", "2024-12-31"), ("2024-05-31", "2024-05-31"), ("尽快", None)]
)
def test_a_month_ends_with_its_last_day(iso, day):
    found = last_day(iso)
    assert (found.isoformat() if found else None) == day


def test_time_is_counted_on_the_day_that_is_given_never_on_a_paper_s():
    tables = fictional_case()
    assert as_of(WordSource(tables, load_labels(RULES), load_profile(RULES))) is None
    assert as_of(WordSource(tables, load_labels(RULES), load_profile(RULES), date(2024, 9, 1))) == date(2024, 9, 1)
    assert reports(whole_case(), Path("/nowhere"), RULES, ["reminder"]) == [], "no day, no reminder"


def test_what_a_later_paper_reports_as_done_is_not_overdue(tmp_path):
    tables = whole_case()
    done = replaced(tables, {row: replace(row, status=Status.DONE) for row in tables.problems if row.doc_id == "b"})
    assert reports(with_items(done), tmp_path, RULES, ["reminder"], as_of=date(2025, 9, 15)) == []


def test_the_day_of_the_run_comes_before_any_stated_day(tmp_path):
    (path,) = reports(whole_case(), tmp_path, RULES, ["reminder"], as_of=date(2024, 9, 15))
    text = "\n".join(opened(path).text())
    assert "截至2024年9月15日" in text and "已超过时限2项" in text and "即将到期" not in text


def test_a_problem_that_a_person_added_follows_the_last_one(tmp_path):
    tables = fictional_case()
    tables = added(tables, ProblemRow(doc_id="b", problem_id="b-r1", problem="补录的问题"))
    (path,) = reports(tables, tmp_path, RULES, ["bulletin"])
    lines = opened(path).text()
    places = [at for at, line in enumerate(lines) if "补录的问题" in line or "食堂验收流于形式" in line]
    assert len(places) == 2 and "补录的问题" in lines[places[1]]


def test_a_defect_of_several_papers_names_them_all(tmp_path):
    tables = whole_case()
    one = next(row for row in tables.findings if row.doc_id == "b" and row.quote)
    tables = changed(tables, one, file="云溪/b.docx", place="二（一）1", also="b.pdf（第 7 页）")
    (text,) = written(tables, "check_report", tmp_path)
    assert "同样的情况还见于b.pdf（第 7 页）。" in text and f"b.docx（二（一）1）：“{one.quote}”" in text


def test_papers_that_name_no_unit_are_no_units(tmp_path):
    tables = whole_case()
    for number in (1, 2):
        tables = added(
            tables,
            replace(
                tables.documents[1], doc_id=f"n{number}", kind=Kind.OTHER, unit="", file=f"云溪/会议通知{number}.docx"
            ),
        )
    (text,) = written(tables, "summary", tmp_path)
    assert "共收到1家单位的材料4份" in text
    assert unit_name(replace(tables.documents[1], unit="", file="第九小学/通报.docx")) == "第九小学·通报"


def test_a_list_of_attachments_before_the_signature_is_no_body(tmp_path):
    tables = fictional_case()
    tail = (("attachment", "附件：1.任务清单"), ("attachment", "2.名单"), ("signature", "中共云溪县第九小学支部委员会"))
    tables = added(
        tables,
        *(
            PassageRow(doc_id="b", seq=n, part=part, level=0, text=text, paragraph=90 + n, start=0, end=len(text))
            for n, (part, text) in enumerate(tail)
        ),
    )
    (path,) = reports(tables, tmp_path, RULES, ["bulletin"])
    styles = {
        "".join(p.itertext()).strip(): p.find(f"{W}pPr/{W}pStyle").get(f"{W}val")
        for p in opened(path).body.iter(f"{W}p")
        if p.find(f"{W}pPr/{W}pStyle") is not None
    }
    assert styles["附件：1.任务清单"] == "Attachment" and styles["2.名单"] == "AttachmentMore"


def test_letterhead_and_imprint_come_from_the_profile(tmp_path):
    import shutil

    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    path = rules / "profiles" / "gbt9704.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("letterhead:           # 版头\n  show: false", "letterhead:\n  show: true")
    text = text.replace("imprint:              # 版记\n  show: false", "imprint:\n  show: true")
    text = text.replace('copies: ""', "copies: 县纪委")
    path.write_text(text, encoding="utf-8")
    (document,) = reports(fictional_case(), tmp_path / "out", rules, ["bulletin"])
    paragraphs = [(style, text) for style, text, _ in opened(document).paragraphs()]
    assert ("Mark", "云溪县第九小学党支部文件") in paragraphs
    assert any(style == "RedLine" for style, _ in paragraphs)
    assert ("Imprint", "抄送：县纪委") in paragraphs


def test_renumbering_by_the_standard(tmp_path):
    import shutil

    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    path = rules / "profiles" / "gbt9704.yaml"
    text = path.read_text(encoding="utf-8").replace("numbering: as_seen", "numbering: renumber")
    path.write_text(text, encoding="utf-8")
    (document,) = reports(fictional_case(), tmp_path / "out", rules, ["bulletin"])
    text = opened(document).text()
    assert "（一）党的领导方面" in text and "1.履职不够到位" in text and "（1）“三重一大”制度执行不严。" in text


def test_every_builder_is_a_kind():
    assert set(BUILDERS) < set(KINDS)
