"""A small world, copied for each attack, and an investigation of it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.approval.policy import Policy
from aisre_nb.notebook.interpolation import interpolated
from aisre_nb.record.audit import Audit
from aisre_nb.record.record import Record
from aisre_nb.sandbox import make
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.worlds import open_folder
from aisre_nb.settings import Settings
from aisre_nb.tools.registry import Registry, builtin_tools, tools_for

from .hostile import Hostile
from .payloads import ALL
from .places import FOLDER, SESSION
from .watch import NETWORK, refusing, watched

TEXTS = [payload.text for payload in ALL]


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cart-errors", 1, tmp_path_factory.mktemp("clean") / "world", hours=1, per_second=2)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch, clean: Path, tmp_path: Path) -> Iterator[list[str]]:
    """What was reached beyond the folders of this test: connections, other programs, files elsewhere."""
    # What is thrown away is thrown away here, where a test sees whether it was.
    (tmp_path / "thrown-away").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "thrown-away"))
    for owner, name in NETWORK:
        monkeypatch.setattr(owner, name, refusing(getattr(owner, name)))
    with watched(tmp_path, clean) as found:
        yield found


@pytest.fixture
def attacked(clean: Path, tmp_path: Path) -> Callable[..., tuple[Investigation, Path, str]]:
    """An investigation of a world (or with tools, or a question) in which every payload stands in one place."""

    def made(place: str, acted_on: Sequence[str], policy: str = "read") -> tuple[Investigation, Path, str]:
        world = Path(shutil.copytree(clean, tmp_path / "world"))
        if place in FOLDER:
            FOLDER[place](world, TEXTS)
        sources = open_folder(world)
        registry = Registry()
        for tool in (*builtin_tools(), *tools_for(sources)):
            registry.add(tool)
        if place in SESSION:
            SESSION[place](registry, TEXTS)
        incident = sorted((world / "incidents").glob("*.json"))[-1].stem
        record = Record.create(tmp_path / "records", "attack")
        inv = Investigation(
            Settings(max_steps=5000, max_seconds=600.0), sources, Hostile(tuple(acted_on), incident), registry,
            Policy.parse(policy), record, audit=Audit(tmp_path / "audit.jsonl"),
        )  # fmt: skip
        question = "Why does the cart fail?"
        if place == "question":
            names = {f"v{n}": text for n, text in enumerate(TEXTS)}
            question = interpolated("Why? " + " ".join(f"{{{{v{n}}}}}" for n in range(len(TEXTS))), names)
        return inv, world, question

    return made


@pytest.fixture
def run() -> Callable[..., None]:
    """Ask, and close."""

    def ran(inv: Investigation, question: str, approver: Any, watcher: Any = None) -> None:
        async def whole() -> None:
            try:
                await inv.ask(question, approver=approver, watcher=watcher)
            finally:
                await inv.close()

        asyncio.run(whole())

    return ran
