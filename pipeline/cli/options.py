"""What several commands take: paths, days, and the options for rules, profile and day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.core.limits import FIRST_YEAR, LAST_YEAR

FOLDER = click.Path(path_type=Path, file_okay=False, readable=False)  # what can't be read is said in our own words
ANY_PATH = click.Path(path_type=Path, readable=False)


class _Day(click.DateTime):
    """A day near enough to be meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        day = super().convert(value, param, ctx)
        return day if FIRST_YEAR <= day.year <= LAST_YEAR else self.fail(str(value), param, ctx)


DAY = _Day(["%Y-%m-%d"])
RULES = click.option("--rules", type=FOLDER, metavar="文件夹", help="规则文件夹；不写就用程序自带的规则。")
PROFILE = click.option(
    "--profile",
    default="",
    metavar="名称",
    help="核对口径，即规则文件夹 profiles 里的文件名；不写就用 default（check 用上次运行的）。",
)
AS_OF = click.option(
    "--as-of",
    type=DAY,
    metavar="年-月-日",
    help="按哪一天判断是否超期，提醒函也按这一天；不写就按当天（check、report 同上次运行）。",
)
