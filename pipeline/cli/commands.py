"""The command line: arguments in, one call each, text out; exit codes as README lists them.

Everything heavy is imported inside the commands, so that help and mistakes in options cost nothing.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from pipeline import __version__
from pipeline.cli.chinese import ChineseCommand, ChineseGroup, explained
from pipeline.cli.options import ANY_PATH, AS_OF, FOLDER, PROFILE, RULES
from pipeline.cli.wanted_results import results_named
from pipeline.core.errors import UserError
from pipeline.core.vocabulary import RESULTS
from pipeline.run.temporary import own_temporary

if TYPE_CHECKING:
    from pipeline.run.batch import RunSettings

QUARANTINED_EXIT = 3  # with --strict


@click.group(
    cls=ChineseGroup,
    epilog="""
\b
示例：
  zhenggai run input -o output        处理 input 里的全部文档，结果写入 output
  zhenggai show 某校整改情况通报.docx   在终端查看一份文档读成了什么
  zhenggai check output               改了规则或豁免清单后，不重读文档，只重新核对
退出码：0 完成；1 程序内部出错；2 用法、输入或规则有误；3 有文件未能处理或文书没有写出（仅 --strict）；
  4 输出文件夹正被另一次运行占用；5 输出写不进去；130/143 中途停止，可继续。
