"""The project file `zhenggai.yaml` beside the input: what an office says once, so that it need not say it every time.

In: the inputs of a run.  Out: its settings; what the command line says wins over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.core.errors import InputError
from pipeline.core.files import replace_file
from pipeline.ruleset.shape import day, number, record, text
from pipeline.ruleset.yaml_file import read_yaml

FILE = "zhenggai.yaml"
MOST_JOBS = 256
_SHAPE = record(
    {"output": text, "rules": text, "profile": text, "as_of": day, "jobs": number(1, MOST_JOBS, whole=True)}
)
START = """\
# 整改通的项目文件：放在材料文件夹旁边（与 input 同一级），zhenggai run 会自己读它。
# 每一项都可以不写；去掉前面的“# ”才起作用。命令行里写了的以命令行为准。
# 路径从这个文件所在的文件夹算起。

# 结果写到哪里
# output: output
# 本单位的规则文件夹（zhenggai rules copy 备好；单位改名、落款单位、提醒天数都在里面改）
# rules: 本单位规则
# 核对口径：规则文件夹 profiles 里的文件名
# profile: default
# 按哪一天判断是否超期；不写就按当天
# as_of: 2025-06-30
# 同时处理几份文档
# jobs: 2
"""


@dataclass(frozen=True, slots=True)
class Project:
    """What the project file says; None, "" and 0 are not stated."""

    output: Path | None = None
    rules: Path | None = None
    profile: str = ""
    as_of: date | None = None
    jobs: int = 0


def load_project(given: Sequence[Path]) -> Project:
    """The settings of the project file beside the first input.  Raises RuleError with the line of what is wrong."""
    path = given[0].absolute().parent / FILE
    if not path.is_file():
        return Project()
    content = read_yaml(path)
    if content is None:
        return Project()
    _SHAPE(content, f"{FILE}:1", FILE)
    folder = path.parent
    return Project(
        output=folder / str(content["output"]) if "output" in content else None,
        rules=folder / str(content["rules"]) if "rules" in content else None,
        profile=str(content.get("profile", "")),
        as_of=date.fromisoformat(str(content["as_of"])) if content.get("as_of") else None,
        jobs=int(content.get("jobs", 0)),
    )


def write_project(folder: Path) -> list[str]:
    """Write a project file that changes nothing; gives lines for a person.  Raises InputError where there is one."""
    path = folder / FILE
    if path.exists():
        raise InputError(str(path), "这里已经有项目文件", "请直接修改它")
    replace_file(path, START.encode("utf-8"))
    return [f"已写好 {path}，每一项都注释着。把材料放在它旁边的文件夹里（如 input），运行 zhenggai run input。"]
