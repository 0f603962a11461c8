"""Jobs that failed, and jobs that do not run any more."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Severity, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.reading import at, conditions, time, word


def findings(known: Cluster) -> Iterator[Finding]:
    """Each failed Job, and each CronJob that somebody suspended."""
    for job in known.every("Job"):
        for n, kind, condition in conditions(job):
            if kind not in ("Failed", "FailureTarget") or word(condition, "status") != "True":
                continue
            since = time(condition, "lastTransitionTime")
            reason, said = plain(word(condition, "reason"), 100), plain(word(condition, "message"), 200)
            says = f"Job {ref(job).name} failed ({reason or 'no reason is told'}{': ' + said if said else ''})."
            proof = Proof(f"status.conditions[{n}].reason", reason or "Failed")
            remedy = "Read the log of its last pod; it does not begin again by itself."
            severity: Severity = "critical" if known.recent(since) else "info"
            yield made(known, job, "job_failed", says, proof, remedy, severity=severity, since=since)
            break
    for job in known.every("CronJob"):
        if at(job, "spec", "suspend") is True:
            says = f"CronJob {ref(job).name} is suspended: it does not run."
            proof = Proof("spec.suspend", "true")
            yield made(known, job, "suspended", says, proof, "Set spec.suspend to false.", severity="info")
