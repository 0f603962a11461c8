"""What watches the attacks sees what it is there for."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.render import html

from .live import live, steers
from .watch import fingerprint, watched


def _write(path: str) -> None:
    with open(path, "w", encoding="utf-8"):  # noqa: PTH123
        pass


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=False, capture_output=True)


def _read(path: str) -> None:
    with open(path, encoding="utf-8"):  # noqa: PTH123
        pass


@pytest.mark.parametrize(
    "does, sees",
    [
        (lambda folder: socket.getaddrinfo("127.0.0.1", 1), "socket.getaddrinfo"),
        (lambda folder: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("127.0.0.1", 9)), "socket.connect"),
        (lambda folder: _read("/etc/passwd"), "open '/etc/passwd'"),
        (lambda folder: _write(f"{folder}-beside"), "-beside"),
        (lambda folder: _write(f"{folder}/../beside"), "beside"),
        (lambda folder: Path(f"{folder}-link").symlink_to("/etc/passwd"), "os.symlink"),
        (lambda folder: (folder / "own").rename(f"{folder}-moved"), "os.rename"),
        (lambda folder: os.system("true"), "os.system"),
        (lambda folder: subprocess.run(["true"], check=True), "program ['true']"),
        (lambda folder: _git(folder, "push", "--help"), "push"),
        (lambda folder: _git(folder, "log", "--output=x"), "--output=x"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_it_sees(does: Callable[[Path], Any], sees: str, tmp_path: Path) -> None:
    folder = tmp_path / "allowed"
    folder.mkdir()
    (folder / "own").write_text("x")
    with watched(folder) as found:
        (folder / "more").write_text("x")
        assert found == []
        does(folder)
    assert any(sees in event for event in found), found


@pytest.mark.parametrize(
    "page",
    [
        "<script>x</script>", "<b onclick=x>", "<style>@import url(//evil)</style>", "<a href='javascript:x'>",
        "<a href='#aisre-E1' ping='//evil'>", "<details ontoggle=x open>", "<div style='background:url(//evil)'>",
        "<!--x-->", "<span class='aisre-n jp-Cell'>", "<svg onload=x>", "<img src=x>", "<base href=//evil>",
    ],
)  # fmt: skip
def test_what_is_live_in_a_page_is_found(page: str) -> None:
    assert live({"text/html": page}) != []
    assert live({"text/html": html.block(html.pre(page))}) == []


@pytest.mark.parametrize(
    "bundle",
    [
        {"text/markdown": "![](//evil)"}, {"text/latex": "x"}, {"image/svg+xml": "<svg><image href='//evil'/></svg>"},
        {"image/svg+xml": "<svg><text onload='x'>a</text></svg>"}, {"text/plain": "a\x1b[2Jb"},
        {"application/vnd.plotly.v1+json": {"data": [{"name": "<a href='//evil'>x</a>"}]}},
        {"text/html": "<div class='aisre'>$x$</div>"}, {"text/html": "a\u202eb"},
    ],
)  # fmt: skip
def test_what_is_live_in_other_outputs_is_found(bundle: dict[str, Any]) -> None:
    assert live(bundle) != []


def test_what_steers_a_terminal_is_found() -> None:
    assert steers("a\nb\tc – ✗ “ok” 👩\u200d💻") == [] and steers("a\rb") == ["'\\r'"]


def test_a_changed_branch_hook_or_file_changes_the_fingerprint(clean: Path, tmp_path: Path) -> None:
    world = Path(shutil.copytree(clean, tmp_path / "world"))
    inner, seen = world / "repository" / ".git", [fingerprint(world)]
    (world / "incidents" / "x.json").write_text("{}")
    seen.append(fingerprint(world))
    (inner / "hooks").mkdir(exist_ok=True)
    (inner / "hooks" / "pre-push").write_text("x")
    seen.append(fingerprint(world))
    (inner / "config").write_text((inner / "config").read_text() + "[x]\n")
    seen.append(fingerprint(world))
    subprocess.run(["git", f"--git-dir={world / 'remote.git'}", "branch", "pwned", "main"], check=True)
    seen.append(fingerprint(world))
    assert all(one != other for one, other in pairwise(seen))
