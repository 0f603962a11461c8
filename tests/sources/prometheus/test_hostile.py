"""Whatever answers in Prometheus' place, it is a source that failed, and no more than that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from aisre_nb.errors import AisreError, SignalMissing, SourceUnreachable
from aisre_nb.sources.open import open_sources
from aisre_nb.times import Window
from tests.sources.over_http.faulty import Faulty

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(hours=1), NOW)
SIGNS = 'a"}) or vector(1)\n<img src=x onerror=alert(1)>\x1b[31m'


@pytest.mark.parametrize(
    "data",
    [
        None, 7, "x", [], {}, {"result": 3}, {"resultType": "vector", "result": [7]},
        {"resultType": "matrix", "result": [{"metric": {}, "values": [[1, "x"]]}]},
        {"resultType": "matrix", "result": [{"metric": [], "values": [[1]]}]},
        {"resultType": "matrix", "result": [{"values": []}]},
        {"resultType": "scalar", "result": None},
        {"resultType": "matrix", "result": [{"metric": {}, "values": [[1e300, "1"]]}]},
        {"resultType": "matrix", "result": [{"metric": {}, "values": [["Infinity", "1"]]}]},
    ],
)  # fmt: skip
async def test_an_answer_of_another_shape_is_one_line(faulty: Faulty, tmp_path: Path, data: Any) -> None:
    def answer(path: str) -> Any:
        return {"status": "success", "data": ["up", "http_requests_total"] if "label" in path else data}

    faulty.answer = answer
    sources = open_sources({"p": {"type": "prometheus", "url": faulty.url}}, tmp_path)
    assert sources.metrics is not None and sources.promql is not None and sources.history is not None
    for ask in (
        sources.metrics.services(WINDOW),
        sources.metrics.golden_signals("cart", WINDOW, 60),
        sources.metrics.all_series(WINDOW, 60),
        sources.promql.query_at("up", NOW),
        sources.history.alert_history(WINDOW),
    ):
        try:
            found = await ask
        except (SourceUnreachable, SignalMissing) as error:
            assert "\n" not in str(error)
        else:
            # Names of services are an answer, and nothing is known of their requests.
            assert found.frame["requests"].isna().all()
    await sources.all[0].close()


async def test_labels_of_strangers_stay_within_their_place(faulty: Faulty, tmp_path: Path) -> None:
    def answer(path: str) -> Any:
        if path.endswith("/labels"):
            return {"status": "success", "data": ["service", "code", SIGNS]}
        if "/label/" in path:
            return {"status": "success", "data": ["http_requests_total", SIGNS]}
        series = {"metric": {"service": SIGNS, "__name__": SIGNS}, "values": [[NOW.timestamp(), "NaN"]]}
        return {"status": "success", "data": {"resultType": "matrix", "result": [series]}, "warnings": [SIGNS, 5]}

    faulty.answer = answer
    sources = open_sources({"p": {"type": "prometheus", "url": faulty.url}}, tmp_path)
    assert sources.metrics is not None
    with pytest.raises(AisreError) as caught:
        await sources.metrics.golden_signals(SIGNS, WINDOW, 60)
    assert "\x1b" not in str(caught.value)
    for _, path, _, body in faulty.seen:
        for told in (urlsplit(path).query, body.decode()):
            for query in parse_qs(told).get("query", []):
                # What it is called stands in quotes, its own quotes escaped.
                assert "\n" not in query and 'a\\"})' in query
    await sources.all[0].close()
