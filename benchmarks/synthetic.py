"""Synthetic truth: faults planted into fictional cases, and how many the checks find.

    python -m benchmarks.synthetic [--faults 600] [--clean 210] [--show 10]

Every case is written out as text (feedback, plan, bulletin), read again by the whole pipeline and
reconciled; what is raised is compared with what was planted, check by check and place by place.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product

from benchmarks import planted as planted_faults
from benchmarks.county_files import sheet_bytes
from benchmarks.generator import Item, Unit, bank, make_unit
from benchmarks.planted import ALONE, FAULTS, copy_measure, faulty_unit, near_misses, reword
from benchmarks.render import bulletin_text, feedback_text, ledger_rows, plan_text
from pipeline.core.rows import Tables, joined
from pipeline.core.vocabulary import Severity
from pipeline.extract.process import process_bytes
from pipeline.publish.due import due_items
from pipeline.reconcile.reconciliation import reconcile
from pipeline.ruleset.layers import rules_folder
from pipeline.ruleset.rule import Rules, load_rules

DAY = date(2025, 6, 1)  # that deadlines are judged by
# checks of style: the generator does not plant them and its texts are not written to satisfy them
_HIDING = ("drop_problem", "add_problem", "merge", "wrong_total")  # two of these may hide each other
UNPLANTED = {
    "measure_vague",
    "meeting_only",
    "paper_only",
    "off_topic",
    "money_unsettled",
    "section_missing",
    "person_missing",
    "measure_repeats_problem",
}
CHANCE = {"copied_between_units"}  # the bank is small: equal texts also come about by chance, and are no mistake


@dataclass(slots=True)
class Score:
    """Planted, found and invented findings by check."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    invented: Counter[str] = field(default_factory=Counter)
    severity: dict[str, str] = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)
    documents: int = 0
    clean_documents: int = 0
    faults: int = 0
    cases: int = 0
    false_overdue: int = 0  # cases whose reminder names a problem that was reported as done
    missed_overdue: int = 0

    def figures(self, severity: str) -> tuple[float, float, int]:
        """Recall and precision over all checks of a severity, and how many were planted."""
        names = [n for n in self.planted | self.invented if self.severity.get(n) == severity]
        planted = sum(self.planted[n] for n in names)
        found = sum(self.found[n] for n in names)
        raised = found + sum(self.invented[n] for n in names)
        return found / max(planted, 1), found / max(raised, 1), planted


