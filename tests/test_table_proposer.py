"""Tables, forms and cards in shapes and words of many hands."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.core.model import Block, Document
from pipeline.extract.found import Problem
from pipeline.extract.proposers.proposal import Proposal
from pipeline.extract.proposers.table_proposer import join_lists, tables
from pipeline.ruleset.rule import Rules

Row = tuple[str, ...]
SAME = "^"  # the cell above goes on


def paper(*grids: Sequence[Row]) -> Document:
    blocks: list[Block] = []
    for number, grid in enumerate(grids):
        above: dict[int, str] = {}
        for row, texts in enumerate(grid):
            for column, text in enumerate(texts):
                merged = text == SAME
                above[column] = above[column] if merged else text
                blocks.append(Block(above[column], kind="cell", table=number, row=row, column=column, merged=merged))
        blocks.append(Block("续表"))
    return Document("a.docx", "docx", "", tuple(blocks))


def read(rules: Rules, *grids: Sequence[Row]) -> Proposal:
    found = tables(paper(*grids), rules)
    assert found is not None
    return found


def told(problem: Problem, *names: str) -> list[object]:
    facts = {
        "problem": problem.problem,
        "aspect": problem.aspect,
        "category": problem.category,
        "status": problem.status,
        **problem.fields,
    }
    return [None if (fact := facts.get(name)) is None else fact.value for name in names]


def measures(problem: Problem) -> list[str]:
    return [measure.fact.text for measure in problem.measures]


LEDGER: list[Row] = [
    (
        "1",
        "党的建设方面",
        "组织生活会辣味不足，互相批评少",
        "1.重新召开组织生活会；2.书记带头查摆",
        "书记殷晴",
        "党建办",
        "卜小满",
        "2023年11月30日",
        "已完成",
    ),
    (
        "2",
        SAME,
        "党费收缴不及时，3名党员欠缴",
        "补缴党费，每月公示",
        "书记殷晴",
        "党建办",
        "麦穗",
        "2023年12月15日",
        "已完成",
    ),
    (
        "3",
        "财务管理方面",
        "大额支出没有集体研究，由校长签批",
        "制定大额资金集体决策制度",
        "校长居安",
        "财务室",
        "鲁宁",
        "2024年1月20日",
        "跟进中",
    ),
]


def test_a_table_without_headings_is_read_by_its_contents(rules: Rules) -> None:
    problems = read(rules, LEDGER).problems
    assert [told(p, "aspect", "status", "lead", "dept", "person", "deadline") for p in problems] == [
        ["党的建设方面", "done", "书记殷晴", "党建办", "卜小满", "2023-11-30"],
        ["党的建设方面", "done", "书记殷晴", "党建办", "麦穗", "2023-12-15"],
        ["财务管理方面", "in_progress", "校长居安", "财务室", "鲁宁", "2024-01-20"],
    ]
    assert measures(problems[0]) == ["重新召开组织生活会", "书记带头查摆"]


def test_headings_in_words_of_no_list(rules: Rules) -> None:
    heads = ("项次", "查出的毛病", "根子在哪", "怎么改", "谁来改", "改到哪天", "改得怎样")
    rows = [
        heads,
        ("1", "午休无人看管", "值班表没有排满", "每班安排教师1人", "沈溪", "2024年3月20日", "已改到位"),
        ("2", "图书更新慢", "经费少", "列支购书款", "贺兰", "2024年9月30日", "正在改"),
    ]
    problems = read(rules, rows).problems
    assert [told(p, "problem", "status", "person", "deadline") for p in problems] == [
        ["午休无人看管", "done", "沈溪", "2024-03-20"],
        ["图书更新慢", "in_progress", "贺兰", "2024-09-30"],
    ]
    assert [measures(p) for p in problems] == [["每班安排教师1人"], ["列支购书款"]]
    assert [name for name, _ in problems[0].extra] == ["根子在哪"], "an unknown column goes with its problem"


def test_a_problem_a_column(rules: Rules) -> None:
    rows = [
        ("项次", "1", "2", "3"),
        ("短板", "应急灯有11盏不亮，两年没有检测", "双人双锁没有落实", "照管员未签合同"),
        ("整治办法", "更换应急灯11盏", "增配一名保管员", "补签合同4份"),
        ("承办处室", "总务处", "教务处", "安全办"),
        ("目前情况", "已闭环", "已闭环", "跟进中"),
    ]
    problems = read(rules, rows).problems
    assert [told(p, "dept", "status") for p in problems] == [
        ["总务处", "done"],
        ["教务处", "done"],
        ["安全办", "in_progress"],
    ]


def test_several_rows_of_measures_under_two_rows_of_headings(rules: Rules) -> None:
    rows = [
        ("问题情况", "", "", "整改安排", ""),
        ("序号", "问题归类", "问题描述", "具体做法", "牵头人"),
        ("1", "党建引领", "党员活动室挪作他用，没有开展主题党日", "腾退党员活动室", "书记车行"),
        (SAME, SAME, SAME, "按月公示主题党日计划", SAME),
        (SAME, SAME, SAME, "每季度检查活动记录", SAME),
        ("2", SAME, "12份协议到期未续签", "逐份提出续签意见", "校长关山"),
    ]
    problems = read(rules, rows).problems
    assert [measures(p) for p in problems] == [
        ["腾退党员活动室", "按月公示主题党日计划", "每季度检查活动记录"],
        ["逐份提出续签意见"],
    ]
    assert [told(p, "aspect", "lead") for p in problems] == [["党建引领", "书记车行"], ["党建引领", "校长关山"]]


def test_a_table_goes_on_behind_a_page_break(rules: Rules) -> None:
    first = [("序号", "突出问题", "整改举措", "整改结果"), ("1", "分工不明确", "重新分工", "已完成")]
    assert len(read(rules, first, [("2", "校车停靠点没有标识", "设置标识5处", "正在推进")]).problems) == 2


@pytest.mark.parametrize("rows", [30, 110])
def test_a_long_table_is_read_like_a_short_one(rules: Rules, rows: int) -> None:
    head = ("序号", "学校", "存在问题", "整改措施", "整改情况", "责任人")
    body = [
        (str(n), f"清河县第{n}小学", "食堂台账记录不完整", "完善食堂台账制度", "已整改", "王某") for n in range(1, rows)
    ]
    found = read(rules, [head, *body])
    assert len(found.problems) == rows - 1 and found.roles[2:4] == ("problem", "measures")


def test_rows_that_state_no_problem(rules: Rules) -> None:
    rows = [
        ("序号", "检查项目", "存在问题", "整改措施"),
        ("1", "食堂", "无", ""),
        ("2", "宿舍", "应急灯不亮3盏", "更换应急灯"),
        ("合计", "", "1处", ""),
        ("备注：本表每月更新", "", "", ""),
    ]
    assert [told(p, "problem") for p in read(rules, rows).problems] == [["应急灯不亮3盏"]]


def test_several_problems_in_a_form_with_names_over_names(rules: Rules) -> None:
    rows = [("受检单位", "望江路小学", "检查日期", "2024年4月9日"), ("负责人", "校长华川", "电话", "0000-111")]
    for number, text in (("一", "闭门器损坏，不能关闭"), ("二", "地下车库违规停放电动车")):
        rows += [
            (f"问题{number}", text, "", ""),
            ("采取的措施", f"处理第{number}处", "办结时间", "2024年4月16日"),
            ("经办人", "潘军", "办理结果", "已整改到位"),
        ]
    problems = read(rules, rows).problems
    assert [told(p, "problem", "person", "deadline", "status") for p in problems] == [
        ["闭门器损坏，不能关闭", "潘军", "2024-04-16", "done"],
        ["地下车库违规停放电动车", "潘军", "2024-04-16", "done"],
    ]
    grouped = [
        ("问题情况", "所属领域", "选人用人"),
        (SAME, "问题描述", "竞聘没有公示条件"),
        ("整改情况", "整改做法", "重新公布条件"),
        (SAME, "目前进度", "已销账"),
        ("责任落实", "经办科室", "人事科"),
    ]
    assert told(read(rules, grouped, grouped).problems[1], "aspect", "problem", "status", "dept") == [
        "选人用人",
        "竞聘没有公示条件",
        "done",
        "人事科",
    ]


def test_all_problems_in_one_cell_and_advice_in_the_next(rules: Rules) -> None:
    rows = [
        ("被督导学校", "第四中学"),
        ("学校负责人", "蓝玉成"),
        ("存在问题", "1.作业量偏大；2.手机柜没有启用。"),
        ("整改建议", "（1）控制作业总量；（2）启用手机柜。"),
        ("督导组复核意见", ""),
    ]
    found = read(rules, rows)
    assert [told(p, "problem", "person") for p in found.problems] == [["作业量偏大", None], ["手机柜没有启用", None]]
    assert [fact.text for _, fact in found.advice] == ["控制作业总量", "启用手机柜"]


def test_measures_in_one_cell_go_by_the_numbers_of_the_problems(rules: Rules) -> None:
    rows = [
        ("存在问题", "1.灭火器过期；2.通道堵塞"),
        ("整改措施", "1.更换灭火器；2.清空通道"),
        ("整改期限", "2024年6月30日"),
    ]
    problems = read(rules, rows).problems
    assert [measures(p) for p in problems] == [["更换灭火器"], ["清空通道"]]
    assert [told(p, "deadline") for p in problems] == [["2024-06-30"], ["2024-06-30"]]


STATED: list[Row] = [("序号", "具体问题"), ("1", "学习走过场"), ("2", "账目不清"), ("3", "公车加油无登记")]


def test_a_row_belongs_to_each_problem_that_it_names(rules: Rules) -> None:
    tasks = [("任务序号", "整改任务", "对应问题序号"), ("1", "公布账目", "2"), ("2", "每月检查一次", "1、3")]
    duties = [("序号", "对应问题", "责任部门"), ("1", "1-2", "党建办"), ("2", "公车加油无登记", "总务处")]
    problems = read(rules, STATED, tasks, duties).problems
    assert [measures(p) for p in problems] == [["每月检查一次"], ["公布账目"], ["每月检查一次"]]
    assert [told(p, "dept") for p in problems] == [["党建办"], ["党建办"], ["总务处"]]


def test_a_lists_own_numbers_join_only_where_there_are_as_many_rows(rules: Rules) -> None:
    tasks = [("序号", "整改措施"), ("1", "公布账目"), ("2", "每月检查")]
    assert [measures(p) for p in read(rules, STATED, tasks).problems] == [[], [], []]
    assert measures(read(rules, STATED, [*tasks, ("3", "登记加油")]).problems[2]) == ["登记加油"]


def test_lists_complete_problems_that_were_read_elsewhere(rules: Rules) -> None:
    problems = [Problem(label="1"), Problem(label="2")]
    used = join_lists(paper([("问题序号", "责任人", "完成时限"), ("2", "王芳", "2024年6月")]), rules, problems)
    assert [told(p, "person", "deadline") for p in problems] == [[None, None], ["王芳", "2024-06"]]
    assert used


def test_labels_in_a_cell_without_stops_between(rules: Rules) -> None:
    rows = [
        ("序号", "问题", "整改措施"),
        ("1", "家访不足", "（1）制定家访计划（2）每学期家访一次"),
        ("2", "断网", "①申报资金②更换交换机"),
    ]
    assert [measures(p) for p in read(rules, rows).problems] == [
        ["制定家访计划", "每学期家访一次"],
        ["申报资金", "更换交换机"],
    ]


@pytest.mark.parametrize("rows", [
    [("序号", "项目", "标准", "依据", "备注"), ("1", "学生装", "每套96元", "家委会议定", "自愿"), ("2", "午餐", "每餐11元", "按次结算", "")],
    [("序号", "日期", "值班领导", "巡查内容", "电话"), ("1", "5月6日", "韩梅", "宿舍不安全用电", "111"), ("2", "5月7日", "丁一", "未戴头盔", "112")],
    [("序号", "品目", "技术要求", "数量", "交货期限"), ("1", "防火门", "更换原有损坏防火门", "12樘", "20日内"), ("2", "灭火器", "无压力不足", "80具", "10日内")],
    [("考核项目", "考核内容", "扣分标准", "存在问题", "得分"), ("卫生", "地面无积水", "每处扣1分", "", ""), ("留样", "不少于125克", "扣5分", "", "")],
    [("月份", "工作内容", "具体措施", "责任人", "完成时间"), ("九月", "制定计划", "召开会议", "唐果", "2024年9月"), ("十月", "公开课", "组织赛课", "伍洋", "2024年10月")],
    [("单位", "姓名", "职务", "联系电话"), ("", "", "", ""), ("", "", "", "")],
])  # fmt: skip
def test_tables_of_other_things_give_nothing(rules: Rules, rows: Sequence[Row]) -> None:
    assert tables(paper(rows), rules) is None
