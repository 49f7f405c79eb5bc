"""A decision stays with what it is about: in a renamed paper, in another format, in a corrected one; or it is listed."""

from dataclasses import replace

import openpyxl
import pytest

from pipeline.decisions.conflict_sheet import told
from pipeline.decisions.correction import load_corrections
from pipeline.decisions.identity import identified
from pipeline.decisions.merge import merge, merge_findings
from pipeline.decisions.workbook_in import apply
from pipeline.ruleset.labels import load_labels
from tests.making import changed
from tests.samples import RULES, fictional_case
from tests.test_corrections import WHO, Edited

LABELS = load_labels(RULES)


def with_bytes(tables):
    """The case with papers of known bytes."""
    return replace(tables, documents=tuple(replace(row, sha256=f"sha-{row.doc_id}") for row in tables.documents))


def renamed(tables, doc_id, now, sha256=None, file="改名/另一个名字.docx"):
    """The same paper under another name, so with other ids; other bytes where they are given."""
    ids = {"doc_id": doc_id}

    def moved(row):
        values = {}
        for name in ("doc_id", "problem_id", "measure_id", "finding_id"):
            value = getattr(row, name, "")
            if value and value.startswith(ids["doc_id"]):
                values[name] = now + value[len(doc_id) :]
        if values and hasattr(row, "sha256"):
            values |= {"file": file, "sha256": sha256 or row.sha256}
        return replace(row, **values) if values else row

    names = ("documents", "problems", "measures", "claims", "findings", "amounts")
    return replace(tables, **{name: tuple(map(moved, tables.rows(name))) for name in names})


@pytest.fixture
def decided(tmp_path):
    """Decisions of every kind about the bulletin, made on the first results."""
    tables = with_bytes(fictional_case())
    edited = Edited(tables, tmp_path)
    edited.set("问题", "责任领导", 5, "甲")
    edited.set("问题", "审核状态", 6, "已销号")
    edited.set("措施", "整改措施", 2, "修订《议事规则》，开会讨论9次")
    edited.set("数据核对", "文中数值", 3, 1)
    edited.set("核对发现", "审核状态", 2, "不成立")
    edited.set("文档", "单位", 3, "云溪县第九小学党总支")
    edited.book["措施"].delete_rows(4)
    for heading, value in (
        ("单位", "云溪县第九小学党支部"),
        ("文种", "整改情况通报"),
        ("问题", "漏列的问题"),
    ):
        edited.set("问题", heading, 8, value)
    return apply(edited.save(), RULES, tmp_path, WHO, made_from=tables).kept


def after(tables, kept):
    return merge_findings(merge(tables, kept), kept)


def holds(tables, doc_id):
    """Everything that was decided is there, on the paper with this id."""
    own = [row for row in tables.problems if row.doc_id == doc_id]
    assert own[0].lead == "甲" and own[1].review_state == "closed"
    assert [row.problem for row in own][-1] == "漏列的问题" and len(own) == 4
    measures = [row.text for row in tables.measures if row.doc_id == doc_id]
    assert measures == ["修订《议事规则》，开会讨论9次", "+对经办人提醒谈话"]
    assert [row.value for row in tables.claims if row.doc_id == doc_id][1] == 1.0
    assert next(row for row in tables.documents if row.doc_id == doc_id).unit == "云溪县第九小学党总支"
    assert [bool(row.waived) for row in tables.findings] == [True, False, False]


def test_decisions_say_what_they_are_about(decided):
    assert {one.sha256 for one in decided} == {"sha-b"} and {one.kind for one in decided} == {"bulletin"}
    finding = next(one for one in decided if one.table == "findings")
    assert finding.check == "status_count_mismatch"
    deleted = next(one for one in decided if one.action == "delete")
    assert deleted.anchor == "退回1.5万元", "the words, not only their digest"


def test_a_paper_that_nobody_touched(decided):
    tables = after(with_bytes(fictional_case()), decided)
    assert tables.conflicts == ()
    holds(tables, "b")


def test_a_renamed_or_moved_paper_keeps_its_decisions(decided):
    tables = after(renamed(with_bytes(fictional_case()), "b", "zz"), decided)
    assert tables.conflicts == ()
    holds(tables, "zz")


def test_another_format_keeps_its_decisions(decided):
    """Other bytes, another name: the one paper of the unit and kind that says the same."""
    tables = after(renamed(with_bytes(fictional_case()), "b", "zz", "sha-pdf", "云溪/b.pdf"), decided)
    assert tables.conflicts == ()
    holds(tables, "zz")


def test_a_corrected_paper_keeps_its_decisions_and_says_where_it_differs(decided):
    tables = renamed(with_bytes(fictional_case()), "b", "zz", "sha-2", "云溪/b（修改稿）.docx")
    tables = changed(tables, tables.problems[3], problem="“三重一大”决策制度执行得不严")
    tables = changed(tables, tables.measures[0], text="修订了《议事规则》，开会讨论7次")
    tables = after(tables, decided)
    assert [(row.why, row.table) for row in tables.conflicts] == [("alike", "problems"), ("changed", "measures")]
    assert next(row.lead for row in tables.problems if row.doc_id == "zz") == "甲"
    assert tables.measures[0].text == "修订《议事规则》，开会讨论9次"
    line = told(tables.conflicts, LABELS)[1]
    assert "责任领导您改为“甲”" in line and "现在用在““三重一大”决策制度执行得不严”上" in line


