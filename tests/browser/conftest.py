"""A real JupyterLab, driven in headless Chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}

_GONE = """name => new Promise((resolve) => {
    const button = [...document.querySelectorAll('.aisre-card button')].find((b) => b.textContent === name);
    const card = button.closest('.aisre-card');
    const start = performance.now();
    new MutationObserver((_, observer) => {
        if (!card.isConnected) { observer.disconnect(); resolve(performance.now() - start); }
    }).observe(document.body, { childList: true, subtree: true });
    button.click();
})"""
"""Before it the card is there with its buttons disabled: the click itself, not its effect."""


class Lab:
    """The server; its root is also where the notebooks' kernels run."""

    def __init__(self, root: Path) -> None:
        self.root = root / "notebooks"
        self.root.mkdir()
        config = root / "config" / "labconfig"
        config.mkdir(parents=True)
        (config / "default_setting_overrides.json").write_text(json.dumps(_SETTINGS))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("AISRE_", "ANTHROPIC_"))}
        environ |= {
            "HOME": str(root), "JUPYTER_CONFIG_DIR": str(root / "config"), "JUPYTER_DATA_DIR": str(root / "data"),
            "JUPYTER_RUNTIME_DIR": str(root / "run"), "IPYTHONDIR": str(root / "ipython"), "AISRE_USER": "ada",
            "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"), "NO_PROXY": "127.0.0.1",
        }  # fmt: skip
        self._log = (root / "lab.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1",
             "--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True",
             "--expose-app-in-browser", f"--ServerApp.root_dir={self.root}"],
            env=environ, stdout=self._log, stderr=self._log, cwd=root,
        )  # fmt: skip
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/api/status", timeout=1).close()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError((root / "lab.log").read_text()[-2000:])

    def notebook(self, name: str, *cells: str) -> str:
        """Write one; returns its path below the root."""
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(book, self.root / f"{name}.ipynb")
        return f"{name}.ipynb"

    def theme(self, name: str) -> None:
        """``"JupyterLab Dark"`` or ``"JupyterLab Light"``."""
        where = f"{self.url}/lab/api/settings/@jupyterlab%2Fapputils-extension%3Athemes"
        body = json.dumps({"raw": json.dumps({"theme": name})}).encode()
        urllib.request.urlopen(urllib.request.Request(where, body, method="PUT"), timeout=10).close()

    def worlds(self) -> list[Path]:
        """The sandbox worlds that its kernels made, oldest first."""
        return sorted((self.root / ".aisre" / "worlds").glob("*"), key=lambda p: p.stat().st_mtime)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._log.close()


class Page:
    """One notebook in one tab."""

    def __init__(self, context: Any, lab: Lab, notebook: str, *, kernel: bool = True) -> None:
        self.page = context.new_page()
        self.strangers: list[str] = []
        """Requests that left for another host; has to stay empty."""
        own = (lab.url, lab.url.replace("http", "ws"), "data:", "blob:")
        self.page.on("request", lambda r: None if r.url.startswith(own) else self.strangers.append(r.url))
        # Leaving a page whose notebook was written to asks: yes.
        self.page.on("dialog", lambda dialog: dialog.accept())
        self._where = f"{lab.url}/lab/workspaces/w{time.monotonic_ns()}/tree/{notebook}"
        self.page.goto(self._where)
        self._ready(kernel)

    def _ready(self, kernel: bool = True) -> None:
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.context?.isReady === true", timeout=90_000
        )
        if kernel:
            self.page.wait_for_function(
                "() => ['idle', 'busy'].includes("
                "jupyterapp.shell.currentWidget.context.sessionContext.session?.kernel?.status)",
                timeout=90_000,
            )

    def reload(self) -> None:
        self.page.reload()
        # A kernel that waits in a cell answers no question about its status: it is "unknown" to the new page.
        self._ready(kernel=False)

    def run(self, cell: int) -> None:
        """Start a cell; does not wait for it."""
        self.page.evaluate(
            "i => { const n = jupyterapp.shell.currentWidget.content; n.deselectAll(); n.activeCellIndex = i;"
            " void jupyterapp.commands.execute('notebook:run-cell'); }",
            cell,
        )

    def done(self, cell: int, seconds: float = 90) -> None:
        """Wait until the cell has its number."""
        self.page.wait_for_function(
            "i => /\\d/.test(jupyterapp.shell.currentWidget.content.widgets[i].inputArea.promptNode.textContent)",
            arg=cell,
            timeout=seconds * 1000,
        )

    def interrupt(self) -> None:
        """The stop button."""
        self.page.evaluate("() => { void jupyterapp.commands.execute('notebook:interrupt-kernel'); }")

    def save(self) -> None:
        self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")

    def text(self, cell: int) -> str:
        """What the cell's output reads like."""
        return str(
            self.page.evaluate("i => jupyterapp.shell.currentWidget.content.widgets[i].outputArea.node.innerText", cell)
        )

    def outputs(self, cell: int) -> list[dict[str, Any]]:
        """The cell's outputs as they are saved."""
        return list(
            self.page.evaluate("i => jupyterapp.shell.currentWidget.content.widgets[i].outputArea.model.toJSON()", cell)
        )

    def click(self, name: str) -> float:
        """Click a button of the card; returns the milliseconds until the kernel took the card away."""
        self.button(name).wait_for()
        return float(self.page.evaluate(_GONE, name))

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True).first


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: what is clicked is not tested")
    server = Lab(tmp_path_factory.mktemp("lab"))
    try:
        yield server
    finally:
        server.close()


# Not longer than a module: as long as it is open, its event loop runs in this thread, and no other one can.
@pytest.fixture(scope="module")
def context(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=CHROMIUM,
            headless=True,
            viewport={"width": 1300, "height": 1000},
            args=FLAGS,
        )
        try:
            yield found
        finally:
            found.close()


@pytest.fixture
def open_page(context: Any, lab: Lab) -> Iterator[Callable[..., Page]]:
    pages: list[Page] = []

    def make(notebook: str, *, kernel: bool = True) -> Page:
        pages.append(Page(context, lab, notebook, kernel=kernel))
        return pages[-1]

    yield make
    for page in pages:
        assert page.strangers == []
        page.page.close()
