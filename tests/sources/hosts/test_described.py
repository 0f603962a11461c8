"""Every request is one that GitHub's own description knows, where its validating proxy is installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import AisreError
from aisre_nb.times import Window, instant

from .bare import Bare
from .conftest import opened
from .github import TOKEN, GitHubServer
from .test_proposing import FIX

_USED = re.compile(
    r"/repos/\{owner\}/\{repo\}(/(git|pulls|issues|commits|compare|contents|tags|deployments)\b.*)?|/search/code"
)
_METHODS = ("get", "post", "patch", "delete")


def _installed() -> tuple[Path, Path]:
    """The proxy and the description: of ``NODE_PATH``, of here, or of npm's own place."""
    root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
    named = [Path(p) for p in os.environ.get("NODE_PATH", "").split(os.pathsep) if p]
    for modules in (*named, Path("node_modules"), *([Path(root)] if root else [])):
        proxy = modules / "@stoplight" / "prism-cli" / "dist" / "index.js"
        spec = modules / "@octokit" / "openapi" / "generated" / "api.github.com.json"
        if proxy.is_file() and spec.is_file():
            return proxy.resolve(), spec.resolve()
    pytest.skip("needs npm's @stoplight/prism-cli and @octokit/openapi (NODE_PATH=…/node_modules)")


@pytest.fixture
def described(repository: Any, tmp_path: Path) -> Any:
    """The server behind the proxy, its address, and where the proxy writes what it finds wrong."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("needs node and npm")
    proxy, whole = _installed()
    told = json.loads(whole.read_text(encoding="utf-8"))
    # Only what is used, and only how it is asked: the whole takes a minute to read.
    used = {path: _asked(item) for path, item in told["paths"].items() if _USED.fullmatch(path)}
    told["paths"] = {deep: item for path, one in used.items() for deep, item in _deep(path, one)}
    told.pop("x-webhooks", None)
    told.pop("webhooks", None)
    spec = tmp_path / "github.json"
    spec.write_text(json.dumps(told), encoding="utf-8")
    repository.write("CODEOWNERS", "* @ann @acme/readers\n")
    repository.commit("Owners")
    server = GitHubServer(Bare(repository.remote))
    # The proxy reads whatever ends in +json.
    server.teams, server.raw = {"readers"}, "text/plain; charset=utf-8"
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    log = tmp_path / "proxy.log"
    with log.open("w") as out:
        run = subprocess.Popen(
            ["node", str(proxy), "proxy", str(spec), server.url, "-p", str(port), "-h", "127.0.0.1"],
            stdout=out, stderr=subprocess.STDOUT, env={**os.environ, "NO_COLOR": "1"},
        )  # fmt: skip
    try:
        end = time.monotonic() + 120
        while "Prism is listening" not in log.read_text():
            assert run.poll() is None and time.monotonic() < end, log.read_text()[-2000:]
            time.sleep(0.2)
        yield server, f"http://127.0.0.1:{port}", log
    finally:
        run.terminate()
        run.wait(10)
        server.close()


def _asked(item: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {**value, "responses": {"default": {"description": "any"}}} if key in _METHODS else value
        for key, value in item.items()
    }


def _deep(path: str, item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A last part that holds slashes (a ref, a path) is as many parts to the proxy."""
    yield path, item
    if path.endswith(("/{ref}", "/{path}")):
        for n in range(1, 5):
            more = [{"name": f"p{i}", "in": "path", "required": True, "schema": {"type": "string"}} for i in range(n)]
            both = [*item.get("parameters", []), *more]
            yield "/".join([path, *(f"{{p{i}}}" for i in range(n))]), {**item, "parameters": both}


async def test_every_request_is_one_that_github_describes(described: Any, tmp_path: Path) -> None:
    server, url, log = described
    server.deployed = [
        {"id": 1, "ref": "v1", "sha": server.bare.resolved("main"), "environment": "production",
         "created_at": "2026-11-23T10:30:00Z", "payload": {}, "creator": None}
    ]  # fmt: skip
    source = opened("github", url, TOKEN, tmp_path, labels=["incident"])
    window = Window(instant("2026-11-23T07:00:00Z"), instant("2026-11-23T12:00:00Z"))
    await source.diff("shelf", "0.1.0", "0.2.0")
    await source.file("totals.py", "0.1.0", "shelf")
    await source.changes(window)
    await source.search("total", "shelf")
    assert not await source.is_in(server.bare.resolved("main"), "0.1.0", "shelf")
    view = await source.preview_pull_request(FIX)
    commit = (await source.open_pull_request(replace(FIX, files=view.files))).frame.attrs["commit"]
    await source.checks(1)
    await source.close_pull_request(1, commit)
    assert _wrong(log) == [] and server.pulls[0]["state"] == "closed"
    # The proxy does look.
    with pytest.raises(AisreError):
        await source._client.write("POST", "/repos/acme/shop/pulls", {"head": 7})
    await source.close()
    assert any("Violation: request" in line for line in _wrong(log))


def _wrong(log: Path) -> list[str]:
    return [line for line in log.read_text().splitlines() if "Violation" in line or "NO_PATH" in line or "✖" in line]
