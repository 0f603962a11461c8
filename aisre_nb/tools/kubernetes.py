"""What the objects of a cluster say is wrong, with the fields that prove it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import Field

from aisre_nb.analysis.kubernetes import drift
from aisre_nb.analysis.kubernetes.cluster import Cluster, cluster, ref
from aisre_nb.analysis.kubernetes.find import MOST, about, alarming, counted, find, roots
from aisre_nb.analysis.kubernetes.finding import Finding
from aisre_nb.analysis.kubernetes.pasted.read import Pasted, read
from aisre_nb.errors import AisreError, SignalMissing, ToolError
from aisre_nb.sources.base import Answer
from aisre_nb.sources.manifests import same_service
from aisre_nb.times import Window, rfc3339
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "severity", "kind", "object", "namespace", "service", "finding", "field", "value", "since", "also", "effect_of",
    "remedy",
)  # fmt: skip
_ROWS = 40
_TOLD = 3
_LOOKED = ("Pod", "Deployment", "StatefulSet", "DaemonSet", "Node", "Service", "Event")
_CALLED = timedelta(hours=2)


class GetKubernetesState(Arguments):
    """Arguments of `get_kubernetes_state`."""

    service: str | None = Field(None, description="Only this service's, and what brings them. Leave out to see all.")
    namespace: str | None = Field(None, description="Only this namespace's, and what brings them.")
    pasted: str | None = Field(
        None,
        max_length=1_000_000,
        description="Output of kubectl describe or kubectl get, read instead of the cluster; or manifests in YAML, "
        "which are compared with it.",
    )


async def _get_kubernetes_state(context: ToolContext, arguments: GetKubernetesState) -> ToolResult:
    given = read(arguments.pasted, context.now) if arguments.pasted else Pasted()
    if arguments.pasted and not given.objects and not given.manifests:
        raise ToolError("; ".join(given.notes) or "nothing of kubectl's output was recognised in the text",
                        "paste all of it, with its heads and indentation")  # fmt: skip
    known, answer = await _known(context, given)
    found = find(known, await _calls(context, known))
    found += drift.findings(known, given.manifests)
    service = _service(known, arguments.service) if arguments.service else ""
    kept = about(found, service, arguments.namespace or "")
    notes = [*known.notes, *given.notes, *(answer.notes if answer else ())]
    if len(found) >= MOST:
        notes.append(f"there are more than {MOST} findings; the most serious ones are told")
    shown = kept[:_ROWS]
    facts: dict[str, Any] = {
        "service": service or None,
        "namespace": arguments.namespace,
        "objects": counted(known),
        "alarming": len(alarming(kept)),
        "findings": [_row(finding) for finding in shown],
        "notes": notes,
    }
    return ToolResult(
        "table",
        f"Kubernetes: {service or arguments.namespace or 'what is wrong'}",
        _said(kept, facts),
        _frame(shown),
        facts,
        answer.source if answer else "pasted",
        answer.query if answer else "what was pasted",
        link=answer.link if answer else None,
    )


async def _known(context: ToolContext, given: Pasted) -> tuple[Cluster, Answer | None]:
    """What was pasted, else what the source lists."""
    if given.objects:
        return cluster(list(given.objects), context.now, complete=False), None
    try:
        answer = await configured(context.sources.kubernetes, "the state of Kubernetes").objects()
    except AisreError:
        if given.manifests:
            raise SignalMissing("there is no state to compare the manifests with", "paste what runs, too") from None
        raise
    if answer.frame.empty:
        raise SignalMissing("there is no object of Kubernetes", "go on without")
    return cluster(list(answer.frame["object"]), context.now), answer


def _service(known: Cluster, name: str) -> str:
    """As its objects write it. Raises `SignalMissing` where none is its."""
    names = {known.service(ref(item)) for item in known.items if ref(item).kind != "Event"}
    names |= {known.service(event.about) for event in known.told}
    found = name if name in names else next((n for n in sorted(names) if n and same_service(n, name)), "")
    if not found:
        raise SignalMissing(f"no object of Kubernetes belongs to {name[:100]}", "leave the service out to see all")
    return found


async def _calls(context: ToolContext, known: Cluster) -> list[tuple[str, str]]:
    """Who calls whom, where a policy may cut that off; without spans nobody is known to."""
    if not known.has("NetworkPolicy") or context.sources.metrics is None:
        return []
    try:
        answer = await context.sources.metrics.calls(Window(context.now - _CALLED, context.now))
    except AisreError:
        return []
    rows = answer.frame.to_dict("records")
    return [(str(row["caller"]), str(row["callee"])) for row in rows if "caller" in row and "callee" in row]


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "kind": finding.kind,
        "object": str(finding.object),
        "namespace": finding.object.namespace,
        "service": finding.service,
        "finding": finding.says,
        "field": finding.proof.field,
        "value": finding.proof.value,
        "since": rfc3339(finding.since) if finding.since else "",
        "also": [str(other) for other in finding.also],
        "about": [str(other) for other in finding.about],
        "effect_of": [key.partition(" in ")[0] for key in finding.effect_of],
        "remedy": finding.remedy,
    }


def _frame(findings: Sequence[Finding]) -> pd.DataFrame:
    import pandas as pd

    rows: list[Mapping[str, Any]] = [_row(finding) for finding in findings]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    for column in ("also", "effect_of"):
        frame[column] = [", ".join(cell) for cell in frame[column]]
    frame["since"] = pd.to_datetime(pd.Series([f.since for f in findings], dtype=object), utc=True).dt.as_unit("ns")
    return frame


def _said(found: Sequence[Finding], facts: Mapping[str, Any]) -> str:
    objects = ", ".join(f"{n} {kind}s" for kind, n in facts["objects"].items() if kind in _LOOKED and n)
    wrong = alarming(found)
    if not wrong:
        whose = f" of {facts['service']}" if facts["service"] else ""
        return f"nothing{whose} is wrong by its objects ({objects or 'none of the usual kinds'})"
    first = roots(found) or wrong
    told = " ".join(finding.says for finding in first[:_TOLD])
    more = f" and {len(first) - _TOLD} more" if len(first) > _TOLD else ""
    effects = len(wrong) - len(first)
    tail = f"; {effects} effects of that" if effects else ""
    return f"{len(first)} causes{more and ', the first'}: {told}{tail}" if len(first) > 1 else f"{told}{tail}"


get_kubernetes_state = Tool(
    "get_kubernetes_state",
    "What is wrong by the objects of Kubernetes: pods that do not start, restart or wait for a node, images, probes, "
    "memory kills, quotas, volumes, services without pods, rollouts that stand, nodes; each with the field that proves "
    "it, causes before their effects. Ask where pods, rollouts or nodes may be it. Also reads pasted kubectl output.",
    GetKubernetesState,
    _get_kubernetes_state,
)
