"""Each server answers as its system does, from the same world."""

from __future__ import annotations

import base64
import json
import threading
import urllib.request
from pathlib import Path

import duckdb
import pytest

from aisre_nb.sandbox.serve import serve
from aisre_nb.sandbox.serve.programs import find

pytestmark = pytest.mark.usefixtures("served")


def _rate_of_errors(tables) -> float:
    """Failed requests of the cart a second, over the last five minutes, from the folder itself."""
    query = f"""
        SELECT sum(b - a) / 300 FROM (
            SELECT min(Count) AS a, max(Count) AS b FROM {tables.table("otel_metrics_histogram")}
            WHERE ServiceName = 'cart' AND MetricName = 'http.server.request.duration'
              AND Attributes['http.response.status_code'] >= '500'
              AND TimeUnix >= $now - INTERVAL 5 MINUTE
            GROUP BY Attributes, ResourceAttributes['k8s.pod.name'])"""
    with duckdb.connect() as db:
        db.execute("SET TimeZone='UTC'")
        return float(db.execute(query, {"now": tables.now}).fetchone()[0])


@pytest.mark.skipif(find("prometheus") is None, reason="prometheus is not installed")
def test_prometheus_answers_as_the_folder_does(ask, tables):
    query = 'sum(rate(http_server_request_duration_seconds_count{service="cart",http_response_status_code=~"5.."}[5m]))'
    status, told = ask("prometheus", "/api/v1/query", query=query, time=tables.now.timestamp())
    assert status == 200
    found = float(told["data"]["result"][0]["value"][1])
    assert found == pytest.approx(_rate_of_errors(tables), rel=0.1)


@pytest.mark.skipif(find("prometheus") is None, reason="prometheus is not installed")
def test_prometheus_knows_the_rules_and_the_history_of_alerts(ask, tables):
    _, rules = ask("prometheus", "/api/v1/rules")
    named = {rule["name"] for group in rules["data"]["groups"] for rule in group["rules"]}
    assert {"HighErrorRate", "QueueBacklog"} <= named
    query = 'ALERTS{alertname="HighErrorRate",service="cart"}'
    _, told = ask("prometheus", "/api/v1/query", query=query, time=tables.now.timestamp())
    assert told["data"]["result"][0]["metric"]["alertstate"] == "firing"
    _, odd = ask("prometheus", "/api/v1/query", query='ALERTS{alertname="Odd"}', time=tables.now.timestamp())
    metric = odd["data"]["result"][0]["metric"]
    assert metric["said"] == 'say "no"\n\\ and {go="on"} 1' and "no label" not in metric
    _, quantile = ask(
        "prometheus", "/api/v1/query", time=tables.now.timestamp(),
        query="histogram_quantile(0.5, sum by (le) (rate(http_server_request_duration_seconds_bucket[5m])))",
    )  # fmt: skip
    assert 0.001 < float(quantile["data"]["result"][0]["value"][1]) < 0.1


def test_alertmanager_has_what_fires(ask, tables):
    _, told = ask("alertmanager", "/api/v2/alerts", filter='alertname="HighErrorRate"')
    wanted = {a["labels"]["service"] for a in tables.json("alerts.json") if a["labels"]["alertname"] == "HighErrorRate"}
    assert {alert["labels"]["service"] for alert in told} == wanted


def test_loki_gives_lines_newest_first_and_counts_them(ask, tables):
    window = {"start": int(tables.now.timestamp()) - 1800, "end": int(tables.now.timestamp())}
    query = '{service_name="cart", level="error"} |= "UnboundLocalError"'
    _, told = ask("loki", "/loki/api/v1/query_range", query=query, limit=40, **window)
    values = [value for stream in told["data"]["result"] for value in stream["values"]]
    assert len(values) == 40 and all("UnboundLocalError" in line for _, line in values)
    for stream in told["data"]["result"]:
        stamps = [int(stamp) for stamp, _ in stream["values"]]
        assert stamps == sorted(stamps, reverse=True) and stamps[0] > 10**18
    summed = f"sum by (service_name) (count_over_time({query}[30m]))"
    _, counted = ask("loki", "/loki/api/v1/query", query=summed, time=window["end"])
    rows = tables.rows(
        "SELECT count(*) AS n FROM {otel_logs} WHERE ServiceName = 'cart' AND contains(Body, 'UnboundLocalError') "
        "AND epoch(Timestamp) > $since",
        {"since": window["end"] - 1800},
    )
    assert float(counted["data"]["result"][0]["value"][1]) == rows[0]["n"]


def test_loki_reads_logfmt_and_json(ask, tables):
    window = {"start": int(tables.start.timestamp()), "end": int(tables.now.timestamp())}
    query = '{service_name="payment"} | json | level="error"'
    _, told = ask("loki", "/loki/api/v1/query_range", query=query, **window)
    assert told["data"]["result"] and all(s["stream"]["level"] == "error" for s in told["data"]["result"])
    query = '{service_name="api-gateway"} | logfmt | msg=~".*ended with 502.*"'
    _, told = ask("loki", "/loki/api/v1/query_range", query=query, **window)
    assert told["data"]["result"]


