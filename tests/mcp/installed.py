"""Where programs of npm are, and a tool asked as an investigation asks it."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.evidence.result import ToolResult
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.results import result


async def ask(up: Connection, who: Any, tool: str, **given: Any) -> ToolResult:
    """What it answers, as evidence."""
    return result(up.spec.name, tool, given, await up.call(tool, given, who.progress, who.elicit))


@cache
def _own_modules() -> Path:
    npm = shutil.which("npm")
    told = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False).stdout if npm else ""
    return Path(told.strip() or "node_modules")


def npm(package: str, file: str = "dist/index.js") -> str:
    """The program of a package that npm installed before."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    named = [Path(p) for p in os.environ.get("NODE_PATH", "").split(os.pathsep) if p]
    for modules in (*named, Path(__file__).parents[2] / "node_modules", _own_modules()):
        if (modules / package / file).is_file():
            return str((modules / package / file).resolve())
    pytest.skip(f"{package} is not installed: npm install -g {package}")
