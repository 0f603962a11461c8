"""What the account may do, by SelfSubjectRulesReview."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aisre_nb.analysis.kubernetes.reading import at, rows
from aisre_nb.sources.kubernetes.api import KubernetesApi

_READS = (
    ("", "pods"),
    ("", "pods/log"),
    ("", "events"),
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("", "nodes"),
)
_CHANGES = {
    "rollback": ("apps", "deployments", "patch"),
    "restart": ("apps", "deployments", "patch"),
    "scale": ("apps", "deployments/scale", "patch"),
    "cordon": ("", "nodes", "patch"),
}


async def rights(api: KubernetesApi, namespace: str, acts: bool) -> str:
    """One line: what is not read, what can be changed where it is approved. In one namespace."""
    told = await api.review("selfsubjectrulesreviews", {"namespace": namespace})
    rules = rows(told, "status", "resourceRules")
    missing = [resource for group, resource in _READS if not allowed(rules, group, resource, "list", "get")]
    may = [name for name, (group, what, verb) in _CHANGES.items() if allowed(rules, group, what, verb)]
    parts = [f"in {namespace} it is read" + (f", but not {', '.join(missing)}" if missing else "")]
    if not acts:
        parts.append("nothing is changed (act = false)")
    elif may:
        parts.append(f"{', '.join(may)} where they are approved")
    else:
        parts.append("the account may change nothing")
    if at(told, "status", "incomplete") is True:
        parts.append("the list of rights is not complete")
    return "; ".join(parts)


def allowed(rules: Iterable[Mapping[str, Any]], group: str, resource: str, *verbs: str) -> bool:
    """Whether a rule without names allows one of these verbs."""
    for rule in rules:
        if rule.get("resourceNames"):
            continue
        has = [_has(rule.get("apiGroups"), group), _has(rule.get("resources"), resource)]
        if all(has) and any(_has(rule.get("verbs"), verb) for verb in verbs):
            return True
    return False


def _has(told: Any, wanted: str) -> bool:
    if not isinstance(told, list):
        return False
    sub = wanted.partition("/")[2]
    return "*" in told or wanted in told or bool(sub and f"*/{sub}" in told)
