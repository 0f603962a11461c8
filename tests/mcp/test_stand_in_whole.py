"""The cart question, with all telemetry from servers of the Model Context Protocol and only the code from a source."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import aisre_nb
from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.cli.servers import joined
from aisre_nb.mcp.allowing import allow
from aisre_nb.mcp.config import configured
from aisre_nb.mcp.replaceable import ANSWERED_BY
from aisre_nb.render.show import Shown
from aisre_nb.sandbox import make
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.start import start
from aisre_nb.session.verifying import verify
from aisre_nb.session.worlds import open_folder
from aisre_nb.settings import Settings

QUESTION = "There is an issue with the cart service, can you find the root cause?"
METRICS = ("get_alerts", "get_metrics")
REQUESTS = ("get_traces", "get_trace", "get_logs")
PARTS = {
    "metrics": (METRICS, ("otel_metrics_gauge", "otel_metrics_histogram", "otel_metrics_sum", "alerts")),
    "requests": (REQUESTS, ("otel_traces", "otel_logs")),
    "rest": (
        tuple(name for name in ANSWERED_BY if name not in (*METRICS, *REQUESTS)),
        ("otel_", "alerts", "changes", "kubernetes"),
    ),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cart-errors", 1, tmp_path_factory.mktemp("standing") / "world", hours=1, per_second=2)


def _configured(world: Path, folder: Path) -> Settings:
    """Each server has a part of the world of its own, and none has the repository."""
    folder.mkdir()
    lines = ["reads = " + json.dumps([f"{name}.{tool}" for name, (tools, _) in PARTS.items() for tool in tools])]
    lines += ["[sources.code]", 'type = "git"', f"path = {json.dumps(str(world / 'repository'))}"]
    for name, (tools, files) in PARTS.items():
        part = folder / name
        part.mkdir()
        for file in world.iterdir():
            if file.name == "manifest.json" or file.name.startswith(files):
                (part / file.name).symlink_to(file)
        args = ["-m", "aisre_nb", "mcp", "--case", str(part), "--model", "builtin"]
        env = {"PYTHONPATH": str(Path(aisre_nb.__file__).parents[1]), "AISRE_RECORDS": str(part / "records")}
        lines += [f"[mcp.{name}]", f"command = {json.dumps(sys.executable)}", f"args = {json.dumps(args)}"]
        # What only one server may answer is told by name, also where a repository would.
        lines += [f"stand_in = {json.dumps(list(tools)) if name == 'rest' else 'true'}"]
        lines += ["env = {" + ", ".join(f"{k} = {json.dumps(v)}" for k, v in env.items()) + "}"]
    (folder / "aisre.toml").write_text("\n".join(lines))
    return Settings.load(folder, {})


def _told(inv: Investigation) -> list[dict[str, Any]]:
    wanted = [step for step in inv.steps if step.tool == "create_pull_request"]
    return [{k: step.arguments[k] for k in ("kind", "title", "edits")} for step in wanted]


async def test_the_same_cause_and_the_same_two_pull_requests_as_on_the_folder(world: Path, tmp_path: Path) -> None:
    plain = Settings(model="builtin", approve="read", record_dir=tmp_path / "records")
    folder = start(plain, sources=open_folder(world))
    expected = await folder.ask(QUESTION, approver=AutomaticApprover(folder.policy, "ada"))
    await folder.close()

    settings = _configured(world, tmp_path / "servers").updated(model="builtin", approve="all")
    specs, notes = configured(settings)
    assert not notes
    for spec in specs:
        allow(spec)
    inv = start(settings)
    assert [source.name for source in inv.sources.all] == ["code"] and inv.sources.metrics is None
    approver = AutomaticApprover(inv.policy, "ada")
    async with joined(inv, approver, live=True):
        assert inv.gaps == []
        report = await inv.ask(QUESTION, approver=approver)
        asked = next(number for number, e in inv.evidence.items() if e.tool == "get_metrics")
        (again,) = await verify(inv, [asked], approver=approver)
        assert again.status == "same"

    assert report.outcome == expected.outcome == "root_cause"
    assert report.root_cause is not None and expected.root_cause is not None
    for field in ("services", "kind", "change", "location", "summary"):
        assert getattr(report.root_cause, field) == getattr(expected.root_cause, field)
    assert _told(inv) == _told(folder) and len(inv.pull_requests) == 2
    # What a claim says was checked on what the servers sent.
    assert [(c.text, c.check) for c in report.claims] == [(c.text, c.check) for c in expected.claims]
    given = {name: (server, step) for server, (tools, _) in PARTS.items() for name in tools for step in inv.steps
             if step.tool == name}  # fmt: skip
    assert {server for server, _ in given.values()} == set(PARTS)
    for name, (server, step) in given.items():
        assert step.error == "" and step.evidence is not None, step
        assert (step.evidence.source, step.evidence.tool) == (server, name)
        assert step.evidence.query.startswith(f"{name} {{")
    metrics, ours = (next(e for e in i.evidence.values() if e.tool == "get_metrics") for i in (inv, folder))
    assert metrics.df["value"].tolist() == pytest.approx(ours.df["value"].tolist(), nan_ok=True)
    assert "application/vnd.plotly.v1+json" in Shown.evidence(metrics).bundle()
    await inv.close()
