"""Answers that are typed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from aisre_nb.approval.prompt import PromptApprover
from aisre_nb.evidence.change import FileChange


@pytest.fixture
def typed(propose: Any) -> Callable[..., Any]:
    """Decide with these lines typed; what was said is kept on the function."""

    async def decide(*lines: str, **proposal: Any) -> Any:
        rest: Iterator[str] = iter(lines)

        def ask(prompt: str) -> str:
            decide.said.append(prompt)  # type: ignore[attr-defined]
            try:
                return next(rest)
            except StopIteration:
                raise EOFError from None

        approver = PromptApprover(ask, decide.said.append, "ada")  # type: ignore[attr-defined]
        return await approver.decide(propose(**proposal))

    decide.said = []  # type: ignore[attr-defined]
    return decide


@pytest.mark.parametrize(
    ("lines", "verdict", "reason"),
    [
        (["y"], "approve", ""),
        (["YES"], "approve", ""),
        (["n", "not today"], "reject", "not today"),
        (["n not today"], "reject", "not today"),
        (["s"], "stop", ""),
        (["maybe", "y"], "approve", ""),
        ([], "reject", "nobody answered"),
        (["n"], "reject", "nobody answered"),
    ],
)
async def test_an_answer_is_a_verdict(lines: list[str], verdict: str, reason: str, typed: Any) -> None:
    decision = await typed(*lines)
    assert (decision.verdict, decision.reason, decision.channel, decision.who) == (verdict, reason, "stdin", "ada")


async def test_the_change_is_shown_before_it_is_asked(typed: Any, propose: Any) -> None:
    await typed("y")
    shown = typed.said[0]
    assert "Set it back" in shown and "branch b" in shown and "+image: shop:0.1.0" in shown


async def test_an_edited_title_is_shown_again_and_then_approved(typed: Any) -> None:
    decision = await typed("e title", "Back to 0.1.0", "y")
    assert decision.verdict == "edit"
    assert decision.arguments == {"title": "Back to 0.1.0", "body": "Because.\nReally.", "kind": "rollback"}
    assert "title is now: Back to 0.1.0" in typed.said
    assert typed.said[-1].startswith("[y] approve as edited")


async def test_an_edited_body_has_lines(typed: Any) -> None:
    decision = await typed("e", "", "one", "", "two", ".", "y")
    assert decision.arguments["body"] == "one\n\ntwo" and decision.arguments["title"] == "Set it back"


async def test_an_edit_that_changes_nothing_is_an_approval(typed: Any) -> None:
    assert (await typed("e", "Set it back", ".", "y")).verdict == "approve"


async def test_what_steers_a_terminal_is_revealed(typed: Any) -> None:
    await typed("y", diff="@@ -1 +1 @@\n+\x1b[2Kharmless\u202e\n")
    assert "\x1b" not in typed.said[0] and "⟨U+001B⟩[2Kharmless⟨U+202E⟩" in typed.said[0]


async def test_an_interrupt_while_typing_stops_whatever_handles_the_signal_otherwise(propose: Any) -> None:
    def ask(prompt: str) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        return "y"

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        decision = await PromptApprover(ask, lambda text: None).decide(propose())
        assert decision.verdict == "stop"
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


async def test_this_kind_is_approved_for_a_while(typed: Any) -> None:
    decision = await typed("k")
    assert (decision.verdict, decision.grant) == ("approve", True)
    assert (await typed("y")).grant is False


BEFORE = "".join(f"line {n}\n" for n in range(1, 31))
AFTER = BEFORE.replace("line 3\n", "line three\n").replace("line 25\n", "")


def _hunks(monkeypatch: pytest.MonkeyPatch, propose: Any, *lines: str) -> tuple[PromptApprover, Any, list[str]]:
    said: list[str] = []
    rest = iter(lines)
    proposal = propose()
    view = replace(proposal.view, files=(FileChange("a.py", BEFORE, AFTER, ""),), hunks=True)

    def ask(prompt: str) -> str:
        said.append(prompt)
        return next(rest)

    return PromptApprover(ask, said.append, "ada"), replace(proposal, view=view), said


async def test_a_hunk_is_left_out_by_its_number(monkeypatch: pytest.MonkeyPatch, propose: Any) -> None:
    approver, proposal, said = _hunks(monkeypatch, propose, "h", "1", "y")
    decision = await approver.decide(proposal)
    assert decision.verdict == "edit" and dict(decision.files) == {"a.py": BEFORE.replace("line 25\n", "")}
    assert any("1. (in) a.py" in text and "+line three" in text for text in said)
    assert any("approve as edited" in text for text in said)


async def test_a_hunk_may_come_back_and_a_wrong_number_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, propose: Any
) -> None:
    approver, proposal, said = _hunks(monkeypatch, propose, "h 2", "h 7", "h 2", "y")
    decision = await approver.decide(proposal)
    assert decision.verdict == "approve" and dict(decision.files) == {}
    assert "There are hunks 1 to 2." in said and "hunk 2 is in again" in said


async def test_why_it_is_shown_again_is_said_first(propose: Any) -> None:
    said: list[str] = []
    approver = PromptApprover(lambda prompt: "n no", said.append, "ada")
    await approver.decide(replace(propose(), again="f.yaml was changed meanwhile\u202e"))
    assert said[0] == "\nShown again: f.yaml was changed meanwhile⟨U+202E⟩"
