"""Servers that other people wrote, where they are installed; nothing is fetched.

Those of npm are looked for in ``NODE_PATH``, here, and in npm's own place. ``prometheus-mcp-server`` needs another
version of a library than we do, so it is looked for as a program: ``pipx install prometheus-mcp-server``. The
Kubernetes one of the Python index fetches its program when it is started first; npm's brings it along.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import trustme

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.errors import SourceUnreachable, ToolError
from aisre_nb.evidence.result import ToolResult
from aisre_nb.mcp.allowing import allow
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.eliciting import elicited
from aisre_nb.mcp.joining import join
from aisre_nb.mcp.results import result
from aisre_nb.mcp.servers import Servers
from aisre_nb.mcp.spec import ServerSpec
from aisre_nb.sandbox.serve.programs import Program, free_port
from aisre_nb.session.investigation import Investigation
from tests.sources.clusters.conftest import items, kubeconfig
from tests.sources.clusters.server import PLURALS, TOKEN, KubernetesServer

Connect = Callable[[ServerSpec], Awaitable[Connection]]


async def _asked(up: Connection, who: Any, tool: str, **given: Any) -> ToolResult:
    return result(up.spec.name, tool, given, await up.call(tool, given, who.progress, who.elicit))


@cache
def _own_modules() -> Path:
    npm = shutil.which("npm")
    told = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False).stdout if npm else ""
    return Path(told.strip() or "node_modules")


def _npm(package: str, file: str = "dist/index.js") -> str:
    """The program of a package that npm installed before."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    named = [Path(p) for p in os.environ.get("NODE_PATH", "").split(os.pathsep) if p]
    for modules in (*named, Path(__file__).parents[2] / "node_modules", _own_modules()):
        if (modules / package / file).is_file():
            return str((modules / package / file).resolve())
    pytest.skip(f"{package} is not installed: npm install -g {package}")


def _repository(folder: Path) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "first one"]):
        subprocess.run(["git", *words], cwd=folder, check=True)


@pytest.mark.skipif(find_spec("mcp_server_git") is None, reason="mcp-server-git is not installed")
async def test_mcp_server_git(connect: Connect, person: Any, tmp_path: Path) -> None:
    _repository(tmp_path)
    args = ("-m", "mcp_server_git", "--repository", str(tmp_path))
    up = await connect(ServerSpec("git", sys.executable, args))
    assert {"git_log", "git_status", "git_commit"} <= {tool.name for tool in up.tools}
    assert "first one" in (await _asked(up, person(), "git_log", repo_path=str(tmp_path))).text


