"""Certificates that have expired, or are not issued: Certificates of cert-manager, and what Secrets say of theirs.

No certificate is opened: a Secret's data are never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Severity, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.reading import Object, conditions, texts, time, word
from aisre_nb.times import rfc3339

_ENDS = "cert-manager.io/not-after"
_SOON = timedelta(days=3)
_REMEDY = "Renew it, and let its users read it again."


def findings(known: Cluster) -> Iterator[Finding]:
    """What has expired; what does soon, without alarm; what is not issued."""
    for item in known.every("Certificate"):
        ends = time(item, "status", "notAfter")
        if found := _ended(known, item, ends, "status.notAfter"):
            yield found
            continue
        for n, kind, condition in conditions(item):
            if kind == "Ready" and word(condition, "status") == "False":
                says = f"Certificate {ref(item).name} is not issued: {plain(word(condition, 'message'), 200)}"
                proof = Proof(f"status.conditions[{n}].status", "False")
                since = time(condition, "lastTransitionTime")
                yield made(known, item, "certificate", says, proof, _REMEDY, severity="warning", since=since)
    for secret in known.every("Secret"):
        told = texts(secret, "metadata", "annotations").get(_ENDS)
        if found := _ended(known, secret, time({"at": told}, "at"), f"metadata.annotations[{_ENDS}]"):
            yield found


def _ended(known: Cluster, item: Object, ends: datetime | None, field: str) -> Finding | None:
    if ends is None or known.now is None or ends > known.now + _SOON:
        return None
    past = ends <= known.now
    severity: Severity = "critical" if past else "info"
    says = f"The certificate of {ref(item)} {'expired' if past else 'expires'} at {rfc3339(ends)}."
    return made(known, item, "certificate", says, Proof(field, rfc3339(ends)), _REMEDY, severity=severity, since=ends)
