"""Which series of the whole system moved, and who moved first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.analysis.movers import movers
from aisre_nb.analysis.order import Move, first
from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.times import rfc3339
from aisre_nb.tools.arguments import Windowed
from aisre_nb.tools.asking import configured
from aisre_nb.tools.metrics import shown, step_for
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "onset",
    "service",
    "metric",
    "labels",
    "before",
    "after",
    "peak",
    "unit",
    "hurts",
    "direction",
    "confidence",
)
_ROWS = 40
_LEAST_STEP = 60


class FindMovers(Windowed):
    """Arguments of `find_movers`."""


async def _find_movers(context: ToolContext, arguments: FindMovers) -> ToolResult:
    source = configured(context.sources.metrics, "metrics")
    if not hasattr(source, "all_series"):
        raise ToolError("this source cannot list all its series at once", "ask get_metrics for single services")
    window = arguments.window(context)
    step = max(step_for(window.duration.total_seconds()), _LEAST_STEP)
    answer = await source.all_series(window, step)
    if answer.frame.empty:
        raise SignalMissing("there is no metric in this window", "look at another window")
    moved = movers(answer.frame)
    kept = moved.head(_ROWS)
    rows = [_row(row, step) for row in kept.to_dict("records")]
    facts: dict[str, Any] = {
        "step_seconds": step,
        "series": int(answer.frame.groupby(["service", "metric", "labels"], sort=False).ngroups),
        "moved": len(moved),
        "movers": rows,
        "first": _first(kept[kept["hurts"] != ""], step),
    }
    frame = kept[list(_COLUMNS)]
    return ToolResult(
        "table",
        "What moved",
        _said(facts),
        frame,
        facts,
        answer.source,
        answer.query,
        window,
        link=answer.link,
        notes=answer.notes,
    )


def _row(row: dict[Any, Any], step: int) -> dict[str, Any]:
    numbers = {name: float(f"{row[name]:.6g}") for name in ("before", "after", "peak")}
    return {
        **{name: str(row[name]) for name in ("service", "metric", "labels", "unit", "direction", "hurts")},
        **numbers,
        "onset": rfc3339(row["onset"].to_pydatetime()),
        "onset_by": rfc3339(row["onset"].to_pydatetime() + timedelta(seconds=step)),
        "confidence": round(float(row["confidence"]), 3),
    }


def _first(harmful: pd.DataFrame, step: int) -> list[str]:
    """The services that may have been first to be hurt: no bucket of another was over when theirs began."""
    bucket = timedelta(seconds=step)
    moves = [
        Move(str(s), at.to_pydatetime(), bucket) for s, at in zip(harmful["service"], harmful["onset"], strict=True)
    ]
    return list(dict.fromkeys(move.name for move in first(moves)))


def _said(facts: dict[str, Any]) -> str:
    rows, total = facts["movers"], facts["series"]
    harmful = [row for row in rows if row["hurts"]]
    if not rows:
        return f"none of {total} series moved"
    begun = min(harmful, key=lambda row: row["onset"], default=None)
    told = f"{facts['moved']} of {total} series moved, {len(harmful)} in a way that hurts"
    if begun is None:
        return told
    levels = f"from {shown(begun['before'], begun['unit'])} to {shown(begun['after'], begun['unit'])}"
    told += f"; first {begun['service']}: {begun['metric']} {levels} at {begun['onset'][11:16]} UTC"
    others = [name for name in facts["first"] if name != begun["service"]]
    return told + (f", or within the same bucket {', '.join(others[:3])}" if others else "")


find_movers = Tool(
    "find_movers",
    "All series of all services, nodes and queues at once: which moved, when, how far, and whether that hurts. Use it "
    "where the golden signals are well though something is wrong, to see who moved first, and to rule services out.",
    FindMovers,
    _find_movers,
    estimates=True,
)
