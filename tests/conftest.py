"""What holds for the whole suite: nothing beyond this machine, no real model, no settings of whoever runs it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sources.kinds import KINDS

_MODELS = ("ANTHROPIC_", "AISRE_", "AWS_", "CLOUD_ML_", "GOOGLE_", "OLLAMA_", "OPENAI_")
_LOCAL = ("127.", "::1", "localhost", "0.0.0.0")


@pytest.fixture(autouse=True)
def _loopback_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that reaches for another host fails at the socket."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and not str(address[0]).startswith(_LOCAL):
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield


_ADDRESSES = {variable for kind in KINDS.values() for variable in kind.environment.values()}
"""What would make a source of its own."""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(_MODELS) or name in _ADDRESSES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
