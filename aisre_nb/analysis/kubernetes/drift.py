"""What manifests say and what runs: fields that a manifest sets and the cluster has otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Ref, Severity
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.reading import Object, word
from aisre_nb.analysis.kubernetes.revisions import Field, differences

_COMPARED = ("spec", "data")
_MOST = 5
_DEEP = 12


def findings(known: Cluster, wanted: Iterable[Object]) -> Iterator[Finding]:
    """For each manifest its fields that differ, or that its object is not there.

    Only what a manifest sets is compared: what the API fills in, and what a controller adds, is no difference. One
    without a namespace means the object of its name in any.
    """
    for item in wanted:
        running = _running(known, item)
        if running is None:
            if known.has(ref(item).kind):
                says = f"{ref(item)} is in a manifest, and not in the cluster."
                remedy = "Apply it, or see why it was taken away."
                yield made(known, item, "drift", says, Proof("metadata.name", "not found"), remedy, severity="warning")
            continue
        for field in _fields(item, running):
            says = f"{ref(item)} runs with {field.path} {field.after}; its manifest says {field.before}."
            remedy = "Apply the manifest, or write down in it what was changed by hand."
            severity: Severity = "info" if field.path == "spec.replicas" else "warning"
            proof = Proof(field.path, field.after)
            yield made(known, running, "drift", says, proof, remedy, severity=severity)


def _running(known: Cluster, item: Object) -> Object | None:
    own = ref(item)
    if word(item, "metadata", "namespace"):
        return known.get(own)
    same = [other for other in known.every(own.kind) if ref(other).name == own.name]
    exact = known.get(Ref(own.kind, own.name, own.namespace))
    return exact or (same[0] if len(same) == 1 else None)


def _fields(item: Object, running: Object) -> list[Field]:
    found: list[Field] = []
    for part in _COMPARED:
        if part in item:
            found += differences(item[part], _set(item[part], running.get(part), _DEEP), part)
    return found[:_MOST]


def _set(wanted: Any, has: Any, deep: int) -> Any:
    """Of what is there, as much as the manifest speaks of."""
    if isinstance(wanted, Mapping) and isinstance(has, Mapping) and deep:
        return {key: _set(value, has.get(key), deep - 1) for key, value in wanted.items()}
    if isinstance(wanted, list) and isinstance(has, list) and deep:
        names = [word(row, "name") for row in wanted]
        if all(names):
            by_name = {word(row, "name"): row for row in has}
            return [
                _set(row, by_name[name], deep - 1) for row, name in zip(wanted, names, strict=True) if name in by_name
            ]
        if len(wanted) == len(has):
            return [_set(row, other, deep - 1) for row, other in zip(wanted, has, strict=True)]
    return has
