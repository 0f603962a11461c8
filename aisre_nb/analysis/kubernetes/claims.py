"""Quotas that are used up, claims that no volume answers, and objects that are named and not there."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Ref, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.messages import meaning
from aisre_nb.analysis.kubernetes.reading import Object, at, quantity, rows, texts, word

_PROVISION = ("ProvisioningFailed", "FailedBinding")
_TELLS = (
    "FailedToRetrieveImagePullSecret",
    "FailedMount",
    "FailedScheduling",
    "Failed",
    "FailedCreate",
    "FailedAttachVolume",
)


def findings(known: Cluster) -> Iterator[Finding]:
    """Each resource of a full quota, each claim that waits, each name that leads nowhere."""
    yield from _quotas(known)
    yield from _claims(known)
    yield from _missing(known)


def _quotas(known: Cluster) -> Iterator[Finding]:
    for quota in known.every("ResourceQuota"):
        used = texts(quota, "status", "used")
        for resource, most in texts(quota, "status", "hard").items():
            limit, now = quantity(most), quantity(used.get(resource))
            if limit is None or now is None or now < limit or limit == 0:
                continue
            name = plain(resource, 63)
            says = f"Quota {ref(quota).name} is used up: {plain(used[resource], 40)} of {plain(most, 40)} {name}."
            proof = Proof(f"status.used.{name}", plain(used[resource], 40))
            remedy = "Raise the quota, or give back what others request."
            # A full quota hurts only whom it refuses, and that is told by an event.
            yield made(known, quota, "quota", says, proof, remedy, severity="info")


def _claims(known: Cluster) -> Iterator[Finding]:
    for claim in known.every("PersistentVolumeClaim"):
        phase = word(claim, "status", "phase")
        if phase not in ("Pending", "Lost"):
            continue
        told = known.told_of(ref(claim), *_PROVISION)
        waits = known.told_of(ref(claim), "WaitForFirstConsumer")
        if waits and not told:
            continue
        storage = plain(word(claim, "spec", "storageClassName"), 100)
        why = f": {plain(told[-1].message, 200)}" if told else ""
        if not why and storage and known.has("StorageClass") and not known.get(Ref("StorageClass", storage)):
            why = f": there is no StorageClass {storage}"
        says = f"Claim {ref(claim).name} has no volume ({phase}){why}."
        remedy = "See its StorageClass, its size and the provisioner's events."
        proof, since = Proof("status.phase", phase), told[0].first if told else None
        yield made(known, claim, "claim_pending", says, proof, remedy, since=since)


def _missing(known: Cluster) -> Iterator[Finding]:
    """By what kubelets say; and by the pods' own words, where such objects were listed."""
    seen: set[tuple[Ref, Ref]] = set()
    for pod in known.every("Pod"):
        for field, said in _told(known, pod):
            found = meaning(said, ref(pod).namespace)
            for name in found.about if found and found.kind == "reference_missing" else ():
                seen.add((known.workload(ref(pod)), name))
                what = f"key {found.key} of {name}" if found and found.key else str(name)
                says = f"{known.workload(ref(pod)).name} names {what}, which is not there."
                yield _names(known, pod, says, Proof(field, said), name)
        if word(pod, "status", "phase") not in ("Pending", "Running", ""):
            continue
        for field, name in references(pod):
            whole = known.has(name.kind) and known.get(name) is None
            if whole and (known.workload(ref(pod)), name) not in seen and not _ready(pod):
                says = f"{known.workload(ref(pod)).name} names {name}, which is not there."
                yield _names(known, pod, says, Proof(field, name.name), name)


def _names(known: Cluster, pod: Object, says: str, proof: Proof, name: Ref) -> Finding:
    remedy = f"Create {name}, or correct the name."
    return made(known, pod, "reference_missing", says, proof, remedy, about=(name,))


def _told(known: Cluster, pod: Object) -> Iterator[tuple[str, str]]:
    if _ready(pod):
        return
    for kind in ("initContainerStatuses", "containerStatuses"):
        for n, status in enumerate(rows(pod, "status", kind)):
            if said := word(status, "state", "waiting", "message"):
                yield f"status.{kind}[{n}].state.waiting.message", plain(said, 1000)
    for event in known.told_of(ref(pod), *_TELLS)[-5:]:
        yield f"Event {event.ref.name}: message", event.message


def _ready(pod: Object) -> bool:
    statuses = rows(pod, "status", "containerStatuses")
    return bool(statuses) and all(s.get("ready") is True for s in statuses)


def references(pod: Object) -> Iterator[tuple[str, Ref]]:
    """What a pod cannot do without: field, and the ConfigMap, Secret or claim that it names."""
    space = ref(pod).namespace
    for n, volume in enumerate(rows(pod, "spec", "volumes")):
        for key, kind, field in (
            ("configMap", "ConfigMap", "name"),
            ("secret", "Secret", "secretName"),
            ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
        ):
            if (name := word(volume, key, field)) and at(volume, key, "optional") is not True:
                yield f"spec.volumes[{n}].{key}.{field}", Ref(kind, plain(name, 253), space)
    for group in ("initContainers", "containers"):
        for n, one in enumerate(rows(pod, "spec", group)):
            for m, source in enumerate(rows(one, "envFrom")):
                yield from _source(f"spec.{group}[{n}].envFrom[{m}]", source, "Ref", space)
            for m, variable in enumerate(rows(one, "env")):
                path = f"spec.{group}[{n}].env[{m}].valueFrom"
                yield from _source(path, at(variable, "valueFrom") or {}, "KeyRef", space)


def _source(path: str, source: Object, suffix: str, space: str) -> Iterator[tuple[str, Ref]]:
    for key, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
        name = word(source, key + suffix, "name")
        if name and at(source, key + suffix, "optional") is not True:
            yield f"{path}.{key}{suffix}.name", Ref(kind, plain(name, 253), space)