""",
)
@click.version_option(__version__, "--version", message="整改通 %(version)s", help="显示版本号。")
def zhenggai() -> None:
    """整改通：读取巡察反馈意见、整改方案、台账和整改情况通报，列表、核对、生成公文。

    全部在本机按规则完成，不联网。输入的文件不会被改动。
    """


@zhenggai.command(cls=ChineseCommand)
@click.argument("inputs", nargs=-1, required=True, type=ANY_PATH, metavar="输入...")
@click.option(
    "-o",
    "--output",
    type=ANY_PATH,
    metavar="文件夹",
    help="结果写到哪里；没有就新建。不写就是 output。",
)
@RULES
@PROFILE
@AS_OF
@click.option("--jobs", type=click.IntRange(min=1), metavar="个数", help="同时处理几份文档；不写就按处理器个数。")
@click.option("--strict", is_flag=True, help="有文件未能处理或文书没有写出时，退出码为 3。")
@click.option(
    "--only",
    callback=results_named,
    default=",".join(RESULTS),
    metavar="结果",
    help="数据表之外只要哪些结果：workbook 工作簿、word 文书、page 网页、annotated 批注原件，用逗号隔开；tables 只要"
    "数据表；不写就全部。上次运行留下而这次不要的，没改动过的删去。",
)
@click.option("--fresh", is_flag=True, help="全部重新读取；不写就只处理新增和有变动的文件。")
def run(
    inputs: tuple[Path, ...],
    output: Path | None,
    rules: Path | None,
    profile: str,
    as_of: datetime | None,
    jobs: int | None,
    strict: bool,
    fresh: bool,
    only: frozenset[str],
) -> None:
    """处理文档：读取、列表、核对，写出台账和报告。

    输入可以是文件、文件夹或 zip 压缩包，可以写多个。每个文件都会在结果的“文档”表里占一行：
    正常、正常（有提示）、未能处理或已跳过，并写明原因和办法。中途停止后用同样的命令再运行即可继续。
    """
    from pipeline.cli import terminal
    from pipeline.run import batch
    from pipeline.run.project import load_project

    said = load_project(inputs)
    more: dict[str, Any] = {"jobs": jobs or said.jobs, "fresh": fresh, "only": only}
    settings = _settings(rules or said.rules, profile or said.profile, as_of, **more)
    settings = replace(settings, as_of=settings.as_of or said.as_of)
    summary = batch.run(inputs, output or said.output or Path("output"), settings)
    click.echo(terminal.summary_text(summary, settings.rules))
    if strict and (summary.set_aside or summary.gaps):
        sys.exit(QUARANTINED_EXIT)


@zhenggai.command(cls=ChineseCommand)
@click.argument("folder", type=FOLDER, default=".", metavar="[文件夹]")
def init(folder: Path) -> None:
    """写一份项目文件 zhenggai.yaml：结果文件夹、规则、口径、日期写一次，以后每次运行都照用。"""
    from pipeline.run.project import write_project

    click.echo("\n".join(write_project(folder)))


@zhenggai.command(cls=ChineseCommand)
@click.argument("file", type=ANY_PATH, metavar="文件")
@RULES
@PROFILE
@AS_OF
def show(file: Path, rules: Path | None, profile: str, as_of: datetime | None) -> None:
    """查看一份文档：结构、问题与措施、核对发现。不写任何文件。"""
    from pipeline.cli import terminal
    from pipeline.run import batch

    settings = _settings(rules, profile, as_of)
    click.echo(terminal.show_text(batch.read_one(file, settings), settings.rules))


@zhenggai.command(cls=ChineseCommand)
@click.argument("file", type=ANY_PATH, metavar="文件")
@click.argument("problem", type=int, required=False, metavar="[问题序号]")
@RULES
def explain(file: Path, problem: int | None, rules: Path | None) -> None:
    """说明一份文档（或其中一个问题）的每个值由哪条规则、从哪段文字得出，每一段凭哪些迹象读成了什么。"""
    from pipeline.cli import terminal
    from pipeline.run.explained import explain_one

    settings = _settings(rules)
    click.echo(terminal.explain_text(explain_one(file, settings), problem, settings.rules))


@zhenggai.command(cls=ChineseCommand)
@click.argument("output", type=FOLDER, metavar="结果文件夹")
@RULES
@PROFILE
@AS_OF
def check(output: Path, rules: Path | None, profile: str, as_of: datetime | None) -> None:
    """重新核对已有结果，不重读文档；改了规则、口径或豁免清单后使用。"""
    from pipeline.cli import terminal
    from pipeline.run import batch

    settings = _settings(rules, profile, as_of)
    click.echo(terminal.summary_text(batch.check(output, settings), settings.rules))


@zhenggai.command(cls=ChineseCommand)
@click.argument("output", type=FOLDER, metavar="结果文件夹")
@click.option("--kind", "kinds", multiple=True, metavar="文书", help="要哪种文书，如 核对报告，可写多次；不写就全部。")
@click.option("--unit", metavar="单位", help="只要这个单位的；不写就全部单位。")
@RULES
@AS_OF
def report(output: Path, kinds: tuple[str, ...], unit: str | None, rules: Path | None, as_of: datetime | None) -> None:
    """从已有结果生成 Word 文书。"""
    from pipeline.run import batch

    settings = _settings(rules, as_of=as_of)
    lines = batch.report(output, settings, kinds, unit)
    click.echo("\n".join(lines) or "没有可生成的文书：结果里没有这种文书要写的内容。")


@zhenggai.command(cls=ChineseCommand)
@click.argument("workbook", type=ANY_PATH, metavar="整改台账.xlsx")
@click.option("--yes", "sure", is_flag=True, help="一张表删去三分之一以上的行时，确认是有意删去的。")
@RULES
def apply(workbook: Path, sure: bool, rules: Path | None) -> None:
    """读回工作簿里的人工更正，存入结果文件夹的 corrections.csv，下次运行、核对和出文书时使用。"""
    from pipeline.run import decided

    click.echo("\n".join(decided.apply(workbook, _settings(rules).rules, sure)))


@zhenggai.command(cls=ChineseCommand)
@click.argument("output", type=FOLDER, required=False, metavar="[结果文件夹]")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="端口", help="在哪个端口；不写就任选一个空着的。"
)
@click.option("--no-open", is_flag=True, help="只显示地址，不打开浏览器。")
@click.option("--work", type=ANY_PATH, metavar="文件夹", help="没有结果文件夹时，放入的文件和结果存到哪里。")
@RULES
def review(output: Path | None, port: int, no_open: bool, work: Path | None, rules: Path | None) -> None:
    """在浏览器里核对、更正、重新生成；不写结果文件夹就从放入文件开始。

    只在本机（127.0.0.1）可用，地址带口令。每个决定立即写入 corrections.csv。按 Ctrl-C 停止。
    """
    from pipeline.review.intake import Intake
    from pipeline.review.server import build_server

    place = work or Path.home() / "整改通" / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    intake = Intake(_settings(rules), output, place)
    build_server(
        intake, port, not no_open, lambda address: click.echo(f"请在浏览器里打开：{address}\n按 Ctrl-C 停止。")
    ).run()


@zhenggai.command(cls=ChineseCommand)
@click.argument("output", type=FOLDER, metavar="结果文件夹")
@click.argument("file", metavar="文件")
@click.argument("reading", required=False, default="", metavar="[读法编号]")
def choose(output: Path, file: str, reading: str) -> None:
    """为读法存疑的文档选定一种读法（编号见 zhenggai show）；不写编号就撤销。再次 run 时照此读取。"""
    from pipeline.run.chosen_reading import choose_reading

    click.echo(choose_reading(output, file, reading))


@zhenggai.group(cls=ChineseGroup)
def rules() -> None:
    """查看和检验规则。"""


def _rules_command(name: str, function: str, text: str) -> None:
    """Add `rules NAME`: prints what `trial.FUNCTION(folder)` gives; lines that begin with ✗ make exit code 2."""

    @rules.command(name, cls=ChineseCommand, help=text)
    @RULES
    def command(rules: Path | None) -> None:
        from pipeline.lab import trial
        from pipeline.ruleset.layers import rules_folder

        lines: Sequence[str] = getattr(trial, function)(rules_folder(rules))
        click.echo("\n".join(lines))
        if any(line.startswith("✗") for line in lines):
            sys.exit(UserError.exit_code)


_rules_command("list", "list_rules", "列出每条规则及其所在的文件和行号。")
_rules_command(
    "check",
    "check_with_papers",
    "检验每条规则：命中自己的正例，不命中反例，长文本上不变慢；在源码文件夹中还列出少有样本用到的规则。",
)
_rules_command("mutate", "mutate_rules", "逐条改坏规则，列出改坏了也没有例子发觉的规则。")
_rules_command("catalogue", "catalogue", "生成规则与核对项的目录。")


WEIGHTS_TO = click.option(
    "-o", "--output", type=ANY_PATH, metavar="文件", help="写到哪个文件；不写就是规则文件夹里的 weights.yaml。"
)


@rules.command("fit", cls=ChineseCommand)
@RULES
@click.option(
    "--report", is_flag=True, help="不写文件，只列出每位作者的文档由其余作者的文档拟合后读对多少、每组迹象值多少。"
)
@WEIGHTS_TO
def rules_fit(rules: Path | None, report: bool, output: Path | None) -> None:
    """用标注过的样本重新拟合各种迹象的分量（weights.yaml）。在源码文件夹中运行，需要 zhenggai[fit]。"""
    from pipeline.lab import fit_report, fitting

    _learn(rules, output, fit_report.report if report else None, fitting.write_weights)


@rules.command("calibrate", cls=ChineseCommand)
@RULES
@click.option("--report", is_flag=True, help="不写文件，只列出读错的有多少列为存疑、读对的有多少误列。")
@WEIGHTS_TO
def rules_calibrate(rules: Path | None, report: bool, output: Path | None) -> None:
    """用标注过的样本重新校准读法的把握（weights.yaml 的 judge）。在源码文件夹中运行，需要 zhenggai[fit]。"""
    from pipeline.lab import calibrate

    _learn(rules, output, calibrate.report if report else None, calibrate.write_calibration)


def _learn(
    rules: Path | None,
    output: Path | None,
    report: Callable[[Path, Path], list[str]] | None,
    write: Callable[[Path, Path, Path], list[str]],
) -> None:
    """Learn from the project's annotated papers: say how well (`report`), else write what was learnt."""
    from pipeline.lab.fitting import FILE
    from pipeline.ruleset.layers import rules_folder

    folder, papers = rules_folder(rules), rules_folder().parent / "tests"
    lines = report(folder, papers) if report else write(folder, papers, output or folder / FILE)
    click.echo("\n".join(lines))


