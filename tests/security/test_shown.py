"""What a person is asked and told, on a card, at a prompt and in a terminal, holds hostile texts as texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.approval.click import shown
from aisre_nb.approval.decision import Decision, Proposal
from aisre_nb.approval.prompt import PromptApprover
from aisre_nb.cli.ask import _print, _print_denied
from aisre_nb.cli.progress import Lines
from aisre_nb.render import change, html
from aisre_nb.report.text import as_text

from .conftest import TEXTS
from .live import live, steers
from .watch import fingerprint

_HIDES = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\ufeff\x1b\x07\x08\U000e0000-\U000e007f]")


class Clicks:
    """A person who looks at each card and rejects it; what the page would be sent is kept."""

    def __init__(self) -> None:
        self.cards: list[dict[str, Any]] = []
        self.pages: list[dict[str, Any]] = []

    async def decide(self, proposal: Proposal) -> Decision:
        self.cards.append(shown(proposal))
        self.pages.append({"text/html": html.block(change.html_of(proposal.view))})
        return Decision(proposal.call_id, "reject", proposal.digest, "panel", "ada", datetime.now(UTC), reason="no")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def test_a_card_shows_every_payload_with_what_hides_made_visible(attacked: Any, run: Any, outside: list[str]) -> None:
    inv, world, question = attacked("nowhere", [text[:3000] for text in TEXTS])
    inv.model.at_once, inv.model.traces = 26, 0
    before, person = fingerprint(world), Clicks()
    run(inv, question, person)
    assert len(person.cards) > 2 * len(TEXTS) and fingerprint(world) == before
    for card in person.cards:
        # The fields that can be edited are as they are; beside them it says what is hidden in them.
        told = {k: v for k, v in card.items() if k not in ("editable", "files")}
        told["files"] = [{**f, "hunks": [hunk["lines"] for hunk in f["hunks"]]} for f in card["files"]]
        assert [text for text in _strings(told) if _HIDES.search(text)] == []
        hidden = [name for name, text in card["editable"].items() if _HIDES.search(text)]
        assert all(any(line.startswith(f"{name}: ") for line in card["hidden"]) for name in hidden)
    assert {
        found for page in person.pages for found in live({**page, "text/plain": ""}) if "text/html" not in found
    } == set()


def test_a_prompt_and_a_terminal_are_not_steered(
    attacked: Any, run: Any, outside: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    inv, world, question = attacked("tools_and_their_results", [text[:3000] for text in TEXTS])
    inv.model.at_once, inv.model.traces = 26, 0
    before, asked = fingerprint(world), []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return "n because"

    told: list[str] = []
    run(inv, question, PromptApprover(answer, told.append, "ada"), Lines(inv))
    _print(inv, as_json=False)
    _print(inv, as_json=True)
    _print_denied(inv)
    seen = capsys.readouterr()
    assert fingerprint(world) == before and len(asked) > len(TEXTS) and "looks like" in seen.err
    for text in (*asked, *told, seen.out, seen.err, as_text(inv.report, inv.evidence, inv.usage, inv.seconds)):
        assert steers(text) == []


def test_what_is_approved_stays_inside(attacked: Any, run: Any, outside: list[str], tmp_path: Path) -> None:
    """Whoever allows all gets what the tools can do, and not a file, a program or a name beyond that."""
    inv, world, question = attacked("nowhere", [text[:300] for text in TEXTS[:1] + TEXTS[20:22]], policy="all")
    inv.model.traces = 0
    outside.clear()
    run(inv, question, AutomaticApprover(inv.policy, "ada"))
    assert [event for event in outside if not event.startswith("program")] == []
    programs = {event[len("program ") :].split(", ")[1].strip("'") for event in outside}
    assert programs <= {"push", "commit-tree", "update-ref", "merge-tree"} | {f"--git-dir={world / 'remote.git'}"}
    assert "evil" not in " ".join(outside) and "pwned" not in " ".join(outside)
    assert {file.name for file in tmp_path.iterdir()} <= {"world", "records", "audit.jsonl", "thrown-away"}
    assert not list(Path("/tmp").glob("pwned*")) and not (world.parent.parent / "outside").exists()
    assert not (world / "repository" / ".git" / "hooks" / "pre-push").exists()
    refused = [s.arguments["edits"][0]["path"] for s in inv.steps if s.tool == "create_pull_request" and s.error]
    assert {"../../outside", "/tmp/pwned", ".git/hooks/pre-push", ".GIT/config", "a/../../pwned"} <= {*refused}
    refs = [line.split()[-1] for line in fingerprint(world)["refs of remote.git"].splitlines()]
    assert all(re.fullmatch(r"refs/(heads|tags)/[\w./-]+", ref) and ".." not in ref for ref in refs), refs
