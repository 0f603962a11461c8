"""What a scenario says: what changes, when, and what is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aisre_nb.sandbox.failures import Facts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aisre_nb.sandbox.source import Source


@dataclass(frozen=True)
class Scenario:
    """A scenario as it is listed."""

    name: str
    """By symptom, never by cause."""
    title: str
    question: str
    """What is asked at the world's *now*."""
    difficulty: Literal["easy", "hard"]


@dataclass(frozen=True)
class Release:
    """A new version of a service is rolled out."""

    service: str
    before: str
    version: str
    minutes: float
    """Before *now*."""


@dataclass(frozen=True)
class Setting:
    """A setting of a service is changed."""

    service: str
    path: str
    """Of its ConfigMap in the repository."""
    key: str
    before: str
    after: str
    message: str
    minutes: float
    """Before *now*."""


@dataclass(frozen=True)
class Fault:
    """Source that raises, once its version runs."""

    service: str
    operation: str
    version: str
    provoke: Callable[[Source], BaseException]
    """Runs the service's own source so that it raises."""
    if_facts: Callable[[Facts], NDArray[np.bool_]]
    """The requests that meet it."""


@dataclass(frozen=True)
class Plan:
    """A scenario with its dice thrown."""

    releases: tuple[Release, ...]
    setting: Setting
    scaled: float
    """Minutes before *now* at which the autoscaler gave the shop's edge one pod more."""
    fault: Fault | None = None
    truth: Mapping[str, Any] = field(default_factory=dict)
    """What `truth.json` holds beside what the simulation finds out (onset, file, line, variable)."""
    per_second: float = 10.0
    """Pages a second, on the mean of a day."""
    without_tier: float = 0.5
    without_coupon: float = 0.5
    """Shares of the customers."""


Planner = Callable[["np.random.Generator", tuple[str, str] | None], Plan]
"""Throws a scenario's dice. The versions replace those of the faulty service, where they are given."""
