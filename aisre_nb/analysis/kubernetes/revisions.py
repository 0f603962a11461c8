"""What the newest revision of a Deployment changed in its template, field by field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Ref, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.reading import Object, at, quantity, texts, time, word

_NUMBER = "deployment.kubernetes.io/revision"
_NOT_SAID = ("pod-template-hash", "kubectl.kubernetes.io/restartedAt", "creationTimestamp")
_DEEP = 12
_FIELDS = 400
_TOLD = 3


@dataclass(frozen=True)
class Field:
    """A field that two objects have in different ways."""

    path: str
    before: str
    """``"(none)"`` where it was not there."""
    after: str


def differences(before: Any, after: Any, path: str = "") -> list[Field]:
    """Where two objects differ; lists of named things by name, quantities by their amount. Bounded."""
    return list(_differ(before, after, path, _DEEP))[:_FIELDS]


def _differ(before: Any, after: Any, path: str, deep: int) -> Iterator[Field]:
    if before is after or _same(before, after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping) and deep:
        for key in dict.fromkeys([*before, *after]):
            if key not in _NOT_SAID:
                yield from _differ(before.get(key), after.get(key), f"{path}.{key}".lstrip("."), deep - 1)
        return
    names = _named(before), _named(after)
    if names[0] is not None and names[1] is not None and deep:
        for key in dict.fromkeys([*names[0], *names[1]]):
            yield from _differ(names[0].get(key), names[1].get(key), f"{path}[{plain(key, 63)}]", deep - 1)
        return
    yield Field(path, _shown(before), _shown(after))


def _same(before: Any, after: Any) -> bool:
    if before == after or (not before and not after and _empty(before) and _empty(after)):
        return True
    if isinstance(before, Mapping | list) or isinstance(after, Mapping | list):
        return False
    if str(before) == str(after):
        return True
    one, other = quantity(before), quantity(after)
    return one is not None and one == other


def _empty(value: Any) -> bool:
    """Left out and empty are the same to the API."""
    return value is None or value in ({}, [])


def _named(data: Any) -> dict[str, Any] | None:
    """A list of things that have names, by name; None for another list, or for what is none."""
    if data is None:
        return {}
    if not isinstance(data, list):
        return None
    found = {word(row, "name"): row for row in data}
    return found if "" not in found and len(found) == len(data) else None


def _shown(value: Any) -> str:
    if value is None:
        return "(none)"
    return plain(value, 80)


def fields(known: Cluster, deployment: Ref) -> tuple[Object | None, list[Field]]:
    """The newest replica set, and what its template has otherwise than the one before."""
    own = known.owned_by(deployment)
    numbered = [
        (int(n), item) for item in own if (n := texts(item, "metadata", "annotations").get(_NUMBER, "")).isdigit()
    ]
    numbered.sort(key=lambda pair: pair[0])
    if len(numbered) < 2:
        return None, []
    (_, before), (_, newest) = numbered[-2:]
    return newest, differences(at(before, "spec", "template"), at(newest, "spec", "template"))


def findings(known: Cluster, wanted: set[Ref]) -> Iterator[Finding]:
    """Of these Deployments; one without a revision before it, or whose templates are the same, gives none."""
    for deployment in known.every("Deployment"):
        if ref(deployment) not in wanted:
            continue
        newest, changed = fields(known, ref(deployment))
        if newest is None or not changed:
            continue
        number = texts(newest, "metadata", "annotations").get(_NUMBER, "")
        told = ", ".join(f"{_short(f.path)} from {f.before} to {f.after}" for f in changed[:_TOLD])
        more = f" and {len(changed) - _TOLD} more fields" if len(changed) > _TOLD else ""
        says = f"Revision {number} of {ref(deployment).name} changed {told}{more}."
        proof = Proof(f"spec.template.{changed[0].path}", f"{changed[0].before} → {changed[0].after}")
        remedy = f"kubectl rollout undo deployment/{ref(deployment).name}, until it is mended."
        since = time(newest, "metadata", "creationTimestamp")
        about = (ref(newest),)
        yield made(known, deployment, "revision", says, proof, remedy, about=about, severity="info", since=since)


def _short(path: str) -> str:
    """Without what every path begins with: ``livenessProbe.timeoutSeconds``."""
    return re.sub(r"^spec\.containers\[[^\]]{0,63}\]\.", "", path)
