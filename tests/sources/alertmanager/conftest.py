"""A real Alertmanager with three alerts, one of them silenced."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sandbox.serve.programs import Program, find, free_port
from aisre_nb.sources.open import open_sources
from aisre_nb.sources.sources import Sources
from aisre_nb.times import rfc3339

_CONFIG = """\
route: {receiver: team, group_by: [service], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: team}]
"""


def post(url: str, path: str, body: Any) -> Any:
    request = urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        raw = answer.read()
    return json.loads(raw) if raw else None


@pytest.fixture(scope="session")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address."""
    program = find("prometheus-alertmanager", "alertmanager")
    if program is None or not shutil.which(program):
        pytest.skip("alertmanager is not installed")
    folder = tmp_path_factory.mktemp("alertmanager")
    (folder / "alertmanager.yml").write_text(_CONFIG)
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        program, "--config.file=alertmanager.yml", f"--storage.path={folder / 'data'}", "--cluster.listen-address=",
        f"--web.listen-address={url.removeprefix('http://')}", "--log.level=warn",
    ]  # fmt: skip
    with Program(command, url, "/-/ready", folder):
        now = datetime.now(UTC)
        alerts = [
            {
                "labels": {"alertname": name, "service": service, "severity": severity, "pod": f"{service}-1"},
                "annotations": {"summary": f"{service} is unwell", "runbook_url": f"runbooks/{name}.md"},
                "startsAt": rfc3339(now - timedelta(minutes=minutes)),
                "endsAt": rfc3339(now + timedelta(hours=2)),
            }
            for name, service, severity, minutes in (
                ("HighErrorRate", "cart", "critical", 30),
                ("HighLatency", "cart", "warning", 20),
                ("DiskFull", "postgres", "warning", 90),
            )
        ]
        post(url, "/api/v2/alerts", alerts)
        silence = {
            "matchers": [{"name": "alertname", "value": "Disk.*", "isRegex": True, "isEqual": True}],
            "startsAt": rfc3339(now), "endsAt": rfc3339(now + timedelta(hours=2)), "createdBy": "ann",
            "comment": "known",
        }  # fmt: skip
        post(url, "/api/v2/silences", silence)
        yield url


@pytest.fixture
async def sources(manager: str, tmp_path: Path) -> AsyncIterator[Sources]:
    found = open_sources({"alerts": {"type": "alertmanager", "url": manager}}, tmp_path)
    yield found
    for source in found.all:
        await source.close()
