"""Every way in which a backend fails, by the whole way of a question: an event, a gap, and the rest goes on."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.approval.policy import Policy
from aisre_nb.record.events import Ended, ToolFinished
from aisre_nb.record.record import Record
from aisre_nb.session.investigation import Investigation
from aisre_nb.settings import Settings
from aisre_nb.sources.open import open_sources
from aisre_nb.tools.registry import Registry, builtin_tools
from tests.session.conftest import Scripted
from tests.sources.over_http.faulty import Faulty

TOKEN = "tiger-lily-0099-abc"
ASKED = {
    "metrics": ("prometheus", "get_metrics", {"service": "cart"}),
    "logs": ("loki", "get_logs", {"service": "cart"}),
    "traces": ("tempo", "get_traces", {"service": "cart"}),
    "alerts": ("alertmanager", "get_alerts", {}),
}
FAULTS = {
    "401": "does not know who asks (401)",
    "403": "refuses what was asked (403)",
    "404": "has nothing at that address (404)",
    "500": "failed (500)",
    "busy_for_long": "is asked too often (429)",
    "slow": "gave no whole answer within 0.6 s",
    "drip": "gave no whole answer within 0.6 s",
    "cut": "was cut in the middle",
    "page": "a web page, as a login page is, not with JSON",
    "truncated": "JSON that cannot be read",
    "nan": "JSON that cannot be read",
    "digits": "JSON that cannot be read",
    "deep": "nested too deeply",
    "large": "answers with more than 5 MB",
    "endless": "answers with more than 5 MB",
    "away": "sends to another place, http://login.example",
    "refused": "refuses connections",
    "dns": "no host of that name is known (DNS)",
    "certificate": "a certificate or an encryption that does not hold",
}
"""By how the server answers: what the step says of it."""


@pytest.fixture
def address(faulty: Faulty) -> Iterator[Callable[[str], str]]:
    """Where it fails in that way."""
    made: list[Faulty] = []

    def at(fault: str) -> str:
        if fault == "refused":
            with socket.socket() as one:
                one.bind(("127.0.0.1", 0))
                return f"http://127.0.0.1:{one.getsockname()[1]}"
        if fault == "dns":
            return "http://no-such-host.invalid"
        if fault == "certificate":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
            made.append(Faulty(context))
            return made[-1].url
        faulty.fails = fault
        return faulty.url

    yield at
    for server in made:
        server.close()


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    made = Faulty()
    yield made
    made.close()


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Deployments, and nothing else."""
    folder = tmp_path / "case"
    folder.mkdir()
    hours = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T12:00:00Z", "now": "2026-03-01T12:00:00Z"}
    (folder / "manifest.json").write_text(json.dumps({"name": "tiny", **hours}))
    change = {"time": "2026-03-01T11:30:00Z", "kind": "deployment", "service": "cart", "title": "cart 2", "to": "2"}
    (folder / "changes.jsonl").write_text(json.dumps({**change, "from": "1", "attributes": {}}) + "\n")
    return folder


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_fails_is_a_gap_and_the_investigation_goes_on(
    fault: str, address: Callable[[str], str], faulty: Faulty, case: Path, tmp_path: Path
) -> None:
    shared: dict[str, Any] = {"url": address(fault), "token_env": "SHOP_TOKEN", "timeout_seconds": 0.6, "max_mb": 5}
    if fault not in ("slow", "drip"):
        # Reading what cannot be read takes longer where much else is done.
        shared["timeout_seconds"] = 8
    specs: dict[str, dict[str, Any]] = {name: {"type": kind, **shared} for name, (kind, _, _) in ASKED.items()}
    sources = open_sources({**specs, "case": {"type": "folder", "path": str(case)}}, tmp_path, {"SHOP_TOKEN": TOKEN})
    registry = Registry()
    for tool in builtin_tools():
        registry.add(tool)
    calls: list[tuple[str, dict[str, Any]]] = [(tool, given) for _, tool, given in ASKED.values()]
    model = Scripted(
        [[*calls, ("get_deployments", {})], [("submit_report", {"outcome": "inconclusive", "claims": []})]]
    )
    record = Record.create(tmp_path / "records", "why")
    inv = Investigation(Settings(base=tmp_path), sources, model, registry, Policy.parse("read"), record)

    report = await inv.ask("Why does cart fail?", approver=AutomaticApprover(inv.policy, "ada"))
    *failed, deployments = inv.steps
    assert len(failed) == len(ASKED)
    for step, name in zip(failed, ASKED, strict=True):
        assert step.evidence is None and FAULTS[fault] in step.error, step
        assert step.error.startswith(f"{name} (") or step.error.startswith("the connection to ") or name == "alerts"
        assert any(FAULTS[fault] in gap and gap in step.error for gap in report.gaps)
    assert deployments.evidence is not None and "cart" in deployments.evidence.summary
    finished = [event for event in inv.events if isinstance(event, ToolFinished)]
    assert [bool(event.error) for event in finished] == [True, True, True, True, False]
    ended = inv.events[-1]
    assert isinstance(ended, Ended) and ended.why == "answered"
    await inv.close()
    written = b"".join(path.read_bytes() for path in record.folder.rglob("*") if path.is_file())
    assert TOKEN.encode() not in written and b"\\u001b" not in written and b"<script" not in written
    # Of 200 MB a few were read by each, and nobody else was told who asks.
    assert faulty.sent < 150_000_000
    assert all(headers.get("Authorization") in (None, f"Bearer {TOKEN}") for _, _, headers, _ in faulty.seen)
