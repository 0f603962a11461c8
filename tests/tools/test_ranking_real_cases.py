"""Real faults of a system that nobody here wrote: the service at fault is near the top."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aisre_nb.sources.open import open_case
from aisre_nb.tools.ranking import rank_services
from aisre_nb.tools.tool import ToolContext

ROOT = Path(__file__).parents[3] / "shared" / "data" / "cases"


def _cases(collection: str, count: int) -> list[Path]:
    found = sorted(path.parent for path in (ROOT / collection).glob("*/manifest.json"))
    if not found:
        pytest.skip(f"needs the real cases at ../shared/data/cases/{collection}")
    return found[:count]


async def _places(folders: list[Path]) -> list[int]:
    """Where the true service stands in each case, from 1; 99 where it does not."""
    places = []
    for folder in folders:
        truth = json.loads((folder / "truth.json").read_text())
        sources = open_case(folder)
        assert sources.now is not None
        result = await rank_services.handler(ToolContext(sources, sources.now, {}), rank_services.arguments())
        await sources.all[0].close()
        names = [one["service"] for one in result.facts["ranked"]]
        places.append(min((names.index(name) + 1 for name in truth["services"] if name in names), default=99))
    return places


async def test_faults_of_code_and_network_are_traced() -> None:
    places = await _places(_cases("nezha-tt", 6))
    assert sum(place == 1 for place in places) >= 5 and max(places) <= 3


async def test_faults_seen_in_metrics_alone_are_traced() -> None:
    places = await _places(_cases("petshop", 4))
    assert sum(place == 1 for place in places) >= 3
