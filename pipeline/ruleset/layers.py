"""Where rule files lie: the program's own, and an office's laid over them.

In: a folder of rules and the name of a file in it.  Out: its content, the office's over the built-in one: mappings key
by key, lists of entries with an `id` by that id (a known one is replaced where it stands, a new one comes before all
others of its list), other lists as a whole, or added to under the key `name+`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.core.errors import RuleError
from pipeline.ruleset.shape import Shape
from pipeline.ruleset.yaml_file import Entry, Items, read_yaml

_reading: ContextVar[Path | None] = ContextVar("reading", default=None)


def rules_folder(given: Path | None = None) -> Path:
    """The folder of rules: the one given, else the repository's, else the one inside the wheel."""
    if given is not None:
        if not given.is_dir():
            raise RuleError(str(given), "规则文件夹不存在", "请检查 --rules 后面的路径")
        return given
    return _own_folder()


@cache
def _own_folder() -> Path:
    """The program's own rules: looked for once, readers ask for them at every block."""
    package = Path(__file__).resolve().parent.parent
    return package / "rules_data" if (package / "rules_data").is_dir() else package.parent / "rules"


@contextmanager
def reading_with(folder: Path) -> Iterator[None]:
    """Within it the readers take their rules (`readers_folder`) from this folder."""
    token = _reading.set(folder)
    try:
        yield
    finally:
        _reading.reset(token)


def readers_folder() -> Path:
    """The folder that is read with; the program's own outside of `reading_with`."""
    return _reading.get() or rules_folder()


def layers(folder: Path) -> tuple[Path, ...]:
    """The folders that are looked at, the office's first; one where it is the program's own."""
    own = rules_folder()
    return (folder,) if folder.resolve() == own.resolve() else (folder, own)


def rule_file(folder: Path, name: str) -> Path:
    """A file that is taken whole (a Word template): the office's where it has one, else the program's own."""
    return next((path for layer in layers(folder) if (path := layer / name).is_file()), rules_folder() / name)


def rule_files(folder: Path, *suffixes: str) -> Iterator[tuple[str, Path]]:
    """Every file of all layers with one of these suffixes: its name within its layer, and where it lies; in order."""
    for number, layer in enumerate(layers(folder)):
        for path in sorted(layer.rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield f"{number}/{path.relative_to(layer).as_posix()}", path


def load(folder: Path, name: str, shape: Shape) -> Any:
    """The content of a rule file, checked.  Raises RuleError at file:line."""
    content: Any = None
    for layer in reversed(layers(folder)):
        path = layer / name
        if path.is_file():
            content = laid_over(content, read_yaml(path, name), f"{name}:1")
        elif len(layers(folder)) == 1:
            raise RuleError(name, "没有这个规则文件", "请恢复这个文件，或重新安装程序")
    shape(content, f"{name}:1", name)
    return content


def laid_over(base: Any, own: Any, place: str) -> Any:
    """`own` over `base`; where nothing is said, `base`.  Neither is changed."""
    if own is None and isinstance(base, (Entry, Items)):
        return base  # a heading under which everything is commented out
    if isinstance(base, Entry) and isinstance(own, Entry):
        return _mapping_over(base, own)
    if isinstance(base, Entry) or (isinstance(own, Entry) and isinstance(base, Items)):
        raise RuleError(
            place,
            "应当写成" + ("“键: 值”" if isinstance(base, Entry) else "“- ”开头的列表"),
            "请对照程序自带的同名文件改正",
        )
    if isinstance(own, Items) and (_named(own) or (isinstance(base, Items) and _named(base))):
        return _items_over(base if isinstance(base, Items) else Items(own.place), own)
    return own


def _mapping_over(base: Entry, own: Entry) -> Entry:
    merged = Entry(own.place)
    merged.update(base)
    merged.places.update(base.places)
    for key, value in own.items():
        name, place = key.removesuffix("+"), own.where(key)
        if name != key:
            merged[name] = _added(base.get(name), value, place)
        else:
            merged[key] = laid_over(base.get(key), value, place)
        merged.places[name] = place
    return merged


def _added(base: Any, value: Any, place: str) -> Items:
    if not isinstance(base, Items) or not isinstance(value, Items):
        raise RuleError(place, "“名称+:”只能用来给列表添加内容", "请去掉加号，或对照程序自带的同名文件改正")
    merged = Items(place)
    merged += [*base, *(item for item in value if item not in base)]
    merged.places = [place] * len(merged)
    return merged


def _named(items: Items) -> bool:
    return bool(items) and all(isinstance(item, Entry) and "id" in item for item in items)


def _items_over(base: Items, own: Items) -> Items:
    """By id: known ones in their place, new ones in front."""
    given: dict[Any, Entry] = {}
    for item, place in zip(own, own.places, strict=True):
        if not isinstance(item, Entry):
            raise RuleError(place, "条目应当是“键: 值”的形式", "请对照其他条目改正")
        if not isinstance(item.get("id"), str):
            raise RuleError(item.place, "条目缺少 id", "请补上 id")
        if item["id"] in given:
            what = f"规则编号 {item['id']} 与 {given[item['id']].place} 重复"
            raise RuleError(item.place, what, "请换一个编号")
        given[item["id"]] = item
    known = {item["id"] for item in base}
    merged = Items(own.place)
    merged += [item for name, item in given.items() if name not in known]
    merged += [given.get(item["id"], item) for item in base]
    merged.places = [item.place for item in merged]
    return merged
