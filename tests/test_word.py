"""Word documents: the page follows the profile, the words come from the tables, the bytes are the same twice."""

import itertools
import shutil
from dataclasses import replace

import pytest

from pipeline.core.errors import InputError, OutputError, RuleError, TemplateError
from pipeline.core.rows import PassageRow
from pipeline.publish.word import typography
from pipeline.publish.word.documents import BUILDERS, KINDS
from pipeline.publish.word.layout import load_profile
from pipeline.publish.word.template import load_template, render, signature_layout
from pipeline.publish.word.typography import balanced, full_width, safe_name, unit_folders, width
from pipeline.ruleset.labels import load_labels
from tests.making import added, changed
from tests.samples import RULES, corpus_names, fictional_case, gold_tables, reports
from tests.word_layout import NS, W, misplaced, opened

PROFILE = load_profile(RULES)


@pytest.fixture(scope="module")
def case_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    reports(fictional_case(), folder, RULES)
    return folder


@pytest.fixture(scope="module")
def corpus_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    reports(gold_tables(*corpus_names()), folder, RULES)
    return folder


def documents(*folders):
    return [path for folder in folders for path in sorted(folder.rglob("*.docx"))]


# --- page -------------------------------------------------------------------------------------------


def test_every_run_has_the_fonts_of_its_style_or_a_named_chinese_font(case_folder, corpus_folder):
    for path in documents(case_folder, corpus_folder):
        docx = opened(path)
        for name, tree in docx.trees.items():
            if name.startswith("word/charts") or not name.startswith("word/"):
                continue
            for fonts in tree.iter(f"{W}rFonts"):
                assert not [a for a in fonts.attrib if a.endswith("Theme")], (path, name)
        for style, text, paragraph in docx.paragraphs():
            for run in paragraph.findall("w:r", NS):
                fonts = run.find("w:rPr/w:rFonts", NS)
                if not run.findall("w:t", NS):
                    continue
                east, hansi = fonts.get(f"{W}eastAsia"), fonts.get(f"{W}hAnsi")
                assert east in PROFILE.fonts and hansi == east and fonts.get(f"{W}hint") == "eastAsia", (path, text)
                if len(paragraph.findall("w:r", NS)) == 1:
                    assert east == PROFILE.styles[style].font, (path, style, text)


def test_sizes_spacing_and_indents_are_the_profile_s(case_folder):
    styles = opened(documents(case_folder)[0]).styles
    for style in PROFILE.styles.values():
        found = styles[style.id]
        assert found.find("w:rPr/w:sz", NS).get(f"{W}val") == str(round(style.size * 2))
        line = PROFILE.line if style.line is None else style.line
        spacing = found.find("w:pPr/w:spacing", NS)
        assert spacing.get(f"{W}line") == (str(round(line * 20)) if line else "240")
        assert found.find("w:pPr/w:ind", NS).get(f"{W}firstLineChars", "0") == str(round(style.first * 100))
    normal = styles["Normal"]
    assert normal.find("w:pPr/w:spacing", NS).get(f"{W}line") == "578"
    assert normal.find("w:rPr/w:spacing", NS).get(f"{W}val") == "-5"
    assert styles["Title"].find("w:rPr/w:rFonts", NS).get(f"{W}eastAsia") == "方正小标宋简体"
    assert styles["Heading1"].find("w:pPr/w:outlineLvl", NS).get(f"{W}val") == "0"


def test_paper_and_margins_are_a4_by_the_standard(case_folder, corpus_folder):
    for path in documents(case_folder, corpus_folder):
        for section in opened(path).body.iter(f"{W}sectPr"):
            size, margins = section.find("w:pgSz", NS), section.find("w:pgMar", NS)
            values = {name: int(margins.get(f"{W}{name}")) for name in ("top", "left", "right", "bottom", "footer")}
            if size.get(f"{W}orient") == "landscape":
                assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("16838", "11906")
            else:
                assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("11906", "16838")
                assert values == {"top": 2098, "left": 1587, "right": 1474, "bottom": 1984, "footer": 1389}


