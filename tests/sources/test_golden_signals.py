from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.telemetry_folder import TelemetryFolder

NEW, OLD = "http.server.request.duration", "http.server.duration"


def histogram(telemetry: Any, metric: str, *, status: str = "200", per_tick: int = 150, first: int = 0, last: int = 121,
              reset: int = -1, bounds: tuple[float, ...] = (0.1, 0.2), delta: bool = False,
              key: str = "http.response.status_code", pod: str = "p") -> list[dict[str, Any]]:  # fmt: skip
    """A point every 15 s; all requests fall into the first bucket."""
    rows, total = [], 0
    for tick in range(first, last):
        total = per_tick if tick == reset or delta else total + per_tick
        rows.append(
            {
                "TimeUnix": telemetry.at(15 * tick), "ServiceName": "shelf", "MetricName": metric,
                "Attributes": {key: status, "http.route": "/x"}, "ResourceAttributes": {"k8s.pod.name": pod},
                "Count": total, "Sum": total * 0.05, "BucketCounts": [total, 0, 0], "ExplicitBounds": list(bounds),
                "AggregationTemporality": 1 if delta else 2,
            }
        )  # fmt: skip
    return rows


async def golden(telemetry: Any, first: float = 0, last: float = 1800, step: int = 60) -> pd.DataFrame:
    source = TelemetryFolder(telemetry.folder)
    answer = await source.golden_signals("shelf", telemetry.window(first, last), step)
    await source.close()
    return answer.frame


