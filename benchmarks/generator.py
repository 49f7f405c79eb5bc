"""Fictional cases without a fault: feedback, plan and bulletin of one unit as plain data.

A `Unit` is rendered to text by `benchmarks.render` or, for the benchmark of reconciliation, straight to
tables.  Everything follows from the seed: the same seed gives the same cases in every run.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.ruleset.yaml_file import read_yaml


@dataclass(slots=True)
class Item:
    """One problem with its answer."""

    aspect: str
    category: str
    head: str
    evidence: str
    measures: list[str]
    status: str = "done"  # done, in_progress
    reason: str = ""
    lead: str = ""
    dept: str = ""
    person: str = ""
    deadline: str = ""
    money: str = ""  # 万元, when the problem names a sum that is to be repaid
    told: str = ""  # the bulletin's wording of the problem, "" when it is the feedback's
    label: int = 0  # the number that the bulletin prints, 0: the right one
    silent: bool = False  # the bulletin states no status
    planned: list[str] = field(default_factory=list)  # the plan's measures: faults stay in the bulletin

    @property
    def text(self) -> str:
        """The feedback's wording."""
        return f"{self.head}，{self.evidence}"


@dataclass(slots=True)
class Unit:
    """One inspected school in one round."""

    number: int
    place: str
    school: str
    items: list[Item]
    answered: list[Item] = field(default_factory=list)  # what the bulletin treats, in its order
    claims: dict[str, float] = field(default_factory=dict)  # totals that the bulletin misstates
    docno: str = ""
    year: int = 2024
    faults: int = 0  # how many were planted
    again: list[Item] = field(default_factory=list)  # answers of a second report, when there is one
    expected: list[tuple[str, str, Item | None]] = field(default_factory=list)  # document, check, problem
    ledger: list[Item] = field(default_factory=list)  # what the ledger says of each problem, when there is one
    ledger_date: str = ""  # 填报时间, "" when the ledger bears none
    alike: list[int] = field(default_factory=list)  # numbers of the units that took a measure from this one

    @property
    def name(self) -> str:
        """The unit's full name."""
        return f"{self.place}县{self.school}"


def bank() -> dict[str, Any]:
    """The texts that cases are made of."""
    content: dict[str, Any] = read_yaml(Path(__file__).with_name("bank.yaml"))
    return content


def make_unit(texts: dict[str, Any], number: int, count: int, seed: int = 7) -> Unit:
    """A faultless case of `count` problems."""
    rng = random.Random(f"{seed}-{number}")  # noqa: S311 (repeatable, nothing secret)
    schools, places = texts["schools"], texts["places"]
    place = places[number % len(places)] + ("" if number < 240 else "山水林田湖草木石泉岗"[number // 240 % 10])
    unit = Unit(number, place, schools[number // len(places) % len(schools)], [])
    if number >= 2400:
        unit.school = f"第{number}{unit.school.removeprefix('第')}"
    topics = sorted(rng.sample(range(len(texts["topics"])), min(count, len(texts["topics"]))))
    unit.items = [_item(texts, texts["topics"][i], rng, unit) for i in topics]
    if number % 3 == 0:
        unit.items = _with_twin(texts, unit.items, rng, unit)
    unit.answered = list(unit.items)
    unit.docno = f"{place}校党〔2024〕{rng.randint(2, 60)}号"
    for item in rng.sample(unit.items, max(1, count // 8)):
        item.status, item.reason = "in_progress", rng.choice(texts["reasons"])
    return unit


def _with_twin(texts: dict[str, Any], items: list[Item], rng: random.Random, unit: Unit) -> list[Item]:
    """One problem twice, with another year and other numbers: the two must be kept apart."""
    at = next((i for i, item in enumerate(items) if item.money), 0)
    topic = next(t for t in texts["topics"] if t[2] == items[at].head)
    twin = _item(texts, topic, rng, unit)
    while twin.evidence == items[at].evidence:
        twin = _item(texts, topic, rng, unit)
    return [*items[: at + 1], twin, *items[at + 1 :]]


def _item(texts: dict[str, Any], topic: list[Any], rng: random.Random, unit: Unit) -> Item:
    aspect, category, head, evidence, matter, repaid = topic
    slots = {
        "n": str(rng.randint(12, 96)),
        "m": str(rng.randint(2, 9)),
        "y": str(rng.randint(2019, 2022)),
        "w": f"{rng.randint(101, 9899) / 100:g}",
    }
    item = Item(texts["aspects"][aspect], category, head, evidence.format_map(slots), [])
    item.money = slots["w"] if repaid else ""
    item.measures = [measure(texts, rng, matter) for _ in range(rng.randint(2, 3))]
    if item.money:
        item.measures[0] = rng.choice(texts["repay"]).format_map({**_slots(texts, rng, matter), "w": item.money})
    item.planned = list(item.measures)
    item.lead = "副校长" + rng.choice(texts["people"])
    item.dept, item.person = rng.choice(texts["departments"]), rng.choice(texts["people"])
    item.deadline = f"2024年{rng.randint(7, 11)}月{rng.randint(1, 28)}日"
    return item


def measure(texts: dict[str, Any], rng: random.Random, matter: str) -> str:
    """One measure: when, who, what, with which result, and for how long."""
    parts = [rng.choice(texts[key]) for key in ("when", "who")]
    tail = "，".join(rng.choice(texts[key]) for key in rng.sample(["act", "result", "lasting"], rng.randint(2, 3)))
    return f"{''.join(parts)}，{tail}".format_map(_slots(texts, rng, matter))


def _slots(texts: dict[str, Any], rng: random.Random, matter: str) -> dict[str, str]:
    return {
        "o": matter,
        "p": rng.choice(texts["people"]),
        "d": rng.choice(texts["departments"]),
        "y2": "2024",
        "n": str(rng.randint(11, 97)),
        "m": str(rng.randint(2, 9)),
        "mo": str(rng.randint(5, 10)),
        "da": str(rng.randint(1, 28)),
        "w": "1",
    }