def test_page_numbers_are_fields_outside_at_the_bottom(case_folder):
    for path in documents(case_folder):
        docx = opened(path)
        assert docx.trees["word/settings.xml"].find("w:evenAndOddHeaders", NS) is not None
        for part, style in (("word/pageOdd.xml", "PageNumberRight"), ("word/pageEven.xml", "PageNumberLeft")):
            footer = docx.trees[part]
            assert footer.find("w:p/w:pPr/w:pStyle", NS).get(f"{W}val") == style
            assert footer.find(".//w:instrText", NS).text.strip() == "PAGE"
            assert "".join(t.text for t in footer.iter(f"{W}t")) == "— 1 —"
        for section in docx.body.iter(f"{W}sectPr"):
            assert [r.get(f"{W}type") for r in section.findall("w:footerReference", NS)] == ["even", "default"]


def test_element_order_and_parts_are_what_the_standard_prescribes(case_folder, corpus_folder):
    made = {path.stem for path in documents(case_folder, corpus_folder)}
    # a reminder needs something due: `test_word_kinds` writes one, and holds it against the same table
    assert {load_labels(RULES).of("report", kind) for kind in KINDS if kind != "reminder"} <= made
    for path in documents(case_folder, corpus_folder):
        assert misplaced(opened(path)) == [], path


def test_tables_repeat_their_header_and_state_their_widths(case_folder):
    for path in documents(case_folder):
        for table in opened(path).body.iter(f"{W}tbl"):
            rows = table.findall("w:tr", NS)
            assert rows[0].find("w:trPr/w:tblHeader", NS) is not None
            assert all(row.find("w:trPr/w:cantSplit", NS) is not None for row in rows)
            grid = [int(column.get(f"{W}w")) for column in table.findall("w:tblGrid/w:gridCol", NS)]
            assert sum(grid) == int(table.find("w:tblPr/w:tblW", NS).get(f"{W}w"))
            assert all(len(row.findall("w:tc", NS)) == len(grid) for row in rows)


# --- content ----------------------------------------------------------------------------------------


def test_a_bulletin_is_rebuilt_from_the_tables_alone(tmp_path):
    tables = gold_tables("a03-lanqiao-no3-primary-bulletin")
    reports(tables, tmp_path, RULES, ["bulletin"])
    docx = opened(documents(tmp_path)[0])
    paragraphs = list(docx.paragraphs())
    text = "\n".join(docx.text())
    assert all(row.text in text for row in tables.measures)
    assert all(row.problem in text for row in tables.problems)
    styles = {t: s for s, t, _ in paragraphs}
    assert styles["一、整改工作组织情况"] == "Heading1"
    assert styles["（一）在“贯彻落实党的教育方针和党中央决策部署”方面"] == "Heading2"
    title = [t for s, t, _ in paragraphs if s == "Title"]
    assert title == ["中共岚桥县城关第三小学支部委员会\n关于巡察整改进展情况的通报"]
    order = [text.index(row.problem) for row in tables.problems]
    assert order == sorted(order)


def test_a_corrected_measure_goes_into_the_rebuilt_document(tmp_path):
    tables = fictional_case()
    row = tables.problems[3]
    tables = changed(
        tables,
        row,
        rectification=(
            "整改情况：已完成整改并长期坚持。我们高度重视。一是修订《议事规则》，开会讨论7次。二是+对经办人提醒谈话。"
        ),
    )
    reports(tables, tmp_path / "a", RULES, ["bulletin"])
    assert "我们高度重视" in "".join(opened(documents(tmp_path / "a")[0]).text())
    tables = changed(tables, tables.measures[0], text="修订《议事规则》，开会讨论9次")
    reports(tables, tmp_path / "b", RULES, ["bulletin"])
    text = "".join(opened(documents(tmp_path / "b")[0]).text())
    assert "开会讨论9次" in text and "开会讨论7次" not in text


