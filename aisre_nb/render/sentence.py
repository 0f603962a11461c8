"""A sentence after code looked at it: its mark, its words (struck where they do not hold), its citations."""

from __future__ import annotations

import re
from typing import Protocol

from aisre_nb.render import html
from aisre_nb.report.report import Result
from aisre_nb.report.words import MARKS, RESULTS

_CODE = re.compile(r"`([^`]+)`")


class Sentence(Protocol):
    """Whatever of a report has a text, citations, and what came of it."""

    @property
    def text(self) -> str: ...
    @property
    def evidence(self) -> list[str]: ...
    @property
    def result(self) -> Result: ...
    @property
    def detail(self) -> str: ...


def mark(one: Sentence, *, words: bool = False) -> str:
    """✓, ✗ or ·, said in words too where there is room."""
    kind = {"passed": "good", "failed": "bad", "none": "dim"}[one.result]
    said = MARKS[one.result] + (f" {RESULTS[one.result]}" if words else "")
    return html.span(said, kind)


def sentence(one: Sentence, *, cited: bool = True) -> str:
    """Struck, with what contradicts it, where it does not hold."""
    links = html.cited(one.evidence) if cited else ""
    if one.result == "failed":
        return f"<del>{_words(one.text)}</del> {html.span(one.detail, 'bad')}{links}"
    return _words(one.text) + links


def _words(text: str) -> str:
    """Escaped; what stands in backticks as code."""
    return _CODE.sub(r"<code>\1</code>", html.text(text))
