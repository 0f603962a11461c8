"""The control: nothing is wrong."""

from __future__ import annotations


def test_the_truth_is_that_there_is_no_fault(healthy):
    assert healthy.truth["outcome"] == "no_fault" and healthy.truth["services"] == []


def test_no_alert_is_about_requests(healthy):
    assert [a["labels"]["alertname"] for a in healthy.json("alerts.json")] in (["MemoryNearLimit"], ["DiskFillsUp"])


def test_the_service_that_is_asked_about_fails_no_more_after_the_release_than_before(healthy):
    counted = healthy.counted()
    mine = counted[counted.service == "checkout"]
    assert mine[mine.status >= 500].n.sum() / mine.n.sum() < 0.03
    assert [c["kind"] for c in healthy.changes].count("deployment") == 1
