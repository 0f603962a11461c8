"""Who calls whom, and who was seen at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aisre_nb.models.builtin import facts
from aisre_nb.models.builtin.case import Case


def known_services(case: Case) -> list[str]:
    """Every service that any evidence names, in the order of the evidence."""
    names: dict[str, None] = {}
    for evidence in case.evidence:
        for key in ("services", "alerts", "changes", "deployments"):
            names |= dict.fromkeys(facts.word(row, "service") for row in facts.rows(evidence.facts, key))
        for call in facts.rows(evidence.facts, "calls"):
            names |= dict.fromkeys((facts.word(call, "caller"), facts.word(call, "callee")))
        names[facts.word(evidence.facts, "service")] = None
    names.pop("", None)
    return list(names)


def callees(case: Case, service: str) -> list[str]:
    """Whom a service calls, the most failing and then the most called first."""
    calls = [c for c in _calls(case) if facts.word(c, "caller") == service]
    return [facts.word(c, "callee") for c in sorted(calls, key=_weight) if facts.word(c, "callee") != service]


def callers(case: Case, service: str) -> list[str]:
    """Who calls a service, the most failing and then the most calling first."""
    calls = [c for c in _calls(case) if facts.word(c, "callee") == service]
    return [facts.word(c, "caller") for c in sorted(calls, key=_weight) if facts.word(c, "caller") != service]


def pairs(case: Case) -> list[tuple[str, str]]:
    """All calls, as caller and callee."""
    return [(facts.word(c, "caller"), facts.word(c, "callee")) for c in _calls(case)]


def ids(case: Case) -> list[str]:
    """The number of what says who calls whom."""
    found = case.find("get_services")
    return [found.id] if found else []


def service_rows(case: Case) -> list[Mapping[str, Any]]:
    """The rows of the list of services."""
    found = case.find("get_services")
    return facts.rows(found.facts, "services") if found else []


def alerts(case: Case) -> list[Mapping[str, Any]]:
    """The alerts that fire, the most severe and then the oldest first."""
    found = case.find("get_alerts")
    rows = facts.rows(found.facts, "alerts") if found else []
    firing = [r for r in rows if facts.word(r, "state").lower() in ("firing", "active", "")]
    return sorted(firing, key=lambda r: (_severity(facts.word(r, "severity")), facts.word(r, "since")))


def _calls(case: Case) -> list[Mapping[str, Any]]:
    found = case.find("get_services")
    return [c for c in facts.rows(found.facts, "calls") if facts.word(c, "callee")] if found else []


def _weight(call: Mapping[str, Any]) -> tuple[float, float]:
    return (-(facts.number(call, "errors") or 0.0), -(facts.number(call, "calls") or 0.0))


def _severity(word: str) -> int:
    order = ("critical", "page", "high", "error", "warning", "warn", "info", "none")
    return order.index(word.lower()) if word.lower() in order else 4
