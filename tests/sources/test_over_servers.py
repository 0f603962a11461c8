"""The first question with nothing but servers to ask: metrics, alerts, logs, traces, a cluster and a host of code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from aisre_nb.sandbox import make
from aisre_nb.sandbox.serve import Served
from tests.sources.hosts.bare import Bare
from tests.sources.hosts.github import TOKEN, GitHubServer

QUESTION = "There is an issue with the cart service, can you find the root cause?"
TOML = """
model = "builtin"
now = "{now}"

[sources.metrics]
type = "prometheus"
url = "{prometheus}"

[sources.alerts]
type = "alertmanager"
url = "{alertmanager}"

[sources.logs]
type = "loki"
url = "{loki}"

[sources.traces]
type = "tempo"
url = "{tempo}"

[sources.cluster]
type = "kubernetes"
kubeconfig = "kubeconfig"

[sources.code]
type = "github"
url = "{github}"
repository = "acme/shop"
token_env = "CODE_TOKEN"
"""
CLUSTER = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "here",
    "users": [{"name": "me", "user": {}}],
    "contexts": [{"name": "here", "context": {"cluster": "it", "user": "me", "namespace": "shop"}}],
}


@pytest.mark.skipif(not shutil.which("promtool"), reason="prometheus and promtool are not installed")
def test_the_cause_and_both_pull_requests_are_those_of_the_folder(tmp_path: Path) -> None:
    shop = make("cart-errors", 7, tmp_path / "world", hours=1)
    truth = json.loads((shop / "truth.json").read_text())
    now = json.loads((shop / "manifest.json").read_text())["now"]
    code = GitHubServer(Bare(shop / "remote.git"))
    with Served(shop) as served:
        try:
            place = tmp_path / "notebook"
            place.mkdir()
            (place / "aisre.toml").write_text(TOML.format(now=now, github=code.url, **served.urls))
            cluster = {"name": "it", "cluster": {"server": served.urls["kubernetes"]}}
            (place / "kubeconfig").write_text(yaml.safe_dump({**CLUSTER, "clusters": [cluster]}))
            found = _asked(place)
        finally:
            code.close()
    cause = found["root_cause"]
    assert (found["outcome"], cause["services"], cause["change"]) == ("root_cause", truth["services"], truth["change"])
    assert [pull["kind"] for pull in found["pull_requests"]] == ["rollback", "fix"]
    assert not [claim for claim in found["claims"] if claim["check"] == "failed"]
    ours = _asked(shop, "--case", str(shop))
    assert [(p["kind"], p["title"], p["files"]) for p in found["pull_requests"]] == [
        (p["kind"], p["title"], p["files"]) for p in ours["pull_requests"]
    ]


def _asked(place: Path, *more: str) -> dict:
    environ = {**os.environ, "CODE_TOKEN": TOKEN, "AISRE_RECORDS": str(place / "records")}
    done = subprocess.run(
        [sys.executable, "-m", "aisre_nb", "ask", QUESTION, "--model", "builtin", "--approve", "all", "--json", *more],
        cwd=place, env=environ, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(done.stdout)
