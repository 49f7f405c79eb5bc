"""Web pages around one article, in the ways that Chinese sites build them; all names are invented."""

from __future__ import annotations

TITLE = "中共柳湾区第四小学支部委员会关于巡察整改进展情况的通报"
ARTICLE = [
    "根据九届区委第三轮巡察统一部署，2024年3月4日至4月30日，区委第二巡察组对柳湾区第四小学党支部开展了常规巡察，并于6月12日反馈了巡察意见。现将整改情况予以公布。",
    "一、组织整改情况",
    "（一）提高认识。支部委员会先后5次专题研究整改工作。",
    "二、巡察反馈问题整改情况",
    "（一）在“两个责任”落实方面",
    "1.关于“理论学习流于形式”的问题",
    "整改情况：已完成整改。一是制定《第四小学党员学习制度》。二是每月组织集中学习1次。",
    "2.关于“食堂采购程序不规范”的问题",
    "整改情况：正在整改。一是公开招标确定供应商。二是清退多收伙食费2.4万元。",
    "三、下一步打算",
    "持续抓好后续整改。",
    "欢迎广大干部群众监督。联系电话：0571-00001234；电子邮箱：lw4x@lw4x.example。",
    "中共柳湾区第四小学支部委员会",
    "2024年12月3日",
]
WHOLE = [TITLE, *ARTICLE]


def paragraphs(texts: list[str]) -> str:
    return "\n".join(f"<p style='text-indent:2em'>　　{text}</p>" for text in texts)


def government() -> str:
    """Navigation, breadcrumb, a table of metadata, tools, the article, neighbours, links, footer."""
    return f"""<!DOCTYPE html><html><head><meta charset="gb2312"><title>{TITLE}_柳湾区人民政府</title>
<style>p{{margin:0}}</style><script>var a="<p>不是正文</p>";</script></head><body>
<div class="top"><a href="/">网站首页</a> <a href="/zw">政务公开</a> <a href="/fw">办事服务</a> <a href="/hd">政民互动</a></div>
<div class="wz">您现在的位置：<a href="/">首页</a> &gt; <a href="/zw">政务公开</a> &gt; <a href="/xc">巡察整改</a> &gt; 正文</div>
<table class="xxgk"><tr><td>索引号：</td><td>330100-2024-000123</td><td>发布机构：</td><td>柳湾区教育局</td></tr>
<tr><td>发文日期：</td><td>2024-12-05</td><td>文号：</td><td>柳四小党〔2024〕7号</td></tr></table>
<div class="xl-box"><h1>{TITLE}</h1>
<div class="info"><span>发布时间：2024-12-05 10:21</span> <span>来源：柳湾区第四小学</span> <span>浏览次数：<b>218</b></span>
<span>字体：【<a href="#">大</a> <a href="#">中</a> <a href="#">小</a>】</span> <span>分享到：</span></div>
<div class="TRS_Editor">{paragraphs(ARTICLE)}</div>
<div class="tools">【<a href="#">打印本页</a>】【<a href="#">关闭窗口</a>】</div>
<div><p>上一篇：<a href="/1">关于开展安全大检查的通知</a></p><p>下一篇：<a href="/2">第四小学召开家长会</a></p></div>
<div class="xgxx"><h3>相关信息</h3><ul><li><a href="/3">柳湾区第五小学关于巡察整改进展情况的通报</a> 2024-12-01</li>
<li><a href="/4">柳湾区第六小学关于巡察整改进展情况的通报</a> 2024-12-02</li></ul></div></div>
<div class="footer"><p>主办单位：柳湾区人民政府办公室 技术支持：柳湾信息中心</p><p>柳ICP备00000001号 网站标识码：3301000001</p></div>
</body></html>"""


def footer_first() -> str:
    """The footer stands first in the source, comments and a ranking with long texts behind the article."""
    ranking = "".join(
        f"<li><a href='/{n}'>柳湾区某单位党组关于第{n}轮巡察整改进展情况的通报全文公布请社会各界监督</a></li>"
        for n in range(12)
    )
    comments = "".join(f"<p>网友{n}：写得很好，希望学校继续努力，让家长满意，支持你们的工作。</p>" for n in range(3))
    return f"""<html><head><meta http-equiv=Content-Type content="text/html; charset=gbk"><title>{TITLE}</title></head><body>
<div id="footer"><p>版权所有：柳湾区纪委监委 Copyright 2024 All Rights Reserved</p></div>
<div id="nav"><ul><li><a href=/>首页</a></li><li><a href=/a>要闻</a></li></ul></div>
<div class="main"><div class="left"><h2>{TITLE}</h2><p>2024-12-05 来源：柳湾区第四小学 作者：办公室</p>
{paragraphs(ARTICLE)}<p style="text-align:right">（编辑：陈一一 审核：周二二）</p></div>
<div class="right sidebar"><h3>点击排行</h3><ul>{ranking}</ul></div></div>
<div class="comments"><h3>网友评论</h3>{comments}</div></body></html>"""


def glued() -> str:
    """No structure: one cell with line breaks, the page's line glued to the first sentence."""
    first = f"发布时间：2024-12-05 来源：柳湾区第四小学 点击数：77 {ARTICLE[0]}"
    body = "<br>　　".join([first, *ARTICLE[1:]])
    return f"""<html><head><title>{TITLE}</title></head><body><table width=100%><tr><td><a href=/>首页</a></td>
<td><a href=/b>校园新闻</a></td></tr></table><table><tr><td align=center><font size=4><b>{TITLE}</b></font></td></tr>
<tr><td>　　{body}</td></tr><tr><td>【打印】 【关闭】</td></tr></table>
<table><tr><td>版权所有 柳湾区第四小学 地址：柳湾区一号路 技术支持：某公司</td></tr></table></body></html>"""


def saved_word() -> str:
    """What Word saves as a page: conditional comments, o:p, spans, a hidden paragraph."""
    body = "\n".join(
        f"<p class=MsoNormal style='text-indent:24.0pt'><span lang=EN-US style='mso-bidi-font-weight:bold'>{text}<o:p></o:p></span></p>"
        for text in ARTICLE
    )
    return f"""<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word">
<head><meta http-equiv=Content-Type content="text/html; charset=gb2312"><title>{TITLE}</title>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Print</w:View></w:WordDocument></xml><![endif]--><style>.a{{}}</style></head>
<body lang=ZH-CN><div class=WordSection1><p class=MsoNormal align=center style='text-align:center'><b>{TITLE}</b></p>
<p class=MsoNormal style='display:none'>内部批注不外传</p>{body}</div></body></html>"""


PAGES = {"government": government, "footer_first": footer_first, "glued": glued, "saved_word": saved_word}
