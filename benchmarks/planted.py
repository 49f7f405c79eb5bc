"""Faults with known answers: each changes a faultless unit and notes which checks must fire, and where.

A fault names every check that it must raise, consequences included: a wrong total also breaks the sum
of its parts.  `plant` keeps two faults of one unit apart, so that the answers stay exact.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks.generator import Item, Unit, make_unit

Fault = Callable[[Unit, Item, random.Random, dict[str, Any]], bool]
BULLETIN, PLAN, LATER, LEDGER = "bulletin", "plan", "later", "ledger"


def _note(unit: Unit, check: str, item: Item | None = None, document: str = BULLETIN) -> bool:
    unit.expected.append((document, check, item))
    return True


def drop_problem(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The bulletin leaves a problem out, and counts only what is left."""
    same = [i for i in unit.answered if i.aspect == item.aspect]
    if len(same) < 3 or same[-1] is not item:
        return False  # so that neither the aspects nor the numbers show it
    unit.answered.remove(item)
    _note(unit, "document_conflict")
    return _note(unit, "problem_unanswered", item)


def add_problem(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The bulletin treats a problem that nobody found."""
    new = Item(
        unit.answered[-1].aspect,
        "",
        "校史陈列室布展错别字较多",
        "家长开放日被指出后没有更换展板",
        ["德育处对照史料逐块核对展板文字，5月下旬重做展板6块"],
    )
    unit.answered.append(new)
    _note(unit, "document_conflict")
    return _note(unit, "problem_added", new)


def drop_measures(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """Nothing is said to have been done."""
    if item.status != "done":
        return False
    item.measures = [""]
    return _note(unit, "measure_missing", item)


def drop_status(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """One problem states no status; the totals still count it."""
    if item.status != "done" or len(item.measures) < 2:
        return False
    item.silent = True
    return _note(unit, "status_missing", item)


def wrong_total(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The number of problems is stated wrongly; the parts don't sum up to it either."""
    if unit.claims:
        return False
    n = len(unit.answered) + rng.choice([-2, -1, 1, 2])
    done = sum(i.status == "done" for i in unit.answered)
    unit.claims = {"problems": n, "rate": round(100 * done / n, 2)}
    for check in ("total_mismatch", "parts_mismatch", "document_conflict"):
        _note(unit, check)
    return True


def wrong_measures(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The number of measures is stated wrongly."""
    if unit.claims:
        return False
    unit.claims = {"measures": sum(len([m for m in i.measures if m]) for i in unit.answered) + rng.choice([-3, 2, 4])}
    return _note(unit, "total_mismatch")


def wrong_aspects(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The number of aspects is stated wrongly."""
    if unit.claims:
        return False
    unit.claims = {"aspects": len({i.aspect for i in unit.answered}) + 1}
    _note(unit, "document_conflict")
    return _note(unit, "total_mismatch")


def wrong_done(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """More is stated as done than the statuses give; the parts exceed the total."""
    if unit.claims:
        return False
    done = sum(i.status == "done" for i in unit.answered)
    unit.claims = {"done": done + 1, "rate": round(100 * (done + 1) / len(unit.answered), 2)}
    _note(unit, "parts_mismatch")
    return _note(unit, "status_count_mismatch")


def moved_done(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """One unfinished problem is counted as done: both counts are wrong, the sum is right."""
    if unit.claims:
        return False
    done = sum(i.status == "done" for i in unit.answered)
    total = len(unit.answered)
    unit.claims = {"done": done + 1, "in_progress": total - done - 1, "rate": round(100 * (done + 1) / total, 2)}
    _note(unit, "status_count_mismatch")
    return _note(unit, "status_count_mismatch")


def wrong_rate(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The rate does not follow from the numbers."""
    if unit.claims:
        return False
    done = sum(i.status == "done" for i in unit.answered)
    unit.claims = {"rate": round(100 * done / len(unit.answered) + rng.choice([-6.5, -3.1, 2.4]), 2)}
    return unit.claims["rate"] < 100 and _note(unit, "rate_mismatch")


def number_gap(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """A number is skipped."""
    same = [i for i in unit.answered if i.aspect == item.aspect]
    if same[0] is item or any(i.label for i in same):
        return False
    item.label = same.index(item) + 2
    return _note(unit, "numbering_gap", item)


def number_repeated(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """A number stands twice."""
    same = [i for i in unit.answered if i.aspect == item.aspect]
    if same[0] is item or any(i.label for i in same):
        return False
    item.label = same.index(item)
    return _note(unit, "numbering_repeated", item)


def merge(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """Two neighbouring problems are answered as one."""
    at = unit.answered.index(item)
    if at + 1 >= len(unit.answered) or unit.answered[at + 1].aspect != item.aspect or item.told:
        return False
    other = unit.answered[at + 1]
    if other.told or other.status != item.status or other.label or any(i is other for _, _, i in unit.expected):
        return False
    item.told = f"{item.text}；{other.text}"
    item.measures += other.measures
    unit.answered.remove(other)
    _note(unit, "document_conflict")
    return _note(unit, "problem_merged", item)


def soften_words(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """A sharp word becomes a mild one."""
    sharp = next((w for w in texts["softer"] if isinstance(w, str) and w in item.head), None)
    if sharp is None or item.told:
        return False
    item.told = f"{item.head.replace(sharp, '')}不够规范，{item.evidence}"
    return _note(unit, "problem_softened", item)


def soften_numbers(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The evidence with its numbers is left out."""
    if item.told:
        return False
    item.told = item.head
    return _note(unit, "problem_softened", item)


def wrong_sum(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """Two digits of a repaid sum change places."""
    swapped = item.money[1::-1] + item.money[2:]
    if not item.money or "." in item.money[:2] or swapped == item.money or item.money not in item.measures[0]:
        return False
    item.measures[0] = item.measures[0].replace(f"{item.money}万元", f"{swapped}万元")
    return _note(unit, "amount_conflict", item)


def promise(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """A problem reported as done is answered by an intention."""
    if item.status != "done" or item.money:
        return False
    item.measures = [
        rng.choice(
            [
                "今后将进一步提高认识，严格执行有关规定，切实把工作做实做细",
                "下一步将继续加强管理，不断规范工作流程，坚决防止类似情况发生",
                "将进一步强化责任意识，认真落实各项要求，努力提升工作水平",
            ]
        )
    ]
    return _note(unit, "promise_only", item)


def no_reason(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """An unfinished problem gives no reason."""
    if item.status != "in_progress":
        return False
    item.reason = ""
    return _note(unit, "reason_missing", item)


def bad_date(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """A measure names a day that the calendar does not have."""
    if not item.measures[-1]:
        return False
    item.measures[-1] = rng.choice(["2024年9月31日", "2023年2月29日", "11月31日"]) + "，" + item.measures[-1]
    return _note(unit, "date_invalid", item)


def bad_docno(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """A document number is written wrongly."""
    wrong = rng.choice(["【2024】7号", "[2024]12号", "（2024）9号", "〔2024年〕6号", "〔2024〕第8号", "〔2024〕05号"])
    item.measures[-1] += f"，并印发《工作细则》（{unit.place}校字{wrong}）"
    return bool(item.status) and _note(unit, "docno_malformed", item)


def residue(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """A word of the template was not filled in."""
    left = ["，2024年X月XX日完成复查", "，由XX同志负责", "，20XX年底前复核", "，报某县教育局备案"]
    item.measures[-1] += rng.choice(left)
    return _note(unit, "template_residue", item)


def foreign(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """Another school's name was left in."""
    place = rng.choice([p for p in texts["places"] if p not in unit.place])
    other = f"{place}县{rng.choice(texts['schools'])}"
    item.measures[-1] += rng.choice([f"，确保{other}校务规范运行", f"，经{other}党总支研究后执行"])
    return _note(unit, "foreign_name", item)


def plan_without_person(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The plan names nobody for a problem."""
    item.lead = item.dept = item.person = ""
    return _note(unit, "responsible_missing", item, PLAN)


def plan_without_deadline(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The plan gives a problem no date."""
    if "5月" in item.deadline:
        return False
    item.deadline = ""
    return _note(unit, "deadline_missing", item, PLAN)


def plan_too_early(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The plan's deadline lies before the feedback."""
    item.deadline = f"2024年{rng.randint(1, 5)}月{rng.randint(1, 28)}日"
    return _note(unit, "date_disordered", item, PLAN)


def regress(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """A second report takes back what the first reported as done."""
    if item.status != "done" or unit.again:
        return False
    unit.again = [replace(i, measures=[f"{m}，第二阶段又作了复核" for m in i.measures], label=0) for i in unit.answered]
    back = unit.again[unit.answered.index(item)]
    back.status, back.reason = "in_progress", rng.choice(texts["reasons"])
    return _note(unit, "status_regressed", back, LATER)


def resubmit(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """A second report repeats the first one word for word."""
    if unit.again:
        return False
    unit.again = [replace(i, label=0) for i in unit.answered]
    return _note(unit, "unchanged_resubmission", None, LATER)


def _ledger_row(unit: Unit, item: Item) -> Item:
    """The problem's row in a ledger that says the same as plan and bulletin."""
    unit.ledger = unit.ledger or [replace(i, measures=list(i.planned)) for i in unit.items]
    return unit.ledger[next(at for at, one in enumerate(unit.items) if one is item)]


def status_behind(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The ledger says that a problem is under way which the bulletin reports as done, and bears no earlier date."""
    if item.status != "done":
        return False
    row = _ledger_row(unit, item)
    row.status, row.reason = "in_progress", rng.choice(texts["reasons"])
    return _note(unit, "status_conflict", item)


def deadline_moved(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The ledger gives another day than the plan."""
    row = _ledger_row(unit, item)
    row.deadline = row.deadline.replace("2024年", "2025年")
    return _note(unit, "deadline_conflict", item, LEDGER)


def another_person(unit: Unit, item: Item, rng: random.Random, texts: dict[str, Any]) -> bool:
    """The ledger names other people than the plan."""
    row = _ledger_row(unit, item)
    row.person = rng.choice([name for name in texts["people"] if name != item.person])
    return _note(unit, "responsible_conflict", item, LEDGER)


def near_misses(unit: Unit, rng: random.Random, texts: dict[str, Any]) -> None:
    """A ledger that differs from plan and bulletin without contradicting them: older, less exact, more polite."""
    unit.ledger_date = "2024年8月20日"
    for item in unit.items:
        row = _ledger_row(unit, item)
        kind = rng.randint(0, 3)
        if kind == 0 and item.status == "done":  # it moved on since; by then its deadline was past
            row.status, row.reason = "in_progress", rng.choice(texts["reasons"])
            item.deadline = row.deadline = f"2024年{rng.choice([7, 8])}月{rng.randint(1, 19)}日"
        elif kind == 1:
            row.deadline = re.sub(r"\d+日$", "底", row.deadline)  # the month of the same day
        elif kind == 2:
            row.person = f"主任{item.person}"


def copy_measure(source: Unit, target: Unit, rng: random.Random) -> bool:
    """A measure of one unit stands, with other numbers, in the bulletin of another."""
    theirs = next((i for i in source.answered if len(i.measures) > 1 and len(i.measures[-1]) > 45), None)
    mine = next((i for i in target.answered if i.status == "done" and len(i.measures) > 2), None)
    if theirs is None or mine is None:
        return False
    mine.measures[1] = re.sub(r"\d+(?=[份处个%])", lambda m: str(rng.randint(11, 97)), theirs.measures[-1])
    target.faults += 1
    source.alike.append(target.number)
    return True


FAULTS: tuple[Fault, ...] = (
    drop_problem,
    add_problem,
    drop_measures,
    drop_status,
    wrong_total,
    wrong_measures,
    wrong_aspects,
    wrong_done,
    moved_done,
    wrong_rate,
    number_gap,
    number_repeated,
    merge,
    soften_words,
    soften_numbers,
    wrong_sum,
    promise,
    no_reason,
    bad_date,
    bad_docno,
    residue,
    foreign,
    plan_without_person,
    plan_without_deadline,
    plan_too_early,
)
# planted alone: a second report or a ledger repeats every other fault
ALONE = (regress, resubmit, status_behind, deadline_moved, another_person)

# faults that change how many problems, measures or statuses there are go first: totals follow them
_FIRST = (drop_problem, add_problem, drop_measures, drop_status, merge, promise)


def reword(unit: Unit, rng: random.Random, texts: dict[str, Any]) -> None:
    """Other words for the same, another order: no fault, but matching has to see through it."""
    swaps = {k: v for k, v in texts["synonyms"].items() if isinstance(v, str)}
    for item in unit.answered:
        told = item.told or item.text
        if rng.random() < 0.6 and not item.told:
            for word in rng.sample(sorted(swaps), 6):
                told = told.replace(word, swaps[word])
        if rng.random() < 0.3 and not item.told:
            told = "，".join(reversed(told.split("，")))
        if rng.random() < 0.3 and not item.told:
            told = rng.choice(texts["frames"]).format_map({"t": told})
        item.told = "" if told == item.text else told.replace("“", "‘").replace("”", "’")
    _split(unit, rng)
    aspects = list(dict.fromkeys(i.aspect for i in unit.answered))
    if rng.random() < 0.4 and not any(i.label for i in unit.answered):
        rng.shuffle(aspects)
        unit.answered.sort(key=lambda i: aspects.index(i.aspect))


def _split(unit: Unit, rng: random.Random) -> None:
    """A problem answered in two parts, head and evidence apart: allowed, as long as nothing is lost."""
    if unit.expected or rng.random() > 0.3:
        return
    item = next(i for i in unit.answered if not i.told and not i.label)
    second = Item(item.aspect, item.category, item.head, item.evidence, list(item.measures), item.status, item.reason)
    item.told, second.told = item.head, f"在{item.head}方面，{item.evidence}"
    unit.answered.insert(unit.answered.index(item) + 1, second)
    _note(unit, "document_conflict")


def faulty_unit(texts: dict[str, Any], number: int, planted: tuple[Fault, ...], count: int = 12) -> Unit | None:
    """A unit with these faults, each on a problem of its own; None when one of them finds no place."""
    rng = random.Random(f"faults-{number}")  # noqa: S311 (repeatable, nothing secret)
    unit = make_unit(texts, number, count)
    used: list[Item] = []
    for fault in sorted(planted, key=lambda f: _FIRST.index(f) if f in _FIRST else len(_FIRST)):
        free = [i for i in unit.answered if not any(i is u for u in used) and len(i.measures) > 1]
        rng.shuffle(free)
        before = len(unit.answered)
        hit = next((item for item in free if fault(unit, item, rng, texts)), None)
        if hit is None:
            return None
        used += [hit, *[i for _, _, i in unit.expected if i is not None]]
        if len(unit.answered) != before:
            used += [i for i in unit.answered if i.aspect == hit.aspect]
    reword(unit, rng, texts)
    unit.faults = len(planted)
    return unit