def units(faults: int, clean_documents: int) -> list[Unit]:
    """Units with two faults each until enough are planted, then units without any."""
    texts, made, number = bank(), [], 0
    planted = 0
    alike = tuple(getattr(planted_faults, n) for n in _HIDING)
    pairs = [(a, b) for a, b in product(FAULTS, FAULTS) if a is not b and not (a in alike and b in alike)]
    while planted < faults:
        unit = faulty_unit(texts, number, pairs[(number * 37) % len(pairs)])
        number += 1
        if unit is not None:
            made.append(unit)
            planted += 2
    for fault in ALONE * (faults // 30):
        made.append(faulty_unit(texts, number, (fault,)) or make_unit(texts, number, 12))
        number += 1
    copied = [make_unit(texts, number + i, 12) for i in range(faults // 15)]
    for source, target in zip(copied[::2], copied[1::2], strict=False):
        copy_measure(source, target, random.Random(source.number))  # noqa: S311 (repeatable, nothing secret)
    made += copied
    number += len(copied)
    for _ in range(-(-clean_documents // 3)):
        unit = make_unit(texts, number, 12)
        if number % 2:
            near_misses(unit, random.Random(number), texts)  # noqa: S311 (repeatable, nothing secret)
        reword(unit, random.Random(number), texts)  # noqa: S311 (repeatable, nothing secret)
        made.append(unit)
        number += 1
    return made


def _read(unit: Unit, rules: Rules) -> Iterator[Tables]:
    texts = {"feedback": feedback_text(unit), "plan": plan_text(unit), "bulletin": bulletin_text(unit)}
    if unit.again:
        texts["later"] = bulletin_text(replace(unit, answered=unit.again, claims={}), "2025年3月17日")
    for kind, text in texts.items():
        yield process_bytes(text.encode("utf-8"), f"{unit.number:05d}/{kind}.txt", rules)
    if unit.ledger:
        title = f"{unit.name}巡察反馈问题整改台账" + (f"（填报时间：{unit.ledger_date}）" if unit.ledger_date else "")
        yield process_bytes(sheet_bytes("整改台账", title, ledger_rows(unit)), f"{unit.number:05d}/ledger.xlsx", rules)


def _seq(items: list[Item], item: Item | None) -> int:
    """The problem's number in its document; 0: the document as a whole."""
    return next((n for n, i in enumerate(items, 1) if i is item), 0)


def _pair(one: str, other: str) -> str:
    """Two units, whichever of them a finding is told of."""
    return "+".join(sorted(name.partition("/")[0] for name in (one, other)))


def measured(faults: int, clean_documents: int) -> Score:
    """Plant, read, reconcile, compare."""
    folder = rules_folder()
    rules, made = load_rules(folder), units(faults, clean_documents)
    tables = reconcile(joined(part for unit in made for part in _read(unit, rules)), folder)
    names = {d.doc_id: d.file.rpartition(".")[0] for d in tables.documents}
    seqs = {p.problem_id: (names[p.doc_id], p.seq) for p in tables.problems}
    score = Score(documents=len(tables.documents), faults=sum(u.faults for u in made))
    wanted: Counter[tuple[str, str, object]] = Counter()
    for unit in made:
        score.clean_documents += 0 if unit.expected else 3
        for kind, check, item in unit.expected:
            answered = unit.again if kind == "later" else unit.answered
            source = unit.items if kind in ("plan", "ledger") or check == "problem_unanswered" else answered
            wanted[f"{unit.number:05d}/{kind}", check, _seq(source, item)] += 1
        for other in unit.alike:
            wanted[_pair(f"{unit.number:05d}", f"{other:05d}"), "copied_between_units", 0] += 1
    _overdue(tables, made, names, score)
    given: Counter[tuple[str, str, object]] = Counter()
    for finding in tables.findings:
        score.severity.setdefault(finding.check, str(finding.severity))
        if finding.severity != Severity.INFO and finding.check not in UNPLANTED:
            place = seqs[finding.problem_id][1] if finding.problem_id else 0
            key: tuple[str, str, object] = (names[finding.doc_id], finding.check, place)
            if finding.check == "copied_between_units":
                key = _pair(names[finding.doc_id], names[finding.other_doc_id]), finding.check, 0
            given[key] += 1
    for key in wanted | given:
        score.planted[key[1]] += wanted[key]
        score.found[key[1]] += min(wanted[key], given[key])
        score.invented[key[1]] += max(0, given[key] - wanted[key]) if key[1] not in CHANCE else 0
        if wanted[key] > given[key] or (wanted[key] < given[key] and key[1] not in CHANCE):
            score.misses.append(f"{'missed' if wanted[key] > given[key] else 'invented'} {key}")
    return score


def _overdue(tables: Tables, made: list[Unit], names: dict[str, str], score: Score) -> None:
    """Hold the overdue problems against what each unit's last report says."""
    late: dict[int, set[str]] = {}
    for one in due_items(tables.items, DAY, 0):
        number = int(names[one.item.problem_from].partition("/")[0])
        late.setdefault(number, set()).add(one.item.problem)
    for unit in made:
        last = unit.again or unit.answered
        finished = {item.text for item in last if item.status == "done" and not item.silent}
        named = late.get(unit.number, set())
        score.cases += 1
        score.false_overdue += bool(named & finished)
        owed = {item.text for item in unit.items if item.status == "in_progress" and "2024年" in item.deadline}
        score.missed_overdue += bool(owed - named)


def report(score: Score, show: int = 0) -> str:
    """The figures as a table."""
    lines = [
        f"{score.documents} documents, {score.clean_documents} of them without a fault; {score.faults} faults",
        f"{'check':24} {'severity':9} {'planted':>7} {'recall':>7} {'precision':>9}",
    ]
    for name in sorted(+score.planted | +score.invented):
        planted, found, invented = score.planted[name], score.found[name], score.invented[name]
        lines.append(
            f"{name:24} {score.severity.get(name, '-'):9} {planted:7d} {found / max(planted, 1):7.3f} "
            f"{found / max(found + invented, 1):9.3f}"
        )
    for severity in ("error", "warning"):
        recall, precision, planted = score.figures(severity)
        lines.append(f"{'all of ' + severity:24} {severity:9} {planted:7d} {recall:7.3f} {precision:9.3f}")
    lines.append(
        f"{score.cases} cases, {score.false_overdue} with a problem overdue that is done, "
        f"{score.missed_overdue} without one that is"
    )
    return "\n".join([*lines, *score.misses[:show]])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--faults", type=int, default=600)
    parser.add_argument("--clean", type=int, default=330)
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    print(report(measured(options.faults, options.clean), options.show))


if __name__ == "__main__":
    main()