@pytest.mark.parametrize("query", ["cart", "{}", '{a="b"} | unpack', '{a=~"("}', '{a="b"'])
def test_loki_refuses_what_it_does_not_know(ask, query):
    status, told = ask("loki", "/loki/api/v1/query_range", query=query)
    assert status == 400 and isinstance(told, str) and "parse error" in told


def test_tempo_finds_failed_traces_and_gives_one(ask, tables):
    window = {"start": int(tables.start.timestamp()), "end": int(tables.now.timestamp())}
    query = '{ resource.service.name = "cart" && status = error && duration > 1ms }'
    _, told = ask("tempo", "/api/search", q=query, limit=3, **window)
    assert len(told["traces"]) == 3
    trace = told["traces"][0]["traceID"]
    status, whole = ask("tempo", f"/api/v2/traces/{trace}")
    spans = [s for r in whole["trace"]["resourceSpans"] for p in r["scopeSpans"] for s in p["spans"]]
    assert status == 200 and any(s["status"].get("code") == "STATUS_CODE_ERROR" for s in spans)
    assert {base64.b64decode(s["traceId"]).hex().lstrip("0") for s in spans} == {trace}
    assert ask("tempo", "/api/traces/00ff")[0] == 404
    assert ask("tempo", "/api/search", q="{ .a = 1 } | rate()")[0] == 400


def test_jaeger_gives_traces_by_service_and_the_graph(ask, tables):
    start, end = (int(at.timestamp() * 1e6) for at in (tables.start, tables.now))
    _, told = ask("jaeger", "/api/traces", service="cart", limit=2, start=start, end=end, tags='{"error": "true"}')
    assert len(told["data"]) == 2
    trace = told["data"][0]
    assert trace["processes"][trace["spans"][0]["processID"]]["serviceName"] == "frontend"
    assert any({"key": "error", "type": "bool", "value": True} in span["tags"] for span in trace["spans"])
    status, refused = ask("jaeger", "/api/traces")
    assert status == 400 and refused["errors"][0]["code"] == 400
    _, edges = ask("jaeger", "/api/dependencies", endTs=end // 1000, lookback=3_600_000)
    assert ("cart", "catalog") in {(edge["parent"], edge["child"]) for edge in edges["data"]}


def test_kubernetes_lists_gets_and_reads_logs(ask):
    _, pods = ask("kubernetes", "/api/v1/namespaces/shop/pods", labelSelector="app.kubernetes.io/name=cart")
    names = [pod["metadata"]["name"] for pod in pods["items"]]
    assert len(names) == 2 and pods["kind"] == "PodList"
    _, first = ask("kubernetes", "/api/v1/pods", limit=5)
    _, rest = ask("kubernetes", "/api/v1/pods", limit=500, **{"continue": first["metadata"]["continue"]})
    assert len(first["items"]) == 5 and len(rest["items"]) == first["metadata"]["remainingItemCount"]
    status, log = ask("kubernetes", f"/api/v1/namespaces/shop/pods/{names[0]}/log", tailLines=5)
    assert status == 200 and log.strip()
    status, missing = ask("kubernetes", "/apis/apps/v1/namespaces/shop/deployments/nobody")
    assert status == 404 and missing["kind"] == "Status" and missing["reason"] == "NotFound"
    status, refused = ask("kubernetes", "/apis/apps/v1/namespaces/shop/deployments/cart", method="DELETE")
    assert status == 405 and refused["reason"] == "MethodNotAllowed"


def test_the_index_says_what_to_try(ask, served):
    _, text = ask("index", "/")
    assert all(url in text for name, url in served.urls.items() if name != "index")


def test_serving_stops_cleanly(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("aisre_nb.sandbox.serve.find", lambda *names: None)
    monkeypatch.setattr("aisre_nb.sandbox.serve.time.sleep", lambda seconds: (_ for _ in ()).throw(KeyboardInterrupt))
    before = threading.active_count()
    said: list[str] = []
    serve(folder, announce=said.append)
    assert said[-1] == "stopped" and any("not installed" in line for line in said)
    assert threading.active_count() <= before + 1


def test_kubernetes_lists_as_the_table_that_is_asked_for(served, ask):
    url = served.urls["kubernetes"] + "/api/v1/namespaces/shop/pods"
    wanted = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, headers=wanted), timeout=20) as answer:
        table = json.loads(answer.read())
    assert (table["kind"], table["apiVersion"]) == ("Table", "meta.k8s.io/v1")
    _, plain = ask("kubernetes", "/api/v1/namespaces/shop/pods")
    assert [row["object"]["metadata"] for row in table["rows"]] == [item["metadata"] for item in plain["items"]]
    columns = [column["name"] for column in table["columnDefinitions"]]
    first = dict(zip(columns, table["rows"][0]["cells"], strict=True))
    assert first["Name"] == plain["items"][0]["metadata"]["name"] and first["Status"] == "Running"
