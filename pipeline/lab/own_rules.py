"""A start for an office's own rules: every file of the program's, all of it commented out, with how to use it.

In: an empty or new folder.  Out: files that change nothing until a `#` is taken away.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.core.errors import InputError, OutputError, system_words
from pipeline.ruleset.layers import rules_folder

ORIGINALS = "出厂模板"  # below templates/, where the program looks for none
_GUIDE = """\
# 本单位的规则。只写与程序自带规则不同的内容，其余照自带的；运行时加 --rules 这个文件夹。
# 下面是自带内容，每行前都有“#”，不起作用。要改哪一条，就去掉那一条（和它上面各级名称）前面的“# ”，再改。
# - 有 id 的条目：同一个 id 整条换成这里的；新的 id 加在同类条目的最前面；规则写 off: true 就停用。
# - “名称: 内容”：只换这里写了的名称。列表整个换掉；只想添几个词，名称后面写加号，如  words+: [新词]
# 改完运行 zhenggai rules check --rules 这个文件夹；写错的地方会指明文件和行。
# 程序升级后照旧使用；自带规则里已经没有的名称，会在检验时逐条指出。

"""
_TEMPLATES = """\
出厂模板文件夹里是程序自带的 Word 模板，只供复制。要改哪一种文书，把那个 docx 复制到上一级（templates 文件夹里），
用 Word 或 WPS 修改；没有复制的照用程序自带的。写法见 README.md。
"""


def write_start(folder: Path) -> list[str]:
    """Write the start; gives lines for a person.  Raises InputError for a folder that holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(str(folder), "这里已经有文件", "请写一个新的或空的文件夹，免得覆盖已有的规则")
    own = rules_folder()
    count = 0
    try:
        for path in sorted(own.rglob("*")):
            target = folder / path.relative_to(own)
            if path.suffix == ".yaml":
                _put(target, _GUIDE + commented(path.read_text(encoding="utf-8")))
                count += 1
            elif path.suffix == ".docx":
                (target.parent / ORIGINALS).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target.parent / ORIGINALS / path.name)
        shutil.copyfile(own / "templates" / "README.md", folder / "templates" / "README.md")
        _put(folder / "templates" / ORIGINALS / "说明.txt", _TEMPLATES)
    except OSError as error:
        what = f"写不进去（{system_words(error)}）"
        raise OutputError(str(folder), what, "请检查磁盘空间和文件夹权限") from error
    return [
        f"已在 {folder} 备好 {count} 个规则文件，内容全部注释着。",
        f"改好后检验：zhenggai rules check --rules {folder}",
    ]


def commented(text: str) -> str:
    """Every line with `# ` in front but for empty ones; taking it away everywhere gives the text back."""
    return "\n".join(f"# {line}" if line.strip() else line for line in text.split("\n"))


def _put(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
