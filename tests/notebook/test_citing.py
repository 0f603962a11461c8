"""A person's own cells as evidence: wrapped by a magic, or tagged; with their code, masked, and never in the way."""

from __future__ import annotations

from typing import Any

import pytest

FRAME = "import pandas as pd\nrate = pd.DataFrame({'minute': [1, 2], 'errors': [0, 7]})\n"


@pytest.fixture
def begun(kernel: Any) -> Any:
    kernel.run("await sre.act('look')")
    return kernel


def _kept(kernel: Any) -> list[Any]:
    found = kernel.value("[(e.id, e.tool, e.kind, e.title, len(e.df), e.facts) for e in list(sre.E.values())[1:]]")
    return list(found)


def test_a_wrapped_cell_runs_as_always_and_what_it_gives_is_kept_with_its_code(begun: Any) -> None:
    ran = begun.run(f"%%sre --cite 'errors a minute'\n{FRAME}rate")
    assert ran.status == "ok" and "E2 2 rows: errors a minute" in ran.text
    assert (
        "errors"
        in next(o for o in ran.outputs if o["type"] in ("execute_result", "display_data"))["data"]["text/plain"]
    )
    [(number, tool, kind, title, rows, facts)] = _kept(begun)
    assert (number, tool, kind, title, rows) == ("E2", "cite", "table", "errors a minute", 2)
    assert facts["by"] == "ada" and facts["code"].endswith("rate") and "'errors': [0, 7]" in facts["code"]
    assert begun.value("int(rate['errors'].sum())") == 7


def test_a_wrapped_cell_may_await_and_may_give_a_text(begun: Any) -> None:
    ran = begun.run("%%sre --cite 'what it said'\nimport asyncio\nawait asyncio.sleep(0)\n'password=correct-horse-9'")
    assert ran.status == "ok"
    assert begun.value("sre.E['E2'].kind") == "text"
    assert "correct-horse-9" not in begun.value("sre.E['E2'].text") and "[redacted:" in begun.value("sre.E['E2'].text")


def test_a_wrapped_cell_that_gives_nothing_or_raises_keeps_nothing(begun: Any) -> None:
    ran = begun.run("%%sre --cite nothing\nx = 1")
    assert ran.status == "error" and "nothing that can be cited" in ran.text and len(ran.error) == 1
    ran = begun.run("%%sre --cite nothing\n1 / 0")
    assert ran.status == "error" and "nothing of it was kept" in ran.text and _kept(begun) == []
    assert [o["ename"] for o in ran.outputs if o["type"] == "error"] == ["ZeroDivisionError", "UsageError"]


def test_a_tagged_cell_is_captured_by_its_first_comment(begun: Any) -> None:
    ran = begun.run(f"# errors, as I count them\n{FRAME}rate", tags=("sre-cite",))
    assert ran.status == "ok" and "E2 2 rows: errors, as I count them" in ran.text
    [(_, tool, kind, title, rows, facts)] = _kept(begun)
    assert (tool, kind, title, rows) == ("cite", "table", "errors, as I count them", 2) and "rate" in facts["code"]
    begun.run("# not this\nx = 1", tags=("sre-cite",))
    begun.run(f"{FRAME}rate", tags=("other",))
    assert len(_kept(begun)) == 1


def test_a_tagged_cell_before_any_question_is_a_cell_like_others(kernel: Any) -> None:
    ran = kernel.run(f"{FRAME}rate", tags=("sre-cite",))
    assert ran.status == "ok" and "E1" not in ran.text
