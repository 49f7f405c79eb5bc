"""Single shapes of wording, each in a document of a few lines: what is read, and what is left alone."""

from __future__ import annotations

import pytest

from pipeline.core.model import Block, Document
from pipeline.core.rows import Tables
from pipeline.extract.process import tabulate
from pipeline.ruleset.rule import Rules

OPENING = "根据县委统一部署，2024年3月1日至5月10日，县委第一巡察组对青溪县第九中学党总支开展了常规巡察，并于6月20日反馈了巡察意见。现将整改情况通报如下。"


def read(rules: Rules, *lines: str | Block) -> Tables:
    blocks = tuple(line if isinstance(line, Block) else Block(line) for line in lines)
    return tabulate(Document("一份.txt", "txt", "", blocks), rules)


def bulletin(rules: Rules, *lines: str | Block) -> Tables:
    return read(
        rules, "中共青溪县第九中学总支部委员会关于巡察整改情况的通报", OPENING, "二、反馈问题整改落实情况", *lines
    )


def column(tables: Tables, table: str, name: str) -> list[object]:
    return [getattr(row, name) for row in tables.rows(table)]


def claims(tables: Tables) -> set[tuple[object, object, object]]:
    return {(row.metric, row.value, row.scope or None) for row in tables.claims}


def test_header_of_a_bulletin(rules: Rules) -> None:
    (document,) = bulletin(rules, "（一）基层党建方面", "1.问题甲甲甲。", "整改情况：已完成。完成了整改。").documents
    assert document.kind == "bulletin"
    assert document.unit == "青溪县第九中学党总支"
    assert document.inspector == "县委第一巡察组"
    assert (document.inspected_from, document.inspected_to) == ("2024-03-01", "2024-05-10")
    assert document.feedback_date == "2024-06-20", "the year is that of the inspection"


@pytest.mark.parametrize(
    ("opening", "inspector"),
    [
        ("根据省委部署，县委巡察二组对甲县第一小学开展巡察。", "县委巡察二组"),
        ("十三届市委第二巡察组对甲市第一小学开展巡察。", "十三届市委第二巡察组"),
        ("市人民政府督导评估组对甲市第一小学进行督导。", "市人民政府督导评估组"),
        ("甲县审计局派出审计组，对甲县第一小学开展审计。", "甲县审计局"),
        ("我校立即行动，开展了自查。", None),
    ],
)
def test_inspectors_by_every_grammar(rules: Rules, opening: str, inspector: str | None) -> None:
    text = opening + "现将整改情况报告如下，请予审阅，其他有关情况一并说明。"
    assert read(rules, "整改情况的报告", text).documents[0].inspector == (inspector or "")


def test_our_school_alone_names_nobody(rules: Rules) -> None:
    tables = read(
        rules,
        "关于整改情况的报告",
        "县委第一巡察组对我校党支部开展了巡察，现将整改情况报告如下，请审阅。",
        "一、问题甲甲。",
        "整改情况：已完成。补齐了台账。",
    )
    assert tables.documents[0].unit == ""


def test_a_title_over_soft_line_breaks(rules: Rules) -> None:
    tables = read(rules, Block("中共青溪县第九中学总支部委员会\n关于巡察整改情况的通报", align="center"), OPENING)
    assert tables.documents[0].title == "中共青溪县第九中学总支部委员会关于巡察整改情况的通报"


@pytest.mark.parametrize(
    ("line", "status", "long_term"),
    [
        ("整改情况：已完成整改并长期坚持。一是建立台账。", "done", True),
        ("整改情况（基本完成）：一是建立台账。", "basically_done", False),
        ("整改情况：未完成→已完成。一是建立台账。", "done", False),
        ("整改情况：经过整改，现已全部整改到位。建立了台账。", "done", False),
        ("整改情况：暂未完成。因资金未到位。一是建立台账。", "not_done", False),
        ("整改情况：持续推进。一是建立台账。", "in_progress", False),
        ("整改情况：一是建立台账。二是公开账目。目前，该问题已整改到位。", "done", False),
        ("整改情况：一是已整改2处隐患。二是建立台账。", None, None),
    ],
)
def test_status_in_every_position(rules: Rules, line: str, status: str | None, long_term: bool | None) -> None:
    (problem,) = bulletin(rules, "（一）基层党建方面", "1.台账不全，账目不清。", line).problems
    assert (problem.status, problem.long_term) == (status, long_term)


