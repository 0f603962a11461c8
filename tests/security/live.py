"""What a page or a terminal would run, fetch or obey of an output; nothing of it may come from a payload."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from aisre_nb.render.html import STYLE

_OURS = {
    "div": {"class": r"aisre(?:-[a-z]+)?(?: mathjax_ignore tex2jax_ignore)?"},
    "span": {"class": r"aisre-[a-z]+(?: aisre-[a-z]+)*", "id": r"aisre-claim-\d+"},
    "a": {"href": r"#aisre-(?:E|claim-)\d+"},
    "img": {"src": r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]+", "alt": r"[\s\S]*"},
    "b": {"id": r"aisre-E\d+"},
    "th": {"scope": "col", "class": "aisre-r"},
    "td": {"class": "aisre-r"},
    "details": {"open": ""},
    **{tag: {} for tag in ("style", "code", "pre", "summary", "table", "thead", "tbody", "tr", "h3", "h4", "ul", "li")},
    "br": {}, "del": {},
}  # fmt: skip
"""The tags that our renderers write, and each attribute's only values."""
_DRAWN = re.compile(r"<(?!/?(?:b|br|br/)>)[a-zA-Z/!]")
"""plotly reads a little HTML in texts: only line breaks and bold are ours."""
_PICTURE = {"svg", "rect", "line", "path", "polyline", "text", "g", "title", "circle"}
_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_BUNDLE = {"text/html", "text/plain", "image/svg+xml", "application/vnd.plotly.v1+json"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        if tag not in _OURS:
            self.found.append(f"<{tag}>")
            return
        for name, value in attributes:
            allowed = _OURS[tag].get(name)
            if allowed is None or not re.fullmatch(allowed, value or ""):
                self.found.append(f"<{tag} {name}={str(value)[:60]!r}>")
            elif tag == "img" and name == "src":
                picture = _Picture()
                picture.feed(b64decode((value or "").partition(",")[2]).decode())
                self.found += picture.found

    def handle_data(self, data: str) -> None:
        if self._style and data not in STYLE:
            self.found.append(f"<style>{data[:60]}")
        self._style = False

    def handle_comment(self, data: str) -> None:
        self.found.append(f"<!--{data[:60]}")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl[:60]}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data[:60]}")


class _Picture(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        bad = [n for n, v in attributes if n.startswith("on") or "href" in n or re.search("url|script:", v or "")]
        if tag not in _PICTURE or bad:
            self.found.append(f"svg <{tag} {bad}>")


def live(bundle: dict[str, Any]) -> list[str]:
    """Of one output."""
    page = _Page()
    text = str(bundle.get("text/html", ""))
    page.feed(text)
    page.close()
    if "$" in text and 'class="aisre mathjax_ignore tex2jax_ignore"' not in text:
        page.found.append("formulas")
    kinds = [f"kind {kind}" for kind in set(bundle) - _BUNDLE]
    figure = bundle.get("application/vnd.plotly.v1+json", {})
    drawn = [f"drawn {s[:60]}" for s in _strings(figure) if _DRAWN.search(s)]
    picture = _Picture()
    picture.feed(str(bundle.get("image/svg+xml", "")))
    steering = [f"{kind} {c!r}" for kind, value in bundle.items() for c in _STEERS.findall(_read(value))]
    return [*page.found, *kinds, *drawn, *picture.found, *steering]


def steers(text: str) -> list[str]:
    """Characters in it that a terminal obeys, or that hide words."""
    return [repr(c) for c in _STEERS.findall(text)]


def _read(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)
