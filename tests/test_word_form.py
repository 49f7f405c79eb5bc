"""The form of finished documents: fonts by the paper's own numbers, the outline, tables' columns, what stays together."""

from dataclasses import replace

import pytest
from lxml import etree

from pipeline.core.rows import tables_of
from pipeline.publish.overview import UnitFigures, total
from pipeline.publish.word.check_report import dated
from pipeline.publish.word.content import outlined, paragraph
from pipeline.publish.word.layout import load_profile
from pipeline.publish.word.starter import lines_of, starter
from pipeline.publish.word.typography import balanced
from pipeline.reconcile.reconciliation import reconcile
from tests.making import added, changed, row
from tests.samples import RULES, fictional_case, reports
from tests.word_layout import NS, W, misplaced, opened

PROFILE = load_profile(RULES)


def bulletin(tmp_path, *problems, **document):
    """A rebuilt bulletin of the given (label, problem, rectification)."""
    rows = [
        row("documents", doc_id="d", file="d.docx", kind="bulletin", unit="某校", state="ok", title="通报", **document)
    ]
    for seq, (label, problem, answer) in enumerate(problems, 1):
        rows.append(
            row(
                "problems",
                doc_id="d",
                problem_id=f"d-{seq}",
                seq=seq,
                label=label,
                problem=problem,
                paragraph=2 * seq,
                start=len(label),
                end=len(label) + len(problem),
                rectification=answer,
            )
        )
    (path,) = reports(tables_of(rows), tmp_path, RULES, ["bulletin"])
    return opened(path)


def test_a_problem_is_set_in_the_font_of_its_own_number(tmp_path):
    docx = bulletin(
        tmp_path, ("一、", "账目不清" * 12, "已整改。"), ("（二）", "采购不规范", "（一）补办手续。已补办三项。")
    )
    styles = {text: style for style, text, _ in docx.paragraphs()}
    assert styles["一、" + "账目不清" * 12 + "。"] == "Heading1" and styles["（二）采购不规范。"] == "Heading2"
    (line,) = [p for _, text, p in docx.paragraphs() if text.startswith("（一）补办")]
    fonts = [r.find("w:rPr/w:rFonts", NS).get(f"{W}eastAsia") for r in line.findall("w:r", NS)]
    assert fonts == ["楷体_GB2312", "仿宋_GB2312"]


def test_the_outline_skips_no_level(tmp_path):
    body = [
        paragraph(2, "（一）"),
        paragraph(4, "（1）"),
        paragraph(0, "", "文"),
        paragraph(4, "（2）"),
        paragraph(1, "二、"),
    ]
    assert [entry["纲"] for entry in outlined(body) if entry["级"]] == [0, 1, 1, 0]
    assert [entry["纲"] for entry in outlined(body[:2], (1,))] == [1, 2]
    docx = bulletin(tmp_path, ("（一）", "账目不清", "已整改。"), ("（1）", "采购不规范", "已整改。"))
    levels = [
        p.find("w:pPr/w:outlineLvl", NS).get(f"{W}val")
        for style, _, p in docx.paragraphs()
        if style.startswith("Heading")
    ]
    assert levels == ["0", "1"]


@pytest.mark.parametrize(
    "title",
    [
        "中共桐岭县教育局党组关于县委第二巡察组反馈意见集中整改进展情况的通报",
        "中共枫湾区教育局委员会关于延伸巡察学校反馈问题整改进展情况的报告",
        "区教育局党组和机关党委关于校园食堂专项巡察反馈问题的整改情况报告",
    ],
)
def test_no_line_of_a_title_ends_with_about_or_tears_a_term(title):
    lines = balanced(title, PROFILE)
    assert "".join(lines) == title and len(lines) > 1
    assert not any(line.endswith(("关于", "集中", "延伸")) for line in lines)


def cells(table):
    return [
        ["".join(t.text or "" for t in cell.iter(f"{W}t")) for cell in line.findall("w:tc", NS)]
        for line in table.findall("w:tr", NS)
    ]


