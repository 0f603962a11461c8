"""What a postmortem leaves behind goes through the door of all changes, and says no more than the record."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.approval.decision import Decision, Proposal
from aisre_nb.models.base import ToolCall
from aisre_nb.models.builtin.model import BuiltinModel
from aisre_nb.record.events import Decided
from aisre_nb.record.record import Record
from aisre_nb.sandbox import make
from aisre_nb.session import lesson
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.proposing import propose
from aisre_nb.session.resumed import resumed
from aisre_nb.session.start import start
from aisre_nb.session.worlds import open_folder
from aisre_nb.settings import Settings

QUESTION = "There is an issue with the cart service, can you find the root cause?"


class Person:
    """Approves or rejects what they are shown, and remembers it."""

    def __init__(self, verdict: Any = "approve") -> None:
        self.verdict = verdict
        self.shown: list[Proposal] = []

    async def decide(self, proposal: Proposal) -> Decision:
        self.shown.append(proposal)
        return Decision(proposal.call_id, self.verdict, proposal.digest, "panel", "ada", datetime.now(UTC))


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a world and the record of its investigation, in which no change was approved."""
    folder = tmp_path_factory.mktemp("asked")
    make("cart-errors", 1, folder / "world", hours=1, per_second=2)

    async def whole() -> None:
        settings = replace(Settings(), model="builtin", record_dir=folder / "records")
        inv = start(settings, sources=open_folder(folder / "world"), question=QUESTION)
        await inv.ask(QUESTION, approver=Person("reject"))
        await inv.close()

    asyncio.run(whole())
    return folder


@pytest.fixture
def begun(asked: Path, tmp_path: Path) -> Investigation:
    folder = Path(shutil.copytree(asked, tmp_path, dirs_exist_ok=True))
    settings = replace(Settings(), record_dir=folder / "records")
    [record] = (folder / "records").iterdir()
    return resumed(settings, Record.resume(record), open_folder(folder / "world"), BuiltinModel())


async def _proposed(inv: Investigation, person: Person) -> list[str]:
    count = iter(range(99))

    async def act(tool: str, arguments: dict[str, Any], said: str) -> Any:
        return await inv.act(ToolCall(f"p{next(count)}", tool, arguments), said, approver=person)

    return await propose(inv, act)


async def test_the_incident_and_its_runbook_are_proposed_as_changes(begun: Investigation, tmp_path: Path) -> None:
    person = Person()
    lines = await _proposed(begun, person)
    assert [p.tool for p in person.shown] == ["update_incident", "create_pull_request"]
    incident = person.shown[0].arguments["id"]
    summary = person.shown[0].arguments["summary"]
    assert begun.report is not None and begun.report.root_cause is not None
    assert begun.report.root_cause.summary in summary and "[E3]" in summary and "Status: not verified." in summary
    change = person.shown[1].view.files[0]
    assert change.path == "runbooks/high-error-rate.md" and change.before is not None and change.after is not None
    assert change.after.startswith(change.before) and "\n## Seen before\n- 2026-" in change.after
    added = change.after.removeprefix(change.before)
    assert (
        f"({incident})" in added
        and "UnboundLocalError" in added
        and "Not\n  verified" in added.replace(" Not ", " Not\n  ")
    )
    assert max(map(len, added.splitlines())) <= max(map(len, change.before.splitlines()))
    assert lines[0].startswith(f"{incident}: its summary is written; %sre undo E") and "pull request #" in lines[1]
    decided = [e for e in begun.events if isinstance(e, Decided) and e.verdict == "approve"]
    assert [e.who for e in decided] == ["ada", "ada"], "both stand in the record"
    told = (tmp_path / "world" / "incidents" / f"{incident}.json").read_text()
    assert "UnboundLocalError" in told
    again = await _proposed(begun, person)
    assert "nothing to update" in again[0] and "proposed already" in again[1] and len(person.shown) == 2
    await begun.close()


