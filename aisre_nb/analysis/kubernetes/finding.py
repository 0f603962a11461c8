"""One thing that the objects of a cluster say is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from aisre_nb.evidence.invisible import visible

_LONGEST = 300

Severity = Literal[
    "critical",  # something does not run, or cannot be reached
    "warning",  # it runs, and is hurt or at risk
    "info",  # how it is; no harm by itself
]

Kind = Literal[
    "node_not_ready",  # a kubelet that is unwell, or does not report
    "node_pressure",  # a node short of memory, disk or process ids
    "node_cordoned",  # a healthy node that takes no pods
    "quota",  # a namespace has used what it may
    "admission",  # a webhook or policy refuses an object
    "forbidden",  # an account may not do what it tries
    "certificate",  # expired, or not issued
    "stale_secret",  # a Secret or ConfigMap that changed after its pods had read it
    "reference_missing",  # a ConfigMap, Secret, claim or account that is not there
    "claim_pending",  # a PersistentVolumeClaim that no volume answers
    "revision",  # what the newest revision changed, where that is what fails
    "network_policy",  # traffic that a policy does not let through
    "dns",  # names that are not resolved
    "unschedulable",  # a pod for which no node fits
    "volume",  # a volume that cannot be attached or mounted
    "image_pull",  # an image that does not come
    "container_config",  # a container that cannot be made from its settings
    "container_start",  # a container whose command cannot be run
    "init_container",  # an init container that does not get done
    "oom_killed",  # killed for the memory that it used
    "liveness_probe",  # killed because its liveness or startup probe failed
    "readiness_probe",  # kept out of its Service because its readiness probe failed
    "crash_loop",  # ends again and again
    "restarts",  # ended not long ago, and was begun again
    "evicted",  # taken off its node
    "not_ready",  # not ready, for a reason that is not told
    "stuck_deleting",  # marked for deletion, and still there
    "rollout_stuck",  # a rollout that makes no progress
    "replicas_missing",  # fewer pods ready than wanted
    "job_failed",  # a Job, or a CronJob's last
    "suspended",  # a CronJob or a rollout that somebody has stopped
    "selector_without_pods",  # a Service that selects nothing
    "no_endpoints",  # a Service none of whose pods is ready
    "port_mismatch",  # a Service that leads to a port that no container opens
    "autoscaler_at_maximum",  # an autoscaler that wants more than it may
    "autoscaler_blind",  # an autoscaler that cannot read its metrics, or its target
    "drift",  # runs otherwise than a manifest says
]


@dataclass(frozen=True, order=True)
class Ref:
    """An object's name."""

    kind: str
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Proof:
    """A field and what stands in it."""

    field: str
    """``status.containerStatuses[0].lastState.terminated.reason``, from the object's root."""
    value: str

    def __str__(self) -> str:
        return f"{self.field} = {self.value}"


@dataclass(frozen=True)
class Finding:
    """What is wrong with one object, or with several pods of one workload in the same way."""

    kind: Kind
    object: Ref
    says: str
    """One sentence."""
    proof: Proof
    severity: Severity = "critical"
    service: str = ""
    """As its labels or its workload name it; a node's own name; empty for what belongs to none (a quota)."""
    since: datetime | None = None
    """When it began, as far as the objects tell."""
    remedy: str = ""
    """What likely mends it; a person decides."""
    workload: Ref | None = None
    """The Deployment, StatefulSet, Job … that owns it; itself, where it is one."""
    about: tuple[Ref, ...] = ()
    """What else it hangs on: the node, claim, Secret that it names, the workload behind a Service."""
    also: tuple[Ref, ...] = ()
    """Other objects of which the same is true."""
    effect_of: tuple[str, ...] = ()
    """The keys of findings that bring it."""

    @property
    def key(self) -> str:
        """``"oom_killed Pod/web-5d9c-x2"``: one of its kind for each object."""
        return f"{self.kind} {self.object}" + (f" in {self.object.namespace}" if self.object.namespace else "")


def plain(value: Any, longest: int = _LONGEST) -> str:
    """What a system wrote, on one line, bounded, without characters that hide or steer."""
    if isinstance(value, str) and len(value) <= longest and value.isascii() and value.isprintable():
        # Nearly every name and most messages: thousands of pods have many.
        return value if "  " not in value and value[:1] != " " and value[-1:] != " " else " ".join(value.split())
    text = " ".join(visible(str(value)[: 20 * longest]).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