def test_remarks_results_and_lead_ins_are_no_measures(rules: Rules) -> None:
    tables = bulletin(
        rules,
        "（一）基层党建方面",
        "1.台账不全。",
        "整改措施：针对台账不全，学校立即研究。一是补齐台账。二是专人管理。",
        "整改成效：已完成整改。台账齐全。",
    )
    assert column(tables, "measures", "text") == ["补齐台账", "专人管理"]
    assert tables.problems[0].status == "done"


def test_paragraphs_are_measures_where_nothing_is_enumerated(rules: Rules) -> None:
    tables = bulletin(
        rules, "（一）基层党建方面", "1.台账不全。", "整改情况：已完成。补齐台账86卷。", "安排专人管理档案。",
        "2.账目不清。", "整改情况：已完成。清退往来款3笔。", "三、下一步打算", "继续抓好后续整改。",
    )  # fmt: skip
    assert column(tables, "measures", "text") == ["补齐台账86卷", "安排专人管理档案", "清退往来款3笔"]


def test_one_scheme_within_another_of_the_same_kind(rules: Rules) -> None:
    tables = bulletin(
        rules,
        "（一）基层党建方面",
        "1.台账不全。",
        "整改措施：1.补齐台账；2.专人管理。",
        "2.换届超期。",
        "整改措施：1.按期换届。",
    )
    assert column(tables, "problems", "problem") == ["台账不全", "换届超期"]
    assert column(tables, "measures", "text") == ["补齐台账", "专人管理", "按期换届"]


def test_a_group_heading_states_the_status_of_all_below(rules: Rules) -> None:
    tables = bulletin(
        rules,
        "（一）已完成整改的问题（1个）",
        "1.台账不全。",
        "整改措施：一是补齐台账。",
        "（二）正在整改的问题（1个）",
        "1.换届超期（长期坚持）。",
        "整改措施：一是制定计划。",
    )
    assert column(tables, "problems", "status") == ["done", "in_progress"]
    assert column(tables, "problems", "problem") == ["台账不全", "换届超期"]


def test_responsibility_in_lines_sentences_and_brackets(rules: Rules) -> None:
    tables = bulletin(
        rules,
        "（一）基层党建方面",
        "1.台账不全。",
        "整改情况：一是补齐台账。",
        "责任领导及责任部门：副校长甲某；总务处",
        "整改时限：2024年8月底前",
        "2.换届超期。",
        "整改情况：一是制定计划。本问题牵头领导为副校长乙某，责任科室为党办，完成时限为2024年11月31日。",
        "3.档案散失。",
        "整改情况：一是补办手续。（责任领导：丙某；责任人：丁某；完成时限：长期坚持）",
    )
    problems = tables.problems
    assert [p.lead for p in problems] == ["副校长甲某", "副校长乙某", "丙某"]
    assert [p.dept for p in problems] == ["总务处", "党办", ""]
    assert [p.deadline for p in problems] == ["2024-08", "", ""]
    assert [p.deadline_text for p in problems] == ["2024年8月底前", "2024年11月31日", "长期坚持"]
    assert column(tables, "measures", "text") == ["补齐台账", "制定计划", "补办手续"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "巡察反馈的4个方面12类33项问题，已完成32项，其中需长期坚持21项，未完成1项。",
            {
                ("aspects", 4, None),
                ("categories", 12, None),
                ("problems", 33, None),
                ("done", 32, None),
                ("long_term", 21, None),
                ("not_done", 1, None),
            },
        ),
        ("12个问题全部整改到位，完成率100%。", {("problems", 12, None), ("done", 12, None), ("rate", 100, None)}),
        (
            "给予党纪处分3人（党内警告2人，党内严重警告1人），政务处分0人。",
            {
                ("party_sanctioned", 3, None),
                ("party_sanctioned", 2, "党内警告"),
                ("party_sanctioned", 1, "党内严重警告"),
                ("admin_sanctioned", 0, None),
            },
        ),
        (
            "追缴租金251,023.54元，挽回损失1.36亿元。",
            {("money_recovered", 251023.54, None), ("loss_recovered", 136000000, None)},
        ),
        ("第一阶段完成28个。", {("done", 28, "第一阶段")}),
        ("召开会议9次，领办难点问题5个，确保整改完成率达到100%。", set()),
    ],
)
def test_claims(rules: Rules, text: str, expected: set[tuple[str, float, str | None]]) -> None:
    tables = read(rules, "中共青溪县第九中学总支部委员会关于巡察整改情况的通报", OPENING, text)
    assert claims(tables) == expected


def test_counts_inside_problems_are_no_claims(rules: Rules) -> None:
    tables = bulletin(
        rules, "（一）基层党建方面", "1.清退补贴3.2万元不及时。", "整改情况：已完成。提醒谈话2人，追缴3.2万元。"
    )
    assert not tables.claims
    assert column(tables, "amounts", "value") == [32000, 32000]


