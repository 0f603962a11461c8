"""The page is one file: it fetches nothing, runs our script alone, stays small, and links both ways."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import UsageError
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.render.postmortem.page import LIMIT, page
from aisre_nb.render.postmortem.written import write_html
from tests.security.payloads import ALL

Made = Callable[..., Any]
_TAGS = {
    "html", "head", "meta", "title", "style", "body", "main", "script", "section", "nav", "h1", "h2", "h3", "h4", "div",
    "span", "b", "a", "dl", "dt", "dd", "ul", "li", "p", "del", "code", "pre", "details", "summary", "table", "thead",
    "tbody", "tr", "th", "td", "svg", "rect", "line", "path", "text",
}  # fmt: skip
_SHAPE = {
    "id": r"[\w-]+", "class": r"[a-z -]+", "href": r"#[\w-]+", "scope": "col", "open": "", "lang": "en",
    "rel": "noopener noreferrer nofollow", "type": "application/json",
}  # fmt: skip


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """plotly.js is 5 MB and always the same: most tests do without."""
    monkeypatch.setattr("plotly.offline.get_plotlyjs", lambda: "var Plotly;")


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.wrong: list[str] = []
        self.scripts: list[str] = []
        self.data: dict[str, Any] = {}
        self.policy = ""
        self.words: list[str] = []
        self._in = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = dict(attributes)
        self._in = "data" if told.get("type") else tag
        if tag == "meta":
            self.policy = told["content"] or "" if told.get("http-equiv") else self.policy
            return
        if tag not in _TAGS:
            self.wrong.append(f"<{tag}>")
        drawn = tag in ("svg", "rect", "line", "path", "text")
        for name, value in told.items():
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
            if (
                drawn
                and not name.startswith("on")
                and not re.search("url|:", re.sub("http://www.w3.org/2000/svg", "", value or ""))
            ):
                continue
            if not re.fullmatch(_SHAPE.get(name, "(?!)"), value or ""):
                self.wrong.append(f"<{tag} {name}={str(value)[:40]!r}>")

    def handle_data(self, data: str) -> None:
        if self._in == "script":
            self.scripts.append(data)
        elif self._in == "data":
            self.data = json.loads(data)
            self._in = ""
        elif self._in != "style":
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_comment(self, data: str) -> None:
        self.wrong.append("<!--")


def _made(made: Made, *words: Any, limit: int = LIMIT, **more: Any) -> str:
    found, evidence = made(*words, **more).made()
    return page(found, evidence, Redactor(), limit=limit)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("text", [p.text for p in ALL], ids=[p.id for p in ALL])
def test_no_text_is_alive(made: Made, text: str) -> None:
    # The scripts and their data are looked at once, below: they are large and the same.
    whole = _made(made, text)
    data = whole.index('<script type="application/json"')
    told = _Page(whole[:data] + "</body></html>")
    assert told.wrong == []
    assert whole[data:].count("<script") == 3 and whole[data:].count("</script>") == 3
    figures = json.loads(whole[whole.index(">", data) + 1 : whole.index("</script>", data)])
    assert set(figures) == {"E1", "E2"}
    assert not re.search(r"<(?!/?b>)[a-zA-Z/!]", json.dumps(figures, ensure_ascii=False))
    assert not re.search("[\u2028\u2029\u202a-\u202e\u2066-\u2069]", whole[:data])


def test_only_our_scripts_may_run_and_nothing_may_be_fetched(made: Made) -> None:
    told = _Page(_made(made, "cart"))
    assert told.policy.startswith("default-src 'none'; script-src 'sha256-")
    allowed = set(re.findall(r"'sha256-([^']+)'", told.policy))
    assert allowed == {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in told.scripts}
    assert len(told.scripts) == 2 and "unsafe-eval" not in told.policy and "connect-src" not in told.policy
    assert "script-src" in told.policy and "'unsafe-inline'" not in told.policy.partition("style-src")[0]


@pytest.mark.usefixtures("small")
def test_links_go_both_ways(made: Made) -> None:
    told = _Page(_made(made, "cart"))
    assert len(told.ids) == len(set(told.ids))
    assert {link[1:] for link in told.links} <= set(told.ids)
    assert {"#E1-c1", "#c1", "#E2-c2", "#c2"} <= set(told.links)
    assert told.data["E1"]["claims"][:2] == ["i1", "c1"] and told.data["E2"]["claims"] == ["c2"]
    names = {shape.get("name") for shape in told.data["E1"]["layout"]["shapes"]}
    assert {"claim-0", "claim-1"} <= names
    assert told.data["E2"]["layout"]["shapes"][0]["name"] == "claim-0"


@pytest.mark.usefixtures("small")
def test_it_says_what_failed_and_leaves_room_for_people(made: Made) -> None:
    whole = _made(made, "cart")
    words = re.sub(r"\s+", " ", " ".join(_Page(whole[: whole.index("<script")]).words))
    assert "<del>cart is 7</del>" in whole and "it is 9, cart" in words
    assert words.count("[to fill in]") >= 8
    for heading in ("Summary", "Impact", "Timeline", "Root cause", "Actions", "Then and now", "Evidence"):
        assert f"<h2>{heading}</h2>" in whole
    assert "drifted" in words and "not verified" in words and "prefers-color-scheme: dark" in whole


def test_it_stays_below_its_limit_with_plotly_in_it(made: Made) -> None:
    whole = _made(made, "cart", points=3000, copies=12)
    assert 4_000_000 < len(whole.encode()) < LIMIT


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("size", [{"points": 20_000, "signals": 6}, {"copies": 40}, {"points": 2500, "copies": 12}])
def test_it_stays_below_its_limit_whatever_the_evidence(made: Made, size: dict[str, int]) -> None:
    whole = _made(made, "cart", limit=500_000, **size)
    assert len(whole.encode()) < 500_000
    told = _Page(whole)
    assert {link[1:] for link in told.links} <= set(told.ids) and "E1" in told.data


@pytest.mark.usefixtures("small")
def test_it_says_what_was_left_out(made: Made) -> None:
    roomy = _made(made, "cart", points=3000, copies=4)
    least = _made(made, "cart", points=3000, copies=4, limit=300_000)
    assert "To stay small" not in _made(made, "cart")
    assert len(least.encode()) < 300_000 < len(roomy.encode())
    assert "To stay small, the tables of the appendix are left out; series are thinned to" in least
    with pytest.raises(UsageError, match="does not fit"):
        _made(made, "cart", limit=1000)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("text", ["cart", "{{title}} <b>x</b>", "<!--lead-->"])
def test_the_houses_template_orders_the_page(made: Made, text: str) -> None:
    house = (
        "# PM <i>: {{title}}\n<!-- for us -->\n{{actions}}\n## Hurt\n- since {{onset}}\n\n{{impact}}\n{{went_well}}\n"
    )
    found, evidence = made(text).made()
    whole = page(found, evidence, Redactor(), house)
    told = _Page(whole[: whole.index('<script type="application/json"')])
    assert told.wrong == [] and "for us" not in whole
    words = re.sub(r"\s+", " ", " ".join(told.words))
    assert (
        words.index("PM <i>:")
        < words.index("owner")
        < words.index("Hurt")
        < words.index("E1 ")
        < words.index("fired 2 min")
    )
    assert "since 2026-03-01 10:31:00 UTC" in words and "<h2>Timeline</h2>" not in whole
    assert {link[1:] for link in told.links} <= set(told.ids)
    assert _Page(page(found, evidence, Redactor(), "{{summary}}")).words.count("not verified") == 1


def test_without_figures_there_is_no_script(made: Made) -> None:
    case = made("cart")
    case.evidence = {n: e for n, e in case.evidence.items() if e.kind not in ("metrics", "trace")}
    found, evidence = case.made()
    whole = page(found, evidence, Redactor())
    assert "<script" not in whole and "script-src 'none'" in whole and len(whole) < 60_000


@pytest.mark.usefixtures("small")
def test_the_frames_are_masked_once_more(made: Made) -> None:
    key = "AKIA" + "QWERTYUIOPASDFGH"
    assert key not in _made(made, f"key {key}")


@pytest.mark.usefixtures("small")
def test_it_replaces_what_it_wrote_and_nothing_else(made: Made, tmp_path: Path) -> None:
    found, evidence = made("cart").made()
    file = tmp_path / "pm.html"
    for _ in range(2):
        write_html(file, found, evidence, Redactor())
    assert [f.name for f in tmp_path.iterdir()] == ["pm.html"]
    file.write_text("mine")
    with pytest.raises(UsageError, match="no postmortem"):
        write_html(file, found, evidence, Redactor())
    assert file.read_text() == "mine"
    with pytest.raises(UsageError, match="is a folder"):
        write_html(tmp_path, found, evidence, Redactor(), force=True)
