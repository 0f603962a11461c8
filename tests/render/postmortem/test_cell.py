"""In a cell: one output that nothing in a record makes live, then the figures with the claims marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aisre_nb.evidence.redaction import Redactor
from aisre_nb.render.postmortem.cell import bundles
from tests.security.live import live, steers
from tests.security.payloads import ALL

Made = Callable[..., Any]


@pytest.mark.parametrize("text", [p.text for p in ALL], ids=[p.id for p in ALL])
def test_no_text_is_alive(made: Made, text: str) -> None:
    for bundle in bundles(*made(text).made(), Redactor()):
        assert live(bundle) == []
        assert steers(bundle["text/plain"]) == []


def test_the_document_comes_first_and_then_its_figures(made: Made) -> None:
    drawn = list(bundles(*made("cart").made(), Redactor()))
    assert [sorted(bundle)[0] for bundle in drawn] == [
        "text/html", "text/html", "application/vnd.plotly.v1+json", "text/html", "application/vnd.plotly.v1+json",
    ]  # fmt: skip
    assert "<del>cart is 7</del>" in drawn[0]["text/html"]
    assert "status: not verified" in drawn[0]["text/plain"]
    shapes = drawn[2]["application/vnd.plotly.v1+json"]["layout"]["shapes"]
    assert "claim-0" in {shape.get("name") for shape in shapes}


@pytest.mark.parametrize("text", [p.text for p in ALL if p.kind == "html"])
def test_the_houses_template_orders_the_cell(made: Made, text: str) -> None:
    house = "# {{title}}\n## What\n- {{date}}\n\n{{facts}}\n\n{{actions}}\n\n{{evidence}} {{incident}}\n"
    bundle = next(bundles(*made(text).made(), Redactor(), house))
    assert live(bundle) == []
    assert "<h4>What</h4><ul><li>2026-03-01</li></ul>" in bundle["text/html"] and "Timeline" not in bundle["text/html"]
