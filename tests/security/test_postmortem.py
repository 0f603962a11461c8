"""A postmortem of an investigation that was attacked: nothing in its cell, page or Markdown is alive."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import mistune
import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.render.postmortem.cell import bundles
from aisre_nb.render.postmortem.markdown import markdown
from aisre_nb.render.postmortem.page import page
from aisre_nb.render.postmortem.template import DEFAULT
from aisre_nb.report.postmortem.recorded import of_events

from .live import live, steers
from .payloads import ALL

_OURS = {
    "h1", "h2", "h3", "p", "ul", "li", "strong", "em", "del", "code", "pre", "table", "thead", "tbody", "tr",
    "th", "td",
}  # fmt: skip


@pytest.mark.parametrize("place", ["log_lines", "question"])
def test_nothing_of_it_is_alive(place: str, attacked: Any, run: Any, outside: list[str], tmp_path: Path) -> None:
    inv, _, question = attacked(place, [next(p.text for p in ALL if p.id == "html-0")])
    inv.model.traces = 1
    run(inv, question, AutomaticApprover(inv.policy, "nobody"))
    outside.clear()
    found, evidence = of_events(inv.events, inv.evidence, inv.redactor)
    assert [problem for bundle in bundles(found, evidence, inv.redactor) for problem in live(bundle)] == []
    text, pictures = markdown(found, evidence, inv.redactor, DEFAULT, "x_files")
    draw = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url"])
    tags = re.findall(r"<([a-z0-9!-]+)([^>]*)>", str(draw(text)))
    assert {name for name, _ in tags} - _OURS <= {"a", "img", "br", "hr"}
    assert all(re.fullmatch(r' href="#e\d+"', told) for name, told in tags if name == "a")
    assert all(re.match(r' src="x_files/E\d+\.svg" alt="', told) for name, told in tags if name == "img")
    assert steers(text) == [] and not any(steers(picture) for picture in pictures.values())
    whole = page(found, evidence, inv.redactor)
    shown = whole[: whole.index("<script")] if "<script" in whole else whole
    assert not re.search(r"<(?:iframe|img|script|object|embed|form|base|math|link|audio|video)\b", shown)
    assert not re.search(r"<[^>]* (?:on\w+|src|srcdoc|formaction|xlink:href)\s*=", shown)
    assert set(outside) == set()