@pytest.mark.parametrize(
    ("text", "action", "docno"),
    [
        ("制定并严格执行《台账管理办法》（青九中〔2024〕3号）", "created", "青九中〔2024〕3号"),
        ("重新制定《台账管理办法》", "revised", None),
        ("对《台账管理办法》作了修订", "revised", None),
        ("取消2018年3月制定的《值班补助办法》", "abolished", None),
        ("按照《教师法》规定", "cited", None),
    ],
)
def test_references(rules: Rules, text: str, action: str, docno: str | None) -> None:
    (reference,) = bulletin(
        rules, "（一）基层党建方面", "1.台账不全。", f"整改情况：已完成。{text}，落实到人。"
    ).references
    assert (reference.action, reference.docno) == (action, docno or "")


def test_a_text_about_something_else_gives_nothing(rules: Rules) -> None:
    tables = read(
        rules,
        "关于举办秋季运动会的通知",
        "各班级：",
        "学校定于10月12日举办运动会。一是认真组织。二是注意安全。",
        "甲镇中心小学",
        "2024年9月20日",
    )
    assert tables.documents[0].kind == "other"
    assert tables.documents[0].unit == ""
    assert not tables.problems and not tables.measures and not tables.claims


def test_empty_and_symbol_only_documents(rules: Rules) -> None:
    for blocks in ((), ("，。；：",), ("一、",), ("（一）（二）（三）",)):
        tables = read(rules, *blocks)
        assert len(tables.documents) == 1 and not tables.measures


def test_every_character_is_accounted_for(rules: Rules) -> None:
    tables = bulletin(
        rules,
        "（一）基层党建方面",
        "1.台账不全。",
        "整改情况：已完成。补齐台账。",
        "三、下一步打算",
        "继续抓好整改。",
        "欢迎广大干部群众监督。联系电话：0123-4567890。",
        "中共青溪县第九中学总支部委员会",
        "2024年12月1日",
    )
    assert tables.documents[0].unused_share == 0
    assert tables.documents[0].issued_date == "2024-12-01"
    assert {"title", "opening", "heading", "next_steps", "signature", "date"} <= set(column(tables, "passages", "part"))


def cells(*rows: tuple[str, ...]) -> list[Block]:
    return [
        Block(text, kind="cell", table=0, row=row, column=column)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    ]


def test_an_answer_in_parts_is_one_problem(rules: Rules) -> None:
    tables = bulletin(
        rules,
        "（一）关于培训流于形式的问题",
        "1.整改情况。该问题已完成整改。一是重订计划；二是开课9次。",
        "2.存在差距。课程还不够系统。",
        "3.下一步打算。编写教材3本。",
        "（二）关于账目不清的问题",
        "1.整改情况。该问题正在推进。一是聘请会计师清账；二是公示结果。",
        "2.存在差距。无。",
        "3.下一步打算。完善内控制度5项。",
    )
    assert column(tables, "problems", "status") == ["done", "in_progress"]
    assert column(tables, "measures", "text") == [
        "重订计划", "开课9次", "编写教材3本", "聘请会计师清账", "公示结果", "完善内控制度5项"
    ]  # fmt: skip


def test_a_label_of_the_document_s_own_opens_its_answers(rules: Rules) -> None:
    tables = bulletin(
        rules, *(line for n in "一二三" for line in (f"（{n}）第{n}处漏水", "我校这样改：", f"更换了第{n}处水管。"))
    )
    assert column(tables, "problems", "problem") == ["第一处漏水", "第二处漏水", "第三处漏水"]
    assert column(tables, "measures", "text") == ["更换了第一处水管", "更换了第二处水管", "更换了第三处水管"]


def test_the_last_sentence_tells_the_status_of_all(rules: Rules) -> None:
    tables = bulletin(
        rules,
        *(line for n in "123" for line in (f"{n}.第{n}处漏水。", f"整改措施：更换了第{n}处水管。")),
        "三、整改成效",
        "三个问题中，第2个问题正在推进，其余均已完成。",
    )
    assert column(tables, "problems", "status") == ["done", "in_progress", "done"]
    assert ("problems", 2.0, "") not in claims(tables), "the second is no two"


def test_a_ticked_column_is_the_status(rules: Rules) -> None:
    rows = [
        ("序号", "问题", "整改措施", "已完成", "正在整改"),
        ("1", "账目不清", "清账", "√", ""),
        ("2", "漏水", "修管", "", "√"),
    ]
    tables = read(rules, "甲县第一小学巡察整改台账", *cells(*rows))
    assert column(tables, "problems", "status") == ["done", "in_progress"]


