"""Jobs, autoscalers, quotas, claims, names that lead nowhere, certificates, secrets that changed."""

from __future__ import annotations

from typing import Any

from aisre_nb.analysis.kubernetes.claims import references
from aisre_nb.analysis.kubernetes.cluster import cluster
from aisre_nb.analysis.kubernetes.find import find


def test_a_job_that_failed_and_one_that_is_suspended(make: Any, only: Any) -> None:
    condition = {
        "type": "Failed",
        "status": "True",
        "reason": "BackoffLimitExceeded",
        "lastTransitionTime": make.ago(9),
    }
    finding = only("job_failed", make.any("Job", "nightly", status={"conditions": [condition]}))
    assert "BackoffLimitExceeded" in finding.says and finding.severity == "critical"
    old = {**condition, "lastTransitionTime": make.ago(9000)}
    assert only("job_failed", make.any("Job", "nightly", status={"conditions": [old]})).severity == "info"
    assert only("suspended", make.any("CronJob", "nightly", spec={"suspend": True})).severity == "info"


def test_an_autoscaler_at_its_maximum_and_one_that_is_blind(make: Any, only: Any, found: Any) -> None:
    spec = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 4}
    limited = {"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas"}
    scaler = make.any("HorizontalPodAutoscaler", "web", spec=spec, status={"conditions": [limited]})
    finding = only("autoscaler_at_maximum", scaler)
    assert "maximum of 4" in finding.says and str(finding.about[0]) == "Deployment/web"
    blind = {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric", "message": "no metrics"}
    assert "no metrics" in only("autoscaler_blind", {**scaler, "status": {"conditions": [blind]}}).says
    fine = {"type": "ScalingLimited", "status": "False", "reason": "DesiredWithinRange"}
    assert not found({**scaler, "status": {"conditions": [fine]}})


def test_a_full_quota_alarms_where_it_refuses_somebody(make: Any, found: Any, only: Any) -> None:
    quota = make.any(
        "ResourceQuota", "team", status={"hard": {"cpu": "4", "pods": "10"}, "used": {"cpu": "4000m", "pods": "3"}}
    )
    finding = only("quota", quota)
    assert finding.severity == "info" and finding.proof.field == "status.used.cpu"
    event = make.event("FailedCreate", "exceeded quota: team", "ReplicaSet/web-7d9c5b8f6d")
    first, second = found(quota, event)
    assert (first.object.kind, first.severity, second.effect_of) == ("ResourceQuota", "warning", (first.key,))


def test_a_claim_says_why_no_volume_answers(make: Any, only: Any, found: Any) -> None:
    claim = make.any("PersistentVolumeClaim", "data", spec={"storageClassName": "fast"}, status={"phase": "Pending"})
    assert (
        "no StorageClass fast"
        in only("claim_pending", claim, {"kind": "StorageClass", "metadata": {"name": "slow"}}).says
    )
    event = make.event("ProvisioningFailed", 'storageclass "fast" not found', "PersistentVolumeClaim/data")
    assert "storageclass" in only("claim_pending", claim, event).says
    assert not found(claim, make.event("WaitForFirstConsumer", "waiting", "PersistentVolumeClaim/data", type="Normal"))


def test_all_that_a_pod_cannot_do_without_is_found_with_its_field(make: Any) -> None:
    spec = {
        "volumes": [
            {"configMap": {"name": "a"}},
            {"secret": {"secretName": "b", "optional": True}},
            {"secret": {"secretName": "c"}},
        ],
        "containers": [
            {
                "envFrom": [{"secretRef": {"name": "d"}}],
                "env": [{"valueFrom": {"configMapKeyRef": {"name": "e", "key": "k"}}}],
            }
        ],
    }
    pod = {"kind": "Pod", "metadata": {"name": "p", "namespace": "n"}, "spec": spec}
    assert [(field, str(name)) for field, name in references(pod)] == [
        ("spec.volumes[0].configMap.name", "ConfigMap/a"),
        ("spec.volumes[2].secret.secretName", "Secret/c"),
        ("spec.containers[0].envFrom[0].secretRef.name", "Secret/d"),
        ("spec.containers[0].env[0].valueFrom.configMapKeyRef.name", "ConfigMap/e"),
    ]


def test_a_name_that_leads_nowhere_is_found_where_all_such_objects_were_listed(
    make: Any, only: Any, found: Any
) -> None:
    pod = make.pod(container=make.waiting("ContainerCreating"), has={"envFrom": [{"secretRef": {"name": "web-key"}}]})
    other = make.any("Secret", "other")
    assert str(only("reference_missing", pod, other).proof) == "spec.containers[0].envFrom[0].secretRef.name = web-key"
    assert not [f for f in found(pod) if f.kind == "reference_missing"], "secrets were not listed"
    assert not [f for f in found(pod, other, complete=False) if f.kind == "reference_missing"]


def test_certificates_that_expired_and_that_are_not_issued(make: Any, only: Any, found: Any) -> None:
    noted = {"metadata": {"annotations": {"cert-manager.io/not-after": make.ago(30)}}}
    finding = only("certificate", make.any("Secret", "web-tls", **noted))
    assert "expired at 2026-03-01T11:30:00Z" in finding.says and finding.severity == "critical"
    condition = {"type": "Ready", "status": "False", "message": "issuer is not ready"}
    issued = make.any("Certificate", "web", status={"conditions": [condition], "notAfter": make.ago(-90000)})
    assert "issuer is not ready" in only("certificate", issued).says
    fine = {"metadata": {"annotations": {"cert-manager.io/not-after": make.ago(-90000)}}}
    assert not found(make.any("Secret", "web-tls", **fine))


def test_a_secret_that_changed_after_its_pods_began_is_told_without_alarm(make: Any, only: Any, found: Any) -> None:
    pod = make.pod(has={"envFrom": [{"secretRef": {"name": "web-key"}}]})
    rotated = make.any("Secret", "web-key", metadata={"managedFields": [{"manager": "x", "time": make.ago(20)}]})
    finding = only("stale_secret", pod, rotated)
    assert finding.severity == "info" and finding.service == "web" and "Restart web" in finding.remedy
    before = make.any("Secret", "web-key", metadata={"managedFields": [{"manager": "x", "time": make.ago(90)}]})
    assert not found(pod, before)


def test_odd_objects_are_left_out_and_counted() -> None:
    known = cluster([1, "x", {"kind": "Pod"}, {"kind": 3, "metadata": {"name": "x"}}, None, {"items": [[]]}])
    assert find(known) == [] and "4 of 4 objects have no kind or no name" in known.notes[0]
