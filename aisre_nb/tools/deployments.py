"""What was changed, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field

from aisre_nb.errors import AisreError, ToolError
from aisre_nb.times import rfc3339
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

_COLUMNS = ("time", "kind", "service", "title", "from", "to", "commit", "manifest", "author")
_SAME = timedelta(hours=2)


class GetDeployments(Windowed):
    """Arguments of `get_deployments`."""

    service: str | None = Field(None, description="Only this service's changes. Leave out to see what else changed.")


async def _get_deployments(context: ToolContext, arguments: GetDeployments) -> ToolResult:
    import pandas as pd

    if not context.sources.changes:
        raise ToolError("no source answers for changes", "add a repository under [sources] in aisre.toml")
    window = arguments.window(context, "6h")
    rows: list[dict[str, Any]] = []
    queries, names, problems, notes = [], [], [], list[str]()
    for source in context.sources.changes:
        try:
            answer = await source.changes(window, arguments.service)
        except AisreError as error:
            problems.append(str(error))
            continue
        notes += answer.notes
        queries.append(answer.query)
        names.append(answer.source)
        for row in answer.frame.to_dict("records"):
            _join(rows, {name: _plain(row.get(name)) for name in _COLUMNS})
    if not queries:
        raise ToolError("; ".join(problems))
    rows.sort(key=lambda row: row["time"], reverse=True)
    changes = [{**row, "time": rfc3339(row["time"])} for row in rows]
    deployed = [c for c in changes if c["kind"] == "deployment"]
    named = "; ".join(f"{c['service']} {c['from']} → {c['to']} at {c['time'][11:16]}" for c in deployed[:4])
    said = f"{len(deployed)} deployments: {named}" if deployed else f"no deployment among {len(changes)} changes"
    title = f"Changes of {arguments.service}" if arguments.service else "Changes"
    return ToolResult(
        "deployments",
        title,
        said,
        pd.DataFrame(rows, columns=list(_COLUMNS)),
        {"changes": changes},
        ", ".join(names),
        "\n\n".join(queries),
        window,
        notes=(*notes, *problems),
    )


def _plain(value: Any) -> Any:
    return None if value is None or value != value else value


def _join(rows: list[dict[str, Any]], new: dict[str, Any]) -> None:
    """One deployment that several sources tell of is one row: the first source's time, what the others add."""
    for row in rows:
        same = all(row[k] == new[k] for k in ("service", "kind", "from", "to"))
        if same and new["kind"] == "deployment" and abs(row["time"] - new["time"]) < _SAME:
            row.update({k: v for k, v in new.items() if row[k] in (None, "") and v not in (None, "")})
            return
    rows.append(new)


get_deployments = Tool(
    "get_deployments",
    "Deployments, configuration, flags and other changes in a window (six hours unless told), newest first, with image "
    "versions before and after, commit and manifest. Most incidents follow a change: ask without a service too.",
    GetDeployments,
    _get_deployments,
)
