"""Chinese words that decide something live in `rules/`, not in the program.

A word decides where it stands in a pattern, in a comparison or in a method that looks for it, there or by way of a
constant of the module.  Punctuation decides how a text is cut, which is the program's own; messages say and do not decide.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "pipeline"
HAN = re.compile("[㐀-鿿]")
RANGE = re.compile("[⺀-鿿]-[⺀-鿿\\ufa6d\\uffef]")  # any Chinese character: no word
LOOKING = {
    "compile",
    "search",
    "match",
    "fullmatch",
    "findall",
    "finditer",
    "sub",
    "subn",
    "split",
    "startswith",
    "endswith",
    "removeprefix",
    "removesuffix",
    "find",
    "rfind",
    "index",
    "count",
    "strip",
    "lstrip",
    "rstrip",
    "replace",
    "partition",
    "rpartition",
    "maketrans",
}
# how numerals, dates, sums and numbers of people are written is the program's business, not an office's
WRITING = {"core/values.py"}
# names that the program gives to what it writes (a unit, a file, a field of templates), and knows again
GIVEN = {"未写明单位", "整改台账.xlsx", "题"}


def deciding(tree: ast.Module) -> Iterator[ast.expr]:
    """What stands where it decides."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield node.left
            yield from node.comparators
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOOKING:
            if isinstance(node.func.value, (ast.Constant, ast.Name)):
                yield node.func.value
            yield from node.args[:1] if node.func.attr not in ("find", "rfind") else node.args
        elif isinstance(node, ast.MatchValue):
            yield node.value


def looked_at(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is in it; of a dictionary only its keys are compared."""
    yield node
    for child in (key for key in node.keys if key) if isinstance(node, ast.Dict) else ast.iter_child_nodes(node):
        yield from looked_at(child)


def words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Chinese words that decide, with their lines."""
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    waiting, seen = list(deciding(tree)), set[int]()
    while waiting:
        for node in looked_at(waiting.pop()):
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, ast.Name) and node.id in constants:
                waiting.append(constants[node.id])
            elif isinstance(node, ast.Constant) and decides(node.value):
                yield node.lineno, str(node.value)


def decides(value: object) -> bool:
    """Whether a constant is a text with a word in it."""
    return isinstance(value, str) and value not in GIVEN and HAN.search(RANGE.sub("", value)) is not None


def in_code() -> dict[str, list[str]]:
    """module → what of it decides."""
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        for line, word in words(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(name, []).append(f"{name}:{line}: {word}")
    return found


def test_no_word_decides_outside_the_rules() -> None:
    found = in_code()
    assert [word for name, here in found.items() if name not in WRITING for word in here] == []


def test_the_list_of_exceptions_is_no_longer_than_it_must_be() -> None:
    found = in_code()
    assert [name for name in WRITING if name not in found] == []


def test_the_scan_sees_words_in_patterns_comparisons_and_constants() -> None:
    tree = ast.parse(
        'import re\nWORD = "已"\nA = re.compile(f"{WORD}完成")\nB = x == "是"\nC = y.startswith(("关于", "对"))\n'
        'D = "请改正"\nraise Error("读不到", "请恢复")\nE = {"甲"}\nF = z in E\nG = a.split("，")\n'
    )
    assert sorted(word for _, word in words(tree)) == sorted(["已", "完成", "是", "关于", "对", "甲"])
