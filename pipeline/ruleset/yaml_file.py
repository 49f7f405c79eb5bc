"""One YAML file of rules → plain values that know their lines; every fault at file:line.

In: a file.  Out: `Entry` (a mapping with text keys), `Items` (a list), texts, numbers, true and false, None.
Only what rule files need is read: no anchors, no tags, no dates, `on` and `off` are texts, `.inf` and `.nan` too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from pipeline.core.errors import RuleError
from pipeline.core.limits import RULE_FILE_BYTES

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the fast one where PyYAML was built with libyaml
_DEEPEST = 20  # entries in entries; the rule files have five


class Entry(dict[str, Any]):
    """A mapping: where it stands, and where each key does, as file:line."""

    __slots__ = ("place", "places")

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self.places: dict[str, str] = {}

    def where(self, key: str = "") -> str:
        """The place of a key; of the mapping itself for none or an unknown one."""
        return self.places.get(key, self.place)


class Items(list[Any]):
    """A list: where it stands, and where each item does, as file:line."""

    __slots__ = ("place", "places")

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self.places: list[str] = []


class _Loader(_Base):  # type: ignore[misc]
    """A loader that only composes; scalars are numbers, true, false and null as in YAML 1.2, else text."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"~|null|", "~n"),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,15})", "-+0123456789"),
    ("float", r"[-+]?[0-9]{1,16}\.[0-9]{1,16}", "-+0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), [*_first, *([""] if _tag == "null" else [])]
    )
_VALUES: dict[str, Callable[[str], Any]] = {
    "bool": lambda text: text == "true",
    "null": lambda text: None,
    "int": int,
    "float": float,
    "str": str,
}


def read_yaml(path: Path, name: str = "") -> Any:
    """The content of a rule file, named `name` in what it says (default: the file's own name).  Raises RuleError."""
    file = name or path.name
    try:
        if path.stat().st_size > RULE_FILE_BYTES:
            raise RuleError(file, f"规则文件超过 {RULE_FILE_BYTES // 1024} KB", "请只保留需要的条目")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RuleError(str(path), "规则文件读不到", "请恢复这个文件，或重新安装程序") from error
    except UnicodeDecodeError as error:
        raise RuleError(file, "规则文件不是 UTF-8 编码", "请用 UTF-8 编码另存") from error
    try:
        node = yaml.compose(text, Loader=_Loader)
        return None if node is None else _value(node, file, set())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleError(f"{file}:{line}", "YAML 写法有误", "请检查缩进、引号和冒号") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise RuleError(f"{file}:1", "YAML 写法有误", "请检查文件内容") from error


def _value(node: yaml.Node, file: str, seen: set[int], depth: int = 0) -> Any:
    place = f"{file}:{node.start_mark.line + 1}"
    if id(node) in seen:
        raise RuleError(place, "规则文件里不能用引用（& 和 *）", "请把内容写全")
    seen.add(id(node))
    if depth > _DEEPEST:
        raise RuleError(place, "嵌套层数过多", "请检查括号和缩进")
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return _entry(node, file, seen, depth)
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        items = Items(place)
        for child in node.value:
            items.append(_value(child, file, seen, depth + 1))
            items.places.append(f"{file}:{child.start_mark.line + 1}")
        return items
    if isinstance(node, yaml.ScalarNode) and kind in _VALUES:
        return _VALUES[kind](node.value)
    raise RuleError(place, f"规则文件里不能用标记 {node.tag}", "请去掉这个标记")


def _entry(node: yaml.MappingNode, file: str, seen: set[int], depth: int) -> Entry:
    entry = Entry(f"{file}:{node.start_mark.line + 1}")
    for key_node, child in node.value:
        place = f"{file}:{key_node.start_mark.line + 1}"
        if not isinstance(key_node, yaml.ScalarNode):
            raise RuleError(place, "键应当是一个词", "请检查冒号和括号")
        key = str(key_node.value)
        if key in entry:
            raise RuleError(place, f"键 {key} 重复", "请只保留一个")
        entry[key] = _value(child, file, seen, depth + 1)
        entry.places[key] = place
    return entry
