"""The investigator knows methods, not this shop: no name of a scenario, a service or a data set is in its code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aisre_nb.sandbox import scenarios

ROOT = Path(__file__).parents[1] / "aisre_nb"
ROOMS = ("analysis", "models", "report", "tools", "bench")
_DATA_SETS = ("train ticket", "trainticket", "petshop", "petsite", "petsearch", "nezha", "loghub", "ts-basic", "sku-1")
"""Where Nezha and loghub are cited as the source of a method or a measure, they stand in a docstring."""
_CITED = re.compile(r"nezha|loghub", re.IGNORECASE)


def _files() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def _services() -> list[str]:
    manifest = (ROOT / "sandbox" / "shop" / "manifest.yaml").read_text(encoding="utf-8")
    own = {"api-gateway", "frontend", "recommendation", "fulfilment", "stock-recount", "sales-report", "cards-provider"}
    return sorted(own | set(re.findall(r"\bshop-[a-z-]+\b", manifest)))


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_name_of_a_scenario_service_or_data_set(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    code = re.sub(r'"""[\s\S]*?"""', "", text)
    # The default world of a session without sources is named where sessions start, which is not here.
    named = [scenario.name for scenario in scenarios() if re.search(rf"\b{re.escape(scenario.name)}\b", text)]
    named += [service for service in _services() if re.search(rf"\b{re.escape(service)}\b", text)]
    named += [word for word in _DATA_SETS if word in (code if _CITED.search(word) else text)]
    assert named == []
