"""YAML files of `rules/`: where they lie, and reading one with each error at its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import yaml

from pipeline.core.errors import RuleError

LINE = "__line__"  # key under which every mapping keeps the line it starts on (from 1)


class _Loader(yaml.SafeLoader):
    """A safe loader whose mappings know their line and refuse equal keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"键 {key} 重复", key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=True)
        mapping[LINE] = node.start_mark.line + 1
        return mapping


# yaml 1.1 reads 2021-03-01 as a date and `on` as true; rule files want the text
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


_reading: ContextVar[Path | None] = ContextVar("reading", default=None)


@contextmanager
def reading_with(folder: Path) -> Iterator[None]:
    """Within it the readers take their rule files (`readers_file`) from this folder."""
    token = _reading.set(folder)
    try:
        yield
    finally:
        _reading.reset(token)


def readers_file(name: str) -> Path:
    """A rule file of the readers: of the folder that is read with, where it has one, else the program's own."""
    folder = _reading.get()
    own = folder / name if folder is not None else None
    return own if own is not None and own.is_file() else rules_folder() / name


def rules_folder(given: Path | None = None) -> Path:
    """The folder of rules: the one given, else the repository's, else the one inside the wheel."""
    if given is not None:
        if not given.is_dir():
            raise RuleError(str(given), "规则文件夹不存在", "请检查 --rules 后面的路径")
        return given
    package = Path(__file__).resolve().parent.parent
    return package / "rules_data" if (package / "rules_data").is_dir() else package.parent / "rules"


def read_yaml(path: Path) -> Any:
    """The content of a rule file; every mapping carries its line under `LINE`.  Raises RuleError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RuleError(str(path), "规则文件读不到", "请恢复这个文件，或重新安装程序") from error
    except UnicodeDecodeError as error:
        raise RuleError(str(path), "规则文件不是 UTF-8 编码", "请用 UTF-8 编码另存") from error
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a subclass of SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleError(f"{path.name}:{line}", f"YAML 写法有误（{error.problem}）", "请检查缩进、引号和冒号") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise RuleError(path.name, "YAML 写法有误", "请检查文件内容") from error