def test_the_check_report_quotes_both_sides_with_place_and_remedy(tmp_path):
    reports(fictional_case(), tmp_path, RULES, ["核对报告"])
    text = "\n".join(opened(documents(tmp_path)[0]).text())
    for part in (
        "（一）错误（2处）",
        "（二）警告（1处）",
        "应为：1；实为：3",
        "b.docx（二（一）1）：“已完成整改3个”",
        "对照f.docx（一（二）3）：“食堂验收流于形式”",
        "请逐条核对后更正",
        "状态数不符",
    ):
        assert part in text, part


def test_a_waived_finding_stands_apart(tmp_path):
    tables = fictional_case()
    tables = changed(tables, tables.findings[0], waived="县委巡察办同意（2024-07-01）")
    reports(tables, tmp_path, RULES, ["check_report"])
    text = "\n".join(opened(documents(tmp_path)[0]).text())
    assert "三、已豁免的发现" in text and "县委巡察办同意" in text and "（一）错误（1处）" in text


def test_text_from_documents_is_never_a_field_or_markup(tmp_path):
    tables = fictional_case()
    hostile = "{{ 7*7 }}{% for x in y %}<w:p/>&amp;\x00\ud800"
    tables = changed(tables, tables.problems[3], problem=hostile)
    tables = replace(changed(tables, tables.documents[1], unit="../../{{7*7}}"), cases=())
    for path in reports(tables, tmp_path, RULES):
        assert path.resolve().is_relative_to(tmp_path.resolve())
        assert "49" not in "".join(opened(path).text())
    assert any("{{ 7*7 }}" in "".join(opened(p).text()) for p in documents(tmp_path))


def test_the_same_tables_give_the_same_bytes(case_folder, tmp_path):
    reports(fictional_case(), tmp_path, RULES)
    first, second = documents(case_folder), documents(tmp_path)
    assert [p.name for p in first] == [p.name for p in second] and first
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


# --- what goes wrong --------------------------------------------------------------------------------


def test_unknown_kind_and_unit_say_what_there_is(tmp_path):
    with pytest.raises(InputError, match="整改情况通报"):
        reports(fictional_case(), tmp_path, RULES, ["没有"])
    with pytest.raises(InputError, match="云溪县第九小学"):
        reports(fictional_case(), tmp_path, RULES, unit="别处")


def test_an_output_folder_that_can_t_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        reports(fictional_case(), tmp_path / "file", RULES)


def changed_template(tmp_path, old, new):
    """The rules with one field of the bulletin's template changed, as a clerk would in Word."""
    import docx

    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    path = rules / "templates" / "bulletin.docx"
    document = docx.Document(str(path))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            if old in run.text:
                run.text = run.text.replace(old, new)
    document.save(str(path))
    return rules


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{{ 行 }}", "{{ 题目 }}", "没有“题目”这个字段"),
        ("{{ 行 }}", "{{ 标题 ", "没有成对"),
        ("{%p endfor %}", "", "没有对应的 end"),
        ("{{ 行 }}", "{{ ''.__class__.__mro__ }}", "__class__"),
        ("{{ 行 }}", "{{ 正文.append(1) }}", "append"),
    ],
)
def test_a_broken_template_is_named_with_its_place(tmp_path, old, new, says):
    rules = changed_template(tmp_path, old, new)
    tables = fictional_case()
    tables = added(
        tables, PassageRow(doc_id="b", seq=1, part="addressee", text="各支部：", paragraph=0, start=0, end=4)
    )
    with pytest.raises(TemplateError, match=says) as caught:
        reports(tables, tmp_path / "out", rules, ["bulletin"])
    assert caught.value.where.startswith("bulletin.docx")
    assert not list((tmp_path / "out").rglob("*.docx"))