def test_empty_columns_are_left_out_and_names_stay_on_one_line(tmp_path):
    tables = fictional_case()
    tables = changed(
        tables, tables.problems[3], lead="顾青青", person="", dept="总务处", deadline="2024-12-31", deadline_text=""
    )
    tables = reconcile(tables, RULES)  # the list is made over all papers
    (path,) = reports(tables, tmp_path, RULES, ["duty_list"])
    (table,) = opened(path).body.iter(f"{W}tbl")
    heads = cells(table)[0]
    assert "责任领导" in heads and "责任部门" in heads and "责任人" not in heads
    grid = [int(column.get(f"{W}w")) for column in table.findall("w:tblGrid/w:gridCol", NS)]
    assert len(grid) == len(heads) and sum(grid) == int(table.find("w:tblPr/w:tblW", NS).get(f"{W}w"))
    assert grid[heads.index("责任领导")] >= 3 * 240 + 114 and grid[heads.index("整改时限")] >= 7 * 240 + 114
    assert [cell.get(f"{W}w") for cell in table.findall("w:tr/w:tc/w:tcPr/w:tcW", NS)[: len(grid)]] == list(
        map(str, grid)
    )


def test_columns_to_be_filled_in_stay(tmp_path):
    (path,) = reports(fictional_case(), tmp_path, RULES, ["closing_list"])
    (table,) = opened(path).body.iter(f"{W}tbl")
    assert {"佐证材料", "审核意见", "是否销号"} <= set(cells(table)[0])


def test_a_signature_is_tied_to_the_last_words(tmp_path):
    for path in reports(fictional_case(), tmp_path, RULES, ["review_letter", "report", "summary"]):
        docx = opened(path)
        paragraphs = list(docx.paragraphs())
        at = next(at for at, (style, _, _) in enumerate(paragraphs) if style == "Signature")
        assert paragraphs[at - 1][2].find("w:pPr/w:keepNext", NS) is not None
        assert misplaced(docx) == []


def test_a_table_at_the_end_makes_no_page_of_its_own(tmp_path):
    for path in reports(fictional_case(), tmp_path, RULES, ["ledger", "problem_list", "closing_list"]):
        assert list(opened(path).paragraphs())[-1][0] == "TableEnd"


def test_a_list_s_title_says_problem_once(tmp_path):
    (path,) = reports(fictional_case(), tmp_path, RULES, ["problem_list"])
    assert "".join(t for s, t, _ in opened(path).paragraphs() if s == "TableTitle").endswith("巡察反馈问题清单")


def test_letters_name_papers_not_files(tmp_path):
    tables = fictional_case()
    tables = changed(tables, tables.findings[1], message="反馈意见（f.docx）指出的问题，在b.docx中找不到对应的答复。")
    paths = reports(tables, tmp_path, RULES, ["review_letter", "reminder"])
    text = "\n".join(line for path in paths for line in opened(path).text())
    assert "《中共云溪县第九小学支部委员会关于巡察整改进展情况的通报》" in text
    assert ".docx" not in text and "第10段" not in text and "年　　月　　日" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("整改时限 2025-02-14 早于反馈日期2025-02", "整改时限2025年2月14日早于反馈日期2025年2月"),
        ("问题“2025-02-14起”写明", "问题“2025-02-14起”写明"),
        ("电话0969-4562208", "电话0969-4562208"),
    ],
)
def test_dates_are_written_as_people_do(text, expected):
    assert dated(text) == expected


def test_properties_have_the_paper_s_own_date_or_none(tmp_path):
    def created(name, **document):
        found = bulletin(tmp_path / name, ("一、", "账目不清", "已整改。"), **document).trees["docProps/core.xml"]
        return [node.text for node in found if etree.QName(node).localname in ("created", "modified")]

    assert created("dated", issued_date="2024-06-30") == ["2024-06-30T00:00:00Z"] * 2
    assert created("month", issued_date="2024-06") == [] == created("undated")


def test_charts_say_what_they_show(tmp_path):
    tables = added(fictional_case(), replace(fictional_case().documents[1], doc_id="x", file="x.docx", unit="某校"))
    (path,) = reports(tables, tmp_path, RULES, ["summary"])
    space = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
    assert [node.get("descr") for node in opened(path).body.iter(space)] == ["整改状态构成", "各单位整改状态"]


def test_rates_of_units_and_of_all_are_of_the_same_problems():
    one = UnitFigures("甲", problems=4)
    one.statuses.update({"done": 3, "not_done": 1})
    silent = UnitFigures("乙", problems=6)
    assert one.rate == total([one, silent], "合计").rate == 0.75 and silent.rate is None


@pytest.mark.parametrize("name", sorted(lines_of(RULES)))
def test_a_shipped_template_is_its_starter(name):
    lines, landscape = lines_of(RULES)[name]
    assert (RULES / "templates" / f"{name}.docx").read_bytes() == starter(lines, PROFILE, landscape)
