"""The notebook that is left: reopened without a kernel, untrusted, and as an exported page."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.cli import main

STEPS = [f"E{n}" for n in range(1, 13)]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("executed")
    assert main(["demo", "--headless", "--out", str(folder)]) == 0
    return next(folder.glob("*.ipynb"))


def test_an_untrusted_notebook_shows_every_step_plot_and_the_report(lab: Any, open_page: Any, executed: Path) -> None:
    shutil.copy(executed, lab.root / "reopened.ipynb")
    page = open_page("reopened.ipynb", kernel=False)
    page.page.wait_for_selector(".js-plotly-plot", timeout=60_000)
    shown = page.text(2)
    assert [step for step in STEPS if step not in shown] == []
    assert "Root cause found" in shown and "checked by code" in shown and "suspect" in shown
    assert page.page.locator(".js-plotly-plot").count() >= 2


def test_an_exported_page_shows_every_step_a_picture_of_each_plot_and_the_report(executed: Path) -> None:
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter().from_filename(str(executed))
    body = page[page.index("<body") :]
    assert [step for step in STEPS if f"aisre-{step}" not in body] == []
    assert body.count("<svg") >= 2 or body.count("image/svg+xml") >= 2
    assert "Root cause found" in body and "5XX rate" in body


def test_the_executed_notebook_is_small_and_plain(executed: Path) -> None:
    text = executed.read_text()
    assert len(text) < 2_000_000
    assert "widget-view" not in text