def test_a_clerk_s_words_and_fonts_in_a_template_stay(tmp_path):
    rules = changed_template(tmp_path, "{{ 行 }}", "{{ 行 }}（公开稿）")
    reports(fictional_case(), tmp_path / "out", rules, ["bulletin"])
    docx = opened(documents(tmp_path / "out")[0])
    assert any(text.endswith("（公开稿）") for text in docx.text())
    assert misplaced(docx) == []


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 half a zip"])
def test_a_template_that_is_no_docx_is_named(tmp_path, content):
    (tmp_path / "bulletin.docx").write_bytes(content)
    with pytest.raises(TemplateError, match=r"bulletin\.docx"):
        load_template(tmp_path / "bulletin.docx", PROFILE)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("line: 28.9 ", "line: 宽 ", r"profiles/gbt9704\.yaml:\d+：line"),
        ("size: 22, align", "sise: 22, align", "sise"),
        ("styles:", "style:", "styles"),
    ],
)
def test_a_broken_profile_is_named_with_its_place(tmp_path, old, new, says):
    text = (RULES / "profiles" / "gbt9704.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "gbt9704.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=says):
        load_profile(tmp_path)


def test_every_kind_has_a_template_and_a_name():
    labels = load_labels(RULES)
    for kind in BUILDERS:
        assert labels.of("report", kind) != kind
        load_template(RULES / "templates" / f"{kind}.docx", PROFILE)


def test_an_empty_loop_in_a_cell_leaves_a_valid_cell():
    template = load_template(RULES / "templates" / "check_report.docx", PROFILE)
    with pytest.raises(TemplateError, match="字段"):
        render(template, {})


# --- text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("统一思想,迅速行动;全面启动:好!吗?", "统一思想，迅速行动；全面启动：好！吗？"),
        ("共1,234.5元,时间10:30,比例3:1", "共1,234.5元，时间10:30，比例3:1"),
        ("邮箱:a.b@c.com,网址http://x.cn/a?b=1:2,", "邮箱：a.b@c.com，网址http://x.cn/a?b=1:2,"),
        ("问题表现(1):学习(含自学)不够", "问题表现（1）：学习（含自学）不够"),
        ('落实"双减"政策', "落实“双减”政策"),
        ("（工作日8:00-17:30),", "（工作日8:00-17:30），"),
        ("第1.2节 a,b (c)", "第1.2节 a,b (c)"),
        ("渌职校党【2020】4号[2019]2号", "渌职校党【2020】4号[2019]2号"),
    ],
)
def test_punctuation_becomes_full_width_only_in_chinese(text, expected):
    assert full_width(text) == expected


def test_full_width_is_done_once():
    text = full_width('一,二(三)"四"a,b')
    assert full_width(text) == text


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("整改情况通报", ["整改情况通报"]),
        (
            "中共禾丰市特殊教育学校支部委员会关于市委巡察反馈意见整改情况的报告",
            ["中共禾丰市特殊教育学校支部委员会", "关于市委巡察反馈意见整改情况的报告"],
        ),
    ],
)
def test_titles_break_at_words(title, lines):
    assert balanced(title, PROFILE) == lines


@pytest.mark.parametrize(
    "title", ["甲" * 45, "关于“很长很长的引文很长很长的引文很长”的通报关于整改", "A" * 100, "《" + "长" * 60 + "》"]
)
def test_titles_lose_nothing(title):
    assert "".join(balanced(title, PROFILE)) == title


@pytest.mark.parametrize(
    ("names", "date", "expected"),
    [
        (["中共云溪县第九小学支部委员会"], "2024年6月30日", (2, 14 - 6.5)),  # the date starts two after the name
        (["校党委"], "2024年11月30日", (2 + 7 + 2 - 3, 2)),
    ],
)
def test_signature_and_date_stand_by_the_rule(names, date, expected):
    layout = signature_layout(names, date, PROFILE)
    one = PROFILE.character(PROFILE.styles["Signature"])
    start_name, start_date = layout["署名"][0]["left"] / one, layout["日期"]["left"] / one
    line = PROFILE.line_width / one
    right_name, right_date = line - start_name - width(names[0]), line - start_date - width(date)
    assert layout["对齐"] == "left"
    assert start_date - start_name == pytest.approx(2, abs=0.02)
    assert (right_name, right_date) == pytest.approx((expected[0], expected[1]), abs=0.02)


