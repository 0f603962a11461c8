from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.analysis.golden import Golden, Statistic, read, words


@pytest.mark.parametrize(
    ("metric", "labels", "unit", "golden", "statistic"),
    [
        ("latency.Average", "", "", "latency", "mean"),
        ("latency.p99", "", "", "latency", "tail"),
        ("latency.p50", "", "", "latency", "median"),
        ("PodServerLatencyP90(s)", "", "s", "latency", "tail"),
        ("TargetResponseTime", "", "", "latency", "mean"),
        ("http_request_duration_seconds", 'quantile="0.99"', "s", "latency", "tail"),
        ("availability.Average", "", "", "availability", "mean"),
        ("PodSuccessRate(%)", "", "%", "availability", "mean"),
        ("requests.Sum", "", "", "requests", "sum"),
        ("RequestCount", "", "", "requests", "mean"),
        ("http.server.request.duration.count", "http.response.status_code=200", "1/s", "requests", "mean"),
        ("http.server.request.duration.count", "http.response.status_code=503", "1/s", "failures", "mean"),
        ("http_requests_total", 'code="500"', "1/s", "failures", "sum"),
        ("Faults.Sum", "", "", "failures", "sum"),
        ("HTTPCode_Target_5XX_Count", "", "", "failures", "mean"),
        ("error_rate", "", "1", "failure_share", "mean"),
        ("error_rate", "", "1/s", "failures", "mean"),
        ("CpuUsage(m)", "", "", "resource", "mean"),
        ("process_cpu_seconds_total", "", "s/s", "resource", "sum"),
        ("jvm.gc.duration", "", "s", "resource", "mean"),
        ("orders_placed_total", "", "", "other", "sum"),
    ],
)
def test_names_of_three_worlds_are_read(
    metric: str, labels: str, unit: str, golden: Golden, statistic: Statistic
) -> None:
    found = read(metric, labels, unit)
    assert (found.golden, found.statistic) == (golden, statistic)


@pytest.mark.parametrize(
    ("metric", "unit", "seconds"),
    [
        ("latency", "", 1.0),
        ("latency", "ms", 0.001),
        ("istio_request_duration_milliseconds", "", 0.001),
        ("x_duration_ms", "s", 1.0),
    ],
)
def test_the_stored_unit_goes_before_the_name(metric: str, unit: str, seconds: float) -> None:
    assert read(metric, "", unit).seconds == seconds


def test_calls_of_others_are_told_from_calls_served() -> None:
    assert read("http.client.request.duration.count", "", "1/s").outside
    assert not read("http.server.request.duration.count", "", "1/s").outside


def test_a_status_of_the_200s_with_fives_in_it_is_no_failure() -> None:
    assert read("http_requests_total", "status_code=205, port=5000", "1/s").golden == "requests"


@given(st.text(max_size=3000), st.text(max_size=3000), st.text(max_size=10))
def test_no_text_is_an_error(metric: str, labels: str, unit: str) -> None:
    found = read(metric, labels, unit)
    assert found.seconds > 0
    assert words(metric) == words(metric).strip()
