"""Who sits before the kernel."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from aisre_nb.notebook.frontend import front_end


def _shell(parent: Any) -> Any:
    return SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda channel: parent))


@pytest.mark.parametrize(
    ("parent", "found"),
    [
        ({"content": {"allow_stdin": True}}, "panel"),
        ({"content": {"allow_stdin": False}}, "nobody"),
        ({"content": {}}, "nobody"),
        ({}, "nobody"),
        (None, "nobody"),
    ],
)
def test_a_request_says_whether_a_person_is_there(parent: Any, found: str) -> None:
    assert front_end(_shell(parent)) == found


@pytest.mark.parametrize(("terminal", "found"), [(True, "stdin"), (False, "nobody")])
def test_without_a_kernel_the_terminal_says_it(terminal: bool, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setattr(sys, "stdin", stream)
    assert front_end(SimpleNamespace()) == found