@pytest.mark.parametrize(
    "name", ["a/b", "con", "CON.txt", "..", "", " . ", "长" * 200, "a\u202eb", "x\x00y", "a:b*c?", "COM¹", "lpt3.txt"]
)
def test_names_are_safe_everywhere(name):
    safe = safe_name(name)
    assert safe and len(safe.encode()) <= 120 and not set(safe) & set('<>:"/\\|?*\x00\u202e')
    assert (
        safe not in (".", "..")
        and not safe.endswith((".", " "))
        and safe.split(".")[0].lower() not in ("con", "com¹", "lpt3")
    )


def test_names_are_unique_without_regard_to_case():
    taken: set[str] = set()
    assert len({safe_name(n, taken).casefold() for n in ("Ab", "aB", "ab", "长" * 90, "长" * 91)}) == 5


def test_a_unit_s_folder_is_never_a_name_of_the_results():
    units = ("整改台账.xlsx", "运行日志.txt", "tables", "Tables", ".zhenggai", "..")
    names = {folder.casefold() for folder in unit_folders(units).values()}
    assert len(names) == 6 and not any("." in name or name == "tables" for name in names)


def test_a_template_saved_by_a_chinese_word_keeps_its_styles(tmp_path):
    """Word and WPS give the built-in styles ids of their own when they save; the names stay."""
    import zipfile

    from pipeline.core.files import FixedZip

    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    path = rules / "templates" / "bulletin.docx"
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for old, new in (("Heading1", "1"), ("Heading2", "2"), ("Title", "a3"), ("Normal", "a")):
        for name in ("word/styles.xml", "word/document.xml"):
            parts[name] = parts[name].replace(f'"{old}"'.encode(), f'"{new}"'.encode())
            parts[name] = parts[name].replace(f'w:name w:val="{new}"'.encode(), f'w:name w:val="{old}"'.encode())
    with FixedZip(path) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    (document,) = reports(fictional_case(), tmp_path / "out", rules, ["bulletin"])
    docx = opened(document)
    assert {style for style, _, _ in docx.paragraphs()} >= {"a", "a3", "2"}
    assert docx.styles["a3"].find("w:rPr/w:rFonts", NS).get(f"{W}eastAsia") == "方正小标宋简体"
    assert docx.styles["1"].find("w:basedOn", NS).get(f"{W}val") == "a"
    assert misplaced(docx) == []


def test_a_long_title_is_divided_as_if_all_divisions_had_been_tried():
    title = "中共云溪县第九小学总支部委员会关于落实县委第三轮巡察反馈问题整改暨食堂采购管理专项治理进展情况和下一步有关工作安排意见建议的通报"
    places = range(3, len(title) - 3, 3)
    lines = typography._best_division(title, places, 4, PROFILE)
    tried = [
        (typography._unrest(cut, PROFILE) + 3 * (len(cut) - 4), cut)
        for count in (3, 4)
        for at in itertools.combinations(places, count)
        if max(map(width, cut := typography._cut(title, at))) <= 20
    ]
    assert lines == min(tried)[1]


def test_places_too_far_apart_give_way_to_the_ends_of_words():
    title = "关于区委第五巡察组反馈槐塘区实验幼儿园党支部巡察情况巡察整改材料的核对报告"
    lines = balanced(title, PROFILE)
    assert "".join(lines) == title and max(map(width, lines)) <= 20
    assert "幼儿园" in "|".join(lines)


def test_a_title_of_many_lines_stays_within_the_width_of_the_page():
    title = "云溪县云岭镇中心学校关于" + "清河云岭松江白石金沙柳林杏坛梅溪兰亭竹园荷塘桃源" * 6 + "的通报"
    lines = balanced(title, PROFILE)
    assert "".join(lines) == title and len(lines) > 5 and max(map(width, lines)) <= 20
