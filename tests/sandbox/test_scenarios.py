"""Every scenario says something that can be simulated, and something that can be looked for."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.calls import Call
from aisre_nb.sandbox.chance import Chance
from aisre_nb.sandbox.engine.effects import Arrives, Consumes
from aisre_nb.sandbox.engine.engine import Operation
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.repository.releases import harmless
from aisre_nb.sandbox.scenario import Dice, Plan, Planner, Scenario
from aisre_nb.sandbox.scenarios import ALL
from aisre_nb.sandbox.services import NAMES
from aisre_nb.sandbox.simulation import begin

SHOP = Blueprint()
SETTINGS = SHOP.first_settings()
every = pytest.mark.parametrize("scenario, planner", ALL, ids=[scenario.name for scenario, _ in ALL])


def _calls(call: Call, caller: str = "") -> Iterator[tuple[str, str, str]]:
    yield call.service, call.operation, caller
    for child in call.children:
        yield from _calls(child, call.service)


CALLS = [found for page in SHOP.pages for found in _calls(page.call)]
SERVED = {(service, operation) for service, operation, _ in CALLS if service in SHOP.by_name}


def _plan(scenario: Scenario, planner: Planner, seed: int = 1, hard: bool = False) -> Plan:
    name = f"{scenario.name} hard" if hard else scenario.name
    dice = Dice(Chance(name, seed).stream("plan"), hard)
    return harmless(dice, planner(dice))


def _said(plan: Plan) -> str:
    """The plan as text, without where its functions are in memory."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(plan))


def test_there_are_many_with_controls_and_with_more_than_one_cause():
    plans = [_plan(*one) for one in ALL]
    assert len(ALL) >= 40
    assert sum(plan.truth.outcome == "no_fault" for plan in plans) >= 6
    kinds = {plan.truth.kind for plan in plans if plan.truth.outcome == "root_cause"}
    assert len(kinds) >= 12


