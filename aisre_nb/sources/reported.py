"""What the manifest of a telemetry folder says of the trouble: when it hurt, when all was well, what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from aisre_nb.errors import AisreError
from aisre_nb.times import Window

_SHOWN = 60


@dataclass(frozen=True)
class Reported:
    """What whoever raised the alarm knew. Every part may be missing."""

    window: Window | None = None
    """When it hurt."""
    baseline: Window | None = None
    """When all was known to be well; it may lie in another week, before or after."""
    symptom_service: str = ""
    """Where it was seen, which is seldom where it began."""
    symptom_metric: str = ""
    """What was seen of it, in the words of whoever saw it: "latency", "availability"."""

    @property
    def empty(self) -> bool:
        """Whether nothing was said."""
        return all(getattr(self, each.name) == each.default for each in fields(self))


def reported(manifest: Mapping[str, Any]) -> tuple[Reported, tuple[str, ...]]:
    """From ``window``, ``baseline`` and ``symptom`` of a manifest; what cannot be read of them is a note each."""
    notes: list[str] = []
    window = _window(manifest, "window", notes)
    baseline = _window(manifest, "baseline", notes)
    symptom = manifest.get("symptom")
    if symptom is not None and not isinstance(symptom, Mapping):
        notes.append(_wrong("symptom", symptom, "it is not an object"))
        symptom = None
    service, metric = (_text(symptom or {}, name, notes) for name in ("service", "metric"))
    return Reported(window, baseline, service, metric), tuple(notes)


def _window(manifest: Mapping[str, Any], name: str, notes: list[str]) -> Window | None:
    said = manifest.get(name)
    if said is None:
        return None
    try:
        return Window.from_json({key: _time(said, key) for key in ("start", "end")})
    except (AisreError, TypeError, KeyError) as error:
        why = f"it has no {error}" if isinstance(error, KeyError) else str(error)
        notes.append(_wrong(name, said, why))
    return None


def _time(said: Any, key: str) -> str:
    if not isinstance(said, Mapping):
        raise TypeError("it is not an object")
    if not isinstance(said[key], str):
        raise TypeError(f"its {key} is not a text")
    return str(said[key])


def _text(symptom: Mapping[str, Any], name: str, notes: list[str]) -> str:
    said = symptom.get(name)
    if said is None or isinstance(said, str):
        return (said or "").strip()
    notes.append(_wrong(f"symptom.{name}", said, "it is not a text"))
    return ""


def _wrong(name: str, said: Any, why: str) -> str:
    return f"manifest.json: {name} {str(said)[:_SHOWN]!r} is left out: {why}"
