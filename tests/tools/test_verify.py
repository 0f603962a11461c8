"""Minutes pass, and the signals before the remedy are compared with those after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.times import rfc3339
from aisre_nb.tools.verify import verify


def _signals(ago: Any, after: float, *, latency: float = 0.1) -> pd.DataFrame:
    """Half an hour of errors until now, 90 minutes of health before it; after it what is told."""
    rows = []
    for n in range(-240, 40):
        level = 0.001 if n < -60 else 0.12 if n < 0 else after
        time = ago(-n / 2)
        for signal, value, unit in (("error_rate", level, "1"), ("latency_p95", latency, "s"), ("heap", n, "By")):
            rows.append({"time": time, "service": "web", "signal": signal, "value": value, "unit": unit})
    return pd.DataFrame(rows)


def _arguments(**given: Any) -> Any:
    return verify.arguments(**{"service": "web"} | given)


def _did(now: Any, **facts: Any) -> dict[str, Evidence]:
    known = {"action": {"action": "scale"}, "undo": None, "at": rfc3339(now), **facts}
    return {"E4": Evidence("E4", "table", "Scale web to 5", "begun", "scale_deployment", {}, facts=known)}


@pytest.mark.parametrize(("after", "verdict"), [(0.001, "recovered"), (0.06, "improving"), (0.12, "unchanged"),
                                               (0.5, "worse")])  # fmt: skip
async def test_the_verdict_follows_the_signals(
    after: float, verdict: str, acting: Any, fake: Any, fleet: Any, ago: Any
) -> None:
    fake.frames["golden_signals"] = _signals(ago, after)
    result = await verify.handler(replace(acting, evidence=_did(acting.now)), _arguments(minutes=10))
    assert result.facts["verdict"] == verdict and fleet.at == acting.now + timedelta(minutes=10)
    assert result.facts["signals"]["error_rate"] | {"verdict": ""} == {
        "unit": "1", "healthy": 0.001, "before": 0.12, "after": after, "trouble": True, "verdict": "",
    }  # fmt: skip
    assert result.summary.startswith(f"web is {verdict} 10 min after Scale web to 5: 5XX rate 12.00% → ")
    assert result.frame is not None and set(result.frame["signal"]) == {"error_rate", "latency_p95"}


async def test_it_reads_up_to_the_instant_after_the_wait(acting: Any, fake: Any, ago: Any) -> None:
    fake.frames["golden_signals"] = _signals(ago, 0.001)
    await verify.handler(replace(acting, evidence=_did(acting.now)), _arguments(minutes=7))
    (_, window, _) = next(given for name, given in fake.asked if name == "golden_signals")
    assert window.end == acting.now + timedelta(minutes=7) and window.start == acting.now - timedelta(hours=2)


async def test_a_second_look_still_counts_from_the_action_and_a_silence_is_none(
    acting: Any, fake: Any, fleet: Any, ago: Any
) -> None:
    fake.frames["golden_signals"] = _signals(ago, 0.001)
    silence = replace(_did(acting.now + timedelta(minutes=9), action={"action": "silence"})["E4"], id="E5")
    fleet.at = acting.now + timedelta(minutes=10)
    context = replace(acting, evidence={**_did(acting.now), "E5": silence})
    result = await verify.handler(context, _arguments(minutes=5))
    assert result.facts["at"] == rfc3339(acting.now) and "15 min after Scale web to 5" in result.summary


async def test_without_an_action_here_a_change_after_the_onset_is_what_is_judged(
    acting: Any, fake: Any, fleet: Any, other: Any, ago: Any
) -> None:
    fleet.at = acting.now + timedelta(minutes=15)
    fake.frames["golden_signals"] = _signals(ago, 0.001)
    changes = [(30.5, "the cause"), (0, "web 2 → 1"), (29, "with the cause")]
    other.frames["changes"] = pd.DataFrame([{"time": ago(minutes), "title": title} for minutes, title in changes])
    seen = Evidence("E2", "metrics", "", "", "get_metrics", {}, facts={"service": "web", "onset": rfc3339(ago(30))})
    context = replace(acting, evidence={"E2": seen}, sources=replace(acting.sources, changes=(other,)))
    result = await verify.handler(context, _arguments(minutes=0))
    assert (result.facts["remedy"], result.facts["verdict"]) == ("web 2 → 1", "recovered")
    nothing = await verify.handler(acting, _arguments(minutes=2))
    assert nothing.facts["remedy"] == "nothing yet" and nothing.facts["at"] == rfc3339(fleet.at - timedelta(minutes=2))


async def test_alerts_that_still_fire_are_named(acting: Any, fake: Any, ago: Any) -> None:
    fake.frames["golden_signals"] = _signals(ago, 0.001)
    rows = [("web", "firing", "TooManyErrors"), ("web", "resolved", "Old"), ("till", "firing", "Other")]
    fake.frames["alerts"] = pd.DataFrame(rows, columns=["service", "state", "alert"])
    result = await verify.handler(replace(acting, evidence=_did(acting.now)), _arguments(minutes=10))
    assert result.facts["alerts"] == ["TooManyErrors"] and result.summary.endswith("; still firing: TooManyErrors")


async def test_one_signal_by_name_and_one_that_there_is_not(acting: Any, fake: Any, ago: Any) -> None:
    fake.frames["golden_signals"] = _signals(ago, 0.001)
    result = await verify.handler(replace(acting, evidence=_did(acting.now)), _arguments(signal="heap"))
    assert list(result.facts["signals"]) == ["heap"]
    with pytest.raises(SignalMissing, match="'disk' → it has error_rate, latency_p95, heap"):
        await verify.handler(acting, _arguments(signal="disk"))


async def test_where_no_time_can_pass_it_says_so(context: Any) -> None:
    with pytest.raises(ToolError, match="no source answers for actions on a cluster"):
        await verify.handler(context, _arguments())


async def test_how_far_it_is_is_told(acting: Any, fake: Any, ago: Any) -> None:
    fake.frames["golden_signals"] = _signals(ago, 0.001)
    told: list[str] = []
    await verify.handler(replace(acting, tell=told.append), _arguments(minutes=3))
    assert told == ["3 min"]


async def test_where_no_signal_shows_it_an_alert_that_no_longer_fires_does(acting: Any, fake: Any, ago: Any) -> None:
    frame = _signals(ago, 0.001)
    frame["value"] = frame["value"].where(frame["signal"] != "error_rate", 0.001)
    fake.frames |= {"golden_signals": frame, "alerts": pd.DataFrame([], columns=["service", "state", "alert"])}
    alerts = [{"alert": "NotFound", "service": "web", "state": "firing"}, {"alert": "Other", "service": "till"}]
    seen = Evidence("E1", "alerts", "", "", "get_alerts", {}, facts={"alerts": alerts})
    result = await verify.handler(replace(acting, evidence={"E1": seen, **_did(acting.now)}), _arguments(minutes=10))
    assert result.facts["verdict"] == "recovered" and "NotFound fires no more" in result.summary
    looked = Evidence("E5", "metrics", "", "", "verify", {}, facts=result.facts)
    again = await verify.handler(replace(acting, evidence={**_did(acting.now), "E5": looked}), _arguments(minutes=5))
    assert again.facts["verdict"] == "recovered"


async def test_what_comes_and_goes_is_not_taken_for_well_in_a_pause(acting: Any, fake: Any, ago: Any) -> None:
    frame = _signals(ago, 0.001)
    burst = (frame["signal"] == "error_rate") & (frame["time"] >= ago(-13)) & (frame["time"] < ago(-15))
    frame.loc[burst, "value"] = 0.3
    fake.frames["golden_signals"] = frame
    result = await verify.handler(replace(acting, evidence=_did(acting.now)), _arguments(minutes=20))
    assert result.facts["verdict"] == "improving"


@pytest.mark.parametrize(("after", "verdict"), [(12.0, "recovered"), (480.0, "improving"), (900.0, "unchanged")])
async def test_where_the_golden_signals_were_well_what_moved_tells(
    after: float, verdict: str, acting: Any, fake: Any, ago: Any
) -> None:
    frame = _signals(ago, 0.001)
    frame["value"] = frame["value"].where(frame["signal"] != "error_rate", 0.001)
    backlog = frame[frame["signal"] == "error_rate"].copy()
    backlog["signal"], backlog["unit"] = "queue.depth", "1"
    backlog["value"] = [10.0 if n < -60 else 900.0 if n < 0 else after for n in range(-240, 40)]
    fake.frames |= {"golden_signals": frame, "metric": backlog}
    row = {"service": "web", "metric": "queue.depth", "labels": "", "hurts": "queue", "direction": "up"}
    seen = Evidence("E2", "table", "", "", "find_movers", {}, facts={"movers": [row, {**row, "service": "till"}]})
    result = await verify.handler(replace(acting, evidence={"E2": seen, **_did(acting.now)}), _arguments(minutes=10))
    assert result.facts["verdict"] == verdict and "queue.depth 900" in result.summary
    assert result.frame is not None and "queue.depth" in set(result.frame["signal"])
