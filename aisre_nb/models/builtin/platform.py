"""What the objects of Kubernetes say of the trouble, and the finding that stands at its beginning."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts
from aisre_nb.models.builtin.changes import Change
from aisre_nb.models.builtin.moved import SURE, Mover

_SPEAKS = re.compile(
    r"\b(?:pods?|containers?|replicas?|restart\w*|crash\w*|roll\w* ?outs?|pending|evict\w*|nodes?|oom\w*|probes?"
    r"|k8s|kube\w*|quotas?|images?)\b",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"certificate|authenticat|password|credential|unauthori[sz]ed|\btoken\b|access denied", re.IGNORECASE
)
"""An error after which it is asked whether pods hold what was replaced."""
_CAUSES = {
    "node_not_ready", "node_pressure", "quota", "admission", "forbidden", "certificate", "reference_missing",
    "claim_pending", "revision", "network_policy", "dns", "unschedulable", "image_pull", "container_config", "volume",
    "selector_without_pods", "port_mismatch", "stale_secret",
}  # fmt: skip
"""Kinds that say why; the others (a crash loop, a probe that fails) say only what befalls a pod."""
_KINDS = {"revision": "configuration", "stale_secret": "configuration", "port_mismatch": "configuration"}
_MISSING = {"restarts", "pods are missing"}
_SAME_TIME = timedelta(minutes=10)
"""Between a rollout as its list tells it and the replica set that it made."""


@dataclass(frozen=True)
class Said:
    """One finding of the state."""

    evidence: str
    nth: int
    """Its place among the evidence's findings."""
    kind: str
    object: str
    service: str
    says: str
    field: str
    value: str
    since: str
    severity: str
    remedy: str
    effect_of: tuple[str, ...]

    @property
    def key(self) -> str:
        """As `effect_of` names it."""
        return f"{self.kind} {self.object}"

    @property
    def alarming(self) -> bool:
        """It does harm."""
        return self.severity in ("critical", "warning")

    @property
    def cause(self) -> str:
        """As `RootCause.kind`."""
        return _KINDS.get(self.kind, "platform")


def read(evidence: Evidence) -> list[Said]:
    """All findings, causes first."""
    found = []
    for nth, row in enumerate(facts.rows(evidence.facts, "findings")):
        brought = row.get("effect_of")
        found.append(
            Said(
                evidence.id,
                nth,
                facts.word(row, "kind"),
                facts.word(row, "object"),
                facts.word(row, "service"),
                facts.word(row, "finding"),
                facts.word(row, "field"),
                facts.word(row, "value"),
                facts.word(row, "since"),
                facts.word(row, "severity"),
                facts.word(row, "remedy"),
                tuple(map(str, brought)) if isinstance(brought, list) else (),
            )
        )
    return found


def speaks(text: str) -> bool:
    """A question or an alert is about pods, nodes or rollouts."""
    return bool(_SPEAKS.search(text))


def credentials(text: str) -> bool:
    """An error is about what a program identifies itself with."""
    return bool(_CREDENTIAL.search(text))


def missing(movers: Sequence[Mover]) -> bool:
    """Pods restart or are missing, by their metrics."""
    return any(m.hurts in _MISSING and m.confidence >= SURE for m in movers)


def fitting(said: Sequence[Said], movers: Sequence[Mover], asked: bool) -> Mover | None:
    """The series by which what Kubernetes says can be measured: the first by which pods restart or are missing.

    Unless pods are ``asked`` about, only of services for which it says why: restarts may come of something else.
    """
    ill = {one.service for one in said if one.alarming and one.service}
    services = ill if asked else {service for service in ill if beginning(said, {service}, "")}
    found = [m for m in movers if m.hurts in _MISSING and m.symptom.service in services]
    return min(found, key=lambda m: m.at, default=None)


def beginning(said: Sequence[Said], services: Collection[str], error: str) -> Said | None:
    """What stands at the beginning of the trouble of these services (of all, where there are none) and says why.

    ``error``: what is logged. None where nothing is wrong, or only effects are known.
    """
    by_key = {one.key: one for one in said}
    about = [one for one in said if one.alarming and (not services or one.service in services)]
    reached: dict[str, Said] = {}
    todo = list(about)
    while todo:
        one = todo.pop()
        if one.key not in reached:
            reached[one.key] = one
            todo += [by_key[key] for key in one.effect_of if key in by_key]
    # The list has causes first; a revision says what somebody did, and so explains more than what it brought.
    found = [one for one in said if one.key in reached and not one.effect_of and one.kind in _CAUSES]
    if found:
        return min(found, key=lambda one: (one.kind != "revision", one.severity != "critical", one.nth))
    stale = [one for one in said if one.kind == "stale_secret" and one.service in services and credentials(error)]
    return stale[0] if stale else None


def mending(said: Sequence[Said], first: Said) -> list[Said]:
    """The beginning, and the first of what it brings directly, where each knows a remedy of its own."""
    effect = next((one for one in said if first.key in one.effect_of and one.remedy != first.remedy), None)
    return [one for one in (first, effect) if one is not None and one.remedy]


def change(said: Said, listed: Sequence[Change]) -> Change | None:
    """As something that was changed: the rollout or event that is listed, else the finding where it has a time."""
    since = facts.time(said.since)
    if since is None:
        return None
    if said.kind == "revision":
        own = [c for c in listed if c.service == said.service and c.kind != "k8s_event" and _near(c, since)]
        if own:
            return min(own, key=lambda c: (not c.versions, abs(c.at - since)))
    named = said.object.partition("/")[2]
    told = [c for c in listed if c.kind == "k8s_event" and _near(c, since) and named and named in c.title.split()]
    if told:
        # The platform told of it as it happened: what happened first is what it was.
        return replace(min(told, key=lambda c: c.at), service=said.service)
    title = said.says.rstrip(".").removeprefix(f"{said.object.replace('/', ' ')} ")
    return Change(said.evidence, said.since, "k8s_event", said.service, title, "", "", "")


def _near(listed: Change, since: datetime) -> bool:
    return abs(listed.at - since) <= _SAME_TIME
