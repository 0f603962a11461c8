"""What Kubernetes says, as the built-in investigator uses it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import moved, platform
from aisre_nb.models.builtin.changes import Change


def row(kind: str, name: str, service: str = "", *, brought: Any = (), **more: Any) -> dict[str, Any]:
    given = {
        "kind": kind, "object": name, "service": service, "finding": f"{name} is wrong.", "field": "status.x",
        "value": kind, "since": "2031-05-06T11:19:00Z", "severity": "critical", "remedy": "Mend it.",
    }  # fmt: skip
    return {**given, "effect_of": list(brought), **more}


def said(*rows: Any) -> list[platform.Said]:
    return platform.read(Evidence("E7", "table", "t", "s", "get_kubernetes_state", {}, facts={"findings": list(rows)}))


PULL = row("image_pull", "Pod/web-1", "web", brought=["revision Deployment/web"])
REVISION = row("revision", "Deployment/web", "web", severity="warning")
NODE = row("node_not_ready", "Node/n1", "n1")
WAITS = row("unschedulable", "Pod/api-1", "api", brought=["node_not_ready Node/n1", "node_cordoned Node/n2"])


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("Pods of cart restart all the time", True), ("the rollout stands", True), ("KubePodCrashLooping", True),
        ("HighErrorRate", False), ("checkout is slow since lunch", False), ("a node is gone", True),
    ],
)  # fmt: skip
def test_a_question_about_pods_is_known(text: str, speaks: bool) -> None:
    assert platform.speaks(text) is speaks


def test_the_beginning_is_what_nothing_brings_and_says_why() -> None:
    found = said(NODE, REVISION, PULL, WAITS)
    assert platform.beginning(found, {"api"}, "").kind == "node_not_ready"  # type: ignore[union-attr]
    assert platform.beginning(found, {"web"}, "").kind == "revision"  # type: ignore[union-attr]
    assert platform.beginning(found, {"mail"}, "") is None
    assert platform.beginning(said(row("crash_loop", "Pod/web-1", "web")), {"web"}, "") is None, "no reason is known"


def test_a_secret_that_pods_have_not_read_counts_where_the_error_is_about_credentials() -> None:
    found = said(row("stale_secret", "Pod/web-1", "web", severity="info"))
    assert platform.beginning(found, {"web"}, "password authentication failed") is not None
    assert platform.beginning(found, {"web"}, "index out of range") is None


def test_effects_in_a_circle_and_facts_of_a_stranger_break_nothing() -> None:
    one, other = (
        row("volume", "Pod/a", "web", brought=["volume Pod/b"]),
        row("volume", "Pod/b", "web", brought=["volume Pod/a"]),
    )
    assert platform.beginning(said(one, other), {"web"}, "") is None
    assert said({"kind": 3, "effect_of": "x"}, 5)[0].effect_of == ()


def test_a_revision_is_the_rollout_that_was_listed_at_that_time() -> None:
    def listed(minute: int, service: str = "web", kind: str = "deployment", old: str = "1") -> Change:
        return Change("E3", f"2031-05-06T11:{minute:02}:00Z", kind, service, "", old, "2", "")

    revision = said(REVISION)[0]
    right = listed(18)
    assert platform.change(revision, [listed(19, "api"), listed(1), listed(19, kind="k8s_event"), right]) == right
    own = platform.change(revision, [])
    assert own is not None and own.evidence == "E7" and own.label == "web: Deployment/web is wrong"
    assert platform.change(said({**REVISION, "since": ""})[0], []) is None


def test_what_is_brought_may_be_mended_too() -> None:
    waits = {**WAITS, "remedy": "Uncordon n2."}
    assert [one.remedy for one in platform.mending(said(NODE, waits), said(NODE)[0])] == ["Mend it.", "Uncordon n2."]
    assert len(platform.mending(said(NODE, WAITS), said(NODE)[0])) == 1


def test_a_node_is_what_the_platform_told_of_it_first() -> None:
    def event(minute: int, title: str) -> Change:
        return Change("E3", f"2031-05-06T11:{minute:02}:00Z", "k8s_event", "", title, "", "", "")

    first = event(18, "Node n1 does not answer")
    found = platform.change(
        said(NODE)[0], [event(19, "Node n1 status is now: NodeNotReady"), first, event(1, "Node n2 is new")]
    )
    assert found is not None and (found.title, found.at, found.service) == (first.title, first.at, "n1")


def test_the_series_that_fits_is_the_first_by_which_pods_are_missing() -> None:
    def series(service: str, minute: int, hurts: str) -> dict[str, Any]:
        at = {"onset": f"2031-05-06T11:{minute:02}:00Z", "confidence": 0.9}
        return {"service": service, "metric": "m", "before": 0.0, "after": 2.0, "hurts": hurts, **at}

    rows = [series("db", 10, "pods are missing"), series("api", 30, "restarts"), series("api", 20, "pods are missing")]
    movers = moved.read(
        Evidence("E5", "table", "t", "s", "find_movers", {}, facts={"movers": [*rows, series("api", 5, "full")]})
    )
    found = platform.fitting(said(NODE, WAITS), movers, False)
    assert found is not None and (found.symptom.service, found.at.minute) == ("api", 20)
    assert platform.missing(movers) and platform.fitting([], movers, True) is None
    restarts = said(row("restarts", "Pod/api-1", "api"))
    assert platform.fitting(restarts, movers, False) is None and platform.fitting(restarts, movers, True) is not None


def _with_state(drive: Any, *rows: Any) -> None:
    frame = pd.DataFrame(list(rows))
    result = {"kind": "table", "facts": {"findings": list(rows)}, "frame": frame}
    drive.world._get_kubernetes_state = lambda **_: result
    drive.tools = (*drive.tools, "get_kubernetes_state")


async def test_a_question_about_pods_ends_with_what_kubernetes_proves(drive: Any) -> None:
    drive.world.exception = False
    drive.world.changes = [{"time": "2031-05-06T11:19:00Z", "service": "billing", "from": "1", "to": "2"}]
    change = row("revision", "Deployment/billing", "billing", severity="warning")
    killed = row("oom_killed", "Pod/billing-1", "billing", brought=["revision Deployment/billing"])
    _with_state(drive, change, killed)
    report = await drive.ask("Pods of billing restart. Why?")
    assert report.outcome == "root_cause" and report.root_cause.change == "billing 1 → 2"
    assert {"Deployment/billing is wrong.", "Pod/billing-1 is wrong."} <= {c.text for c in report.claims}
    assert [c.detail for c in drive.checked() if c.result == "failed"] == []
    assert ("Mend it.", "rollback") in {(r.text, r.kind) for r in report.remediation}


async def test_it_is_not_asked_where_nothing_speaks_of_pods(drive: Any) -> None:
    _with_state(drive)
    await drive.ask("There is an issue with the billing service, can you find the root cause?")
    assert drive.made("get_kubernetes_state") == []


async def test_what_was_pasted_into_the_question_is_read(drive: Any) -> None:
    _with_state(drive)
    text = "What is this?\nNAME   READY  STATUS            RESTARTS  AGE\nbilling-0  0/1  ImagePullBackOff  0  5m\n\n"
    await drive.ask(text)
    assert drive.made("get_kubernetes_state") == [{"pasted": text}]
