"""Papers that are none of ours: how many are taken for one of ours, and how many problems are read in them.

    python -m benchmarks.unrelated [--each 10] [--texts DIR]... [-v]

Papers are made from the grammar of `unrelated.yaml` (every kind `--each` times, the same ones in every run); `--texts`
adds real text files, such as the Chinese documentation of installed packages (`--texts /usr/share/man/zh_CN`).
Prints how many papers got a kind of ours and how many problems they were said to hold; exit 1 above the limits
(problems 0, kinds 1 %).
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pipeline.core.model import Block, Document
from pipeline.core.vocabulary import Kind
from pipeline.extract.process import tabulate
from pipeline.ruleset.layers import rules_folder
from pipeline.ruleset.rule import Rules, load_rules
from pipeline.ruleset.yaml_file import read_yaml

GRAMMAR = Path(__file__).parent / "unrelated.yaml"
KINDS_LIMIT = 0.01
_SLOT = re.compile(r"\{([a-z]+)\}")
_CHINESE = re.compile(r"[一-龥]")
_ENOUGH = 60  # Chinese characters of a text that is worth a try


def papers(each: int) -> Iterator[tuple[str, list[str]]]:
    """Name and lines of every paper of the grammar; kinds in their order, each as often as asked."""
    grammar = read_yaml(GRAMMAR)
    slots = {name: list(map(str, words)) for name, words in dict(grammar["slots"]).items() if isinstance(words, list)}
    for kind in grammar["kinds"]:
        for number in range(each):
            chance = random.Random(f"{kind['name']}-{number}")  # noqa: S311 (no secret)

            def filled(text: str, chance: random.Random = chance) -> str:
                return _SLOT.sub(lambda match: chance.choice(slots[match[1]]), text)

            lines = [filled(str(line)) for line in kind["lines"]]
            signed = [filled("{unit}"), filled("{year}年{day}")] if number % 2 else []
            yield f"{kind['name']} {number}", [filled(str(chance.choice(list(kind["title"])))), *lines, *signed]


def texts(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Name and lines of every Chinese text below a folder (plain or gzipped)."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = raw.decode("utf-8", "replace")
        if len(_CHINESE.findall(text)) >= _ENOUGH:
            yield str(path), [line for line in text.split("\n") if line.strip()]


def read(name: str, lines: list[str], rules: Rules) -> tuple[str, int]:
    """The kind that a paper is taken for, and how many problems are read in it."""
    tables = tabulate(Document(name, "txt", "", tuple(Block(line) for line in lines)), rules)
    return str(tables.documents[0].kind), len(tables.problems)


def main() -> int:
    """Reads all papers and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--texts", type=Path, action="append", default=[])
    parser.add_argument("-v", action="store_true", dest="verbose")
    options = parser.parse_args()
    rules = load_rules(rules_folder())
    count = wrong = problems = 0
    for source in (papers(options.each), *(texts(folder) for folder in options.texts)):
        for name, lines in source:
            kind, found = read(name, lines, rules)
            count += 1
            wrong += kind != Kind.OTHER
            problems += found
            if options.verbose and (kind != Kind.OTHER or found):
                print(f"{name}: {kind}, {found} problems: {lines[0]}")
    print(f"{count} papers: {wrong} of a kind of ours ({wrong / count:.2%}), {problems} problems")
    return 1 if problems or wrong > KINDS_LIMIT * count else 0


if __name__ == "__main__":
    sys.exit(main())
