"""What one service's golden signals say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts
from aisre_nb.times import rfc3339

_LEAST_ERRORS = 0.005
"""A rise of the error rate by less than this, as a share of requests, is not taken for a fault."""
_LEAST_RATIO = {"errors": 2.0, "latency": 1.25, "other": 1.5}
"""How many times its former value a signal must reach."""
_LEAST_CONFIDENCE = 0.3
_LEAST_POINTS = 8
"""Points of a signal below which nothing can be said of its course."""
_HIGH = 0.05
"""An error rate that is called high even where it did not change."""


@dataclass(frozen=True)
class Symptom:
    """A change for the worse."""

    service: str
    evidence: str
    signal: str
    before: float
    after: float
    peak: float
    onset: str
    """RFC 3339, exactly as the evidence has it."""
    step: timedelta
    """The length of one bucket of the series: the onset is no more exact than this."""
    path: str = ""
    """Where the evidence's facts hold it; empty: with the golden signals, under its name."""
    labels: str = ""
    """Of a series that is not a service's as a whole."""

    @property
    def at(self) -> datetime:
        """The onset."""
        found = facts.time(self.onset)
        assert found is not None
        return found

    @property
    def by(self) -> str:
        """The end of the bucket in which it began: it began before this instant."""
        return rfc3339(self.at + self.step)

    @property
    def slow(self) -> bool:
        """It is about time."""
        return _family(self.signal) == "latency"

    @property
    def errors(self) -> bool:
        """It is about failed requests."""
        return _family(self.signal) == "errors"


def read(evidence: Evidence, slow: bool = False) -> Symptom | None:
    """The worst change for the worse, None where there is none; ``slow`` prefers a latency that changed."""
    signals = facts.at(evidence.facts, "signals")
    names = list(signals) if isinstance(signals, dict) else []
    changed = [s for name in names if (s := _changed(evidence, str(name)))]
    worst = facts.word(evidence.facts, "worst")
    changed.sort(key=lambda s: (slow and not s.slow, s.signal != worst, not s.errors, -_growth(s)))
    return changed[0] if changed else None


def constantly_high(evidence: Evidence) -> bool:
    """It fails much and did not change: the onset may lie before the window."""
    after = facts.number(evidence.facts, "signals.error_rate.after")
    return after is not None and after >= _HIGH


def level(evidence: Evidence, signal: str) -> float | None:
    """A signal's value at the end: after the onset, or throughout where there is none."""
    after = facts.number(evidence.facts, f"signals.{signal}.after")
    return after if after is not None else facts.number(evidence.facts, f"signals.{signal}.before")


def enough(evidence: Evidence, signal: str) -> bool:
    """A change of the signal could have been seen: it is kept, and often enough."""
    points = facts.number(evidence.facts, f"signals.{signal}.points")
    return level(evidence, signal) is not None and (points is None or points >= _LEAST_POINTS)


def family(signal: str) -> str:
    """``"errors"``, ``"latency"`` or ``"other"``."""
    return _family(signal)


def _changed(evidence: Evidence, name: str) -> Symptom | None:
    at = f"signals.{name}"
    before, after = facts.number(evidence.facts, f"{at}.before"), facts.number(evidence.facts, f"{at}.after")
    onset = facts.word(evidence.facts, f"{at}.onset")
    confidence = facts.number(evidence.facts, f"{at}.confidence")
    kind = _family(name)
    if after is None or facts.time(onset) is None or facts.word(evidence.facts, f"{at}.direction") != "up":
        return None
    # What grows besides errors and latency is a symptom only where the tool says so: traffic may grow.
    if kind == "other" and facts.word(evidence.facts, "worst") != name:
        return None
    before = before or 0.0
    if after < _LEAST_RATIO[kind] * before or (kind == "errors" and after - before < _LEAST_ERRORS):
        return None
    if confidence is not None and confidence < _LEAST_CONFIDENCE:
        return None
    peak = facts.number(evidence.facts, f"{at}.peak")
    step = timedelta(seconds=facts.number(evidence.facts, "step_seconds") or 60.0)
    service = facts.word(evidence.facts, "service")
    return Symptom(service, evidence.id, name, before, after, after if peak is None else peak, onset, step)


def _family(signal: str) -> str:
    name = signal.lower()
    if name.endswith((".count", "_count")):
        return "other"
    if "error" in name:
        return "errors"
    return "latency" if any(w in name for w in ("latency", "duration", "p50", "p95", "p99")) else "other"


def _growth(symptom: Symptom) -> float:
    return symptom.after / symptom.before if symptom.before else 1e6
