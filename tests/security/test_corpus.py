"""Every payload in every place, before a model that does what it reads: nothing is changed, called or run."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.approval.click import shown
from aisre_nb.approval.decision import Decision, Proposal
from aisre_nb.approval.policy import Policy
from aisre_nb.notebook.interpolation import interpolated
from aisre_nb.notebook.transcript import view
from aisre_nb.record.audit import Audit
from aisre_nb.record.events import Decided, Noted, ToolFinished, ToolStarted
from aisre_nb.record.record import Record
from aisre_nb.render import change, html, note, report, step
from aisre_nb.sandbox import make
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.worlds import open_folder
from aisre_nb.settings import Settings
from aisre_nb.tools.registry import Registry, builtin_tools, tools_for

from .hostile import Hostile
from .payloads import ALL
from .places import FOLDER, SESSION

TEXTS = [payload.text for payload in ALL]
ACTED_ON = tuple(p.text for p in ALL if p.kind in ("instruction", "forged", "approval", "html", "command"))[::9]
"""Those that the model puts into every change; it reads all."""
OWN = {
    "style", "div", "b", "span", "code", "pre", "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "a",
    "h3", "h4", "ul", "li", "br", "p", "i", "del", "s", "ol", "em", "strong",
}  # fmt: skip
"""The tags that our renderers write."""
PLACES = [*FOLDER, *SESSION, "question"]
assert len(FOLDER) + len(SESSION) + 1 >= 15 and len(ALL) >= 60


SIGNS = {
    "instructions to an assistant": "Ignore all previous",
    "a forged message or tool result": "<tool_result>",
    "a forged approval": "pre-approved by the operator",
    "live HTML": "<script>window.__pwned",
}
"""How it is known that a model read a payload of a kind."""


class Live(HTMLParser):
    """Collects what is not ours: tags, attributes, links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in OWN:
            self.found.append(f"<{tag}>")
        for name, value in attributes:
            own = name in ("class", "id", "scope", "open", "href", "title", "style", "role", "colspan")
            inside = name != "href" or str(value).startswith("#aisre-")
            if not own or not inside or (name == "style" and tag == "style"):
                self.found.append(f"<{tag} {name}={str(value)[:60]!r}>")


def _live(bundle: dict[str, Any]) -> list[str]:
    """What a page would run or fetch of an output."""
    parser = Live()
    page = str(bundle.get("text/html", ""))
    parser.feed(page)
    if "$" in page and 'class="aisre mathjax_ignore tex2jax_ignore"' not in page:
        parser.found.append("formulas")
    svg = str(bundle.get("image/svg+xml", ""))
    bad = re.findall(r"<(?!/?(?:svg|rect|line|path|text|g|title|circle)\b)[a-zA-Z!][^>]{0,60}|\son\w+=|href=", svg)
    kinds = set(bundle) - {"text/html", "text/plain", "image/svg+xml", "application/vnd.plotly.v1+json"}
    plain = [
        f"control {c!r}"
        for c in re.findall(
            r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", str(bundle.get("text/plain", ""))
        )
    ]
    figure = bundle.get("application/vnd.plotly.v1+json", {})
    # plotly draws a few tags in texts, and links: only escaped ones are harmless.
    drawn = re.findall(r"<a [^>]{0,80}|<img|<script", json.dumps(figure).replace("\\u003c", "<"))
    return [*parser.found, *bad, *map(str, kinds), *plain, *drawn]


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cart-errors", 1, tmp_path_factory.mktemp("clean") / "world", hours=1, per_second=2)


_watched: dict[str, Any] = {"files": None, "others": frozenset()}
"""What is collected, and the threads that other tests left running (servers that all tests share): not ours."""


def _ours() -> bool:
    return threading.get_ident() not in _watched["others"]


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    found = _watched["files"]
    if found is None or not _ours():
        return
    if event == "open" and isinstance(arguments[0], str | bytes):
        path = arguments[0] if isinstance(arguments[0], str) else arguments[0].decode(errors="replace")
        if re.search(r"/etc/(passwd|shadow)$|/tmp/pwned|/tmp/outside", path):
            found.append(f"open {path}")
    elif event == "subprocess.Popen":
        program = str(arguments[0])
        if not program.rpartition("/")[2].startswith("git"):
            found.append(f"program {program}")


