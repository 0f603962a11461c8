"""One source that speaks every protocol from frames a test gives it, and the context around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import SignalMissing, UsageError
from aisre_nb.evidence.change import ChangeView, FileChange
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.sources.base import Answer
from aisre_nb.sources.cluster import Done, Planned, Row
from aisre_nb.sources.code_source import PullRequest
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.tool import ToolContext

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class Fake:
    """``frames`` by the method's name (``trace`` by trace id); a method without one misses its signal."""

    frames: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    opened: list[PullRequest] = field(default_factory=list)

    def _answer(self, name: str, *given: Any) -> Answer:
        self.asked.append((name, given))
        if name not in self.frames:
            raise SignalMissing(f"no {name}")
        return Answer(self.frames[name], f"query of {name}", "fake")

    async def alerts(self, at: datetime) -> Answer:
        return self._answer("alerts", at)

    async def services(self, window: Any) -> Answer:
        return self._answer("services", window)

    async def calls(self, window: Any) -> Answer:
        return self._answer("calls", window)

    async def golden_signals(self, service: str, window: Any, step_seconds: int) -> Answer:
        return self._answer("golden_signals", service, window, step_seconds)

    async def metric(self, name: str, service: str | None, window: Any, step_seconds: int) -> Answer:
        return self._answer("metric", name, service, window, step_seconds)

    async def all_series(self, window: Any, step_seconds: int) -> Answer:
        return self._answer("all_series", window, step_seconds)

    async def traces(
        self, service: str, window: Any, *, status: str = "any", operation: str | None = None, limit: int = 50
    ) -> Answer:
        answer = self._answer("traces", service, status, operation, limit)
        rows = answer.frame
        if status != "any":
            rows = rows[rows["error"] == (status == "error")]
        rows = rows[rows["operation"] == operation] if operation else rows
        return replace(answer, frame=rows.head(limit).reset_index(drop=True))

    async def flow(self, window: Any, onset: Any) -> Answer:
        return self._answer("flow", window, onset)

    async def attribute_values(self, service: str, window: Any, onset: Any, operations: Any, by: str) -> Answer:
        return self._answer("attribute_values", service, window, onset, operations, by)

    async def between_places(self, window: Any, onset: Any, what: str) -> Answer:
        return self._answer("between_places", window, onset, what)

    async def span_sample(self, window: Any, limit: int, part: float = 1.0) -> Answer:
        return self._sampled("span_sample", "start", window)

    async def log_sample(self, window: Any, limit: int, part: float = 1.0) -> Answer:
        return self._sampled("log_sample", "time", window)

    def _sampled(self, name: str, time: str, window: Any) -> Answer:
        answer = self._answer(name, window)
        times = answer.frame[time]
        inside = answer.frame[(times >= window.start) & (times < window.end)].reset_index(drop=True)
        return replace(answer, frame=inside)

    async def operations(self, service: str, window: Any) -> Answer:
        return self._answer("operations", service, window)

    async def trace(self, trace_id: str) -> Answer:
        self.asked.append(("trace", trace_id))
        return Answer(self.frames["trace"].get(trace_id, pd.DataFrame()), f"query of trace {trace_id}", "fake")

    async def logs(self, service: str, window: Any, **narrow: Any) -> Answer:
        return self._answer("logs", service, window, narrow)

    async def changes(self, window: Any, service: str | None = None) -> Answer:
        return self._answer("changes", window, service)

    async def diff(self, service: str, from_version: str, to_version: str) -> Answer:
        return self._answer("diff", service, from_version, to_version)

    async def file(self, path: str, version: str | None = None, service: str | None = None) -> Answer:
        return self._answer("file", path, version, service)

    async def preview_pull_request(self, request: PullRequest) -> ChangeView:
        self.asked.append(("preview", request))
        edit = request.edits[0]
        change = FileChange(edit.path, edit.old, edit.new, f"-{edit.old}\n+{edit.new}\n")
        return ChangeView(request.title, request.body, f"branch {request.branch}", (change,), ("title", "body"))

    async def open_pull_request(self, request: PullRequest) -> Answer:
        self.opened.append(request)
        frame = pd.DataFrame([{"file": f.path, "diff": f.diff} for f in request.files])
        frame.attrs.update(number=4, branch=request.branch, url="file:///4", state="open", commit="c0ffee", base="main")
        return Answer(frame, "git push", "fake")


@dataclass
class Fleet:
    """A cluster of deployments by replicas; everything else about it is made up."""

    name: str = "fleet"
    actions: frozenset[str] = frozenset({"scale", "restart", "merge"})
    at: datetime = NOW
    replicas: dict[str, int] = field(default_factory=lambda: {"web": 2})
    done: list[dict[str, Any]] = field(default_factory=list)

    async def now(self) -> datetime:
        return self.at

    async def preview(self, action: Any) -> Planned:
        if action["action"] == "restart":
            return Planned(f"Restart {action['service']}", f"deployment {action['service']}")
        if action["action"] != "scale" or action["service"] not in self.replicas:
            raise UsageError(f"there is no {action.get('service')}", "one of web")
        service, before = action["service"], self.replicas[action["service"]]
        row = Row(f"replicas of {service}", str(before), str(action["replicas"]))
        undo = {"action": "scale", "service": service, "replicas": before}
        return Planned(f"Scale {service} to {action['replicas']}", f"deployment {service}", (row,), undo)

    async def apply(self, action: Any) -> Done:
        planned = await self.preview(action)
        self.done.append(dict(action))
        if "replicas" in action:
            self.replicas[action["service"]] = action["replicas"]
        return Done(f"{planned.title}: begun.", self.at, planned.undo)

    async def wait(self, minutes: float, tell: Callable[[str], None]) -> datetime:
        tell(f"{minutes:g} min")
        self.at += timedelta(minutes=minutes)
        return self.at


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


@pytest.fixture
def acting(context: ToolContext, fleet: Fleet) -> ToolContext:
    """The context, with something to act on."""
    return replace(context, sources=replace(context.sources, cluster=fleet))


@pytest.fixture
def fake() -> Fake:
    return Fake()


@pytest.fixture
def other() -> Fake:
    """A second source of changes."""
    return Fake()


@pytest.fixture
def context(fake: Fake) -> ToolContext:
    """Everything answered by `fake`, except changes: a test says who tells of them."""
    return ToolContext(Sources(fake, fake, fake, fake, (), fake), NOW, {})


@pytest.fixture
def with_changes(context: ToolContext) -> Callable[..., ToolContext]:
    return lambda *sources: replace(context, sources=replace(context.sources, changes=sources))


@pytest.fixture
def with_evidence(context: ToolContext) -> Callable[[pd.DataFrame | None], ToolContext]:
    def build(frame: pd.DataFrame | None) -> ToolContext:
        kept = Evidence("E1", "table", "fruit", "some", "mine", {}, "fake", "the query", frame=frame)
        return replace(context, evidence={"E1": kept})

    return build


@pytest.fixture
def ago() -> Callable[[float], pd.Timestamp]:
    """So many minutes before now."""
    return lambda minutes: pd.Timestamp(NOW - timedelta(minutes=minutes))
