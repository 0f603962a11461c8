"""HTML that is safe by construction: every text is escaped, and the few tags there are come from here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlsplit

_RULES = (
    ".aisre{font:13px/1.45 var(--jp-ui-font-family,system-ui,sans-serif);color:var(--jp-ui-font-color1,inherit);"
    "margin:2px 0}",
    ".aisre .aisre-h{border-left:3px solid var(--jp-border-color1,#bbb);padding:1px 8px}",
    ".aisre-n,.aisre-dim{color:var(--jp-ui-font-color2,#777)}",
    ".aisre code,.aisre pre{font:12px/1.4 var(--jp-code-font-family,ui-monospace,monospace);color:inherit}",
    ".aisre code{background:none!important;padding:0!important}.aisre-t{white-space:nowrap}",
    ".aisre pre{margin:2px 0;padding:4px 8px;overflow-x:auto;white-space:pre;"
    "background:var(--jp-layout-color2,rgba(128,128,128,.1))}",
    ".aisre table{border-collapse:collapse;margin:4px 0;font-size:12px;color:inherit;table-layout:auto}",
    ".aisre th,.aisre td{text-align:left!important;padding:2px 12px 2px 0!important;vertical-align:top;"
    "border-bottom:1px solid var(--jp-border-color2,rgba(128,128,128,.3));max-width:46em;overflow-wrap:break-word}",
    ".aisre th,.aisre td.aisre-r{white-space:nowrap}",
    ".aisre td.aisre-r,.aisre th.aisre-r{text-align:right!important}",
    ".aisre details{margin:2px 0}.aisre summary{cursor:pointer}",
    ".aisre .aisre-add{background:rgba(46,160,67,.18)}.aisre .aisre-del{background:rgba(248,81,73,.16)}",
    ".aisre .aisre-mark{background:rgba(210,153,34,.25);font-weight:600}",
    ".aisre .aisre-bad{color:var(--jp-error-color1,#c62828);font-weight:600}",
    ".aisre .aisre-good{color:var(--jp-success-color1,#2e7d32);white-space:nowrap}",
    ".aisre h3{margin:8px 0 2px;font-size:17px;font-weight:600;color:inherit}",
    ".aisre h4{margin:8px 0 2px;font-size:13px;font-weight:600;color:inherit}",
    ".aisre img{max-width:100%;border:1px solid var(--jp-border-color2,rgba(128,128,128,.3));background:#fff}",
    ".aisre :target{background:rgba(210,153,34,.25)}",
    ".aisre ul{margin:2px 0 2px 18px;padding:0}",
)
STYLE = f"<style>{''.join(_RULES)}</style>"


def text(value: object) -> str:
    """Escaped, with nothing left that Markdown, HTML or a terminal would take for its own."""
    return escape(str(value), quote=True)


def block(*parts: str) -> str:
    """One output: the style, then the parts. The classes keep MathJax from making formulas, and their links, of it."""
    return f'{STYLE}<div class="aisre mathjax_ignore tex2jax_ignore">{"".join(parts)}</div>'


def span(value: object, *classes: str) -> str:
    """An inline text."""
    return f'<span class="{" ".join(f"aisre-{c}" for c in classes)}">{text(value)}</span>'


def code(value: object) -> str:
    """An inline piece of code."""
    return f"<code>{text(value)}</code>"


def pre(value: object) -> str:
    """Text with its line breaks."""
    return f"<pre>{text(value)}</pre>"


def details(summary: str, body: str, *, open_: bool = False) -> str:
    """Something to unfold; ``summary`` and ``body`` are HTML."""
    return f"<details{' open' if open_ else ''}><summary>{summary}</summary>{body}</details>"


def anchor(evidence: str) -> str:
    """A link to a step's evidence within the same notebook."""
    return f'<a href="#aisre-{text(evidence)}">{text(evidence)}</a>'


def page(link: str | None) -> str:
    """An anchor to a backend's own page, named by its host; empty for what is no address on the web."""
    if not link or not link.startswith(("https://", "http://")):
        return ""
    try:
        host = urlsplit(link).hostname
    except ValueError:
        return ""
    if not host:
        return ""
    return f'<a href="{text(link)}" rel="noopener noreferrer" target="_blank">open in {text(host)}</a>'


def cited(ids: Iterable[str]) -> str:
    """Links to several."""
    links = ", ".join(map(anchor, ids))
    return f" [{links}]" if links else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> str:
    """A table; the cells are HTML, the headings text."""
    places = [' class="aisre-r"' if c in right else "" for c in columns]
    head = "".join(f'<th scope="col"{p}>{text(c)}</th>' for c, p in zip(columns, places, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{p}>{cell}</td>" for cell, p in zip(row, places, strict=True)) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
