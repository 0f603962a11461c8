"""What a scenario says: what changes, when, and what is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aisre_nb.sandbox.engine.effects import Effect

if TYPE_CHECKING:
    import numpy as np

    from aisre_nb.sandbox.code.change import CodeChange
    from aisre_nb.sandbox.repository.source import Source

Action = Mapping[str, Any]
"""Something to do to the world, as `World.apply` takes it: ``{"action": "restart", "service": "cart"}``."""


@dataclass(frozen=True)
class Scenario:
    """A scenario as it is listed."""

    name: str
    """By symptom, never by cause."""
    title: str
    question: str
    """What is asked at the world's *now*."""
    difficulty: Literal["easy", "hard"] = "easy"


@dataclass(frozen=True)
class Release:
    """A new version of a service is rolled out."""

    service: str
    before: str
    version: str
    minutes: float
    """Before *now*."""
    code: CodeChange | None = None
    """What it changes in the source; None: a harmless change that `releases.py` knows, or nothing."""


@dataclass(frozen=True)
class Setting:
    """A setting of a service is changed; see `settings.py` for keys."""

    service: str
    key: str
    before: str
    after: str
    message: str
    minutes: float
    """Before *now*."""


@dataclass(frozen=True)
class FlagChange:
    """A flag is turned, in percent."""

    flag: str
    before: float
    after: float
    minutes: float


@dataclass(frozen=True)
class Happening:
    """Something that nobody did, as Kubernetes or a provider tells it: a node lost, a job begun, a certificate."""

    kind: Literal["k8s_event", "config", "scale"]
    service: str
    title: str
    minutes: float
    reason: str = ""
    node: str = ""
    """Lost at that time, if one is named."""


@dataclass(frozen=True)
class Secret:
    """A secret or certificate, of which the cluster tells when it changed."""

    name: str
    changed: float
    """Minutes before *now*."""
    expires: float | None = None
    """Minutes before *now*; negative: it has still so many."""
    cause: str = ""


@dataclass(frozen=True)
class Coded:
    """What a version's source does, found by running it."""

    service: str
    version: str
    probe: Callable[[Source], Any]
    """Runs the service's own source. An exception that it returns is logged as the service would log it."""
    effect: Callable[[Any], Effect | None]
    """From what the probe found (an exception as a `Raised`) to what it does to requests; None: nothing. The version
    is added to the effect's condition."""


@dataclass(frozen=True)
class Signal:
    """Something that can be seen in the telemetry, and which way it goes when the fault is there."""

    what: Literal["errors", "latency", "rate", "status", "gauge", "log", "count", "calls", "event"]
    """Share of 5XX; 95th percentile; requests a second; share of a status; a gauge; lines of log; a counter's rate;
    calls of an operation for each request to its caller, in traces; events of Kubernetes a minute, by reason."""
    service: str
    name: str = ""
    """Operation (all if empty), status, metric, or words that the log line holds."""
    way: Literal["up", "down"] = "up"
    by: float = 2.0
    """At least so many times what it was; a gauge of shares may say less."""
    least: float = 0.0
    """And at least so high (for ``down``: and at most so high before)."""


@dataclass(frozen=True)
class Truth:
    """What is true of a scenario; `truth.json` holds it, with what the simulation found out."""

    outcome: Literal["root_cause", "no_fault"]
    services: tuple[str, ...] = ()
    kind: str = ""
    change: str = ""
    symptom: Signal | None = None
    """What the question is about: what must recede."""
    evidence: tuple[Signal, ...] = ()
    """What proves the cause."""
    remedies: tuple[tuple[Action, ...], ...] = ()
    """Each a series of actions that mends it."""
    worse: tuple[tuple[Action, ...], ...] = ()
    """What somebody in a hurry would do, and what does not mend it or makes it worse."""
    path: tuple[str, ...] = ()
    """What an expert would have looked at, in order."""
    far: bool = False
    """The first alert since the onset is of a service two calls or more away from every faulty one."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else `truth.json` holds: a variable, an operation."""


@dataclass(frozen=True)
class Plan:
    """A scenario with its dice thrown."""

    truth: Truth
    releases: tuple[Release, ...] = ()
    settings: tuple[Setting, ...] = ()
    flags: tuple[FlagChange, ...] = ()
    happenings: tuple[Happening, ...] = ()
    secrets: tuple[Secret, ...] = ()
    effects: tuple[Effect, ...] = ()
    coded: tuple[Coded, ...] = ()
    onset: float | None = None
    """Minutes before *now* at which it begins to show; None: when its first request failed, or never."""
    first: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Settings that are other than the shop's from the beginning."""
    per_second: float = 10.0
    """Pages a second at the hour of the question."""
    node_cpu: int = 2400
    """What pods may request of each node, thousandths of a core."""
    without_tier: float = 0.5
    without_coupon: float = 0.5
    """Shares of the customers."""


@dataclass(frozen=True)
class Dice:
    """What a scenario throws."""

    rng: np.random.Generator
    hard: bool = False
    versions: tuple[str, str] | None = None
    """Asked for instead of the faulty service's own."""

    def between(self, low: float, high: float) -> float:
        """A number, evenly."""
        return float(self.rng.uniform(low, high))

    def minutes(self) -> float:
        """Before *now*, when the fault's change was made: 25 to 40."""
        return self.between(25, 40)

    def strength(self, easy: float, hard: float) -> float:
        """A magnitude, a tenth more or less."""
        return (hard if self.hard else easy) * self.between(0.9, 1.1)


Planner = Callable[[Dice], Plan]
"""Throws a scenario's dice."""
