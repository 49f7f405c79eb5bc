"""Click in Chinese: headings of the help, the help option, and what is wrong with a command line."""

from __future__ import annotations

from typing import Any

import click

_HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}
_SMALL = {"default": "默认", "required": "必填"}


class _Formatter(click.HelpFormatter):
    """Help with Chinese headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        words = args.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 [参数]...")
        super().write_usage(prog, words, "用法：")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_dl(self, rows: Any, col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(term, _translated(text)) for term, text in rows], col_max, col_spacing)


def _translated(text: str) -> str:
    for english, chinese in _SMALL.items():
        text = text.replace(f"[{english}: ", f"[{chinese}：").replace(f"[{english}]", f"[{chinese}]")
    return text


class _ChineseContext(click.Context):
    formatter_class = _Formatter


def _help_option(command: click.Command, context: click.Context) -> click.Option | None:
    option = click.Command.get_help_option(command, context)
    if option is not None:
        option.help = "显示本说明。"
    return option


class ChineseCommand(click.Command):
    """A command whose help is in Chinese."""

    context_class = _ChineseContext

    def get_help_option(self, context: click.Context) -> click.Option | None:
        return _help_option(self, context)


class ChineseGroup(click.Group):
    """A group of commands whose help is in Chinese."""

    context_class = _ChineseContext

    def get_help_option(self, context: click.Context) -> click.Option | None:
        return _help_option(self, context)


def explained(error: click.ClickException) -> str:
    """What is wrong with the command line, and how to see what is right."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "zhenggai"
    return f"{_what(error)}。运行 {path} --help 查看用法。"


def _what(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        similar = f"，是不是想写 {'、'.join(error.possibilities)}" if error.possibilities else ""
        return f"没有 {error.option_name} 这个选项{similar}"
    if isinstance(error, click.MissingParameter):
        return f"缺少 {_name(error.param)}"
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 后面缺少内容，或不该有内容"
    if isinstance(error, click.BadParameter):
        return f"{_name(error.param)} 的内容不对，应为{_expected(error.param)}"
    if isinstance(error, click.UsageError) and error.message.startswith("No such command"):
        return f"没有 {error.message.split(chr(39))[1]} 这个命令"
    return f"命令写得不对（{error.message}）"


def _expected(parameter: click.Parameter | None) -> str:
    """What a parameter's content must be."""
    kind = parameter.type if parameter else None
    if isinstance(kind, click.DateTime):
        return "日期，如 2025-03-31"
    if isinstance(kind, click.IntRange):
        return f"不小于 {kind.min} 的整数"
    if kind is click.INT:
        return "整数"
    if isinstance(kind, click.Path):
        return "文件夹，不是文件" if not kind.file_okay else "文件或文件夹的路径"
    return "说明中的形式"


def _name(parameter: click.Parameter | None) -> str:
    """The parameter as the help shows it."""
    if parameter is None:
        return "参数"
    if isinstance(parameter, click.Argument):
        return str(parameter.metavar or parameter.name)
    return "/".join(parameter.opts)
