"""The checks: every rule hits its own examples, and each check fires on its fault and on nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import pytest

from benchmarks.generator import bank, make_unit
from benchmarks.render import unit_tables
from pipeline.core.errors import InputError, RuleError
from pipeline.core.rows import ProblemRow, Row, Tables, with_rows
from pipeline.core.vocabulary import Kind, Severity, Status
from pipeline.decisions.waiver_list import read_waivers
from pipeline.lab import trial
from pipeline.reconcile.reconciliation import reconcile
from pipeline.reconcile.registry import CASE_CHECKS, PAPER_CHECKS
from pipeline.reconcile.settings import example_faults, load_settings
from pipeline.ruleset.labels import load_labels
from tests.annotated_tables import annotated_paper, merged, sources
from tests.making import changed

RULES = Path(__file__).resolve().parent.parent / "rules"
SCORED = {
    "problem_unanswered",
    "problem_added",
    "measure_missing",
    "numbering_gap",
    "numbering_repeated",
    "total_mismatch",
    "status_count_mismatch",
    "parts_mismatch",
    "rate_mismatch",
    "responsible_missing",
    "deadline_missing",
    "date_invalid",
    "date_disordered",
    "promise_only",
    "reason_missing",
    "docno_malformed",
    "template_residue",
    "foreign_name",
    "problem_softened",
    "amount_conflict",
}


@pytest.fixture
def unit() -> Tables:
    """Feedback and bulletin of one unit without a fault."""
    return unit_tables(make_unit(bank(), 1, 8))


def raised(tables: Tables, **options: object) -> list[tuple[str, str]]:
    """Check and problem of every error and warning."""
    found = reconcile(tables, RULES, **options)  # type: ignore[arg-type]
    return [(f.check, f.problem_id) for f in found.findings if f.severity != Severity.INFO]


def only_answer(tables: Tables, **values: object) -> Tables:
    """The bulletin alone, with other values in its row."""
    row = next(row for row in tables.documents if row.kind == Kind.BULLETIN)
    return replace(tables, documents=(replace(row, **values),))  # type: ignore[arg-type]


def bulletin_problem(tables: Tables, number: int) -> ProblemRow:
    return [p for p in tables.problems if p.doc_id.endswith("b")][number]


def test_every_trigger_hits_its_examples_and_misses_its_counter_examples():
    settings = load_settings(RULES)
    assert example_faults(settings) == []
    assert all(any(e.get("value") is None for e in t.examples) for t in settings.triggers.values() if "end" not in t.id)


def test_every_check_has_wording_a_severity_and_a_catalogue_entry():
    settings = load_settings(RULES)
    names = {*PAPER_CHECKS, *CASE_CHECKS, "copied_between_units", "nothing_extracted"}
    assert names == settings.wording.keys() == settings.profile.severity.keys()
    assert all(function.__doc__ for function in (*PAPER_CHECKS.values(), *CASE_CHECKS.values()))
    labels = load_labels(RULES)
    assert all(labels.of("check", name) != name for name in names)


def test_a_faultless_case_raises_nothing(unit: Tables):
    assert raised(unit) == []
    found = reconcile(unit, RULES)
    assert (len(found.cases), len(found.links)) == (1, 8)


@pytest.mark.parametrize("pair", [("a02", "a03"), ("b06", "b07"), *[(p.name[:3],) for p in sources()]], ids="+".join)
def test_annotated_documents_raise_exactly_what_they_expect(pair: tuple[str, ...]):
    chosen = [annotated_paper(next(p for p in sources() if p.name.startswith(start))) for start in pair]
    tables = merged([t for t, _ in chosen])
    between = {"problem_unanswered", "problem_softened"} if len(pair) == 1 else set()
    tables = reconcile(tables, RULES)
    for own, meta in chosen:
        name = own.documents[0].doc_id
        wanted = sorted(x.strip().split("@")[0] for x in (meta.get("expect") or "none").split(";"))
        given = sorted(
            f.check for f in tables.findings if f.doc_id == name and f.severity != Severity.INFO and f.check in SCORED
        )
        assert given == [w for w in wanted if w != "none" and w not in between]


def _answered(words: str) -> Callable[[Tables, ProblemRow], Tables]:
    """A fault in what is said to have been done."""
    return lambda tables, p: changed(tables, p, rectification=f"{p.rectification}{words}")


FAULTS: dict[str, Callable[[Tables, ProblemRow], Tables]] = {
    "measure_missing": lambda t, p: replace(t, measures=tuple(m for m in t.measures if m.problem_id != p.problem_id)),
    "status_missing": lambda t, p: changed(t, p, status=None, status_text=""),
    "numbering_repeated": lambda t, p: changed(
        t, p, label=bulletin_problem(t, 0).label, aspect=bulletin_problem(t, 0).aspect
    ),
    "docno_malformed": _answered("印发通知（校字【2024】5号）。"),
    "template_residue": _answered("2024年X月XX日完成。"),
    "foreign_name": _answered("经昭岭县第二小学党支部研究后执行。"),
    "date_invalid": _answered("11月31日复核。"),
    "problem_softened": lambda t, p: changed(t, p, problem=p.problem.split("，")[0] + "，涉及若干人"),
    "personal_data": _answered("电话13812345678。"),
}


@pytest.mark.parametrize("check", FAULTS)
def test_a_planted_fault_is_raised_at_its_problem(unit: Tables, check: str):
    problem = bulletin_problem(unit, 1)
    assert (check, problem.problem_id) in raised(FAULTS[check](unit, problem))


def test_a_problem_left_out_is_named_with_the_feedbacks_id(unit: Tables):
    lost = bulletin_problem(unit, 3)
    unit = replace(
        unit,
        problems=tuple(p for p in unit.problems if p != lost),
        measures=tuple(m for m in unit.measures if m.problem_id != lost.problem_id),
    )
    finding = next(f for f in reconcile(unit, RULES).findings if f.check == "problem_unanswered")
    assert (finding.severity, finding.problem_id) == (Severity.ERROR, lost.problem_id.replace("b-", "f-"))
    assert (finding.doc_id, finding.other_quote) == (lost.doc_id, lost.problem)


def test_missing_partner_is_information_and_no_crash(unit: Tables):
    found = reconcile(only_answer(unit), RULES).findings
    assert [(f.check, f.severity) for f in found] == [("partner_missing", Severity.INFO)]


@pytest.mark.parametrize("kind", ["other", "", "feedback", "bulletin", "plan", "ledger"])
def test_a_document_without_problems_gets_one_information(kind: str, unit: Tables):
    lost = next(d for d in unit.documents if d.kind == Kind.FEEDBACK)
    unit = changed(unit, lost, kind=Kind(kind) if kind else None)
    unit = replace(
        unit,
        problems=tuple(r for r in unit.problems if r.doc_id != lost.doc_id),
        measures=tuple(r for r in unit.measures if r.doc_id != lost.doc_id),
        claims=tuple(r for r in unit.claims if r.doc_id != lost.doc_id),
    )
    found = reconcile(unit, RULES).findings
    own = [(f.check, f.severity) for f in found if f.doc_id == lost.doc_id]
    assert own == [("nothing_extracted", Severity.INFO)]
    assert not [f for f in found if f.severity != Severity.INFO]


def test_empty_tables_give_no_findings():
    tables = reconcile(Tables(), RULES)
    assert (tables.findings, tables.cases, tables.links) == ((), (), ())


def test_two_runs_give_the_same_rows(unit: Tables):
    unit = changed(unit, bulletin_problem(unit, 2), problem="另一个问题")
    found = reconcile(unit, RULES)
    assert reconcile(unit, RULES) == found
    assert reconcile(found, RULES) == found
    ids = [f.finding_id for f in found.findings]
    assert len(set(ids)) == len(ids) > 0


def test_a_waiver_marks_the_finding_until_it_ends(unit: Tables, tmp_path: Path):
    problem = bulletin_problem(unit, 0)
    unit = changed(unit, problem, status=None)
    table = tmp_path / "waivers.csv"
    table.write_text(
        "check,unit,problem,reason,who,until\n"
        f"status_missing,{unit.documents[0].unit},{problem.problem_id},已口头说明,张三,2025-06-30\n",
        encoding="utf-8-sig",
    )
    for day, waived in ((date(2025, 6, 30), True), (date(2025, 7, 1), False)):
        found = reconcile(unit, RULES, waivers=read_waivers([table.parent], load_labels(RULES).groups["check"], day))
        finding = next(f for f in found.findings if f.check == "status_missing")
        assert bool(finding.waived) is waived


def test_a_waiver_without_reason_is_refused_with_its_line(tmp_path: Path):
    table = tmp_path / "waivers.csv"
    table.write_text("check,unit,problem,reason,who,until\nstatus_missing,,,,张三,\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"waivers\.csv:2"):
        read_waivers([table.parent], load_labels(RULES).groups["check"], date(2025, 1, 1))


def test_a_profile_switches_a_check_off_and_an_unknown_one_is_refused(unit: Tables, tmp_path: Path):
    rules = tmp_path / "rules"
    (rules / "profiles").mkdir(parents=True)
    for name in ("checks.yaml", "aliases.yaml", "aspects.yaml", "labels.yaml"):
        (rules / name).write_bytes((RULES / name).read_bytes())
    (rules / "profiles" / "default.yaml").write_bytes((RULES / "profiles" / "default.yaml").read_bytes())
    local = "days: {report_after_feedback: 180}\nchecks:\n  status_missing: {severity: off}\n"
    (rules / "profiles" / "local.yaml").write_text(local, encoding="utf-8")
    unit = changed(unit, bulletin_problem(unit, 0), status=None)
    assert {f.check for f in reconcile(unit, rules, profile="local").findings} == {"report_late"}
    with pytest.raises(RuleError, match="local"):
        load_settings(rules, "nowhere")


def test_deadlines_are_judged_against_the_day_of_judgement():
    tables = _ledger()
    assert ("deadline_passed", "L-1") not in raised(tables, as_of=date(2025, 5, 31))
    assert ("deadline_passed", "L-1") in raised(tables, as_of=date(2025, 6, 1))


def _ledger() -> Tables:
    tables = only_answer(unit_tables(make_unit(bank(), 2, 3)), kind=Kind.LEDGER, issued_date="")
    own = [
        replace(p, status=Status.IN_PROGRESS, deadline="2025-05", deadline_text="2025年5月底", lead="方启明")
        for p in tables.problems
        if p.doc_id == tables.documents[0].doc_id
    ]
    measures = tuple(replace(m, problem_id="L-1") if m.problem_id == own[0].problem_id else m for m in tables.measures)
    problems = (replace(own[0], problem_id="L-1"), *own[1:])
    return replace(tables, claims=(), problems=problems, measures=measures)


def test_a_bulletin_owes_no_responsible_person_but_a_ledger_does():
    tables = _ledger()
    second = tables.problems[1].problem_id
    tables = changed(tables, tables.problems[1], lead="", dept="相关处室")
    assert ("responsible_missing", second) in raised(tables)
    assert ("responsible_missing", second) not in raised(changed(tables, tables.documents[0], kind=Kind.BULLETIN))


def test_another_units_measure_is_shown_with_both_texts():
    one, other = unit_tables(make_unit(bank(), 1, 8)), unit_tables(make_unit(bank(), 2, 8))
    long, last = next(m for m in one.measures if len(m.text) > 45), other.measures[-1]
    found = reconcile(merged([one, changed(other, last, text=long.text)]), RULES).findings
    (copied,) = [f for f in found if f.check == "copied_between_units"]  # of both units, said once
    assert {copied.doc_id, copied.other_doc_id} == {long.doc_id, last.doc_id}
    assert copied.quote == copied.other_quote == long.text
    assert (copied.expected, copied.actual) == ("", "")
    assert "1 条措施" in copied.message
    assert one.documents[1].file.rsplit("/", 1)[-1] in copied.message


def test_a_second_report_is_compared_with_the_first():
    tables = unit_tables(make_unit(bank(), 1, 6))
    later = with_rows(
        Tables(),
        {
            name: [_later(r) for r in getattr(tables, name) if r.doc_id.endswith("b")]
            for name in ("documents", "problems", "measures", "claims")
        },
    )
    later = changed(later, later.documents[0], issued_date="2025-03-17", file="later.docx")
    back = next(p for p in later.problems if p.status == Status.DONE)
    later = changed(later, back, status=Status.NOT_DONE, status_text="未完成", rectification="因诉讼未结，尚未完成。")
    both = reconcile(merged([tables, later]), RULES).findings
    found = [(f.check, f.problem_id) for f in both if f.severity != Severity.INFO]
    assert ("status_regressed", back.problem_id) in found
    assert not {"problem_unanswered", "unchanged_resubmission"} & {check for check, _ in found}
    finding = next(f for f in both if f.check == "changed_since_last")
    assert "状态变化 1 个" in finding.message and finding.severity == Severity.INFO


def _later(row: Row) -> Row:
    """A row of the bulletin as one of the later report."""
    owner = getattr(row, "problem_id", "")
    values = {"problem_id": f"later-{owner.rsplit('-', 1)[1]}"} if owner else {}
    return replace(row, doc_id="later", **values)  # type: ignore[call-arg]


def test_missing_cells_are_no_crash():
    """Extraction states what it found: any cell may be empty, and any row may be missing."""
    rng = random.Random(5)
    for _ in range(15):
        tables = merged([unit_tables(make_unit(bank(), n, 6)) for n in range(2)])
        tables = with_rows(
            tables,
            {
                "documents": [_emptied(row, rng) for row in tables.documents],
                **{
                    name: [_emptied(row, rng) for row in tables.rows(name) if rng.random() > 0.1]
                    for name in ("problems", "measures", "claims")
                },
            },
        )
        found = reconcile(tables, RULES, as_of=date(2025, 1, 1)).findings
        assert len({f.finding_id for f in found}) == len(found) > 0


def _emptied(row: Row, rng: random.Random) -> Row:
    """The row with some of its cells as if nothing had been found."""
    cells = [one for one in fields(row) if not one.name.endswith("_id") and rng.random() < 0.3]
    return replace(row, **{one.name: one.default for one in cells})


def test_triggers_run_in_linear_time():
    triggers = load_settings(RULES).triggers.values()
    assert [fault for trigger in triggers for fault in trial.trigger_speed_faults(trigger)] == []


@pytest.mark.parametrize(
    ("labels", "aspects", "wanted"),
    [
        ("1. 2. 3. 4.", "aabb", []),  # runs on
        ("1. 2. 1. 2.", "aabb", []),  # starts again
        ("1. 2. 4. 5.", "aaaa", [("numbering_gap", 3)]),
        ("1. 2. 2. 3.", "aaaa", [("numbering_repeated", 3)]),
        ("1. 2. 4. 4. 5.", "aaaaa", [("numbering_repeated", 4)]),  # one slip, one defect
        ("1. 2. 1. 3.", "aabb", [("numbering_gap", 4)]),
        ("1. 2. 2. 3.", "aabb", [("numbering_gap", 3)]),  # starts again without its first
        ("1-2 1-1 1-3 2-1", "aaab", []),  # ordered by status
        ("1. 3. 2.", "aab", []),  # sorted by status, with the numbers of the feedback
        ("1. 3. 2. 4.", "aaaa", [("numbering_gap", 2), ("numbering_gap", 4)]),
        ("1-2 1-1 1-4 2-1", "aaab", [("numbering_gap", 3)]),
        ("一、 二、 三、 五、", "aaaa", [("numbering_gap", 4)]),
        ("（一） （二） （二） （三）", "aaaa", [("numbering_repeated", 3)]),
        ("1 1 2 2 3 3 4 4", "aaaaaaaa", []),  # merged cells: the numbers number something else
        ("问题表现（1） 问题表现（2） 问题表现（3）", "abc", []),
        ("① ② ④", "aaa", [("numbering_gap", 3)]),
    ],
)
def test_numbering(labels: str, aspects: str, wanted: list[tuple[str, int]]):
    tables = unit_tables(make_unit(bank(), 3, len(aspects)))
    own = [p for p in tables.problems if p.doc_id.endswith("b")]
    named = zip(own[: len(aspects)], labels.split(), aspects, strict=True)
    own = [replace(problem, label=label, aspect=aspect) for problem, label, aspect in named]
    tables = replace(only_answer(tables), claims=(), problems=tuple(own))
    numbers = {p.problem_id: i for i, p in enumerate(own, 1)}
    assert [(check, numbers[problem]) for check, problem in raised(tables) if check.startswith("number")] == wanted
