"""Metrics, traces and logs are of the same requests."""

from __future__ import annotations

import pandas as pd
import pytest


def _server_failures(case) -> pd.DataFrame:
    return case.spans[(case.spans.SpanKind == "Server") & (case.spans.StatusCode == "Error")]


def test_a_span_that_failed_has_its_log_record(case):
    failed = _server_failures(case)
    errors = case.logs[case.logs.SeverityText == "ERROR"]
    logged = set(zip(errors.TraceId, errors.SpanId, errors.ServiceName, strict=True))
    assert len(failed) > 500
    assert set(zip(failed.TraceId, failed.SpanId, failed.ServiceName, strict=True)) <= logged


def test_the_histogram_counts_exactly_the_requests_whose_failure_was_logged(case):
    counted = case.counted()
    bad = counted[counted.status >= 500].groupby(["service", "route"]).n.sum()
    errors = case.logs[case.logs.SeverityText == "ERROR"]
    errors = errors.assign(route=[a.get("http.route") for a in errors.LogAttributes]).dropna(subset="route")
    logged = errors.groupby(["ServiceName", "route"]).size()
    assert bad.to_dict() == logged.to_dict()


def test_no_span_is_of_a_series_that_the_histogram_does_not_have(case):
    counted = case.counted()
    known = set(zip(counted.service, counted.route, counted.status, counted.pod, strict=True))
    server = case.spans[case.spans.SpanKind == "Server"]
    seen = {
        (service, a["http.route"], int(a["http.response.status_code"]), r["k8s.pod.name"])
        for service, a, r in zip(server.ServiceName, server.SpanAttributes, server.ResourceAttributes, strict=True)
    }
    assert seen <= known


def test_latency_in_the_histogram_is_that_of_the_spans(case):
    wanted = {"http.request.method": "GET", "http.route": "/products", "http.response.status_code": "200"}
    points = case.histogram[[a == wanted for a in case.histogram.Attributes]].sort_values("TimeUnix")
    counts = sum(
        (g.BucketCounts.iloc[-1] - g.BucketCounts.iloc[0])
        for _, g in points.groupby([r["k8s.pod.name"] for r in points.ResourceAttributes])
    )
    spans = case.spans[(case.spans.SpanKind == "Server") & (case.spans.SpanName == "GET /products")]
    share = counts.cumsum() / counts.sum()
    bounds = [0.0, *points.ExplicitBounds.iloc[0], float("inf")]
    median = spans.Duration.median() / 1e9
    middle = int((share >= 0.5).argmax())
    # The sampler keeps slow requests first, so the spans' median may lie one bucket higher.
    assert bounds[max(middle - 1, 0)] <= median <= bounds[middle + 2]


def test_counters_never_fall_and_a_pod_that_begins_begins_at_nothing(case):
    frame = case.histogram.assign(
        pod=[r["k8s.pod.name"] for r in case.histogram.ResourceAttributes],
        key=[str(sorted(a.items())) for a in case.histogram.Attributes],
    ).sort_values("TimeUnix")
    assert (frame.groupby(["pod", "key"]).Count.diff().dropna() >= 0).all()
    assert (frame.BucketCounts.map(sum) == frame.Count).all()
    assert set(frame.AggregationTemporality) == {2}
    born = frame[frame.StartTimeUnix > case.start].groupby(["pod", "key"]).first()
    assert len(born) and (born.Count < 200).all()


def test_children_lie_within_their_parents_and_every_parent_is_there(case):
    spans = case.spans.assign(end=case.spans.Timestamp + pd.to_timedelta(case.spans.Duration, unit="ns"))
    parents = spans.set_index(["TraceId", "SpanId"])
    below = spans[spans.ParentSpanId != ""]
    found = parents.reindex(pd.MultiIndex.from_arrays([below.TraceId, below.ParentSpanId]))
    slack = pd.Timedelta(microseconds=2)
    assert found.SpanName.notna().all()
    assert (
        (below.Timestamp.array >= found.Timestamp.array - slack) & (below.end.array <= found.end.array + slack)
    ).all()
    roots = spans[spans.ParentSpanId == ""]
    assert set(roots.ServiceName) == {"frontend", "fulfilment"} and roots.TraceId.is_unique
    assert set(roots[roots.ServiceName == "fulfilment"].SpanKind) == {"Consumer"}


def test_every_span_is_of_a_pod_that_ran_then(case):
    deployed = next(c for c in case.changes if c["kind"] == "deployment" and c["service"] == "cart")
    versions = [r["service.version"] for r in case.spans.ResourceAttributes]
    cart = case.spans.assign(version=versions)[case.spans.ServiceName == "cart"]
    rolled_out = pd.Timestamp(deployed["time"])
    assert (cart[cart.version == "0.2.0"].Timestamp > rolled_out).all()
    assert cart[cart.version == "0.1.0"].Timestamp.max() < rolled_out + pd.Timedelta(minutes=2)


def test_orders_are_the_checkouts_that_the_histogram_counted(case):
    counted = case.counted()
    placed = counted[(counted.service == "checkout") & (counted.status == 200)].n.sum()
    last = case.sums[[a.get("shop.order.outcome") == "placed" for a in case.sums.Attributes]]
    last = last.assign(pod=[r["k8s.pod.name"] for r in last.ResourceAttributes]).groupby("pod").Value.max()
    assert last.sum() == placed


@pytest.mark.parametrize("name", ["process.cpu.utilization", "process.memory.usage"])
def test_every_service_has_gauges(name: str, case):
    frame = case.gauges[case.gauges.MetricName == name]
    assert frame.ServiceName.nunique() == 16 and (frame.Value > 0).all()
