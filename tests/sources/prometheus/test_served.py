"""Which metrics count and time requests, by names alone; and what stands in a query cannot become another one."""

from __future__ import annotations

import pytest

from aisre_nb.sources.prometheus.catalog import Catalog
from aisre_nb.sources.prometheus.selector import one_of, selector
from aisre_nb.sources.prometheus.served import Served, failing, served


def _timed(base: str) -> set[str]:
    return {f"{base}_bucket", f"{base}_count", f"{base}_sum"}


@pytest.mark.parametrize(
    ("names", "count", "buckets", "seconds"),
    [
        (_timed("http_server_request_duration_seconds"), "http_server_request_duration_seconds_count", True, 1.0),
        (_timed("http_server_duration_milliseconds"), "http_server_duration_milliseconds_count", True, 0.001),
        (_timed("http.server.request.duration"), "http.server.request.duration_count", True, 1.0),
        (_timed("http_server_requests_seconds"), "http_server_requests_seconds_count", True, 1.0),
        (_timed("grpc_server_handling_seconds"), "grpc_server_handling_seconds_count", True, 1.0),
        (_timed("istio_request_duration_milliseconds"), "istio_request_duration_milliseconds_count", True, 0.001),
        (_timed("app_http_request_latency_ms"), "app_http_request_latency_ms_count", True, 0.001),
        ({"http_requests_total"}, "http_requests_total", False, 1.0),
        ({"shop_requests_total"}, "shop_requests_total", False, 1.0),
        ({"http_server_request_count_total"}, "http_server_request_count_total", False, 1.0),
        (_timed("messaging_process_duration_seconds"), "messaging_process_duration_seconds_count", True, 1.0),
    ],
)
def test_what_is_served(names: set[str], count: str, buckets: bool, seconds: float) -> None:
    found = served(names)[0]
    assert (found.count, found.buckets is not None, found.seconds) == (count, buckets, seconds)


def test_the_most_telling_comes_first_and_what_is_no_request_served_is_left_out() -> None:
    names = {
        *_timed("http_client_request_duration_seconds"),
        *_timed("redis_request_duration_seconds"),
        *_timed("prometheus_http_request_duration_seconds"),
        *_timed("apiserver_request_duration_seconds"),
        "rest_client_requests_total",
        "node_cpu_seconds_total",
    }
    assert served(names) == []
    names |= {"http_requests_total", *_timed("http_server_request_duration_seconds"), "traces_spanmetrics_calls_total"}
    assert [one.count for one in served(names)] == [
        "http_server_request_duration_seconds_count",
        "http_requests_total",
        "traces_spanmetrics_calls_total",
    ]


def test_failed_requests_by_the_labels_that_there_are() -> None:
    one = Served("x")
    assert failing(one, {"code", "method"}) == ((("code", "=~", "5.."),),)
    assert failing(one, {"status"}) == ((("status", "=~", "5..|error|ERROR"),),)
    found = failing(one, {"http_response_status_code", "error_type"})
    assert found[1] == (("error_type", "!=", ""), ("http_response_status_code", "=", ""))
    assert failing(one, {"grpc_code"})[0][0][2].startswith("Unknown|DeadlineExceeded")
    assert failing(one, {"method"}) == ()


def test_a_type_is_told_by_the_target_else_by_the_name() -> None:
    names = frozenset({*_timed("a_seconds"), "jobs_total", "pool_count", "build_info", "lag", "b_sum", "b_count", "b"})
    catalog = Catalog(names, {"lag": "counter"}, "job")
    told = {name: catalog.type_of(name) for name in sorted(names)}
    assert told == {
        "a_seconds_bucket": "part",
        "a_seconds_count": "part",
        "a_seconds_sum": "part",
        "b": "summary",
        "b_count": "part",
        "b_sum": "part",
        "build_info": "info",
        "jobs_total": "counter",
        "lag": "counter",
        "pool_count": "gauge",
    }
    assert catalog.resolved("a") == "a_seconds" and catalog.resolved("jobs") == "jobs_total"
    assert catalog.matcher("cart") == ("job", "=~", "(.+/)?cart") and catalog.name_of("shop/cart") == "cart"


def test_nothing_that_a_name_or_value_holds_gets_out_of_its_place() -> None:
    value = 'a"} or vector(1) #\n\\'
    assert selector("up", [("job", "=", value)]) == 'up{job="a\\"} or vector(1) #\\n\\\\"}'
    assert selector("up{} or x", []) == '{__name__="up{} or x"}'
    assert selector("up", [("a.b", "=", "c")]) == 'up{"a.b"="c"}'
    assert one_of(["a.b", "c|d", "(e"]) == "a\\.b|c\\|d|\\(e"
