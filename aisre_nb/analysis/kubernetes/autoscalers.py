"""Autoscalers that want more than they may, or do not see what they scale by."""

from __future__ import annotations

from collections.abc import Iterator

from aisre_nb.analysis.kubernetes.cluster import Cluster, ref
from aisre_nb.analysis.kubernetes.finding import Finding, Proof, Ref, plain
from aisre_nb.analysis.kubernetes.making import made
from aisre_nb.analysis.kubernetes.reading import conditions, number, time, word


def findings(known: Cluster) -> Iterator[Finding]:
    """By the conditions of each HorizontalPodAutoscaler."""
    for scaler in known.every("HorizontalPodAutoscaler"):
        target = Ref(
            plain(word(scaler, "spec", "scaleTargetRef", "kind"), 63),
            plain(word(scaler, "spec", "scaleTargetRef", "name"), 253),
            ref(scaler).namespace,
        )
        for n, kind, condition in conditions(scaler):
            state, reason = word(condition, "status"), plain(word(condition, "reason"), 100)
            proof, since = Proof(f"status.conditions[{n}].reason", reason), time(condition, "lastTransitionTime")
            if kind == "ScalingLimited" and state == "True" and reason == "TooManyReplicas":
                most = number(scaler, "spec", "maxReplicas")
                says = f"The autoscaler of {target.name} wants more pods than its maximum of {most}."
                remedy = "Raise maxReplicas, where there is room; see what brings the load."
                yield made(
                    known, scaler, "autoscaler_at_maximum", says, proof, remedy,
                    about=(target,), severity="warning", since=since,
                )  # fmt: skip
            elif kind in ("ScalingActive", "AbleToScale") and state == "False" and reason != "ScalingDisabled":
                said = plain(word(condition, "message"), 200)
                says = f"The autoscaler of {target.name} cannot scale ({reason}{': ' + said if said else ''})."
                remedy = "See the metrics API, and whether every container requests what it scales by."
                yield made(
                    known, scaler, "autoscaler_blind", says, proof, remedy,
                    about=(target,), severity="warning", since=since,
                )  # fmt: skip
