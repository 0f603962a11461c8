"""``aisre-nb doctor``: what is installed, which model would answer, which sources do."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from aisre_nb import __version__
from aisre_nb.errors import AisreError
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources

_PACKAGES = ("ipython", "ipykernel", "jupyterlab", "ipywidgets", "anywidget", "anthropic", "pandas", "plotly", "duckdb",
             "ibis-framework")  # fmt: skip


def doctor(case: Path | None, as_json: bool) -> int:
    """Print what was found; 0 when everything needed works, 4 when a source or a program is missing."""
    found = asyncio.run(_examine(case))
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        for row in found["checks"]:
            print(f"{'ok     ' if row['ok'] else 'FAILED '} {row['what']:<18} {row['detail']}")
    return 0 if all(row["ok"] for row in found["checks"]) else 4


async def _examine(case: Path | None) -> dict[str, Any]:
    rows = [_row("aisre_nb", True, f"{__version__} on Python {platform.python_version()}"), *_packages(), _git()]
    try:
        settings = Settings.load()
        rows.append(_row("settings", True, f"approve = {settings.approve}, records in {settings.record_dir}"))
    except AisreError as error:
        return {"checks": [*rows, _row("settings", False, str(error))]}
    rows.append(_model(settings))
    rows.extend(await _sources(settings, case))
    rows.extend(await asyncio.to_thread(_mcp, settings))
    return {"checks": rows}


def _row(what: str, ok: bool, detail: str) -> dict[str, Any]:
    return {"what": what, "ok": ok, "detail": detail}


def _packages() -> list[dict[str, Any]]:
    rows = []
    for name in _PACKAGES:
        try:
            rows.append(_row(name, True, metadata.version(name)))
        except metadata.PackageNotFoundError:
            rows.append(_row(name, False, f"not installed → pip install {name}"))
    return rows


def _git() -> dict[str, Any]:
    program = shutil.which("git")
    if program is None:
        return _row("git", False, "not found → install git: diffs and pull requests need it")
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)
    return _row("git", done.returncode == 0, done.stdout.strip() or done.stderr.strip())


def _model(settings: Settings) -> dict[str, Any]:
    from aisre_nb.models.choose import choose, explain

    try:
        return _row("model", True, explain(choose(settings.model, os.environ, settings.models, settings.then)))
    except AisreError as error:
        return _row("model", False, str(error))


def _mcp(settings: Settings) -> list[dict[str, Any]]:
    from aisre_nb.mcp.health import tried

    return [_row(f"mcp {each.name}", each.ok, each.detail) for each in tried(settings)]


async def _sources(settings: Settings, case: Path | None) -> list[dict[str, Any]]:
    from aisre_nb.sources.open import open_case, open_sources
    from aisre_nb.sources.trying import tried

    if case is None and not settings.sources:
        return [_row("sources", True, "none configured: the sandbox shop is investigated")]
    try:
        sources: Sources = open_case(case) if case is not None else open_sources(settings.sources, settings.base)
    except AisreError as error:
        return [_row("sources", False, str(error))]
    rows = [_row("sources", note not in sources.broken, note) for note in sources.notes]
    found = await tried(sources.all)
    rows += [_row(one.name, one.health.ok, one.health.detail + f" ({one.health.may})" * one.health.ok) for one in found]
    for source in sources.all:
        await source.close()
    return rows
