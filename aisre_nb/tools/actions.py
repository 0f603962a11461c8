"""What a person lets the agent do to a cluster; each is shown before it runs, and knows how it is taken back."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.evidence.secrets import MASK
from aisre_nb.sources.cluster import Action, Planned
from aisre_nb.times import rfc3339
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.asking import configured
from aisre_nb.tools.tool import ChangeView, Tool, ToolContext, ToolResult

REASON = "Why, with the evidence's numbers; the person who decides reads it."


class _Acts(Arguments):
    """Arguments of an action: its own, and the reason."""

    reason: str = Field("", max_length=4000, description=REASON)

    def own(self) -> dict[str, Any]:
        """Those that the cluster is told; what was left out stays out."""
        return self.model_dump(mode="json", exclude={"reason"}, exclude_none=True)


class RollbackDeployment(_Acts):
    """Arguments of `rollback_deployment`."""

    service: str
    to: str | None = Field(None, description="The version to go back to. Default: the one before.")


class ScaleDeployment(_Acts):
    """Arguments of `scale_deployment`."""

    service: str
    replicas: int = Field(ge=0, le=1000)


class RestartDeployment(_Acts):
    """Arguments of `restart_deployment`."""

    service: str


class SetFlag(_Acts):
    """Arguments of `set_flag`."""

    flag: str
    percent: float = Field(ge=0, le=100, description="Share of requests that get it; 0 is off.")


class SetConfig(_Acts):
    """Arguments of `set_config`."""

    service: str
    key: str
    value: str | int | float | bool


class CordonNode(_Acts):
    """Arguments of `cordon_node`."""

    node: str
    drain: bool = Field(False, description="Move its pods away too.")


class UncordonNode(_Acts):
    """Arguments of `uncordon_node`."""

    node: str


class SilenceAlert(_Acts):
    """Arguments of `silence_alert`."""

    matchers: dict[str, str] = Field(min_length=1, description="Labels that an alert must have, with their values.")
    minutes: int = Field(60, ge=1, le=1440)


class MergePullRequest(_Acts):
    """Arguments of `merge_pull_request`."""

    number: int = Field(ge=1)


def worded(action: Action) -> str:
    """``"rollback service=cart to=0.1.0"``."""
    return " ".join([str(action.get("action")), *(f"{k}={v}" for k, v in action.items() if k != "action")])


async def _planned(context: ToolContext, action: Action) -> Planned:
    # A model knows secrets by their placeholder only, and so does the record that an undo is read from.
    if MASK.search(str(dict(action))):
        raise ToolError("a secret would be replaced by its placeholder", "a person must set that value")
    return await configured(context.sources.cluster, "actions on a cluster").preview(action)


def scope(context: ToolContext, action: Action) -> tuple[str, ...]:
    """What an action touches, as rules name it."""
    match action.get("action"):
        case "set_flag":
            return (f"flag:{action.get('flag')}",)
        case "cordon" | "uncordon":
            return (f"node:{action.get('node')}",)
        case "silence":
            matchers = action.get("matchers")
            return (f"alert:{','.join(f'{k}={v}' for k, v in sorted(dict(matchers or {}).items()))}",)
        case "merge":
            return (f"repository:{context.sources.code.name}",) if context.sources.code else ()
        case _:
            return (f"service:{action.get('service')}",) if action.get("service") else ()


async def view(context: ToolContext, action: Action, reason: str) -> ChangeView:
    """What a person is shown before an action."""
    planned = await _planned(context, action)
    undo = f"Undo: {worded(planned.undo)}" if planned.undo else "Nothing takes this back."
    rows = tuple((row.what, row.before, row.after) for row in planned.rows)
    return ChangeView(planned.title, "\n\n".join(part for part in (reason, undo) if part), planned.scope, rows=rows)


async def done(context: ToolContext, action: Action, undoes: str | None = None) -> ToolResult:
    """Do it; raises `ChangeConflict` where it is not what was approved any more."""
    import pandas as pd

    cluster = configured(context.sources.cluster, "actions on a cluster")
    planned = await _planned(context, action)
    shown = context.approved
    if shown is not None and shown.rows != tuple((row.what, row.before, row.after) for row in planned.rows):
        raise ChangeConflict("the cluster is not as it was shown any more; nothing ran", "propose it again")
    did = await cluster.apply(action)
    rows = [(row.what, row.before, row.after) for row in planned.rows]
    facts: dict[str, Any] = {
        "action": dict(action),
        "service": action.get("service"),
        "scope": planned.scope,
        "at": rfc3339(did.at),
        "undo": None if did.undo is None else dict(did.undo),
        "undoes": undoes,
    }
    said = f"{did.text.rstrip('.')}. It takes effect from {did.at:%H:%M} UTC on; look with verify."
    frame = pd.DataFrame(rows, columns=["what", "before", "after"])
    return ToolResult("table", planned.title, said, frame, facts, cluster.name, worded(action))


def _tool(name: str, action: str, arguments: type[_Acts], description: str) -> Tool:
    def told(given: _Acts) -> dict[str, Any]:
        return {"action": action, **given.own()}

    async def preview(context: ToolContext, given: _Acts) -> ChangeView:
        return await view(context, told(given), given.reason)

    async def handler(context: ToolContext, given: _Acts) -> ToolResult:
        return await done(context, told(given))

    def touched(context: ToolContext, given: _Acts) -> tuple[str, ...]:
        return scope(context, told(given))

    return Tool(name, description, arguments, handler, "change", preview, touched, moves=True)


_SEEN = "A person sees what it changes and decides."

TOOLS: dict[str, Tool] = {
    "rollback": _tool("rollback_deployment", "rollback", RollbackDeployment, (
        "Set a deployment back to an earlier revision at once, without the repository. Quicker than a pull request, "
        f"and undone by the next merge: propose the pull request as well. {_SEEN}"
    )),
    "scale": _tool("scale_deployment", "scale", ScaleDeployment, (
        f"Run more or fewer pods of a service. Helps against too little capacity, not against a fault in code. {_SEEN}"
    )),
    "restart": _tool("restart_deployment", "restart", RestartDeployment, (
        "Replace a service's pods one after the other. Helps against leaked memory and stale secrets, for a while; "
        f"find out why first. {_SEEN}"
    )),
    "set_flag": _tool("set_flag", "set_flag", SetFlag, f"Give a feature flag to another share of requests. {_SEEN}"),
    "set_config": _tool("set_config", "set_config", SetConfig, (
        f"Set one value of a service's configuration; its pods are replaced so that they read it. {_SEEN}"
    )),
    "cordon": _tool("cordon_node", "cordon", CordonNode, (
        f"Keep new pods off a node that is unwell, and move its pods away with drain. {_SEEN}"
    )),
    "uncordon": _tool("uncordon_node", "uncordon", UncordonNode, f"Let a node take pods again. {_SEEN}"),
    "silence": _tool("silence_alert", "silence", SilenceAlert, (
        f"Keep an alert that people know of from notifying for some time. It mends nothing. {_SEEN}"
    )),
    "merge": _tool("merge_pull_request", "merge", MergePullRequest, (
        f"Merge an open pull request; the cluster follows the main branch and rolls it out. {_SEEN}"
    )),
}  # fmt: skip
"""By the action that the cluster must be able to do."""
