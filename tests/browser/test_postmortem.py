"""The page in Chromium with the network off: plots are alive, links go both ways, hostile texts stay texts."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.evidence.redaction import Redactor
from aisre_nb.render.postmortem.written import write_html
from tests.security.payloads import ALL

from .conftest import CHROMIUM, FLAGS

_CASE = Path(__file__).parents[1] / "render" / "postmortem" / "conftest.py"


def _case(text: str) -> Any:
    spec = importlib.util.spec_from_file_location("postmortem_case", _CASE)
    assert spec is not None and spec.loader is not None
    module = sys.modules["postmortem_case"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.case(text).made()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: what is drawn is not tested")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield found
        finally:
            found.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    pages: list[Any] = []
    told: list[str] = []

    def make(text: str, **how: Any) -> Any:
        file = tmp_path / "pm.html"
        write_html(file, *_case(text), Redactor())
        context = browser.new_context(offline=True, viewport={"width": 1100, "height": 900}, **how)
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: None if request.url == file.as_uri() else told.append(request.url))
        page.goto(file.as_uri())
        pages.append(page)
        return page

    yield make
    for page in pages:
        page.context.close()
    # plotly says so of texts with dollars: formulas are what we do not want.
    told = [line for line in told if "MathJax is not loaded" not in line]
    assert told == [], "nothing is fetched, refused or broken"


def _aimed(page: Any, evidence: str, claim: str) -> None:
    page.wait_for_function(
        "([e, c]) => document.getElementById('plot-' + e).dataset.aimed === c", arg=[evidence, claim]
    )


def _seen(page: Any, place: str) -> None:
    """The page scrolls there, and does not jump."""
    page.wait_for_function(
        "(id) => { const y = document.getElementById(id).getBoundingClientRect().y; return y >= 0 && y < 900; }",
        arg=place,
    )


def test_plots_are_alive_and_links_go_both_ways(opened: Callable[..., Any]) -> None:
    page = opened("cart")
    page.wait_for_function("() => document.querySelectorAll('.plot.js-plotly-plot .main-svg').length >= 4")
    assert page.locator(".plot > svg").count() == 0, "the picture made room for the plot"
    assert page.locator("#plot-E1 .legend").count() == 1
    page.locator('#c1 a, tr a[href="#E1-c1"]').first.click()
    _aimed(page, "E1", "c1")
    assert page.url.endswith("#E1-c1")
    shapes = page.evaluate(
        "() => document.getElementById('plot-E1').layout.shapes.filter((s) => /^claim/.test(s.name))"
    )
    assert {s["name"]: s["opacity"] for s in shapes} == {"claim-0": 0.25, "claim-1": 1}
    _seen(page, "E1-c1")
    page.locator('#E1-c1 a[href="#c1"]').click()
    assert page.url.endswith("#c1")
    _seen(page, "c1")
    page.locator('a[href="#E2-c2"]').first.click()
    _aimed(page, "E2", "c2")


def test_it_is_read_without_scripts_too(opened: Callable[..., Any]) -> None:
    page = opened("cart", java_script_enabled=False)
    assert page.locator(".plot > svg").count() == 2
    page.locator('a[href="#E1-c1"]').first.click()
    assert page.url.endswith("#E1-c1") and page.locator("#E1-c1").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_are_readable(opened: Callable[..., Any], scheme: str) -> None:
    page = opened("cart", color_scheme=scheme)
    text, back = page.evaluate(
        "() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    light = [sum(map(int, colour[4:-1].split(","))) / 3 for colour in (text, back)]
    assert (light[0] < light[1]) == (scheme == "light") and abs(light[0] - light[1]) > 150


def test_a_phone_does_not_scroll_sideways(opened: Callable[..., Any]) -> None:
    page = opened("cart " * 40)
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    page.wait_for_function("() => document.querySelectorAll('.plot.js-plotly-plot .main-svg').length >= 4")
    page.set_viewport_size({"width": 700, "height": 360})
    page.wait_for_function("() => document.querySelector('#plot-E1 .main-svg').getBoundingClientRect().width > 400")
    assert page.locator("#plot-E1 .main-svg").first.bounding_box()["height"] > 300, "turned, it is as high as it was"


def test_hostile_texts_are_texts(opened: Callable[..., Any]) -> None:
    page = opened("\n".join(p.text for p in ALL if p.kind in ("html", "leak", "forged"))[:6000])
    page.wait_for_function("() => document.querySelectorAll('.plot.js-plotly-plot .main-svg').length >= 4")
    assert page.evaluate("() => window.__pwned") is None
    assert page.locator("iframe, object, embed, form, base, math, audio, video, img:not(.plot-img)").count() == 0
    assert page.locator("a:not([href^='#'])").count() == 0 and page.locator("script").count() == 3
