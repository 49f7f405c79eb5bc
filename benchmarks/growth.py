"""How time grows with size: time(2n) / time(n) of reading and extracting for twelve shapes of papers.

`python -m benchmarks.growth [SHAPE …]`; processor time of the better of two runs.  Linear growth is 2.0; above 2.2 a
shape is marked.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from pipeline.core.errors import Rejected
from pipeline.extract.process import process_bytes
from pipeline.ruleset.layers import rules_folder
from pipeline.ruleset.rule import Rules, load_rules

LIMIT = 2.2
TITLE = "中共清河县第二中学支部委员会关于巡察整改进展情况的通报\n一、存在问题及整改情况\n"
HEAD = "序号,学校,存在问题,整改措施,整改情况,责任人,完成时限\n"
SENTENCE = "学校召开会议研究部署整改工作，完善制度，明确责任。"


def _lines(line: Callable[[int], str], size: int) -> str:
    return TITLE + "".join(f"{line(number)}\n" for number in range(1, size + 1))


def _ledger(schools: int, size: int) -> str:
    row = "{0},第{1}中学,食堂第{0}号台账记录不完整,完善制度，专人负责,已整改,王某,2023年12月31日\n"
    return HEAD + "".join(row.replace("，", "、").format(number, number % schools) for number in range(1, size + 1))


# name → size and what makes a paper of it
SHAPES: dict[str, tuple[int, Callable[[int], str], str]] = {
    "problems": (300, lambda n: _lines(lambda i: f"{i}.关于第{i}号台账不全的问题\n整改情况：已补齐。已完成整改。", n),
                 "txt"),
    "groups": (100, lambda n: _lines(lambda i: f"（{i}）第{i}方面\n1.台账不全。\n整改措施：补齐台账。", n), "txt"),
    "measures": (600, lambda n: TITLE + "1.台账不全的问题\n" + "".join(f"（{i}）补齐{i}本台账。" for i in range(n)),
                 "txt"),
    "one answer": (1500, lambda n: TITLE + "1.台账不全的问题\n整改情况：" + SENTENCE * n, "txt"),
    "no stops": (40_000, lambda n: TITLE + "1.台账不全的问题\n整改情况：" + "补齐台账" * (n // 4), "txt"),
    "numerals": (20_000, lambda n: TITLE + "1.台账不全的问题\n整改措施：" + "一" * n, "txt"),
    "circles": (4000, lambda n: TITLE + "1.台账不全的问题\n整改措施：" + "①" * n, "txt"),
    "paragraphs": (2000, lambda n: _lines(lambda i: f"第{i}段，" + SENTENCE, n), "txt"),
    "short lines": (4000, lambda n: _lines(lambda i: f"第{i}行", n), "txt"),
    "ledger": (500, lambda n: _ledger(1, n), "csv"),
    "ledger of schools": (500, lambda n: _ledger(300, n), "csv"),
    "long title": (60, lambda n: "清河县中心学校关于" + "清河云岭" * (n // 4) + "的通报\n" + SENTENCE, "txt"),
}  # fmt: skip


def measured(text: str, name: str, rules: Rules) -> float:
    """Seconds of processor time, the better of two runs; a paper that is refused costs what the refusal costs."""
    best = float("inf")
    for _ in range(2):
        started = time.process_time()
        try:
            process_bytes(text.encode(), name, rules)
        except Rejected as error:
            print(f"    {name}: {error.error}")
        best = min(best, time.process_time() - started)
    return best


def growth(names: list[str]) -> Iterator[str]:
    """One line a shape: seconds at n and 2n, and their ratio."""
    rules = load_rules(rules_folder())
    process_bytes((TITLE + "1.台账不全的问题").encode(), "warm.txt", rules)
    for name in names or list(SHAPES):
        size, make, ending = SHAPES[name]
        once, twice = (measured(make(n), f"{name}.{ending}", rules) for n in (size, 2 * size))
        mark = " ✗" if twice / once > LIMIT else ""
        yield f"{name:20} n={size:6} {once:7.2f} s  2n {twice:7.2f} s  ratio {twice / once:4.2f}{mark}"


if __name__ == "__main__":
    for line in growth(sys.argv[1:]):
        print(line, flush=True)
