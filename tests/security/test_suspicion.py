"""Every payload is flagged in whatever form it comes; a shop that nobody attacked has no flag at all."""

from __future__ import annotations

import re._parser as parser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.approval.policy import Policy
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.suspicion import suspicions
from aisre_nb.evidence.suspicion_kinds import KINDS
from aisre_nb.models.builtin.model import BuiltinModel
from aisre_nb.record.events import Noted
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.worlds import open_folder
from aisre_nb.settings import Settings
from aisre_nb.tools.registry import Registry, builtin_tools, tools_for

from .payloads import ALL


def _found(**more: Any) -> list[Any]:
    return suspicions(ToolResult(**{"kind": "table", "title": "t", "summary": "s", **more}))


@pytest.mark.parametrize("payload", [p for p in ALL if p.flagged], ids=lambda p: p.id)
def test_each_payload_is_flagged_wherever_it_stands(payload: Any) -> None:
    text = payload.text
    deep = {"a": [{"b": {text: 1}}]}
    crowd = pd.DataFrame({"n": range(300), "body": [f"request {n} served" for n in range(299)] + [text]})
    forms = (
        {"text": text}, {"title": text}, {"summary": text}, {"facts": deep}, {"frame": pd.DataFrame({text: [1]})},
        {"frame": pd.DataFrame({"labels": [deep]})}, {"frame": crowd}, {"text": "x " * 40_000 + text},
        {"text": text + " x" * 40_000},
    )  # fmt: skip
    for form in forms:
        flags = _found(**form)
        assert flags, f"not in {form.keys()}"
        assert all(len(flag.excerpt) <= 80 and flag.excerpt.isprintable() for flag in flags)
    assert _found(frame=crowd)[0].where == "row 300, body"


@pytest.mark.parametrize("payload", [p for p in ALL if p.kind == "instruction"][:10], ids=lambda p: p.id)
def test_letters_that_are_hidden_or_others_make_no_difference(payload: Any) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in payload.text)
    for text in ("\u200b".join(payload.text), "\x1b[0m".join(payload.text), "\u00ad".join(payload.text), wide):
        assert any(flag.kind.startswith(("instructions", "a request")) for flag in _found(text=text)), text[:40]


def test_no_pattern_repeats_without_bound() -> None:
    def unbounded(tokens: Any) -> bool:
        for kind, value in tokens:
            if kind in (parser.MAX_REPEAT, parser.MIN_REPEAT) and (value[1] > 200 or unbounded(value[2])):
                return True
            if kind is parser.SUBPATTERN and unbounded(value[3]):
                return True
            if kind is parser.BRANCH and any(map(unbounded, value[1])):
                return True
        return False

    assert [kind for kind, pattern in KINDS.items() if unbounded(parser.parse(pattern))] == []


@pytest.mark.parametrize(
    "text", ["<" + " " * 40_000 + "/", "\n" * 40_000, "../" * 14_000, "href=" + " " * 40_000, "'" + " " * 40_000]
)
def test_what_nearly_matches_takes_no_time(text: str) -> None:
    import time

    start = time.process_time()
    _found(text=text, frame=pd.DataFrame({"body": [text] * 2}))
    assert time.process_time() - start < 1


async def test_a_shop_that_nobody_attacked_has_no_flag(clean: Path) -> None:
    sources = open_folder(clean)
    registry = Registry()
    for tool in (*builtin_tools(), *tools_for(sources)):
        registry.add(tool)
    inv = Investigation(Settings(), sources, BuiltinModel(), registry, Policy.parse("read"))
    await inv.ask("Why does the cart fail?", approver=AutomaticApprover(inv.policy, "nobody"))
    await inv.close()
    assert len(inv.evidence) >= 8 and inv.flagged == set()
    assert [e.text for e in inv.events if isinstance(e, Noted) and "looks like" in e.text] == []
    assert "suspicious=" not in str(inv.messages)
