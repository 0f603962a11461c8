"""Simulated requests: what failures, time limits and full pools do to those who called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.calls import Call, Page
from aisre_nb.sandbox.engine.course import DT, Course
from aisre_nb.sandbox.engine.effects import Calls, Effect, Fails, Slows
from aisre_nb.sandbox.engine.pods import Fleet, Pod
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Failures, Raised
from aisre_nb.sandbox.requests.requests import Requests, simulate
from aisre_nb.sandbox.requests.surroundings import Surroundings
from aisre_nb.sandbox.services import Service

BROKEN = Raised("ValueError", "broken")
SECONDS = 900


class World:
    """An edge behind which a gateway asks two services, the first of which asks a datastore."""

    def __init__(self, *effects: Effect, needed: bool = True, settings: dict[str, str] | None = None, **more: Any):
        services = [Service(name, "team", "1", 2, 100, 100, 0.001) for name in ("edge", "gate", "first", "second")]
        self.blueprint = Blueprint(
            services=tuple(services), pools={"first": 0.1}, database="db", edge="edge", gateway="gate",
            limits=(("gate", "*", "LIMIT_MS", 0.001), ("first", "SELECT x", "ASK_MS", 0.001)),
        )  # fmt: skip
        told = {"RETRIES": "0", "LIMIT_MS": "60000", "ASK_MS": "60000"} | (settings or {})
        self.pods = {
            s.name: [Pod(f"{s.name}-{n}", s.name, "1", "n", -1e6, settings=told) for n in (0, 1)] for s in services
        }
        self.effects, self.course, self.failures = effects, Course(), Failures()
        for _ in range(SECONDS // DT):
            for n in range(len(effects)):
                self.course.put("effect", str(n), 1.0, 0.0)
            for noun, share in more.items():
                self.course.put(noun, "first", share, 0.0)
            self.course.end_step()
        store = Call("db", "SELECT x", 1.0, kind="postgresql")
        calls = (Call("first", "GET /first", 5.0, (store,), needed=needed), Call("second", "POST /second", 5.0))
        self.page = Page(Call("edge", "GET /", 10.0, (Call("gate", "GET /api", 2.0, calls),)), 1.0)

    def run(self, number: int = 1500, facts: Sequence[int] = (), until: float = 2 * SECONDS) -> Requests:
        rng = np.random.default_rng(1)
        fleets = {name: Fleet(name, tuple(pods)) for name, pods in self.pods.items()}
        around = Surroundings(self.blueprint, fleets, self.effects, self.course, self.failures)
        known = {"n": np.array(facts or [1] * number)}
        return simulate(self.page, np.sort(rng.random(number) * SECONDS), known, around, until, rng)

    def said(self, number: int) -> str:
        return self.failures[number].raised.message


def _steps(requests: Requests, service: str) -> list[Any]:
    return [step for step in requests.steps if step.call.service == service]


def test_a_needed_call_that_fails_stops_its_caller() -> None:
    edge, gate, first, _, second = World(Fails("first", share=0.3, raised=BROKEN)).run().steps
    assert 300 < first.failed.sum() < 600 and (edge.failed == first.failed).all()
    assert not (second.present & first.failed).any()
    assert (gate.relay[gate.failed] == 2).all() and set(gate.status[gate.failed]) == {502}
    assert set(edge.status[edge.failed]) == {500} and (edge.failure == -1).all()


def test_a_call_that_is_not_needed_may_fail() -> None:
    edge, _, first, _, second = World(Fails("first", share=0.3, raised=BROKEN), needed=False).run().steps
    assert first.failed.any() and not edge.failed.any() and second.present.all()


def test_a_datastore_that_fails_fails_its_caller_with_its_own_exception() -> None:
    world = World(Fails("db", "SELECT x", status=503, share=0.2, seconds=1.0, raised=BROKEN))
    _, _, first, store, _ = world.run().steps
    assert (first.status[store.failed] == 503).all() and {world.said(n) for n in first.failure[store.failed]} == {
        "broken"
    }
    assert (first.ended - first.begun)[store.failed].min() > 1.0


def test_a_failure_of_a_version_hits_only_its_pods() -> None:
    world = World(Fails("first", raised=BROKEN, when=When(versions=("2",))))
    world.pods["first"][1].version = "2"
    first = _steps(world.run(), "first")[0]
    assert (first.failed == (first.pod == 1)).all() and 0.4 < first.failed.mean() < 0.6


def test_a_failure_goes_with_what_is_known_of_the_request() -> None:
    facts = [1, 2, 3] * 500
    requests = World(Fails("first", raised=BROKEN, if_facts=lambda known: known["n"] == 2)).run(facts=facts)
    assert (_steps(requests, "first")[0].failed == (requests.facts["n"] == 2)).all()


def test_time_passes_down_the_tree() -> None:
    edge, gate, first, store, second = World().run().steps
    assert (edge.begun <= gate.sent).all() and (gate.sent <= gate.begun).all()
    assert (first.begun <= store.begun).all() and (store.ended <= first.ended).all()
    assert (first.answered <= second.sent).all() and (second.answered <= gate.ended).all()
    assert (gate.answered <= edge.ended).all()


def test_a_caller_that_waited_long_enough_goes_while_the_service_works_on() -> None:
    world = World(Slows("first", plus=3.0), settings={"LIMIT_MS": "500"})
    _, gate, first, _, second = world.run().steps
    late = first.lost >= 0
    assert late.mean() > 0.95
    assert np.allclose((first.answered - first.sent)[late], 0.5) and ((first.ended - first.sent)[late] > 0.5).all()
    assert not first.failed.any() and first.served.all(), "the service itself has seen no failure"
    assert set(gate.status[late]) == {504} and not second.present[late].any()
    assert "within 500 ms" in world.said(int(first.lost[late][0]))


def test_a_datastore_that_is_waited_for_in_vain_has_failed() -> None:
    world = World(Slows("db", "SELECT x", plus=3.0), settings={"ASK_MS": "200"})
    _, _, first, store, _ = world.run().steps
    late = store.lost >= 0
    assert late.mean() > 0.95 and (store.status[late] == 0).all() and (first.status[late] == 503).all()
    assert np.allclose((store.ended - store.sent)[late], 0.2)


def test_what_fails_at_its_time_limit_keeps_its_own_words() -> None:
    world = World(Fails("db", "SELECT x", share=0.3, seconds=2.0, raised=BROKEN), settings={"ASK_MS": "2000"})
    store = _steps(world.run(), "db")[0]
    assert {world.said(n) for n in store.failure[store.failed]} == {"broken"}
    assert (store.answered - store.sent)[store.failed].max() <= 2.0 + 1e-9


@pytest.mark.parametrize("status, tried", [(503, True), (500, False)])
def test_only_what_may_pass_is_tried_again(status: int, tried: bool) -> None:
    world = World(Fails("first", share=0.3, status=status, raised=BROKEN), settings={"RETRIES": "2"})
    requests = world.run()
    attempts = _steps(requests, "first")
    assert (len(attempts) > 1) == tried
    edge = requests.steps[0]
    assert edge.failed.mean() == pytest.approx(0.3**3 if tried else 0.3, abs=0.04)
    if tried:
        assert len(attempts) == 3 and (attempts[1].present == attempts[0].missed).all()
        assert (attempts[1].sent >= attempts[0].answered + 0.03)[attempts[1].present].all()


def test_what_changes_something_is_not_tried_again() -> None:
    world = World(Fails("second", share=0.3, status=503, raised=BROKEN), settings={"RETRIES": "2"})
    assert len(_steps(world.run(), "second")) == 1


def test_a_call_that_never_comes_to_the_service_has_no_server_span() -> None:
    world = World(Fails("first", share=0.4, unreached=True, seconds=1.5, status=503, raised=BROKEN))
    _, gate, first, store, _ = world.run().steps
    lost = first.lost >= 0
    assert 0.3 < lost.mean() < 0.5 and not first.served[lost].any() and not store.present[lost].any()
    assert np.allclose((first.answered - first.sent)[lost], 1.5)
    assert first.missed[lost].all() and not first.failed[lost].any() and (gate.status[lost] == 503).all()


def test_without_a_pod_nobody_listens() -> None:
    world = World()
    for pod in world.pods["first"]:
        pod.downs.append((300.0, 600.0, "OOMKilled"))
    _, gate, first, _, _ = world.run().steps
    gone = (first.begun >= 300) & (first.begun < 600)
    assert gone.any() and ((first.lost >= 0) == gone).all() and (first.served == ~gone).all()
    assert "refused" in world.said(int(first.lost[gone][0])) and (gate.status[gone] == 503).all()


def test_a_call_is_made_as_often_as_a_fact_says() -> None:
    facts = [1, 2, 5] * 500
    requests = World(Calls("db", "SELECT x", times=4, by="n")).run(facts=facts)
    asked = np.sum([step.present for step in _steps(requests, "db")], axis=0)
    assert (asked == np.minimum(requests.facts["n"], 4)).all()
    first = _steps(requests, "first")[0]
    took = first.ended - first.begun
    assert np.median(took[asked == 4]) > np.median(took[asked == 1])


def test_a_call_may_be_made_less_often() -> None:
    store = _steps(World(Calls("db", "SELECT x", chance=0.25)).run(), "db")[0]
    assert 0.2 < store.present.mean() < 0.3


def test_who_finds_no_connection_fails_after_a_while_and_asks_nobody() -> None:
    world = World(pool_refused=0.3, pool_wait=0.5)
    _, _, first, store, _ = world.run().steps
    refused = first.status == 503
    assert 0.2 < refused.mean() < 0.4 and not store.present[refused].any()
    assert "no connection" in world.said(int(first.failure[refused][0]))
    took = first.ended - first.begun
    assert took[refused].min() > 2.0 and 0.4 < took[~refused].mean() < 0.7


@pytest.mark.parametrize("until", [300.0, 900.0])
def test_what_ends_later_is_not_known_yet(until: float) -> None:
    found = World().run(until=until)
    assert len(found.trace) > 0 and found.steps[0].ended.max() <= until
