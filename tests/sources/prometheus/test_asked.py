"""A whole investigation over real Prometheus, while another source fails: it goes on, and the report names the gap."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.cli import main

TOKEN = "tiger-lily-99-token"
QUESTION = "There is an issue with the cart service, can you find the root cause?"


@pytest.fixture
def dead() -> Iterator[str]:
    """An address at which connections are refused."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{one.getsockname()[1]}"


def _asked(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["ask", QUESTION, "--model", "builtin", "--json"]) in (0, 3)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def _configured(world: Any, folder: Path, alerts: str, metrics: str, more: str = "") -> None:
    (folder / "aisre.toml").write_text(
        f'[sources.alerts]\ntype = "alertmanager"\nurl = "{alerts}"\n'
        f'[sources.metrics]\ntype = "prometheus"\nurl = "{metrics}"\n{more}'
        f'[sources.rest]\ntype = "folder"\npath = "{world.folder}"\n'
        f'[sources.code]\ntype = "git"\npath = "{world.folder}/repository"\n'
    )


def test_without_alertmanager_prometheus_tells_the_alerts(
    world: Any, dead: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _configured(world, tmp_path, dead, world.url, 'token_env = "SHOP_TOKEN"\n')
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    found = _asked(capsys)
    # It went along with each question, and stands in nothing that is kept.
    kept = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.suffix != ".lock"]
    assert len(kept) > 5 and not any(TOKEN.encode() in text for text in kept)
    assert (found["outcome"], found["root_cause"]["services"]) == ("root_cause", ["cart"])
    assert "0.1.0" in found["root_cause"]["change"]
    gaps = " ".join(found["gaps"])
    assert f"alerts ({dead.removeprefix('http://')}) refuses connections → is it running" in gaps
    assert "these alerts are from the history" in gaps
    lines = (Path(found["record"]) / "events.jsonl").read_text(encoding="utf-8")
    assert "histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket" in lines


def test_without_prometheus_the_spans_and_logs_are_what_is_left(
    world: Any, dead: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    _configured(world, tmp_path, dead, dead)
    found = _asked(capsys)
    gaps = " ".join(found["gaps"])
    assert all(f"{name} ({dead.removeprefix('http://')}) refuses connections" in gaps for name in ("alerts", "metrics"))
    tried = [step["tool"] for step in found["steps"]]
    assert "get_traces" in tried and "get_logs" in tried
    capsys.readouterr()
    assert main(["doctor", "--json"]) == 4
    rows = {row["what"]: row for row in json.loads(capsys.readouterr().out)["checks"]}
    assert not rows["metrics"]["ok"] and " → is it running" in rows["metrics"]["detail"]
    assert rows["rest"]["ok"] and rows["code"]["ok"]
