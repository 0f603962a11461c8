"""The first question with the code on a host instead of beside the telemetry: the same cause, the same two requests."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aisre_nb.approval.decision import Decision, Proposal
from aisre_nb.session.start import start
from aisre_nb.session.worlds import open_folder
from aisre_nb.settings import Settings
from aisre_nb.sources.git_repository import GitRepository
from aisre_nb.tools.pull_requests import CreatePullRequest, _request

from .bare import Bare
from .conftest import opened
from .github import TOKEN, GitHubServer

QUESTION = "There is an issue with the cart service, can you find the root cause?"


class Approver:
    """Approves all, and remembers what was shown."""

    def __init__(self) -> None:
        self.shown: list[Proposal] = []

    async def decide(self, proposal: Proposal) -> Decision:
        self.shown.append(proposal)
        return Decision(proposal.call_id, "approve", proposal.digest, "panel", "ada", datetime.now(UTC))


async def test_the_cause_is_found_and_both_requests_are_those_of_local_git(shop: Path, tmp_path: Path) -> None:
    server, person = GitHubServer(Bare(shop / "remote.git")), Approver()
    server.teams = {"baskets-and-prices", "platform"}
    main = server.bare.resolved("main")
    code = opened("github", server.url, TOKEN, tmp_path)
    # Without the clone: what the repository says comes from the host alone.
    (shop / "repository").rename(shop / "clone")
    try:
        sources = open_folder(shop)
        sources = replace(sources, code=code, changes=(*sources.changes, code), all=(*sources.all, code))
        settings = replace(Settings(), model="builtin", record_dir=tmp_path / "records")
        inv = start(settings, sources=sources, question=QUESTION)
        await inv.ask(QUESTION, approver=person)
        await inv.close()
    finally:
        server.close()
    truth = json.loads((shop / "truth.json").read_text())
    assert inv.report is not None and inv.report.root_cause is not None
    assert list(inv.report.root_cause.services[:1]) == truth["services"]
    proposed = [p for p in person.shown if p.tool == "create_pull_request"]
    assert [p.arguments["kind"] for p in proposed] == ["rollback", "fix"]
    # The remote has the branches by now; local git is asked for the same on what it had before.
    local = GitRepository(shop / "clone")
    for p, pull in zip(proposed, server.pulls, strict=True):
        theirs = await local.preview_pull_request(_request(CreatePullRequest(**p.arguments)))
        assert p.view.files == theirs.files and p.view.files[0].diff.startswith("diff --git a/")
        changed = {f["new"] for f in server.bare.files(main, pull["head"]["sha"])}
        assert changed == {file.path for file in p.view.files}
        assert pull["draft"] and len(pull["requested_teams"]) == 1
    assert server.bare.resolved("main") == main
    assert len(server.asked) < 150
