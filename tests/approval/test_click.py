"""A decision by click, with the page played."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.approval.click import Heard, PanelApprover, shown
from aisre_nb.approval.decision import Decision, Proposal
from aisre_nb.approval.policy import Policy
from aisre_nb.evidence.change import FileChange


@dataclass
class Page:
    """A panel whose clicks are written down beforehand; each waits for a proposal."""

    clicks: list[dict[str, Any]]
    present: bool = True
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    heard: Heard | None = None
    seen: list[Mapping[str, Any]] = field(default_factory=list)

    def propose(self, shown: dict[str, Any]) -> None:
        self.seen.append(shown)
        if shown and self.present:
            asyncio.get_running_loop().call_later(0.01, self._click, shown)

    def _click(self, shown: dict[str, Any]) -> None:
        self.ready.set()
        if self.heard is None:
            asyncio.get_running_loop().call_later(0.01, self._click, shown)
            return
        for click in self.clicks:
            self.heard({"call_id": shown["call_id"], "digest": shown["digest"], **click})


async def _decide(page: Page, proposal: Proposal, appears: float = 1.0) -> Decision:
    nobody = AutomaticApprover(Policy(), "nobody")
    return await asyncio.wait_for(PanelApprover(page, "ada", nobody, appears).decide(proposal), 3)


async def test_a_click_approves_what_was_shown_and_the_card_goes(propose: Any) -> None:
    page = Page([{"verdict": "approve"}])
    decision = await _decide(page, propose())
    assert (decision.verdict, decision.channel, decision.who) == ("approve", "panel", "ada")
    assert (decision.digest, dict(decision.arguments)) == (propose().digest, {})
    assert page.seen[0]["call_id"] == "c1" and page.seen[-1] == {} and page.heard is None


async def test_an_edit_changes_only_editable_fields(propose: Any) -> None:
    edits = {"title": "Mine", "kind": "fix", "edits": []}
    decision = await _decide(Page([{"verdict": "edit", "edits": edits}]), propose())
    assert dict(decision.arguments) == {**propose().arguments, "title": "Mine"}


async def test_a_rejection_carries_its_reason(propose: Any) -> None:
    decision = await _decide(Page([{"verdict": "reject", "reason": "no " * 2000}]), propose())
    assert decision.verdict == "reject" and decision.reason.startswith("no no") and len(decision.reason) == 2000


@pytest.mark.parametrize(
    "stale",
    [{"call_id": "c0"}, {"digest": "another"}, {"verdict": "maybe"}, {"call_id": None}, {"verdict": ["approve"]}],
)
async def test_a_click_about_something_else_decides_nothing(stale: dict[str, Any], propose: Any) -> None:
    page = Page([{"verdict": "approve", **stale}, {"verdict": "stop"}])
    assert (await _decide(page, propose())).verdict == "stop"


async def test_the_first_of_two_clicks_counts(propose: Any) -> None:
    page = Page([{"verdict": "reject"}, {"verdict": "approve"}])
    assert (await _decide(page, propose())).verdict == "reject"


async def test_where_no_page_appears_the_other_approver_is_asked_and_the_next_wait_is_short(propose: Any) -> None:
    page = Page([], present=False)
    approver = PanelApprover(page, "ada", AutomaticApprover(Policy(), "nobody"), 0.5)
    loop = asyncio.get_running_loop()
    start = loop.time()
    assert (await approver.decide(propose())).who == "nobody"
    first = loop.time() - start
    assert (await approver.decide(propose())).who == "nobody"
    assert first >= 0.5 > loop.time() - start - first
    assert page.seen[-1] == {}


async def test_a_cancelled_wait_takes_the_card_away(propose: Any) -> None:
    page = Page([])
    task = asyncio.ensure_future(_decide(page, propose()))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert page.seen[-1] == {} and page.heard is None


def test_a_separator_within_a_line_is_no_line_of_its_own(propose: Any) -> None:
    proposal = propose()
    change = FileChange("deploy/f.yaml", None, "a\u2028+b\rc\x0cd\n", "")
    card = shown(replace(proposal, view=replace(proposal.view, files=(change,))))
    lines = ["@@ -1,0 +1,1 @@", "+a⟨U+2028⟩+b⟨U+000D⟩c⟨U+000C⟩d"]
    assert card["files"] == [{"path": "deploy/f.yaml", "kind": "new", "hunks": [{"lines": lines, "text": None}]}]


def test_hidden_characters_of_editable_fields_are_named_and_the_fields_stay(propose: Any) -> None:
    card = shown(propose(title="a\u202eb"))
    assert card["editable"]["title"] == "a\u202eb"
    assert card["hidden"] == ["title: a⟨U+202E⟩b"] and card["title"] == "a⟨U+202E⟩b"


def test_the_rows_of_an_action_are_shown_with_hidden_characters_revealed(propose: Any) -> None:
    proposal = propose()
    view = replace(proposal.view, rows=(("flag \u202egalf", "0 %", "100 %"),))
    assert shown(replace(proposal, view=view))["rows"] == [["flag ⟨U+202E⟩galf", "0 %", "100 %"]]


BEFORE = "".join(f"line {n}\n" for n in range(1, 31))
AFTER = BEFORE.replace("line 3\n", "line three\n").replace("line 25\n", "")


def _tickable(propose: Any) -> Proposal:
    proposal: Proposal = propose()
    files = (FileChange("a.py", BEFORE, AFTER, ""), FileChange("b.py", None, "new\n", ""))
    return replace(proposal, view=replace(proposal.view, files=files, hunks=True))


async def test_hunks_that_were_left_out_or_edited_make_whole_files(propose: Any) -> None:
    text = shown(_tickable(propose))["files"][0]["hunks"][0]["text"].replace("three", "3!")
    click = {"verdict": "edit", "hunks": [[0, 0, True, text], [0, 1, False, None], [1, 0, False, None]]}
    decision = await _decide(Page([click]), _tickable(propose))
    assert dict(decision.files) == {"a.py": BEFORE.replace("line 3\n", "line 3!\n"), "b.py": ""}
    assert dict(decision.arguments) == dict(propose().arguments)


@pytest.mark.parametrize(
    "told", [None, "all", [1], [[0]], [[0, 0, "yes", "x"]], [[7, 0, False, None]], [[0, 0, True, None]], {"0": 1}]
)
async def test_what_a_page_may_not_say_of_hunks_changes_none(told: Any, propose: Any) -> None:
    decision = await _decide(Page([{"verdict": "edit", "hunks": told}]), _tickable(propose))
    assert decision.verdict == "edit" and dict(decision.files) == {}


async def test_hunks_of_what_has_none_to_tick_are_not_heard(propose: Any) -> None:
    decision = await _decide(Page([{"verdict": "edit", "hunks": [[0, 0, False, None]]}]), propose())
    assert dict(decision.files) == {} and shown(propose())["files"][0]["hunks"][0]["text"] is None


async def test_this_kind_is_granted_only_by_a_plain_yes(propose: Any) -> None:
    assert (await _decide(Page([{"verdict": "approve", "grant": True}]), propose())).grant is True
    assert (await _decide(Page([{"verdict": "approve", "grant": "yes"}]), propose())).grant is False


def test_why_it_is_shown_again_and_what_this_kind_is_are_said(propose: Any) -> None:
    card = shown(replace(propose(), again="f.yaml was changed\u202e", scope=("repository:shop",)))
    assert card["again"] == "f.yaml was changed⟨U+202E⟩"
    assert card["kind"] == "create_pull_request on repository:shop"
