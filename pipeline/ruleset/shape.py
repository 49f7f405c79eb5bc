"""What a rule file may hold: small checks that are put together to the shape of a file.

A shape takes a value, its place (file:line) and its name; it raises RuleError for the first thing that does not fit.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.core.errors import RuleError
from pipeline.core.limits import FIRST_YEAR, LAST_YEAR
from pipeline.ruleset.yaml_file import Entry, Items

Shape = Callable[[Any, str, str], None]


def text(value: Any, place: str, name: str) -> None:
    """A word or a sentence; numbers count as text."""
    if value is None or isinstance(value, (bool, Entry, Items)) or not str(value).strip():
        raise RuleError(place, f"{name} 应当是文字", "请写一段文字，有冒号、引号的用单引号括起来")


def any_text(value: Any, place: str, name: str) -> None:
    """A text that may be empty."""
    if value is not None and value != "":
        text(value, place, name)


def day(value: Any, place: str, name: str) -> None:
    """A day as 2025-06-30, or nothing."""
    if value in (None, ""):
        return
    try:
        near = FIRST_YEAR <= date.fromisoformat(str(value)).year <= LAST_YEAR
    except ValueError:
        near = False
    if not near:
        raise RuleError(place, f"{name} 的“{_shown(value)}”不是日期", "请写成 2025-06-30 的形式")


def flag(value: Any, place: str, name: str) -> None:
    """true or false."""
    if not isinstance(value, bool):
        raise RuleError(place, f"{name} 应当是 true 或 false", "请改正")


def pattern(value: Any, place: str, name: str) -> None:
    """A regular expression."""
    text(value, place, name)
    try:
        re.compile(str(value))
    except re.error as error:
        raise RuleError(place, f"{name} 的写法有误（{error}）", "请检查括号和符号是否成对") from error


def number(least: float, most: float, *, whole: bool = False, empty: bool = False) -> Shape:
    """A number within bounds; `empty`: or nothing."""

    def check(value: Any, place: str, name: str) -> None:
        if value is None and empty:
            return
        fits = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        if not fits:
            kind = "整数" if whole else "数字"
            raise RuleError(place, f"{name} 的“{_shown(value)}”不是{kind}", f"请写 {least:g} 到 {most:g} 的{kind}")
        if not least <= value <= most:
            raise RuleError(place, f"{name} 的 {value} 超出范围", f"请写 {least:g} 到 {most:g} 的数")

    return check


def one_of(*names: str) -> Shape:
    """One of these words."""

    def check(value: Any, place: str, name: str) -> None:
        if not isinstance(value, str) or value not in names:
            raise unknown(place, name, _shown(value), names)

    return check


def some_of(*names: str) -> Shape:
    """One or more of these words, a blank between two."""

    def check(value: Any, place: str, name: str) -> None:
        text(value, place, name)
        for word in str(value).split():
            if word not in names:
                raise unknown(place, name, word, names)

    return check


def items(inner: Shape, least: int = 0) -> Shape:
    """A list."""

    def check(value: Any, place: str, name: str) -> None:
        if not isinstance(value, Items):
            raise RuleError(place, f"{name} 应当是列表", f"请写成 [{_shown(value)}]，或一行一个“- ”")
        if len(value) < least:
            raise RuleError(place, f"{name} 是空的", "请至少写一个")
        for item, where in zip(value, value.places, strict=True):
            inner(item, where, name)

    return check


def mapping(inner: Shape, names: Sequence[str] = ()) -> Shape:
    """`name: value` lines, all values alike; `names`: only these, any where none are given."""

    def check(value: Any, place: str, name: str) -> None:
        entry = _entry(value, place, name)
        for key, one in entry.items():
            if names and key not in names:
                raise unknown(entry.where(key), name, key, names)
            inner(one, entry.where(key), f"{name} 的 {key}")

    return check


def record(keys: Mapping[str, Shape], needed: Sequence[str] = ()) -> Shape:
    """An entry: known keys only, each with its shape."""

    def check(value: Any, place: str, name: str) -> None:
        entry = _entry(value, place, name)
        for key, one in entry.items():
            if key not in keys:
                raise unknown(entry.where(key), name, key, tuple(keys))
            keys[key](one, entry.where(key), key)
        missing = [key for key in needed if key not in entry]
        if missing:
            raise RuleError(entry.place, f"{name} 缺少 {'、'.join(missing)}", "请补上")

    return check


def unknown(place: str, name: str, word: str, known: Sequence[str]) -> RuleError:
    """The error for a word that is none of the known ones, with the nearest of them."""
    near = difflib.get_close_matches(word, known, 1, 0.6)
    guess = f"，是不是想写 {near[0]}" if near else ""
    shown = "、".join(known[:20]) + ("……" if len(known) > 20 else "")
    return RuleError(place, f"{name} 中不认识“{word}”{guess}", f"请改正；可用：{shown}" if known else "请删去这一项")


def _entry(value: Any, place: str, name: str) -> Entry:
    if not isinstance(value, Entry):
        raise RuleError(place, f"{name} 应当写成“键: 值”的形式", "请对照程序自带的同名文件改正")
    return value


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "空" if value is None else str(value)[:40]