async def test_files_are_read_as_they_are(connect: Connect, person: Any, tmp_path: Path) -> None:
    up = await connect(ServerSpec("files", "node", (_npm("@modelcontextprotocol/server-filesystem"), str(tmp_path))))
    (tmp_path / "a.txt").write_text('she said "no"\n\tand left\n')
    (tmp_path / "long.log").write_text("\n".join(f"line {n}" for n in range(3_000)))
    (tmp_path / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    points = [{"time": f"2026-03-01T12:{n:02d}:00Z", "service": "cart", "value": n} for n in range(9)]
    (tmp_path / "points.json").write_text(json.dumps(points))

    async def asked(tool: str, name: str = "") -> ToolResult:
        return await _asked(up, person(), tool, path=str(tmp_path / name))

    assert (await asked("read_text_file", "a.txt")).text == 'she said "no"\n\tand left\n'
    long = await asked("read_text_file", "long.log")
    assert long.frame is not None and long.frame["text"].iloc[-1] == "line 2999"
    drawn = await asked("read_text_file", "points.json")
    assert (drawn.kind, drawn.summary) == ("metrics", "1 series, 9 points")
    tree = (await asked("directory_tree")).frame
    assert tree is not None and set(tree["name"]) >= {"a.txt", "long.log", "p.png", "points.json"}
    picture = await asked("read_media_file", "p.png")
    assert (picture.frame, picture.text, picture.facts) == (None, "", {})
    assert picture.notes == ("files.read_media_file: image of 108 bytes was not looked at",)
    with pytest.raises(ToolError, match="Access denied"):
        await asked("read_text_file", "../../etc/hostname")


async def test_a_file_is_written_when_a_person_said_so(
    servers: Servers, investigation: Callable[..., Investigation], fixed: Any, tmp_path: Path
) -> None:
    spec = ServerSpec("files", "node", (_npm("@modelcontextprotocol/server-filesystem"), str(tmp_path)))
    note = tmp_path / "note.md"
    wanted = [("files__write_file", {"path": str(note), "content": "restart it"})]
    inv = investigation(wanted, wanted, reads=("files.read_text_file",), max_tool_tokens=20_000)
    allow(spec)
    assert await join(inv, servers, [spec], AutomaticApprover(inv.policy, "nobody")) == []
    await inv.ask("why?", approver=(ada := fixed("reject")))
    assert not note.exists()
    assert ("content", "", "restart it") in ada.shown[0].view.rows and ada.shown[0].scope == ("server:files",)
    inv.model.turns[:] = [wanted]
    await inv.ask("and now?", approver=fixed())
    assert note.read_text() == "restart it"


@pytest.fixture
def everything(request: pytest.FixtureRequest) -> Iterator[ServerSpec]:
    """It over standard input, or over HTTP."""
    program = _npm("@modelcontextprotocol/server-everything")
    if request.param == "stdio":
        yield ServerSpec("everything", "node", (program, "stdio"), call_seconds=1.0)
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = {**os.environ, "PORT": str(port)}
    running = subprocess.Popen(
        ["node", program, "streamableHttp"], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield ServerSpec("everything", url=f"http://127.0.0.1:{port}/mcp", call_seconds=1.0)
    finally:
        running.terminate()
        running.wait(10)


@pytest.mark.parametrize("everything", ["stdio"], indirect=True)
async def test_everything(everything: ServerSpec, connect: Connect, person: Any) -> None:
    up, ada = await connect(everything), person()

    async def asked(tool: str, **given: Any) -> ToolResult:
        return await _asked(up, ada, tool, **given)

    # What runs as a task alone cannot be called.
    assert "simulate-research-query" not in {t.name for t in up.tools} and len(up.tools) >= 12
    assert (await asked("echo", message="hello")).text == "Echo: hello"
    assert (await asked("get-structured-content", location="Chicago")).facts["humidity"] == 82
    with pytest.raises(ToolError, match="expected one of"):
        await asked("get-structured-content", location="Paris")
    with pytest.raises(SourceUnreachable, match="no answer within 1 s"):
        await asked("trigger-long-running-operation", duration=2, steps=1)
    # It takes longer than its limit too, and tells how far it is.
    assert "completed" in (await asked("trigger-long-running-operation", duration=1.5, steps=6)).text
    assert [done for done, total, _ in ada.told if total == 6] == list(range(1, 7))
    told = await asked("get-resource-reference", resourceType="Text", resourceId=1)
    assert "This is a plaintext resource" in told.text
    blob = await asked("get-resource-reference", resourceType="Blob", resourceId=1)
    assert blob.notes == ("everything.get-resource-reference: a file of it was not looked at",)
    assert "see demo://resource/dynamic/" in (await asked("get-resource-links", count=2)).text
    assert (await asked("get-tiny-image")).notes[0].startswith("everything.get-tiny-image: image of")
    with pytest.raises(SourceUnreachable, match="wants a page to be opened, which is not done"):
        await asked("trigger-url-elicitation", url="http://127.0.0.1:9/", errorPath=True)
    assert up.starts == 1


class Typing(dict[str, str]):
    """A person who types the same into each form."""

    def __init__(self, **typed: str) -> None:
        super().__init__(typed)
        self.shown: list[tuple[Any, str]] = []

    async def __call__(self, view: Any, given: Any, again: str) -> Any:
        self.shown.append((view, again))
        # A number that is out of bounds at first.
        return {**given, **self, **({} if again else {"integer": "500"})}


@pytest.mark.parametrize("everything", ["stdio", "http"], indirect=True)
async def test_its_form_is_filled_in(everything: ServerSpec, connect: Connect, person: Any) -> None:
    up, ada, declined = await connect(everything), person(), []
    assert "completed" in (await _asked(up, ada, "trigger-long-running-operation", duration=0.2, steps=2)).text
    assert ada.told == [(1, 2, None), (2, 2, None)]
    lee = Typing(name="Lee", check="yes", integer="7", titledSingleSelectEnum="Superman", legacyTitledEnum="Dogs")

    async def elicit(params: Any) -> Any:
        return await elicited(up.spec, lee, params, declined)

    found = await up.call("trigger-elicitation-request", {}, ada.progress, elicit)
    sent = json.loads(found.content[-1].text.partition(":")[2])["content"]  # type: ignore[union-attr]
    expected = {"name": "Lee", "check": True, "integer": 7, "number": 3.14, "titledSingleSelectEnum": "hero-1"}
    assert sent.items() >= {**expected, "legacyTitledEnum": "pet-2"}.items()
    assert sent["titledMultipleSelectEnum"] == ["fish-1"] and not declined
    assert [again for _, again in lee.shown] == ["", "integer must be from 1 to 100"]
    rows = {name.partition(":")[0]: shape for name, shape, _ in lee.shown[0][0].rows}
    assert rows["titledSingleSelectEnum"].startswith("one of hero-1 (Superman), hero-2 (Green Lantern)")
    found = await up.call(
        "trigger-url-elicitation", {"url": "http://127.0.0.1:9/", "message": "Sign in"}, ada.progress, elicit
    )
    assert "declined" in found.content[0].text  # type: ignore[union-attr]
    assert declined == ["everything wanted a page to be opened, which is not done: Sign in"]


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
        return await _asked(up, person(), tool, **given)

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
    program = _npm("kubernetes-mcp-server", "bin/index.js")
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
            return await _asked(up, person(), tool, **given)

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
