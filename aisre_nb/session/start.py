"""From settings to an investigation that is ready to be asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aisre_nb.approval.policy import Policy
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.models.choose import choose, explain
from aisre_nb.record.audit import Audit
from aisre_nb.record.record import Record
from aisre_nb.session.investigation import Investigation
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources
from aisre_nb.times import instant
from aisre_nb.tools.registry import Registry, builtin_tools, tools_for

DEFAULT_SCENARIO = "cart-errors"
DEFAULT_SEED = 1

Progress = Callable[[str, float], None]


def make_world(
    settings: Settings, scenario: str, seed: int, progress: Progress | None = None, *, hard: bool = False
) -> Path:
    """A new sandbox world of its own folder, so that what was merged in an earlier one stays there."""
    from aisre_nb.sandbox import make

    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    settings.worlds.mkdir(parents=True, exist_ok=True)
    name = f"{scenario}-{'hard-' * hard}{seed}-{stamp}"
    more: dict[str, Any] = {"hard": True} if hard else {}
    return make(scenario, seed, settings.worlds / name, progress=progress, **more)


def open_world(settings: Settings, progress: Progress | None = None) -> tuple[Sources, tuple[str, ...]]:
    """The configured sources; without any, a sandbox world, and a line that says so."""
    from aisre_nb.session.worlds import open_folder, with_world
    from aisre_nb.sources.open import open_sources

    if settings.sources:
        return as_of(with_world(open_sources(settings.sources, settings.base)), settings), ()
    folder = make_world(settings, DEFAULT_SCENARIO, DEFAULT_SEED, progress)
    note = (
        f"No source is configured: this is the sandbox shop ({DEFAULT_SCENARIO}, seed {DEFAULT_SEED}). "
        "To look at your own systems, write [sources] into aisre.toml."
    )
    return open_folder(folder), (note,)


def as_of(sources: Sources, settings: Settings) -> Sources:
    """The sources, looked at as of the settings' instant where they name one."""
    return sources if settings.now is None else replace(sources, now=instant(settings.now), clock=None)


def start(
    settings: Settings,
    *,
    sources: Sources | None = None,
    registry: Registry | None = None,
    question: str = "",
    notes: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Investigation:
    """Choose the model, open the sources, begin a record.

    Raises `ConfigurationError`, `SourceUnreachable` when no source opens, `ModelUnavailable`, `RecordError`.
    """
    model = choose(settings.model, os.environ, settings.models, settings.then)
    if sources is None:
        sources, more = open_world(settings, progress)
        notes = (*notes, *more)
    if registry is None:
        registry = Registry()
        for tool in builtin_tools():
            registry.add(tool)
    for tool in tools_for(sources):
        # A user's own tool of that name stays.
        if tool.name not in registry.names():
            registry.add(tool)
    redactor = Redactor(emails=settings.redact_emails)
    # The folder's name comes from the question.
    record = Record.create(settings.record_dir, redactor.text(question) or "investigation")
    return Investigation(
        settings, sources, model, registry, Policy.parse(settings.approve), record, (explain(model), *notes),
        Audit(settings.audit), where_of(settings, sources), redactor,
    )  # fmt: skip


def where_of(settings: Settings, sources: Sources) -> dict[str, str]:
    """How to open the same sources again, for a record."""
    folder = next((f for source in sources.all if (f := getattr(source, "folder", None))), None)
    # Where no source is configured, servers may be: they are opened again from the same folder.
    configured = settings.sources or not sources.all
    if configured and any((settings.base / name).is_file() for name in ("aisre.toml", ".mcp.json")):
        return {"settings": str(settings.base)}
    if folder is not None:
        return {"case": str(folder)}
    # Those of the environment: the record names no address and no secret of theirs.
    return {"settings": str(settings.base)} if settings.sources else {}
