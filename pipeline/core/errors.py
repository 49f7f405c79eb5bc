"""Errors that a person must act on, and the classes under which files are set aside.

A defect in a document is a finding, never an exception.  A file that can't be read raises
`Rejected`; everything else a user can mend is a `UserError` with its own exit code.
"""

from __future__ import annotations

import errno
import traceback
import unicodedata

_UNSHOWN = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, direction, surrogate, line and paragraph separator


def escaped(text: str, kept: str = "") -> str:
    """The text on one line: what could steer a terminal or turn a line round is escaped, but for what is `kept`."""
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if unicodedata.category(character) in _UNSHOWN and character not in kept
        else character
        for character in text
    )


class UserError(Exception):
    """Where, what and what to do, in one Chinese sentence each; ends the run with `exit_code`."""

    exit_code = 2

    def __init__(self, where: str, what: str, remedy: str) -> None:
        where, what = escaped(where), escaped(what)
        super().__init__(f"{where}：{what}。{remedy}。" if where else f"{what}。{remedy}。")
        self.where, self.what, self.remedy = where, what, remedy

    def __reduce__(self) -> tuple[type[UserError], tuple[str, ...]]:
        return type(self), (self.where, self.what, self.remedy)  # out of a worker process as well


class InputError(UserError):
    """An input path, option or table that can't be used as given."""


class RuleError(UserError):
    """A rule file that can't be understood; `where` is file:line."""


class TemplateError(UserError):
    """A Word template that can't be filled; `where` is the template and the place in it."""


class BusyError(UserError):
    """Another run holds the output folder."""

    exit_code = 4


class OutputError(UserError):
    """The output can't be written: full, read-only, or open in another program."""

    exit_code = 5


class ProgramError(UserError):
    """A fault of this program itself; `log` is where its traceback lies."""

    exit_code = 1

    def __init__(self, log: str) -> None:
        super().__init__("", "程序内部出错", f"详情见 {log}，请反馈给维护者；已完成的部分已保存，可用同样的命令继续")
        self.log = log

    def __reduce__(self) -> tuple[type[UserError], tuple[str, ...]]:
        return type(self), (self.log,)


class Rejected(Exception):  # noqa: N818 (a verdict on a file, not an error of the program)
    """A file that is quarantined: `error` is a class of `REASONS`, `detail` says what was seen."""

    def __init__(self, error: str, detail: str = "") -> None:
        assert error in REASONS, error
        super().__init__(f"{error}: {detail}" if detail else error)
        self.error, self.detail = error, detail

    @property
    def message(self) -> str:
        """Reason and remedy for a person."""
        reason, remedy = REASONS[self.error]
        return f"{reason}（{escaped(self.detail)}）。{remedy}。" if self.detail else f"{reason}。{remedy}。"

    def __reduce__(self) -> tuple[type[Rejected], tuple[str, str]]:
        return type(self), (self.error, self.detail)


# class → (reason, remedy); the names are stable: people filter and scripts branch on them.
REASONS: dict[str, tuple[str, str]] = {
    "skipped_temp": ("临时文件或系统文件，不是文档", "无需处理"),
    "skipped_type": ("不是文档类文件", "无需处理；如确是文档，请另存为 docx 后放入"),
    "not_a_file": ("不是普通文件", "请放入普通文件"),
    "unsafe_link": ("是指向别处的链接，未跟随", "请把文件本身复制到输入文件夹"),
    "duplicate": ("内容与另一文件完全相同", "无需处理，已按第一份计入"),
    "unreadable": ("文件无法读取", "请检查文件权限或重新复制一份"),
    "changed_while_reading": ("读取过程中文件被修改", "请等文件保存完毕后重新运行"),
    "empty": ("文件是空的", "请向报送单位重新索取"),
    "too_large": ("文件超过大小上限", "请拆分文件，或删去文件中的图片后另存"),
    "type_mismatch": ("文件内容与扩展名不符，且无法按内容读取", "请用原软件打开后另存为 docx"),
    "unknown_format": ("无法识别的文件格式", "请用 Word 或 WPS 打开后另存为 docx"),
    "not_a_document": ("不是可以读取的文档或台账", "请确认报送的文件是否正确"),
    "encrypted": ("文件有密码保护", "请去掉密码后另存再放入"),
    "bad_zip": ("压缩结构损坏", "请重新复制或向报送单位重新索取"),
    "zip_bomb": ("压缩包展开后异常巨大，已拒绝", "请核实文件来源"),
    "bad_package": ("文档内部结构缺损", "请用 Word 打开并修复后另存"),
    "ambiguous_package": ("文档内部有同名或重叠的部件，已拒绝", "请核实文件来源，用 Word 另存后再放入"),
    "unsupported_compression": ("使用了不支持的压缩方式", "请用 Word 或普通压缩软件另存"),
    "bad_ole": ("旧版文档结构损坏", "请用 Word 或 WPS 打开并另存为 docx"),
    "bad_rtf": ("RTF 结构损坏", "请用 Word 打开并另存为 docx"),
    "bad_pdf": ("PDF 结构损坏", "请重新导出 PDF 或报送 Word 文件"),
    "xml_dtd_forbidden": ("文档内含有不允许的实体定义，已拒绝", "请核实文件来源，用 Word 另存后再放入"),
    "bad_xml": ("文档内部的 XML 损坏", "请用 Word 打开并修复后另存"),
    "xml_too_deep": ("文档内部嵌套过深，已拒绝", "请核实文件来源，用 Word 另存后再放入"),
    "bad_encoding": ("文字编码无法识别", "请用能正常显示它的软件打开，另存为 UTF-8 或 docx"),
    "no_text": ("没有可读取的文字，可能是扫描件", "请先做文字识别（OCR）或报送 Word 文件"),
    "converter_missing": ("读取这种格式需要 LibreOffice，本机没有找到", "请安装 LibreOffice，或把文件另存为 docx"),
    "traditional_script": ("正文是繁体字或带拼音的转载件", "请使用发布单位的简体原件"),
    "timeout": ("处理超过时间上限", "请核实文件是否异常，或拆分后再放入"),
    "memory": ("处理超过内存上限", "请核实文件是否异常，或拆分后再放入"),
    "crash": ("处理时进程异常退出", "请用 Word 另存后再试；如仍出现请反馈"),
    "internal_error": ("程序内部错误，详情见日志", "请把日志与此文件反馈给维护者"),
}


def trace_of(error: BaseException) -> str:
    """Where an exception arose, without its message: that may quote a document."""
    chain = [error]
    while (before := chain[-1].__cause__ or chain[-1].__context__) is not None and before not in chain:
        chain.append(before)
    return "\n".join("".join(traceback.format_tb(one.__traceback__)) + type(one).__name__ for one in reversed(chain))


_SYSTEM = {
    errno.ENOENT: "找不到",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘只读",
    errno.EISDIR: "是文件夹",
    errno.ENOTDIR: "上一级不是文件夹",
    errno.ENAMETOOLONG: "名称太长",
    errno.EBUSY: "正被占用",
    errno.EIO: "磁盘读写出错",
    errno.ELOOP: "链接绕成了圈",
    errno.EFBIG: "文件太大",
}


def system_words(error: OSError) -> str:
    """What the system refused, in Chinese; by its number where it is rare."""
    return _SYSTEM.get(error.errno or 0) or f"系统错误 {error.errno or type(error).__name__}"
