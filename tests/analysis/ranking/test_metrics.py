from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from aisre_nb.analysis.ranking.metrics import metric_signs
from aisre_nb.analysis.ranking.sign import Sign
from aisre_nb.times import Window, instant

START = instant("2026-11-23T10:00:00Z")
STEP = timedelta(minutes=5)
BEFORE = 100
WINDOW = Window(START + BEFORE * STEP, START + (BEFORE + 4) * STEP)
CALLS = pd.DataFrame([("door", "shop"), ("shop", "cart"), ("shop", "stock"), ("cart", "store")]).set_axis(
    ["caller", "callee"], axis=1
)
SECONDS = {"door": 0.30, "shop": 0.25, "cart": 0.06, "stock": 0.05, "store": 0.02}
TRAFFIC = {"door": 1000, "shop": 900, "cart": 800, "stock": 700, "store": 2400}


def system(
    slower: dict[str, float] | None = None, failing: dict[str, float] | None = None, seed: int = 1
) -> pd.DataFrame:
    """Five services with noise; in the last two steps each is slower by some seconds, or fails by some share."""
    noise = np.random.default_rng(seed)
    rows = []
    for n in range(BEFORE + 4):
        at, bad = START + n * STEP, n >= BEFORE + 2
        for service, seconds in SECONDS.items():
            latency = seconds * noise.normal(1, 0.02) + (slower or {}).get(service, 0) * bad
            share = 1 - (failing or {}).get(service, 0) * bad
            values = {"latency.Average": latency, "availability.Average": 100 * share}
            values["requests.Sum"] = TRAFFIC[service] * noise.normal(1, 0.02)
            rows += [(at, service, metric, "", value, "") for metric, value in values.items()]
    return pd.DataFrame(rows, columns=["time", "service", "metric", "labels", "value", "unit"])


def first(signs: list[Sign]) -> str:
    return signs[0].service if signs else ""


def test_the_cause_is_where_the_time_is_added_not_where_it_is_passed_on() -> None:
    # 80 s in each step: at the store, and so at each that waits for it.
    slower = {name: 80 / TRAFFIC[name] for name in ("store", "cart", "shop", "door")}
    signs = metric_signs(system(slower), WINDOW, None, CALLS, "door", "latency")
    assert first(signs) == "store"
    assert signs[0].kind == "latency"
    assert signs[0].strength > signs[1].strength + 1
    assert signs[0].since == WINDOW.start + 2 * STEP
    assert "20 ms" in signs[0].says


def test_a_caller_that_adds_of_its_own_is_the_cause_though_what_it_calls_is_as_ever() -> None:
    signs = metric_signs(system({name: 80 / TRAFFIC[name] for name in ("shop", "door")}), WINDOW, None, CALLS, "door")
    assert first(signs) == "shop"


@pytest.mark.parametrize("metric", ["availability", "errors", ""])
def test_failures_are_traced_by_requests_lost(metric: str) -> None:
    lost = {"cart": 90 / 800, "shop": 80 / 900, "door": 85 / 1000}
    signs = metric_signs(system(failing=lost), WINDOW, None, CALLS, "door", metric)
    assert first(signs) == "cart"
    assert signs[0].kind == "error"


def test_what_moved_and_explains_nothing_of_the_symptom_is_not_the_cause() -> None:
    lost = {"stock": 90 / 700, "shop": 80 / 900, "door": 85 / 1000}
    signs = metric_signs(system({"cart": 3.0}, lost), WINDOW, None, CALLS, "door", "availability")
    assert first(signs) == "stock"


def test_slow_below_and_failed_above_is_one_story() -> None:
    failing = {"shop": 80 / 900, "door": 85 / 1000}
    signs = metric_signs(system({"stock": 2.0}, failing), WINDOW, None, CALLS, "door", "availability")
    assert {"stock", "shop"} == {sign.service for sign in signs[:2]}


def test_a_baseline_of_another_week_counts_instead_of_the_time_before() -> None:
    frame = system({name: 80 / TRAFFIC[name] for name in ("cart", "shop", "door")})
    late = frame["time"] < WINDOW.start
    frame.loc[late, "time"] += timedelta(days=90)
    baseline = Window(START + timedelta(days=90), WINDOW.start + timedelta(days=90))
    assert first(metric_signs(frame, WINDOW, baseline, CALLS, "door", "latency")) == "cart"
    assert metric_signs(frame, WINDOW, None, CALLS, "door", "latency") == []


