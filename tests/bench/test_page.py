"""The page: everything in it is escaped, and it fetches nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from aisre_nb.bench.page import page
from aisre_nb.bench.score import Row
from aisre_nb.bench.summary import summary
from aisre_nb.sources.case.truth import Truth

from .rows import CONTROL, row

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def _page(rows: list[Row], **run: str) -> str:
    told = {"suite": "sandbox", "model": "builtin", "version": "1", **run}
    return page({"run": told, "cases": rows, "summary": {"stopped": "", **summary(rows)}})


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_what_cases_say_is_text() -> None:
    rows = [
        row(EVIL, truth=Truth("root_cause", (EVIL,), change=EVIL), ranked=(EVIL,), change=EVIL),
        row("b", error=EVIL),
        row("c", truth=CONTROL, outcome=EVIL),
    ]
    made = _page(rows, model=EVIL, suite=EVIL, version=EVIL)
    parser = _Tags()
    parser.feed(made)
    assert not [tag for tag, _ in parser.tags if tag in ("script", "img", "link", "iframe", "a")]
    assert not [a for _, attributes in parser.tags for a in attributes if a.startswith(("on", "src", "href"))]
    assert "&lt;script&gt;alert(1)" in made


def test_it_fetches_nothing_and_says_so() -> None:
    made = _page([row()])
    assert "default-src 'none'" in made and not re.search(r"url\(|@import|https?://", made)
    assert "prefers-color-scheme: dark" in made


def test_figures_cases_and_calibration_are_there() -> None:
    made = _page([row("first-case"), row("second-case", change="another")])
    assert "first-case" in made and "second-case" in made and "50.0 %" in made
    assert made.count('class="dot"') == 1 and "n = 2" in made


def test_an_empty_run_is_a_page() -> None:
    assert "nothing was answered" in _page([])