@rules.command("copy", cls=ChineseCommand)
@click.argument("folder", type=ANY_PATH, metavar="文件夹")
def rules_copy(folder: Path) -> None:
    """在一个新文件夹里备好本单位的规则：全部内容都注释着，去掉注释改动的才起作用。"""
    from pipeline.lab.own_rules import write_start

    click.echo("\n".join(write_start(folder)))


def _settings(rules: Path | None, profile: str = "", as_of: datetime | None = None, **more: Any) -> RunSettings:
    from pipeline.ruleset.layers import rules_folder
    from pipeline.run.batch import RunSettings

    return RunSettings(rules_folder(rules), profile, as_of.date() if as_of else None, **more)


# --- the process -----------------------------------------------------------------------------------


class Stopped(BaseException):
    """The run was told to stop by `signal`.  It is no KeyboardInterrupt, which click turns into its own Abort."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


@contextmanager
def _stoppable() -> Iterator[None]:
    """Raise Stopped at the first SIGINT or SIGTERM; further ones don't disturb the clearing up."""

    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Stopped(number)

    before = [(number, signal.signal(number, stop)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def invoke(arguments: Sequence[str]) -> int:
    """Run one command; whatever goes wrong is one sentence on stderr.  Gives the exit code."""
    try:
        with own_temporary(), _stoppable():
            code = zhenggai.main(list(arguments), prog_name="zhenggai", standalone_mode=False)
    except UserError as error:
        return _said(str(error), error.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        return 0
    except click.ClickException as error:
        return _said(explained(error), UserError.exit_code)
    except Stopped as stopped:
        return _said("已停止。已完成的部分已保存，用同样的命令再运行一次即可继续。", 128 + stopped.signal)
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.Abort:
        return _said("已停止。", 128 + signal.SIGINT)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    except BrokenPipeError:  # the reader of our output went away (zhenggai show … | head)
        sys.stdout = None
        return 0
    except Exception as error:
        return _said(f"程序内部出错。详情见 {_logged(error)}，请把它反馈给维护者。", 1)
    return code if isinstance(code, int) else 0


def _said(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code


def _logged(error: Exception) -> str:
    """Where the traceback of an error outside a run was written."""
    from pipeline.core.errors import trace_of

    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="zhenggai-", suffix=".txt", delete=False) as file:
        file.write(trace_of(error) + "\n")
    return file.name


def main() -> None:
    """The entry point `zhenggai`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console of another encoding must not end the run
            stream.reconfigure(errors="backslashreplace")
    sys.exit(invoke(sys.argv[1:]))