def signal(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    found = frame[frame["signal"] == name]
    return found.set_index("time")["value"]


async def test_rates_of_a_cumulative_histogram(telemetry: Any) -> None:
    telemetry.table("otel_metrics_histogram", histogram(telemetry, NEW))
    frame = await golden(telemetry)
    rate = signal(frame, "request_rate")
    assert list(frame.columns) == ["time", "service", "signal", "value", "unit"]
    assert str(frame["time"].dt.tz) == "UTC"
    assert rate.iloc[1:].tolist() == pytest.approx([10.0] * len(rate.iloc[1:]))
    assert set(frame["signal"]) == {"request_rate", "error_rate", "latency_p50", "latency_p95", "latency_p99"}
    assert signal(frame, "latency_p50").tolist() == pytest.approx([0.05] * 30)


async def test_a_reset_counts_from_zero_and_never_below(telemetry: Any) -> None:
    telemetry.table("otel_metrics_histogram", histogram(telemetry, NEW, reset=60))
    rate = signal(await golden(telemetry), "request_rate")
    assert rate.iloc[1:].tolist() == pytest.approx([10.0] * len(rate.iloc[1:]))


async def test_two_pods_are_two_counters(telemetry: Any) -> None:
    rows = histogram(telemetry, NEW, pod="a", per_tick=150) + histogram(telemetry, NEW, pod="b", per_tick=15)
    telemetry.table("otel_metrics_histogram", rows)
    rate = signal(await golden(telemetry), "request_rate")
    assert rate.iloc[5] == pytest.approx(11.0)


async def test_delta_points_are_their_own_increment(telemetry: Any) -> None:
    telemetry.table("otel_metrics_histogram", histogram(telemetry, NEW, delta=True))
    assert signal(await golden(telemetry), "request_rate").iloc[3] == pytest.approx(10.0)


async def test_an_error_series_that_appears_late_counts_from_its_first_point(telemetry: Any) -> None:
    rows = histogram(telemetry, NEW) + histogram(telemetry, NEW, status="503", per_tick=50, first=60)
    telemetry.table("otel_metrics_histogram", rows)
    errors = signal(await golden(telemetry), "error_rate")
    assert errors[telemetry.at(840)] == 0
    assert errors[telemetry.at(900)] == pytest.approx(0.25)
    assert errors[telemetry.at(960)] == pytest.approx(0.25)


async def test_the_windows_first_increment_counts_from_the_point_before_it(telemetry: Any) -> None:
    telemetry.table("otel_metrics_histogram", histogram(telemetry, NEW))
    rate = signal(await golden(telemetry, first=600, last=1200), "request_rate")
    assert rate.tolist() == pytest.approx([10.0] * 10)


async def test_the_old_name_is_in_milliseconds_with_the_old_status_attribute(telemetry: Any) -> None:
    rows = histogram(telemetry, OLD, bounds=(100, 200), key="http.status_code", status="500")
    telemetry.table("otel_metrics_histogram", rows)
    frame = await golden(telemetry)
    assert signal(frame, "latency_p50").iloc[5] == pytest.approx(0.05)
    assert signal(frame, "error_rate").iloc[5] == 1.0


async def test_with_both_names_the_requests_are_counted_once(telemetry: Any) -> None:
    telemetry.table("otel_metrics_histogram", histogram(telemetry, NEW) + histogram(telemetry, OLD))
    assert signal(await golden(telemetry), "request_rate").iloc[5] == pytest.approx(10.0)


async def test_a_step_shorter_than_the_points_distance_is_widened_and_noted(telemetry: Any) -> None:
    telemetry.table("otel_metrics_histogram", histogram(telemetry, NEW))
    source = TelemetryFolder(telemetry.folder)
    answer = await source.golden_signals("shelf", telemetry.window(0, 1800), 10)
    assert answer.frame.attrs["step_seconds"] == 20
    assert any("every 15 s" in note for note in answer.notes)
    await source.close()


async def test_a_counter_gives_rates_and_spans_the_latency(telemetry: Any) -> None:
    rows = [
        telemetry.gauge(15 * tick, "http_requests_total", 150.0 * tick, Attributes={"code": "200"}, IsMonotonic=True,
                        AggregationTemporality=2)
        for tick in range(121)
    ]  # fmt: skip
    telemetry.table("otel_metrics_sum", rows)
    telemetry.table("otel_traces", [telemetry.span(s, SpanId=str(s)) for s in range(0, 1800, 20)])
    frame = await golden(telemetry)
    assert signal(frame, "request_rate").iloc[5] == pytest.approx(10.0)
    assert signal(frame, "latency_p95").iloc[5] == pytest.approx(0.01)


async def test_without_metrics_server_spans_are_counted(telemetry: Any) -> None:
    spans = [
        telemetry.span(s, SpanId=str(s), SpanAttributes={"http.response.status_code": "500" if s >= 600 else "200"})
        for s in range(0, 1200, 5)
    ]
    inner = [telemetry.span(s, SpanId=f"c{s}", SpanKind="Internal") for s in range(0, 1200, 5)]
    telemetry.table("otel_traces", spans + inner)
    frame = await golden(telemetry, last=1200)
    assert signal(frame, "request_rate").iloc[3] == pytest.approx(0.2)
    assert signal(frame, "error_rate")[telemetry.at(540)] == 0
    assert signal(frame, "error_rate")[telemetry.at(600)] == 1


async def test_spans_without_kinds_count_where_they_enter_the_service(telemetry: Any) -> None:
    rows = []
    for s in range(0, 600, 5):
        plain = {"SpanKind": "Internal", "TraceId": f"t{s}"}
        rows.append(telemetry.span(s, SpanId="root", ServiceName="door", **plain))
        rows.append(telemetry.span(s, SpanId="in", ParentSpanId="root", **plain))
        rows.append(telemetry.span(s, SpanId="deep", ParentSpanId="in", **plain))
    telemetry.table("otel_traces", rows)
    assert signal(await golden(telemetry, last=600), "request_rate").iloc[3] == pytest.approx(0.2)


async def test_silence_is_a_rate_of_zero_only_while_others_have_spans(telemetry: Any) -> None:
    mine = [telemetry.span(s, SpanId=f"m{s}") for s in range(0, 300, 5)]
    others = [telemetry.span(s, SpanId=f"o{s}", ServiceName="lamp") for s in [*range(0, 600, 5), *range(1200, 1500, 5)]]
    telemetry.table("otel_traces", mine + others)
    rate = signal(await golden(telemetry), "request_rate")
    assert rate[telemetry.at(420)] == 0
    assert telemetry.at(900) not in rate.index
    assert rate[telemetry.at(1260)] == 0


async def test_gauges_come_under_their_own_names_averaged_over_the_step(telemetry: Any) -> None:
    rows = [telemetry.gauge(s, "process.cpu.utilization", s % 60 / 60) for s in range(0, 600, 15)]
    telemetry.table("otel_metrics_gauge", rows)
    frame = await golden(telemetry, last=600)
    cpu = signal(frame, "process.cpu.utilization")
    assert len(cpu) == 10
    assert cpu.iloc[0] == pytest.approx(0.375)
    assert set(frame["unit"]) == {"1"}


async def test_an_unknown_service_is_a_gap(telemetry: Any) -> None:
    telemetry.table("otel_metrics_histogram", histogram(telemetry, NEW))
    source = TelemetryFolder(telemetry.folder)
    with pytest.raises(SignalMissing, match="'nobody'"):
        await source.golden_signals("nobody", telemetry.window(0, 1800), 60)
    await source.close()
