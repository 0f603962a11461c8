"""One world behind its servers, for all tests of this folder."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sandbox import make
from aisre_nb.sandbox.serve import Served
from aisre_nb.sandbox.serve.tables import Tables

ODD = 'say "no"\n\\ and {go="on"} 1'
Ask = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # A path with signs that patterns and YAML know, and an alert with such a label.
    made = make("cart-errors", 1, tmp_path_factory.mktemp("served") / "it's [a] case")
    history = made / "alert_history.jsonl"
    first = json.loads(history.read_text(encoding="utf-8").splitlines()[0])
    odd = {"labels": {"alertname": "Odd", "said": ODD, "no label": "x"}, "endsAt": None}
    with history.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**first, **odd}) + "\n")
    return made


@pytest.fixture(scope="session")
def tables(folder: Path) -> Tables:
    return Tables(folder)


@pytest.fixture(scope="session")
def served(folder: Path) -> Iterator[Served]:
    with Served(folder) as found:
        yield found


@pytest.fixture(scope="session")
def ask(served: Served) -> Ask:
    """Ask one of the servers; the status and what was answered, JSON read."""

    def asked(name: str, path: str, method: str = "GET", **params: Any) -> tuple[int, Any]:
        url = served.urls[name] + path + ("?" + urllib.parse.urlencode(params, doseq=True) if params else "")
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20) as answer:
                status, raw = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                status, raw = error.code, error.read().decode()
        try:
            return status, json.loads(raw)
        except ValueError:
            return status, raw

    return asked
