"""Alert rules and what they find."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np
import pytest
import yaml

from aisre_nb.sandbox.clock import Clock
from aisre_nb.sandbox.telemetry import alerts
from aisre_nb.sandbox.telemetry.alerts import Alert, Rule, evaluate

RULE = Rule("Errors", "critical", 0.05, 2, "{service} fails {value:.0%}", "errors")
CLOCK = Clock(datetime(2026, 3, 4, 12, 0, tzinfo=UTC))


def _fired(*values: float) -> list[tuple[float, float | None]]:
    return [(alert.at, alert.ended) for alert in evaluate(RULE, {"cart": np.array(values)})]


@pytest.mark.parametrize(
    "values, fired",
    [
        ([0.0] * 20, []),
        ([0.05] * 20, []),  # not above
        ([0, 0, 1, 1, 1, 1, 0, 0], []),  # for less than two minutes
        # Above from the end of the third step on; two minutes later it fires, and ends with the step that was below.
        ([0, 0, 1, 1, 1, 1, 1, 1, 0, 0], [(210.0, 270.0)]),
        ([0, 0, 1, 1, 1, 1, 1, 1], [(210.0, None)]),
        ([1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1], []),  # a pause begins it anew
        ([1] * 6 + [0] * 3 + [1] * 6, [(150.0, 210.0), (420.0, None)]),
    ],
)
def test_it_fires_after_it_was_above_for_its_time(values: list[float], fired: list[tuple[float, float | None]]):
    assert _fired(*values) == fired


def test_an_alert_says_the_value_that_it_ended_with():
    alert = next(evaluate(RULE, {"cart": np.array([0.1] * 10 + [0.5])}))
    assert alert.summary == "cart fails 50%" and alert.labels == {"service": "cart", "severity": "critical"}


def test_every_rule_stands_in_the_repository_and_has_a_runbook(case):
    text = (case.folder / "repository" / "deploy" / "alerts.yaml").read_text()
    told = {rule["alert"]: rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]}
    for rule in alerts.RULES.values():
        assert told[rule.name]["labels"]["severity"] == rule.severity
        assert told[rule.name]["for"] in (f"{rule.minutes:g}m", f"{rule.minutes * 60:g}s")
        assert (case.folder / "repository" / "runbooks" / f"{rule.runbook}.md").is_file()


def test_noise_is_about_somebody_who_is_a_candidate():
    names = [(name, f"{name}-1") for name in ("catalog", "user", "postgres")]
    for seed in range(20):
        both = [alerts.noisy_alert(np.random.default_rng(seed), 9000.0, names, n) for n in (0, 1)]
        for alert, full in both:
            assert alert.ended is None and alert.at < 9000 - 3600 and alert.labels["service"] in dict(names)
            assert full in ("", alert.labels["service"])


def test_the_days_before_had_alerts_that_ended():
    found = alerts.earlier_noise(np.random.default_rng(1), ["cart", "user", "catalog"])
    assert len(found) > 8 and all(alert.ended is not None and alert.at < alert.ended < 0 for alert in found)


def test_the_history_is_oldest_first_and_the_firing_are_newest_first():
    many = [
        Alert("B", 900.0, {"severity": "warning"}, "b", "r.md"),
        Alert("A", 30.0, {"severity": "critical"}, "a", "r.md", 90.0),
    ]
    lines = [json.loads(line) for line in alerts.as_history(many, CLOCK).splitlines()]
    assert [(line["labels"]["alertname"], line["endsAt"]) for line in lines] == [
        ("A", "2026-03-04T12:01:30Z"),
        ("B", None),
    ]
    told = alerts.as_alertmanager(many, CLOCK, 1000.0, lambda labels: ["s-1"] if labels["alertname"] == "A" else [])
    assert [alert["labels"]["alertname"] for alert in told] == ["B", "A"]
    assert [alert["status"]["state"] for alert in told] == ["active", "suppressed"]
    assert told[0]["fingerprint"] != told[1]["fingerprint"] and told[0]["endsAt"] > told[0]["updatedAt"]


def test_what_fires_is_what_has_not_ended(case):
    history = [json.loads(line) for line in (case.folder / "alert_history.jsonl").read_text().splitlines()]
    assert [row["startsAt"] for row in history] == sorted(row["startsAt"] for row in history)
    firing = {(row["labels"]["alertname"], row["startsAt"]) for row in history if row["endsAt"] is None}
    assert firing == {(row["labels"]["alertname"], row["startsAt"]) for row in case.json("alerts.json")}
    onset = case.truth["onset"]
    first = min(
        row["startsAt"] for row in history if row["labels"]["alertname"] == "HighErrorRate" and not row["endsAt"]
    )
    assert first > onset, "an alert comes after what it tells of"
