"""Whether the rule files that a run needs are whole, told before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.core.errors import RuleError
from pipeline.reconcile.settings import DEFAULT, load_profile, load_settings
from pipeline.ruleset.labels import load_labels
from pipeline.ruleset.layers import reading_with, rules_folder
from pipeline.ruleset.rule import load_rules
from pipeline.ruleset.shape import unknown


def require_whole(folder: Path, profile: str = DEFAULT) -> None:
    """Load every rule file that a run needs.  Raises RuleError with the place of what is wrong or missing."""
    if faults := rule_faults(folder, (profile,), first=True):
        raise faults[0]


def rule_faults(folder: Path, profiles: tuple[str, ...] = (), *, first: bool = False) -> list[RuleError]:
    """What is wrong with the files of a folder of rules: of each file the first fault, of rules every one.

    `profiles`: the profiles that are looked at, all of the folder's where none is named; `first`: stop at a fault.
    """
    from pipeline.publish.word import starter
    from pipeline.publish.word.layout import load_profile as load_layout
    from pipeline.readers import lines
    from pipeline.readers.web import chrome

    faults: list[RuleError] = []
    loads: list[Callable[[], object]] = [
        lambda: _known_names(folder),
        lambda: load_rules(folder, None if first else faults),
        lambda: load_labels(folder),
        lambda: load_settings(folder, DEFAULT),
        *(lambda name=name: load_profile(folder, name) for name in profiles or _profiles(folder)),
        chrome.rules,
        lines.shapes,
        lambda: load_layout(folder),
        lambda: starter.lines_of(folder),
    ]
    with reading_with(folder):
        for load in loads:
            try:
                load()
            except RuleError as error:
                faults.append(error)
            except OSError as error:
                faults.append(RuleError(str(error.filename or folder), "规则文件读不到", "请检查文件权限"))
            if faults and first:
                break
    return list({str(fault): fault for fault in faults}.values())


def _profiles(folder: Path) -> list[str]:
    """The folder's own profiles, page layouts apart."""
    known = {path.stem for path in (rules_folder() / "profiles").glob("*.yaml")}
    return sorted(path.stem for path in (folder / "profiles").glob("*.yaml") if path.stem not in known)


def _known_names(folder: Path) -> None:
    """A file that the program would never read is most likely a misspelt one."""
    own = rules_folder()
    for pattern in ("*.yaml", "templates/*.yaml", "templates/*.docx"):
        known = sorted(path.relative_to(own).as_posix() for path in own.glob(pattern))
        for path in sorted(folder.glob(pattern)):
            name = path.relative_to(folder).as_posix()
            if name not in known:
                raise unknown(name, "规则文件夹", name, known)