def test_one_table_for_one_problem(rules: Rules) -> None:
    rows = [
        ("项目", "内容"),
        ("反馈问题", "账目不清"),
        ("整改措施", "1.清账；2.公示"),
        ("责任科室", "总务处"),
        ("完成时限", "7月31日前"),
    ]
    tables = read(
        rules,
        "甲县第一小学党支部巡察整改方案",
        "2025年4月22日，县委第一巡察组向甲县第一小学党支部反馈了巡察意见。",
        *cells(*rows),
    )
    (problem,) = tables.problems
    assert (problem.problem, problem.dept, problem.deadline) == ("账目不清", "总务处", "2025-07-31")
    assert column(tables, "measures", "text") == ["清账", "公示"]


def test_a_table_of_figures_is_claims(rules: Rules) -> None:
    rows = [
        ("指标", "数量"),
        ("反馈问题（个）", "13"),
        ("清退金额（万元）", "6.83"),
        ("党纪处分（人）", "3"),
        ("其中：党内警告（人）", "2"),
    ]
    found = {(c.metric, c.value, c.part_of or None) for c in bulletin(rules, *cells(*rows)).claims}
    assert found == {
        ("problems", 13.0, None), ("money_refunded", 68300.0, None), ("party_sanctioned", 3.0, None),
        ("party_sanctioned", 2.0, "party_sanctioned"),
    }  # fmt: skip


def test_a_sentence_that_assigns_is_no_measure(rules: Rules) -> None:
    tables = bulletin(
        rules,
        "1.账目不清。",
        "整改情况：一是清账；二是公示。由校长甲某牵头，总务处承办，乙某负责，2025年6月30日前完成。",
    )
    (problem,) = tables.problems
    assert (problem.lead, problem.dept, problem.person) == ("校长甲某", "总务处", "乙某")
    assert problem.deadline == "2025-06-30"
    assert column(tables, "measures", "text") == ["清账", "公示"]


def test_an_empty_ledger_has_no_problems(rules: Rules) -> None:
    tables = read(rules, "甲县第一小学巡察整改台账", *cells(("序号", "问题", "整改措施", "责任人", "整改时限")))
    assert not tables.problems and not tables.measures


def test_two_levels_of_headings_without_numbers(rules: Rules) -> None:
    told = []
    for aspect in ("关于落实决策部署方面", "关于基层党组织建设方面"):
        for category in ("理论学习", "制度执行"):
            told += [*(() if category == "制度执行" else (aspect,)), category]
            told += [f"问题表现：{category}不深入。", "整改情况：已完成整改。一是制定计划2份；二是补记6次。"]
    problems = bulletin(rules, *told).problems
    assert [(row.aspect, row.category) for row in problems] == [
        ("落实决策部署方面", "理论学习"), ("落实决策部署方面", "制度执行"),
        ("基层党组织建设方面", "理论学习"), ("基层党组织建设方面", "制度执行"),
    ]  # fmt: skip


def test_a_bracket_that_says_only_how_long(rules: Rules) -> None:
    (row,) = bulletin(
        rules, "（一）基层党建方面", "1.台账不全。", "整改情况：正在整改（长期坚持）。一是补记；二是上墙。"
    ).problems
    assert (row.status, row.long_term) == ("in_progress", True)


def test_a_status_as_the_last_clause_of_the_answer(rules: Rules) -> None:
    tables = bulletin(rules, "（一）财务管理方面", "1.账目不清。", "整改情况：聘请会计师清账，已完成整改。")
    assert [row.status for row in tables.problems] == ["done"]
    assert column(tables, "measures", "text") == ["聘请会计师清账"]


def test_marks_of_markdown_are_no_text(rules: Rules) -> None:
    tables = bulletin(rules, "**（一）消防方面**", "1.器材过期。", "**整改情况：** 更换灭火器6具。")
    assert column(tables, "measures", "text") == ["更换灭火器6具"]
    assert column(tables, "problems", "aspect") == ["消防方面"]


def test_a_sentence_behind_a_group_tells_how_its_problems_stand(rules: Rules) -> None:
    tables = bulletin(
        rules, "（一）后勤管理", "1.台账不全。", "整改情况：一是补记6次；二是上墙。",
        "2.账目不清。", "整改情况：正在整改。一是清账；二是公示。", "以上问题均已整改完毕。",
        "（二）安全管理", "1.器材过期。", "整改情况：一是更换4具；二是巡查。",
    )  # fmt: skip
    assert [row.status for row in tables.problems] == ["done", "in_progress", None]
