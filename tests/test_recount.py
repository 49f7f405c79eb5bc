"""The claims ledger: what is counted, what is shown as a range, and what is left without a verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.rows import Row, Tables, tables_of
from pipeline.core.vocabulary import Severity
from pipeline.reconcile.aliases import load_aliases
from pipeline.reconcile.paper import papers_of
from pipeline.reconcile.reconciliation import reconcile
from pipeline.reconcile.recount import Recount, recount
from tests.annotated_tables import annotated_paper
from tests.making import added, changed, row

RULES = Path(__file__).resolve().parent.parent / "rules"


def bulletin(statuses: list[str], lasting: int = 0, **claims: float) -> Tables:
    """A bulletin with one problem a status, in two aspects; `part_of` of long_term is done."""
    rows: list[Row] = []
    rows.append(row("documents", doc_id="d", kind="bulletin", unit="甲县一中", state="ok", file="d.docx"))
    for i, status in enumerate(statuses):
        rows.append(
            row(
                "problems",
                doc_id="d",
                problem_id=f"d-{i + 1}",
                seq=i + 1,
                label=f"{i + 1}.",
                aspect="甲" if i < 2 else "乙",
                problem=f"问题文字{i}",
                status=status or None,
                long_term=i < lasting,
                paragraph=i + 3,
                rectification="因资料不全，正在补办。",
            )
        )
        rows.append(row("measures", doc_id="d", problem_id=f"d-{i + 1}", seq=1, text="清查账目3本", paragraph=1))
    for metric, value in claims.items():
        part = "done" if metric == "long_term" else None
        rows.append(
            row(
                "claims",
                doc_id="d",
                metric=metric,
                value=value,
                text=f"{value:g}",
                paragraph=1,
                part_of=part,
                start=0,
                end=1,
            )
        )
    return tables_of(rows)


def ledger(tables: Tables) -> dict[str, Recount]:
    paper = papers_of(tables, load_aliases(RULES))[0]
    return {r.claim.metric: r for r in recount(paper)}


def alarms(tables: Tables) -> list[str]:
    return sorted(f.check for f in reconcile(tables, RULES).findings if f.severity != Severity.INFO)


DONE4 = ["done", "done", "done", "in_progress"]


@pytest.mark.parametrize(
    ("claims", "wanted"),
    [
        ({"problems": 4, "done": 3, "in_progress": 1, "long_term": 2, "rate": 75, "aspects": 2}, []),
        ({"problems": 5}, ["total_mismatch"]),
        ({"tasks": 4, "done": 3, "in_progress": 1}, []),
        ({"problems": 4, "done": 4, "in_progress": 1}, ["parts_mismatch", "status_count_mismatch"]),
        ({"problems": 4, "done": 4, "in_progress": 0}, ["status_count_mismatch", "status_count_mismatch"]),
        ({"problems": 4, "done": 3, "rate": 75.0}, []),
        ({"problems": 4, "done": 3, "rate": 57.0}, ["rate_mismatch"]),
        ({"long_term": 3}, ["status_count_mismatch"]),
        ({"not_done": 1, "done": 3}, []),  # whatever is not finished
        ({"advice": 9}, []),  # about another document
        ({"aspects": 3}, ["total_mismatch"]),
    ],
)
def test_totals_statuses_parts_and_rates(claims: dict[str, float], wanted: list[str]):
    assert alarms(bulletin(DONE4, lasting=2, **claims)) == wanted


def test_a_stated_nought_is_counted():
    assert alarms(bulletin(["done"] * 3, not_done=0, done=3)) == []
    stated = bulletin(["done", "done", "not_done"], not_done=0, done=2, in_progress=0)
    assert alarms(stated) == ["status_count_mismatch"]


def test_without_any_status_nothing_is_judged():
    assert alarms(bulletin([""] * 4, problems=4, done=3, in_progress=1)) == []
    assert ledger(bulletin([""] * 4, done=3))["done"].agrees is None


def test_problems_without_a_status_leave_a_range():
    counted = ledger(bulletin(["done", "done", "done", "", "in_progress"], done=4))["done"]
    assert (counted.low, counted.high, counted.agrees) == (3, 4, True)
    assert counted.left_over == ("d-4",)


def test_basically_done_in_the_rate_is_overstated_not_wrong():
    tables = bulletin(
        ["done", "done", "basically_done", "in_progress"], problems=4, done=2, basically_done=1, in_progress=1, rate=75
    )
    assert alarms(tables) == ["rate_overstated"]


def test_parts_of_one_metric_are_summed_and_a_subset_is_not():
    tables = bulletin(["done"] * 2, party_sanctioned=5)
    for words, value in (("党内警告", 3.0), ("严重警告", 1.0)):
        tables = added(
            tables,
            row(
                "claims",
                doc_id="d",
                metric="party_sanctioned",
                value=value,
                part_of="party_sanctioned",
                scope=words,
                text=f"{words}{value:g}人",
                paragraph=1,
                start=0,
                end=1,
            ),
        )
    assert alarms(tables) == ["parts_mismatch"]
    assert alarms(changed(tables, tables.claims[-1], value=2.0)) == []
    assert alarms(replace(tables, claims=tables.claims[:-1])) == []  # 其中 one kind: the others are not named


def test_a_scoped_claim_is_not_reconciled_with_the_whole():
    tables = bulletin(DONE4, problems=4)
    tables = added(
        tables, row("claims", doc_id="d", metric="problems", value=2.0, scope="第一方面", text="2", paragraph=1)
    )
    assert alarms(tables) == []


def test_rules_are_a_range_and_sums_show_their_rows():
    tables = bulletin(DONE4, rules_created=5, money_refunded=300.0, money_recovered=3000.0)
    named = [
        row("references", doc_id="d", problem_id="d-1", title=f"《{i % 2}》", action="created", paragraph=i)
        for i in range(3)
    ]
    sums = [
        row("amounts", doc_id="d", problem_id="d-2", value=value, text=f"{value:g}元") for value in (1000.0, 2000.0)
    ]
    tables = added(tables, *named, *sums)
    found = ledger(tables)
    assert (found["rules_created"].expected, found["rules_created"].verdict) == ("2–3", False)
    assert found["money_recovered"].formula == "1000＋2000"
    assert found["money_refunded"].rows == () and found["money_refunded"].agrees is None
    assert alarms(tables) == []


def test_the_seeds_totals_reconcile_and_its_300_yuan_have_no_row(shared: Path):
    tables, _ = annotated_paper(shared / "corpus" / "seed" / "seed.ann.txt")
    found = ledger(tables)
    stated = {"aspects": 4, "categories": 12, "tasks": 33, "done": 32, "long_term": 21, "not_done": 1}
    for metric, value in stated.items():
        assert (found[metric].claimed, found[metric].agrees) == (value, True)
    assert found["money_recovered"].rows and not found["money_refunded"].rows


def test_every_claim_is_published_with_its_recount():
    tables = reconcile(bulletin(DONE4, problems=4, done=4, money_refunded=300.0), RULES)
    told = [(one.seq, one.metric, one.claimed, one.low, one.high, one.agrees, one.verdict) for one in tables.recounts]
    assert told == [
        (1, "problems", 4.0, 4.0, 4.0, True, True),
        (2, "done", 4.0, 3.0, 3.0, False, True),
        (3, "money_refunded", 300.0, None, None, None, False),
    ]
    assert tables.recounts[1].rows == "d-1；d-2；d-3"


def test_people_are_counted_from_the_measures_that_name_them():
    tables = bulletin(DONE4, reminded=0)
    tables = changed(tables, tables.claims[0], value=6.0, text="提醒谈话6人")
    texts = ("对总务处2名责任人提醒谈话", "提醒谈话3人", "对办公室主任、车管员分别进行提醒谈话")
    for problem, text in enumerate(texts, 1):
        tables = added(tables, row("measures", doc_id="d", problem_id=f"d-{problem}", text=text))
    found = ledger(tables)["reminded"]
    assert (found.low, found.high, len(found.rows), found.agrees) == (3, 7, 3, True)
