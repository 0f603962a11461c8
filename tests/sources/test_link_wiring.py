"""A ``link`` of the settings reaches the evidence, through the tools, and its cell."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from aisre_nb.errors import ConfigurationError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.shelf import Shelf
from aisre_nb.render.html import page
from aisre_nb.render.step import StepView, bundles
from aisre_nb.sandbox import make
from aisre_nb.sources.open import open_sources
from aisre_nb.tools.registry import Registry, builtin_tools
from aisre_nb.tools.tool import ToolContext

HOUSE = "https://grafana.example/d/x?var-service={service}&from={start_ms}&to={end_ms}"
FORGE = "https://github.example/acme/shop"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cart-errors", 1, tmp_path_factory.mktemp("worlds") / "shop", hours=1, per_second=4)


@pytest.fixture
def ask(world: Path) -> Any:
    registry = Registry()
    for tool in builtin_tools():
        registry.add(tool)

    def call(name: str, **arguments: Any) -> ToolResult:
        specs = {
            "t": {"type": "folder", "path": str(world), "link": HOUSE},
            "c": {"type": "git", "path": str(world / "repository"), "link": FORGE},
        }
        sources = open_sources(specs, world)

        async def run() -> ToolResult:
            try:
                context = ToolContext(sources, sources.now or datetime.now(UTC), {})
                return await registry.get(name).handler(context, registry.validate(name, arguments))
            finally:
                for source in sources.all:
                    await source.close()

        return asyncio.run(run())

    return call


def test_a_query_links_to_the_house_s_page_with_its_service_and_window(ask: Any) -> None:
    found = ask("get_metrics", service="cart")
    told = parse_qs(urlsplit(found.link).query)
    assert urlsplit(found.link).netloc == "grafana.example" and told["var-service"] == ["cart"]
    assert int(told["from"][0]) == round(found.window.start.timestamp() * 1000)
    assert ask("get_logs", service="cart").link.startswith("https://grafana.example/d/x?var-service=cart&")
    # No service is asked for here, and the page wants one.
    assert ask("get_services").link is None


def test_code_links_to_the_commits_that_were_compared_and_read(ask: Any) -> None:
    found = ask("get_source_diff", service="cart", from_version="0.1.0", to_version="0.2.0")
    assert re.fullmatch(rf"{FORGE}/compare/[0-9a-f]{{40}}\.\.\.[0-9a-f]{{40}}", found.link)
    found = ask("get_source_file", path="deploy/cart.yaml")
    assert re.fullmatch(rf"{FORGE}/blob/[0-9a-f]{{40}}/deploy/cart\.yaml", found.link)


def test_a_wrong_link_is_one_line_that_names_its_source(world: Path) -> None:
    spec = {"shop": {"type": "folder", "path": str(world), "link": "javascript:alert(1)"}}
    with pytest.raises(ConfigurationError, match=r"^\[sources.shop\] link is no address"):
        open_sources(spec, world)


def _kept(link: str | None) -> Evidence:
    frame = pd.DataFrame({"a": [1]})
    result = ToolResult("table", "t", "s", frame, link=link)
    return Shelf().add(result, "look", {}, Redactor(), datetime(2026, 1, 1, tzinfo=UTC))


def test_a_link_with_a_secret_in_it_is_left_out() -> None:
    assert _kept("https://x.example/?q=cart").link == "https://x.example/?q=cart"
    key = "AKIA" + "Z7QPLM3XWVNB5RTC"
    assert _kept(f"https://x.example/?q={key}").link is None
    assert _kept("https://x.example/?q=password%3D%22tiger-lily-99%22").link is None


def test_the_cell_shows_it_as_a_plain_anchor_to_its_host() -> None:
    one = _kept("https://grafana.example/?a=1&b=2")
    shown = bundles(StepView(1, "look", {}, "read", 0.1, one))[0]["text/html"]
    anchor = '<a href="https://grafana.example/?a=1&amp;b=2" rel="noopener noreferrer" target="_blank">'
    assert f"{anchor}open in grafana.example</a>" in shown


@pytest.mark.parametrize(
    "link", [None, "", "javascript:alert(1)", "file:///etc/passwd", "//x.example", "https://", "http://[x"]
)
def test_what_is_no_address_on_the_web_is_no_anchor(link: str | None) -> None:
    assert page(link) == ""


def test_nothing_breaks_out_of_the_anchor() -> None:
    found = page('https://x.example/"><script>alert(1)</script>')
    assert "<script" not in found and found.count("<a ") == 1 and '"><' not in found.replace('_blank"><', "")