async def test_nothing_is_written_where_the_person_says_no(begun: Investigation, tmp_path: Path) -> None:
    before = {f: f.read_bytes() for f in (tmp_path / "world" / "incidents").iterdir()}
    heads = _heads(tmp_path)
    lines = await _proposed(begun, Person("reject"))
    assert all("reject" in line for line in lines), lines
    assert {f: f.read_bytes() for f in (tmp_path / "world" / "incidents").iterdir()} == before
    assert _heads(tmp_path) == heads
    await begun.close()


async def test_a_runbook_that_no_alert_names_is_a_new_file(begun: Investigation) -> None:
    person = Person()
    for alert in begun.evidence["E1"].facts["alerts"]:
        alert.pop("runbook", None)
        alert["alert"] = "CartBroken"
    lines = await _proposed(begun, person)
    change = person.shown[1].view.files[0]
    assert lines[1].startswith("No runbook matches, so a new one was proposed.")
    assert (change.path, change.before) == ("runbooks/cart-broken.md", None)
    assert change.after is not None and change.after.startswith("# CartBroken\n\n## Seen before\n- 2026-")
    await begun.close()


async def test_a_runbook_is_found_by_its_alerts_name(begun: Investigation) -> None:
    for alert in begun.evidence["E1"].facts["alerts"]:
        alert.pop("runbook", None)
    await _proposed(begun, person := Person())
    assert person.shown[1].view.files[0].before is not None
    await begun.close()


async def test_what_is_not_proved_teaches_nothing(begun: Investigation) -> None:
    await begun.ask("Is the currency service healthy?", approver=Person("reject"))
    lines = await _proposed(begun, person := Person())
    assert "teaches a runbook nothing" in lines[1]
    assert [p.tool for p in person.shown if p.tool == "create_pull_request"] == []
    await begun.close()


async def test_without_sources_it_says_so(begun: Investigation) -> None:
    begun.sources = replace(begun.sources, incidents=None, code=None)
    lines = await _proposed(begun, person := Person())
    assert "No source of incidents" in lines[0] and "No repository" in lines[1] and person.shown == []
    await begun.close()


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("runbooks/high-latency.md", "runbooks/high-latency.md"),
        ("https://github.com/shop/shop/blob/main/runbooks/a.md#x", "runbooks/a.md"),
        ("https://gitlab.example/g/s/-/blob/main/docs/a.md", "docs/a.md"),
        ("https://gitea.example/o/r/src/branch/main/a.md", "a.md"),
        ("https://wiki.example/a/b", ""),
        ("../../etc/shadow.md", ""),
        ("/etc/passwd", ""),
        ("", ""),
        ("a.md; rm -rf /", ""),
    ],
)
def test_a_runbooks_address_is_a_path_of_the_repository_or_nothing(address: str, path: str) -> None:
    assert lesson.path_of(address) == path


def _heads(folder: Path) -> bytes:
    remote = ["git", "-C", str(folder / "world" / "remote.git"), "for-each-ref"]
    return subprocess.run(remote, capture_output=True, check=True).stdout


class _Found:
    """As much of a postmortem as an entry needs."""

    impact = claims = root_cause = proof = actions = exhibits = ()
    onset, status = datetime(2026, 3, 1, tzinfo=UTC), "not verified"


def test_the_entry_goes_under_the_heading_that_is_there() -> None:
    text = "Title\n=====\n\n* one\n\n### Past incidents\n\n* 2025-01-01 (INC-1): old\n\n### Then\n\nwords\n"
    after = lesson.taught(text, _Found(), "INC-2")  # type: ignore[arg-type]
    assert after == text.replace("old\n", "old\n* 2026-03-01 (INC-2):\n")
    assert lesson.taught(after, _Found(), "INC-2") == after  # type: ignore[arg-type]


def test_a_heading_is_made_as_deep_as_the_others() -> None:
    after = lesson.taught("# A\n\n### B\nwords\n", _Found(), "INC-2")  # type: ignore[arg-type]
    assert after == "# A\n\n### B\nwords\n\n### Seen before\n- 2026-03-01 (INC-2):\n"
    assert lesson.new_path("KubePodCrashLooping", []) == "runbooks/kube-pod-crash-looping.md"
