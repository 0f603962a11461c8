"""What Prometheus is asked, and what is made of it, beside what the folder answers too."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.sources.open import open_sources
from aisre_nb.sources.sources import Sources
from aisre_nb.times import Window, instant

START = datetime.fromtimestamp(1_780_000_020, UTC)
WINDOW = Window(START, START + timedelta(minutes=30))


def _mean(frame: Any, signal: str) -> float:
    return float(frame.loc[frame["signal"] == signal, "value"].iloc[2:].mean())


async def test_counters_of_client_libraries_by_job(old: Sources) -> None:
    assert old.metrics is not None
    found = await old.metrics.golden_signals("cart", WINDOW, 60)
    assert _mean(found.frame, "request_rate") == pytest.approx(20, rel=0.01)
    assert _mean(found.frame, "error_rate") == pytest.approx(0.1, rel=0.01)
    assert set(found.frame.loc[found.frame["signal"] == "pool_in_use", "value"]) == {0.0, 1.0}
    assert "has no histogram beside it: latency is not known" in " ".join(found.notes)
    assert 'job=~"(.+/)?cart"' in found.query


async def test_what_containers_take_is_a_service_s_that_is_called_like_them(old: Sources) -> None:
    assert old.metrics is not None
    found = await old.metrics.golden_signals("cart", WINDOW, 60)
    assert _mean(found.frame, "container_cpu_usage_seconds_total rate") == pytest.approx(0.75, rel=0.01)
    # This one has no metrics of its own at all.
    found = await old.metrics.golden_signals("redis", WINDOW, 60)
    assert found.frame["signal"].unique().tolist() == ["container_memory_working_set_bytes"]
    assert set(found.frame["value"]) == {1e6} and set(found.frame["unit"]) == {"By"}


async def test_exemplars_lead_from_a_series_to_single_requests(faulty: Any, tmp_path: Any) -> None:
    exemplar = {"labels": {"trace_id": "4bf92f35"}, "value": "0.8", "timestamp": START.timestamp() + 9}
    series = {"seriesLabels": {"__name__": "x_bucket", "service": "cart", "le": "1"}, "exemplars": [exemplar]}

    def answer(path: str) -> Any:
        names = ["x_bucket", "service"]
        return {"status": "success", "data": [series] if path.endswith("exemplars") else names}

    faulty.answer = answer
    sources = open_sources({"p": {"type": "prometheus", "url": faulty.url}}, tmp_path)
    assert sources.promql is not None
    row = (await sources.promql.exemplars("x_bucket", WINDOW)).frame.iloc[0]
    assert (row["trace_id"], row["value"], row["service"]) == ("4bf92f35", 0.8, "cart")
    assert row["time"] == START + timedelta(seconds=9) and row["signal"] == 'x_bucket{le="1", service="cart"}'
    await sources.all[0].close()


async def test_a_histogram_that_its_name_suggests(old: Sources) -> None:
    assert old.metrics is not None
    found = await old.metrics.golden_signals("checkout", WINDOW, 60)
    assert _mean(found.frame, "request_rate") == pytest.approx(4, rel=0.01)
    assert _mean(found.frame, "latency_p50") == pytest.approx(0.1, rel=0.01)
    assert _mean(found.frame, "latency_p95") == pytest.approx(0.46, rel=0.01)
    assert "error_rate" not in set(found.frame["signal"])
    assert "no label with a status: failed requests are not known" in " ".join(found.notes)


async def test_metrics_of_spans_name_services_by_a_label_of_their_own(old: Sources) -> None:
    assert old.metrics is not None
    found = await old.metrics.golden_signals("pay", WINDOW, 60)
    # The calls that it makes itself are not among those that it serves.
    assert _mean(found.frame, "request_rate") == pytest.approx(4, rel=0.01)
    assert _mean(found.frame, "error_rate") == pytest.approx(0.25, rel=0.01)


async def test_services_and_who_calls_whom(old: Sources) -> None:
    assert old.metrics is not None
    services = (await old.metrics.services(WINDOW)).frame.set_index("service")
    assert services.loc["cart", "requests"] == pytest.approx(36_000, rel=0.04)
    assert services.loc["checkout", "p95_ms"] == pytest.approx(460, rel=0.01)
    calls = (await old.metrics.calls(WINDOW)).frame
    assert calls[["caller", "callee"]].to_numpy().tolist() == [["web", "cart"]]
    assert calls["calls"].iloc[0] == pytest.approx(3600, rel=0.04)
    assert calls["errors"].iloc[0] == pytest.approx(900, rel=0.04) and calls["p95_ms"].isna().all()


async def test_what_is_not_there_is_a_gap_and_not_a_failure(old: Sources, both: Any, world: Any) -> None:
    assert old.metrics is not None
    with pytest.raises(SignalMissing, match="no metric has job='nobody'"):
        await old.metrics.golden_signals("nobody", WINDOW, 60)
    with pytest.raises(SignalMissing, match="there is no metric 'nothing'"):
        await old.metrics.metric("nothing", None, WINDOW, 60)
    with pytest.raises(SignalMissing, match="no metric in that window"):
        await old.metrics.services(Window(START - timedelta(days=90), START - timedelta(days=89)))
    with pytest.raises(SignalMissing, match="no metric tells who calls whom"):
        await both[0].calls(world.window)


async def test_the_query_is_what_was_sent_and_leads_to_the_backend_s_own_page(both: Any, world: Any) -> None:
    source, sent = both[0], []
    ask = source._http.json

    async def heard(path: str, params: Any = (), **more: Any) -> Any:
        sent.extend(value for name, value in params if name == "query")
        return await ask(path, params, **more)

    source._http.json = heard
    found = await source.golden_signals("cart", world.window, 60)
    asked = found.query.split("\n\n")
    assert len(asked) >= 6 and set(asked) <= set(sent)
    # What it was not told of is how often there is a sample.
    assert all(query.startswith("max(count_over_time(") for query in set(sent) - set(asked))
    told = parse_qs(urlsplit(found.link).query)
    assert found.link.startswith(f"{world.url}/graph?") and told["g0.expr"] == [asked[0]]
    assert told["g0.end_input"] == [f"{world.now:%Y-%m-%d %H:%M:%S}"] and told["g0.range_input"] == ["3360s"]


async def test_names_labels_rules_and_health(both: Any, world: Any) -> None:
    source = both[0]
    names = (await source.metric_names("cart")).frame.set_index("metric")["type"]
    assert (
        names["http_server_request_duration_seconds"] == "histogram" and names["process_memory_usage_bytes"] == "gauge"
    )
    assert not [name for name in names.index if name.endswith("_bucket") or name.startswith("ALERTS")]
    every = (await source.metric_names(None)).frame.set_index("metric")["type"]
    assert every["shop_orders_total"] == "counter" and every["db_client_connection_count"] == "gauge"
    labels = (await source.labels("http.server.request.duration", world.window)).frame.set_index("label")
    assert labels.loc["http_response_status_code", "values"] > 1 and "le" in labels.index
    rules = (await source.rules()).frame.set_index("name")
    assert rules.loc["HighErrorRate", "for_seconds"] == 120 and rules.loc["HighErrorRate", "severity"] == "critical"
    assert rules.loc["HighErrorRate", "annotations"]["runbook_url"].endswith(".md")
    health = await source.health()
    assert health.ok and "services by the label service" in health.detail and health.may == "it is only read"


async def test_the_history_of_alerts_is_that_of_the_world(both: Any, world: Any) -> None:
    window = Window(world.now - timedelta(hours=12), world.now)
    found = await both[0].alert_history(window)
    rows = found.frame.to_dict("records")
    told = [json.loads(line) for line in (world.folder / "alert_history.jsonl").read_text().splitlines()]
    begun = [(a, instant(a["startsAt"]), instant(a["endsAt"]) if a["endsAt"] else None) for a in told]
    wanted = [
        (a["labels"]["alertname"], a["labels"].get("service", ""), start, end)
        for a, start, end in begun
        if start >= window.start and (end is None or (end - start).total_seconds() > 120)
    ]
    assert wanted
    for name, service, start, end in wanted:
        near = [r for r in rows if r["alert"] == name and abs((r["time"] - start).total_seconds()) <= 120]
        assert [r for r in near if r["service"] == service], (name, start)
        if end is not None and end < world.now - timedelta(minutes=3):
            assert any(r["state"] == "resolved" and abs((r["ended"] - end).total_seconds()) <= 120 for r in near)
    cart = next(r for r in rows if (r["alert"], r["service"]) == ("HighErrorRate", "cart"))
    assert cart["state"] == "firing" and cart["summary"].startswith("cart answers …")
    assert found.frame.attrs["runbooks"]["HighErrorRate"].endswith(".md")


async def test_promql_is_checked_before_it_is_sent_and_bounded_in_what_comes_back(both: Any, world: Any) -> None:
    source = both[0]
    assert await source.check(" sum( rate(up[5m]) )") == "sum(rate(up[5m]))"
    for query, told in (
        ("sum(up", "does not close its '\\('"),
        ("up)", "closes a '\\)'"),
        ('up{a="b}', "does not close"),
        ("up +", "parse error"),
        ("rate(up)", "parse error"),
        ("x" * 5000, "1 to 4000 characters"),
        ("up\x00", "control characters"),
    ):
        with pytest.raises(ToolError, match=told):
            await source.check(query)
    found = await source.query("http_server_request_duration_seconds_bucket", world.window, 60)
    assert found.frame["signal"].nunique() <= 50 and "aggregate with sum by" in " ".join(found.notes)
    assert found.total > len(found.frame)
    with pytest.raises(ToolError, match="found duplicate series for the match group"):
        await source.query("shop_orders_total * on (service) shop_orders_total", world.window, 60)
    once = await source.query_at("topk(3, process_memory_usage_bytes)", world.now)
    assert len(once.frame) == 3 and once.frame["value"].is_monotonic_decreasing and "pod" in once.frame.columns
    assert (await source.query_at("1 + 1", world.now)).frame["value"].tolist() == [2.0]
    with pytest.raises(SignalMissing, match="no exemplar"):
        await source.exemplars("http_server_request_duration_seconds_bucket", world.window)
