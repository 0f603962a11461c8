"""Prometheus and a cluster behind the servers that other people wrote for them, where those are installed.

``prometheus-mcp-server`` needs another version of a library than we do, so it is looked for as a program of its own.
The Kubernetes one of the Python index fetches its program when it is started first; npm's brings it along.
"""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from aisre_nb.errors import ToolError
from aisre_nb.evidence.result import ToolResult
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.sandbox.serve.programs import Program, free_port
from tests.mcp.installed import ask, npm
from tests.sources.clusters.conftest import items, kubeconfig
from tests.sources.clusters.server import PLURALS, TOKEN, KubernetesServer

Connect = Callable[[ServerSpec], Awaitable[Connection]]

NOW = 1_780_000_020
"""In seconds since 1970."""
RATES = {"cart": 9.0, "frontend": 30.0}
RATE = "sum by (service) (rate(requests_total[5m]))"


@pytest.fixture
def prometheus(tmp_path: Path) -> Iterator[str]:
    """The address of one that holds half an hour of two services."""
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        pytest.skip("prometheus and promtool are not installed")
    lines = [
        f'requests_total{{service="{service}"}} {rate * (at - NOW + 2400):g} {at}'
        for service, rate in RATES.items() for at in range(NOW - 2400, NOW + 1, 60)
    ]  # fmt: skip
    (tmp_path / "it.om").write_text("\n".join(["# TYPE requests counter", *lines, "# EOF", ""]))
    (tmp_path / "prometheus.yml").write_text("global: {}\n")
    made = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", "it.om", "data"]
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    url = f"http://127.0.0.1:{free_port()}"
    command = [
        "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--storage.tsdb.retention.time=20y",
        f"--web.listen-address={url.removeprefix('http://')}", "--log.level=warn",
    ]  # fmt: skip
    with Program(command, url, "/-/ready", tmp_path):
        yield url


async def test_metrics_are_those_of_prometheus(connect: Connect, person: Any, request: pytest.FixtureRequest) -> None:
    program = shutil.which("prometheus-mcp-server")
    if program is None:
        pytest.skip("prometheus-mcp-server is not installed: pipx install prometheus-mcp-server")
    url = request.getfixturevalue("prometheus")
    up = await connect(ServerSpec("prometheus", program, env={"PROMETHEUS_URL": url}))

    async def asked(tool: str, **given: Any) -> ToolResult:
        return await ask(up, person(), tool, **given)

    drawn = await asked("execute_range_query", query=RATE, start=str(NOW - 1740), end=str(NOW), step="60s")
    assert (drawn.kind, drawn.summary) == ("metrics", "2 series, 60 points") and drawn.frame is not None
    assert drawn.frame.groupby("service")["value"].mean().to_dict() == pytest.approx(RATES)
    assert drawn.frame["time"].max().timestamp() == NOW
    assert {name: each["last"] for name, each in drawn.facts["signals"].items()} == pytest.approx(
        {f"{service} value": rate for service, rate in RATES.items()}
    )
    instantly = await asked("execute_query", query=RATE, time=str(NOW))
    assert instantly.kind == "table" and instantly.frame is not None
    assert instantly.frame.set_index("service")["value"].to_dict() == pytest.approx(RATES)
    scalar = (await asked("execute_query", query="1+1", time=str(NOW))).frame
    assert scalar is not None and scalar["value"].tolist() == [2.0]
    nothing = await asked("execute_query", query="absent_thing", time=str(NOW))
    assert nothing.frame is None and nothing.facts["result"] == []
    assert (await asked("list_metrics")).facts["metrics"] == ["requests_total"]
    with pytest.raises(ToolError, match="400 Client Error"):
        await asked("execute_query", query="sum((")


class Discovered(KubernetesServer):
    """With the lists of what it knows, which its own clients do not ask for."""

    def answer(self, method: str, where: str, params: Any, headers: Any, body: Any) -> Any:
        versions = {version for version, _ in PLURALS.values()}
        if where == "/api":
            return {"kind": "APIVersions", "versions": ["v1"]}
        if where == "/apis":
            named = [v.split("/") for v in sorted(versions) if "/" in v]
            groups = [{"name": g, "versions": [{"groupVersion": f"{g}/{v}", "version": v}]} for g, v in named]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
        version = where.removeprefix("/apis/").removeprefix("/api/")
        if version in versions:
            known = [
                {"name": p, "kind": k, "namespaced": k not in ("Node", "Namespace"), "verbs": ["get", "list"]}
                for k, (v, p) in PLURALS.items() if v == version
            ]  # fmt: skip
            return {"kind": "APIResourceList", "groupVersion": version, "resources": known}
        return super().answer(method, where, params, headers, body)


async def test_the_cluster_is_read(connect: Connect, person: Any, tmp_path: Path) -> None:
    program = npm("kubernetes-mcp-server", "bin/index.js")
    # A client in Go sends no token to an address without encryption.
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    cluster = Discovered(items(), context)
    try:
        file = kubeconfig(tmp_path / "kubeconfig", cluster.url, {"token": TOKEN})
        file.write_text(file.read_text().replace("server:", "certificate-authority: ca.pem\n    server:"))
        args = (program, "--read-only", "--list-output", "yaml", "--disable-multi-cluster", "--kubeconfig", str(file))
        up = await connect(ServerSpec("kubernetes", "node", args))
        names = {tool.name for tool in up.tools}
        assert {"pods_list", "pods_log"} <= names and "pods_delete" not in names

        async def asked(tool: str, **given: Any) -> ToolResult:
            return await ask(up, person(), tool, **given)

        pods = (await asked("pods_list_in_namespace", namespace="shop")).frame
        real = {i["metadata"]["name"] for i in cluster.items if i["kind"] == "Pod"}
        assert pods is not None and set(pods["metadata.name"]) == real
        one = {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "shelf"}
        deployment = await asked("resources_get", **one)
        # An object with a list in it is no table.
        assert deployment.frame is None
        image = cluster.one("Deployment", "shelf")["spec"]["template"]["spec"]["containers"][0]["image"]
        assert deployment.facts["spec"]["template"]["spec"]["containers"][0]["image"] == image
        pod = sorted(real)[0]
        container = cluster.one("Pod", pod)["spec"]["containers"][0]["name"]
        cluster.logs[pod, container, False] = "2026-03-01T12:00:00Z disk is full\n2026-03-01T12:00:01Z bye\n"
        assert "disk is full" in (await asked("pods_log", namespace="shop", name=pod, container=container)).text
        with pytest.raises(ToolError, match="not found"):
            await asked("pods_log", namespace="shop", name="gone")
    finally:
        cluster.close()
