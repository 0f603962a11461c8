"""Hostile texts in a real page: nothing of them runs, is fetched, or becomes an element."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from aisre_nb.sandbox import make

TESTS = Path(__file__).parents[1]
BEGIN = f"""%load_ext aisre_nb
import sys; sys.path.insert(0, {str(TESTS)!r})
from pathlib import Path
from security.hostile import Hostile
from security.places import SESSION
from security.payloads import ALL
from aisre_nb.session.start import start
from aisre_nb.session.worlds import open_folder
texts = [p.text for p in ALL if p.kind != "heavy"]
script = next(t for t in texts if t.startswith("<script>"))
def attacked(policy):
    sre.sources = open_folder(Path("hostile-world"))
    settings = sre.settings.updated(approve=policy, max_steps=5000)
    sre.investigation = start(settings, sources=sre.sources, registry=sre.registry())
    for plant in SESSION.values():
        plant(sre.investigation.registry, texts)
    sre.investigation.model = Hostile(tuple(texts[::12]))
attacked("none")"""
ASK = "%%sre --approve none --max-steps 5000\nWhy does the cart fail?"
CARD = """attacked("read")
await sre.act("create_pull_request", kind="fix", title=script, body="\\n".join(texts), edits=[
    {"path": "deploy/checkout.yaml", "old": "checkout:1.4.0", "new": "checkout:" + script},
    {"path": "<img src=x onerror=window.__pwned=1>.py", "old": "", "new": script + texts[30]}])"""


def _elements(page: Any) -> dict[str, int]:
    """What payloads would make in the notebook, and nothing of ours does."""
    found: dict[str, int] = page.page.evaluate(
        """() => {
            const root = jupyterapp.shell.currentWidget.content.node;
            const count = (what) => [...root.querySelectorAll(what)].length;
            return {
                frames: count('iframe, object, embed, form[action], base, meta, link, math'),
                scripts: count('.jp-OutputArea script'),
                // plotly keeps an empty one beside each figure.
                pictures: [...root.querySelectorAll('img')].filter(
                    (i) => !i.src.startsWith('data:image/') && !i.matches('img.plot-img:not([src])')).length,
                formulas: count('.jp-OutputArea mjx-container, .jp-OutputArea .MathJax'),
                links: [...root.querySelectorAll('.jp-OutputArea a')].filter(
                    (a) => a.href && !a.hash.startsWith('#aisre-') && !a.closest('.js-plotly-plot')).length,
                handlers: [...root.querySelectorAll('.jp-OutputArea *')].filter(
                    (e) => [...e.attributes].some((a) => /^on/i.test(a.name))).length,
            };
        }"""
    )
    return found


def test_nothing_of_a_hostile_world_runs_in_the_page(lab: Any, open_page: Any) -> None:
    sys.path.insert(0, str(TESTS))
    try:
        places = importlib.import_module("security.places")
        payloads = importlib.import_module("security.payloads")
    finally:
        sys.path.remove(str(TESTS))
    texts = [p.text for p in payloads.ALL if p.kind != "heavy"]
    world = make("cart-errors", 1, lab.root / "hostile-world", hours=1, per_second=2)
    for name in (
        "log_lines",
        "span_attributes",
        "trace_status",
        "alert_annotations",
        "incident_comments",
        "commit_messages",
    ):
        places.FOLDER[name](world, texts)
    before = {f: f.read_bytes() for f in (world / "remote.git" / "refs").rglob("*") if f.is_file()}
    page = open_page(lab.notebook("attack", BEGIN, ASK, CARD))
    dialogs: list[str] = []
    page.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.run(0)
    page.done(0)
    page.run(1)
    page.done(1, 180)
    assert "holds what looks like instructions to an assistant" in page.text(1), "it is flagged in the cell"
    more = page.page.get_by_text("Show more outputs")
    if more.count():
        more.first.click()
    page.page.wait_for_timeout(1000)
    assert "not allowed: the policy is none" in page.text(1), "and what was tried is shown"
    page.run(2)
    page.button("Approve").wait_for(timeout=60_000)
    assert "<script>window.__pwned=1" in page.page.locator(".aisre-card input").first.input_value()
    card = page.page.locator(".aisre-card")
    assert card.locator("script, img, iframe, svg, a, form, style").count() == 0
    assert "<img src=x onerror=window.__pwned=1>.py" in card.inner_text()
    page.page.wait_for_timeout(500)
    assert set(_elements(page).values()) == {0}, _elements(page)
    page.button("Reject with a reason").click()
    page.done(2)
    assert page.page.evaluate("() => window.__pwned") is None and dialogs == []
    assert set(_elements(page).values()) == {0}, _elements(page)
    assert {f: f.read_bytes() for f in (world / "remote.git" / "refs").rglob("*") if f.is_file()} == before