def test_without_calls_it_still_tells_who_moved() -> None:
    signs = metric_signs(system({name: 80 / TRAFFIC[name] for name in ("store", "cart", "shop", "door")}), WINDOW)
    assert {"store", "cart", "shop", "door"} == {sign.service for sign in signs[:4]}


def test_nothing_moved_is_no_sign_of_weight() -> None:
    assert all(sign.strength < 3 for sign in metric_signs(system(), WINDOW, None, CALLS, "door", "latency"))


@pytest.mark.parametrize("change", ["empty", "no window", "no time before", "gaps", "one service", "two points"])
def test_little_data_is_no_error(change: str) -> None:
    frame = system()
    if change == "empty":
        frame = frame.iloc[:0]
    elif change == "no window":
        frame = frame[frame["time"] < WINDOW.start]
    elif change == "no time before":
        frame = frame[frame["time"] >= WINDOW.start]
    elif change == "gaps":
        frame = frame.assign(value=float("nan"))
    elif change == "one service":
        frame = frame[frame["service"] == "door"]
    else:
        frame = frame[frame["time"].isin([START, WINDOW.start])]
    assert all(sign.strength < 3 for sign in metric_signs(frame, WINDOW, None, CALLS, "door", "latency"))


def test_a_circle_of_calls_and_names_without_series_are_no_error() -> None:
    calls = pd.DataFrame(
        [("door", "shop"), ("shop", "door"), ("shop", "shop"), ("ghost", "shop"), ("shop", "nobody")],
        columns=["caller", "callee"],
    )
    slower = {name: 80 / TRAFFIC[name] for name in ("shop", "door")}
    signs = metric_signs(system(slower), WINDOW, None, calls, "door", "latency")
    assert {"shop", "door"} == {sign.service for sign in signs[:2]}


def test_a_callee_that_came_new_is_what_its_caller_did() -> None:
    frame = system(failing={"cart": 90 / 800, "shop": 80 / 900, "door": 85 / 1000})
    at: list[datetime] = sorted(frame["time"].unique())[-2:]
    new = [
        (time, "elsewhere", metric, "", value, "")
        for time in at
        for metric, value in (("requests.Sum", 90.0), ("availability.Average", 0.0))
    ]
    frame = pd.concat([frame, pd.DataFrame(new, columns=frame.columns)], ignore_index=True)
    calls = pd.concat([CALLS, pd.DataFrame([("cart", "elsewhere")], columns=["caller", "callee"])])
    assert first(metric_signs(frame, WINDOW, None, calls, "door", "availability")) == "cart"


def test_a_service_that_nothing_reaches_any_more_is_named_beside_who_fails_for_it() -> None:
    frame = system(failing={"shop": 80 / 900, "door": 85 / 1000})
    gone = (frame["service"] == "stock") & (frame["time"] >= WINDOW.start + 2 * STEP)
    signs = metric_signs(frame[~gone], WINDOW, None, CALLS, "door", "availability")
    assert {sign.service for sign in signs[:2]} == {"shop", "stock"}
    assert any("stock is hardly called any more" in sign.says for sign in signs)


def test_counts_by_status_are_read_as_requests_and_failures() -> None:
    frame = system(failing={"cart": 90 / 800, "shop": 80 / 900, "door": 85 / 1000})
    wide = frame.pivot_table(index=["time", "service"], columns="metric", values="value").reset_index()
    parts = []
    for labels, share in (
        ("http.response.status_code=200", wide["availability.Average"] / 100),
        ("http.response.status_code=503", 1 - wide["availability.Average"] / 100),
    ):
        rows = wide[["time", "service"]].assign(
            metric="http.server.request.duration.count", labels=labels, value=wide["requests.Sum"] * share, unit="1/s"
        )
        parts.append(rows[rows["value"] > 0])
    signs = metric_signs(pd.concat(parts, ignore_index=True), WINDOW, None, CALLS, "door")
    assert first(signs) == "cart"
    assert "11." in signs[0].says


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), -1.0, 0.0, 1e300])
def test_values_that_mean_nothing_are_no_error(value: float) -> None:
    frame = system({name: 80 / TRAFFIC[name] for name in ("cart", "shop", "door")})
    frame.loc[frame["service"] == "stock", "value"] = value
    signs = metric_signs(frame, WINDOW, None, CALLS, "door", "latency")
    assert first(signs) == "cart"