@pytest.mark.parametrize("hard", [False, True], ids=["easy", "hard"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_four_have_two_faults_or_one_far_from_its_first_alert(seed: int, hard: bool):
    truths = [_plan(*one, seed, hard).truth for one in ALL]
    # A kind for each fault: two services of one kind are one fault that shows in both.
    two = [truth for truth in truths if len(truth.services) > 1 and "," in truth.kind]
    far = [truth for truth in truths if truth.far]
    assert len(two) >= 2 and len(far) >= 2 and not [truth for truth in two if truth.far]
    for truth in far:
        assert truth.services and {s.service for s in truth.evidence} & set(truth.services)
        assert truth.symptom and truth.symptom.service not in truth.services


@every
def test_it_is_named_by_its_symptom(scenario: Scenario, planner: Planner):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", scenario.name) and "?" in scenario.question
    truth = _plan(scenario, planner).truth
    said = f"{scenario.name} {scenario.title} {scenario.question}".lower()
    for word in re.findall(r"[A-Z]{2,}(?:_[A-Z]+)+|\d+\.\d+\.\d+", truth.change):
        assert word.lower() not in said


@every
def test_its_file_is_short_and_says_first_what_it_is(scenario: Scenario, planner: Planner):
    module = importlib.import_module(planner.__module__)
    lines = Path(str(module.__file__)).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 90 and module.__doc__ and module.__name__.endswith(scenario.name.replace("-", "_"))


@every
@pytest.mark.parametrize("hard", [False, True], ids=["easy", "hard"])
def test_its_truth_can_be_written_for_any_seed(scenario: Scenario, planner: Planner, hard: bool):
    plans = [_plan(scenario, planner, seed, hard) for seed in (1, 2, 3)]
    assert len({_said(plan) for plan in plans}) == 3, "seeds differ"
    assert _said(_plan(scenario, planner, 1, hard)) == _said(plans[0])
    for plan in plans:
        truth = plan.truth
        assert json.loads(json.dumps(asdict(truth)))["path"]
        if truth.outcome == "root_cause":
            assert truth.change and truth.kind and truth.symptom and truth.evidence and truth.remedies and truth.worse
        else:
            assert not (truth.symptom or truth.remedies or truth.change or truth.services)


@every
@pytest.mark.parametrize("hard", [False, True], ids=["easy", "hard"])
def test_what_it_touches_is_there(scenario: Scenario, planner: Planner, hard: bool):
    plan = _plan(scenario, planner, hard=hard)
    for effect in plan.effects:
        when = effect.when
        assert when.service in ("", *SETTINGS) and {when.flag, when.off} <= {"", *SHOP.flags}
        assert set(when.nodes) <= {f"node-{n}" for n in range(1, 7)} and set(when.zones) <= {
            "zone-a",
            "zone-b",
            "zone-c",
        }
        if when.key:
            assert when.key in SETTINGS[when.service or effect.service]
        if isinstance(effect, Arrives):
            assert effect.operation in {"*", *(page.call.operation for page in SHOP.pages)}
        elif isinstance(effect, Consumes):
            assert effect.service in SHOP.by_name
        else:
            assert effect.service == "*" or any(effect.hits(*call) for call in CALLS), effect
    for release in plan.releases:
        assert release.service in SHOP.by_name and release.before != release.version
    for setting in plan.settings:
        known = plan.first.get(setting.service, {}).get(setting.key, SETTINGS[setting.service].get(setting.key))
        assert known == setting.before != setting.after
    for flag in plan.flags:
        assert SHOP.flags[flag.flag] == flag.before != flag.after
    for name, values in plan.first.items():
        assert set(values) <= set(SETTINGS[name])
    assert set(plan.truth.services) <= set(SETTINGS) | {"cards-provider", "carriers", "smtp"}


@every
def test_what_it_would_look_for_can_be_found(scenario: Scenario, planner: Planner, case: Any):
    truth = _plan(scenario, planner).truth
    metrics = {*case.gauges.MetricName, "k8s.hpa.max_replicas"}
    for signal in (s for s in (truth.symptom, *truth.evidence) if s is not None):
        assert signal.service in ("", *SHOP.by_name)
        if signal.what in ("errors", "latency", "rate") and signal.name:
            assert (signal.service, signal.name) in SERVED
        elif signal.what == "gauge":
            assert signal.name in metrics
        elif signal.what == "count":
            assert signal.name in set(case.sums.MetricName)
        elif signal.what == "status":
            assert signal.name.isdigit()
        elif signal.what == "calls":
            assert any(caller == signal.service and operation == signal.name for _, operation, caller in CALLS)


_TELLING = re.compile(r"root.?cause|no_fault|\bbugs?\b|\bfaults?\b|\bfaulty\b|sandbox|scenario|simulat", re.I)


@every
def test_the_repository_does_not_say_what_is_wrong(scenario: Scenario, planner: Planner):
    plan = _plan(scenario, planner, hard=True)
    sim = begin(scenario, plan, 1, True, Names({}, NAMES), Chance(scenario.name, 1))
    said = "\n".join(text for commit in sim.commits for text in (commit.message, *commit.files.values()))
    said += "\n".join([*(h.title for h in plan.happenings), *(s.cause for s in plan.secrets)])
    assert not _TELLING.search(said)
    assert not [line for line in plan.truth.path if len(line) > 40 and line in said]


@every
def test_its_remedies_can_be_taken_when_it_is_asked_about(scenario: Scenario, planner: Planner):
    from aisre_nb.sandbox import actions

    plan = _plan(scenario, planner)
    sim = begin(scenario, plan, 1, False, Names({}, NAMES), Chance(scenario.name, 1))
    # What was planned is done at once: pods and queues are other tests' matter.
    cluster = sim.engine.cluster
    for operation in sorted(sim.engine.operations, key=lambda one: one.at):
        operation.do(cluster, operation.at)
    for remedy in (*plan.truth.remedies, *plan.truth.worse):
        for action in remedy:
            if action["action"] == "merge":
                continue
            seen = actions.preview(action, cluster, float(sim.seconds))
            assert seen.title and seen.scope
            Operation(float(sim.seconds), seen.do).do(cluster, float(sim.seconds))