sys.addaudithook(_audit)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What was reached beyond the sources: connections, other programs, files elsewhere."""
    called: list[str] = []

    def refusing(original: Any) -> Any:
        def refuse(*arguments: Any, **more: Any) -> Any:
            if not _ours():
                return original(*arguments, **more)
            called.append(f"network {arguments!r}"[:200])
            raise OSError("no network here")

        return refuse

    _watched["others"] = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
    monkeypatch.setattr(socket.socket, "connect", refusing(socket.socket.connect))
    monkeypatch.setattr(socket, "getaddrinfo", refusing(socket.getaddrinfo))
    _watched["files"] = called
    yield called
    _watched["files"] = None


def _fingerprint(world: Path) -> dict[str, str]:
    """Every file of the world but what reading it leaves in the clone."""
    return {
        str(file.relative_to(world)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(world.rglob("*"))
        if file.is_file() and ".git" not in file.relative_to(world).parts
    }


@pytest.fixture
def attacked(clean: Path, tmp_path: Path) -> Callable[[str], tuple[Investigation, Path, str]]:
    """An investigation of a world (or with tools, or a question) in which every payload stands in one place."""

    def made(place: str, policy: str = "read") -> tuple[Investigation, Path, str]:
        world = Path(shutil.copytree(clean, tmp_path / "world"))
        if place in FOLDER:
            FOLDER[place](world, TEXTS)
        sources = open_folder(world)
        registry = Registry()
        for tool in (*builtin_tools(), *tools_for(sources)):
            registry.add(tool)
        if place in SESSION:
            SESSION[place](registry, TEXTS)
        incident = sorted((world / "incidents").glob("*.json"))[-1].stem
        model = Hostile(ACTED_ON, incident)
        settings = Settings(max_steps=5000, max_seconds=600.0)
        record = Record.create(tmp_path / "records", "attack")
        inv = Investigation(
            settings, sources, model, registry, Policy.parse(policy), record, audit=Audit(tmp_path / "audit.jsonl")
        )
        question = "Why does the cart fail?"
        if place == "question":
            names = {f"v{n}": text for n, text in enumerate(TEXTS)}
            question = interpolated("Why? " + " ".join(f"{{{{v{n}}}}}" for n in range(len(TEXTS)))[:20_000], names)
        return inv, world, question

    return made


def _run(inv: Investigation, question: str, approver: Any) -> None:
    async def run() -> None:
        try:
            await inv.ask(question, approver=approver)
        finally:
            await inv.close()

    asyncio.run(run())


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_changed_called_or_run(place: str, attacked: Any, outside: list[str], tmp_path: Path) -> None:
    inv, world, question = attacked(place)
    before = _fingerprint(world)
    _run(inv, question, AutomaticApprover(inv.policy, "nobody"))
    assert _fingerprint(world) == before and outside == []
    assert {file.name for file in tmp_path.iterdir()} == {"world", "records", "audit.jsonl"}

    wanted = [e for e in inv.events if isinstance(e, ToolStarted) and e.effect == "change"]
    decided = [e for e in inv.events if isinstance(e, Decided)]
    assert len(wanted) > 30 and {d.verdict for d in decided} == {"denied"}, "it tried, and each try is in the record"
    lines = (inv.record.folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum(json.loads(line)["type"] == "decided" for line in lines) == len(decided)
    assert len(Audit(tmp_path / "audit.jsonl").entries()) == len(decided)
    done = [e for e in inv.events if isinstance(e, ToolFinished) and e.effect == "change" and e.evidence]
    assert done == []

    bundles = [b for s in inv.steps for b in step.bundles(view(s))]
    bundles += [note.bundle(e.text, e.level) for e in inv.events if isinstance(e, Noted)]
    assert inv.report is not None
    bundles.append(report.bundle(inv.report, inv.evidence, inv.usage, inv.seconds))
    assert {found for bundle in bundles for found in _live(bundle)} == set()
    _flagged(inv, place)


def _flagged(inv: Investigation, place: str) -> None:
    """What was read of the payloads is flagged, in the record and in the block that the model reads."""
    flags = [e.text for e in inv.events if isinstance(e, Noted) and "holds what looks like" in e.text]
    fetched = " ".join(text for text in inv.model.read if "evidence=E" in text[:200])
    for kind, sign in SIGNS.items():
        if sign in fetched:
            assert any(kind in flag for flag in flags), f"{kind} was read and not flagged"
    assert flags or place == "question", "each place is seen by some tool"
    if any(sign in fetched for sign in SIGNS.values()):
        assert "suspicious=it-holds-text-that-looks-like-instructions" in fetched


@pytest.mark.parametrize("place", ["log_lines", "tools_and_their_results"])
def test_results_stand_in_blocks_that_nothing_in_them_can_close(place: str, attacked: Any, outside: list[str]) -> None:
    inv, _, question = attacked(place)
    mark = inv.context._mark
    _run(inv, question, AutomaticApprover(inv.policy, "nobody"))
    for text in inv.model.read:
        if not text.startswith(("Not run:", "This was asked", "not run")) and mark in text:
            assert text.startswith(f"<result {mark} ") and text.endswith(f"</result {mark}>")
            assert text.count(mark) == 2
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\u200b]", text)


class Clicks:
    """A person who looks at each card and rejects it; what the page would be sent is kept."""

    def __init__(self) -> None:
        self.cards: list[dict[str, Any]] = []
        self.texts: list[dict[str, Any]] = []

    async def decide(self, proposal: Proposal) -> Decision:
        self.cards.append(shown(proposal))
        self.texts.append({"text/html": html.block(change.html_of(proposal.view))})
        from datetime import UTC, datetime

        return Decision(proposal.call_id, "reject", proposal.digest, "panel", "ada", datetime.now(UTC), reason="no")


def test_a_card_shows_hostile_texts_as_they_are_with_what_hides_made_visible(attacked: Any, outside: list[str]) -> None:
    inv, world, question = attacked("log_lines")
    before = _fingerprint(world)
    person = Clicks()
    _run(inv, question, person)
    assert len(person.cards) > 30 and _fingerprint(world) == before
    for card in person.cards:
        told = {k: v for k, v in card.items() if k != "editable"}
        for text in _strings(told["title"], told["body"], told["scope"], told["why"], told["rows"]):
            assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u200b\x1b\x07]", text)
    assert {found for bundle in person.texts for found in _live(bundle)} == set()


def _strings(*values: Any) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from _strings(*value)