def test_another_unit_s_paper_never_takes_them(decided):
    tables = renamed(with_bytes(fictional_case()), "b", "zz", "sha-other", "别校/b.docx")
    tables = replace(
        tables,
        documents=tuple(replace(row, unit="别校") if row.doc_id == "zz" else row for row in tables.documents),
    )
    tables = after(tables, decided)
    assert {row.why for row in tables.conflicts} == {"gone"}
    assert {row.table for row in tables.conflicts} == {"problems", "measures", "claims", "findings", "documents"}
    assert all(row.lead != "甲" for row in tables.problems)
    lines = told(tables.conflicts, LABELS)
    assert lines[0].startswith(f"人工更正有 {len(tables.conflicts)} 处要看一看")
    assert any("“三重一大”制度执行不严" in line and "找不到这一行了" in line for line in lines)


def test_a_dismissed_finding_stays_dismissed_when_its_problem_is_reworded(decided):
    tables = with_bytes(fictional_case())
    finding = replace(tables.findings[0], finding_id="new", message="别的说法", problem_id="b-001")
    tables = replace(tables, findings=(finding, *tables.findings[1:]))
    about = [replace(one, owner="b-001", problem="“三重一大”制度执行不严") if one.check else one for one in decided]
    reworded = [replace(one, field="problem", new="换了一种说法") if one.field == "lead" else one for one in about]
    tables = after(tables, reworded)
    assert tables.problems[3].problem == "换了一种说法" and tables.findings[0].waived


def test_decisions_of_the_page_are_identified_by_the_next_run(decided):
    bare = [replace(one, sha256="", kind="", unit="", check="", owner="", problem="") for one in decided]
    assert identified(bare, with_bytes(fictional_case())) == decided


# --- settling --------------------------------------------------------------------------------------------------------


def settled(tables, kept, tmp_path, *choices):
    """Write the workbook of a run, settle conflicts in it (row, heading, value), apply it; gives what is kept."""
    (tmp_path / "corrections.csv").unlink()
    from pipeline.decisions.correction import save_corrections

    save_corrections(tmp_path / "corrections.csv", kept)
    edited = Edited(after(tables, kept), tmp_path)
    for number, heading, value in choices:
        edited.set("更正冲突", heading, number, value)
    done = apply(edited.save(), RULES, tmp_path, WHO, made_from=after(tables, kept))
    return load_corrections(tmp_path / "corrections.csv"), done.lines


@pytest.fixture
def one(tmp_path):
    """One decision, and tables in which something else is read at its place."""
    tables = with_bytes(fictional_case())
    edited = Edited(tables, tmp_path)
    edited.set("问题", "责任领导", 5, "甲")
    kept = apply(edited.save(), RULES, tmp_path, WHO, made_from=tables).kept
    return kept, changed(tables, tables.problems[3], lead="副校长丁")


def test_mine_is_kept_and_no_longer_asked(one, tmp_path):
    kept, tables = one
    (conflict,) = merge(tables, kept).conflicts
    assert (conflict.why, conflict.was, conflict.now, conflict.human) == ("changed", "校长顾青", "副校长丁", "甲")
    kept, _ = settled(tables, kept, tmp_path, (2, "处理", "保留我的更正"))
    tables = merge(tables, kept)
    assert tables.conflicts == () and tables.problems[3].lead == "甲"


def test_theirs_is_taken(one, tmp_path):
    kept, tables = one
    kept, _ = settled(tables, kept, tmp_path, (2, "处理", "用现在读出的"))
    assert kept == [] and merge(tables, kept).problems[3].lead == "副校长丁"


def test_a_lost_decision_is_used_on_another_row(one, tmp_path):
    kept, tables = one
    tables = changed(tables, tables.problems[3], problem="完全不同的另一件事情")
    assert merge(tables, kept).conflicts[0].why == "gone"
    kept, _ = settled(tables, kept, tmp_path, (2, "改到第几行", 7))
    tables = merge(tables, kept)
    assert [row.lead for row in tables.problems] == ["", "", "", "副校长丁", "校长顾青", "甲"]
    assert tables.conflicts == ()


def test_what_is_not_understood_is_told(one, tmp_path):
    kept, tables = one
    again, lines = settled(tables, kept, tmp_path, (2, "处理", "随便"))
    assert again == kept and "更正冲突 第 2 行“随便”不在下拉列表中" in "".join(lines)
    again, lines = settled(tables, kept, tmp_path, (2, "改到第几行", "第九行"))
    assert again == kept and "不是问题表的行号" in "".join(lines)


def test_the_sheet_says_what_happened_in_plain_words(one, tmp_path):
    kept, tables = one
    edited = Edited(after(tables, kept), tmp_path)
    sheet = openpyxl.load_workbook(edited.path)["更正冲突"]
    row = {head.value: cell.value for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert row["工作表"] == "问题" and row["栏目"] == "责任领导" and row["情况"] == "读出的值变了，仍按更正"
    assert (row["更正时读出的值"], row["现在读出的值"], row["人工更正的值"]) == ("校长顾青", "副校长丁", "甲")
