"""Traces of a made-up chain of services, with faults put in by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

START = datetime(2031, 5, 6, 10, 0, tzinfo=UTC)
ONSET = START + timedelta(minutes=30)
END = ONSET + timedelta(minutes=5)
UNTIL = ONSET - timedelta(minutes=5)


@dataclass
class Chain:
    """A trace is front → middle → back, and front → side; every service logs a line before and after its work."""

    spans: list[dict[str, Any]] = field(default_factory=list)
    logs: list[dict[str, Any]] = field(default_factory=list)

    def trace(
        self,
        n: int,
        at: datetime,
        *,
        gap_ms: dict[str, float] | None = None,
        own_ms: dict[str, float] | None = None,
        stop: str = "",
        error: str = "",
    ) -> None:
        """``gap_ms``: of the way to a service; ``own_ms``: of a service; ``stop``: it ends early and calls nobody;
        ``error``: it logs an error."""
        gaps, own = gap_ms or {}, own_ms or {}
        trace = f"t{n}"

        def visit(service: str, parent: str, start: datetime, callees: tuple[str, ...]) -> float:
            span = f"{trace}-{service}"
            at_ms = own.get(service, 5.0) + n % 3 / 10
            self._log(trace, span, service, "info", f"{service}.Work#10 begins {n}", start)
            if error == service:
                self._log(trace, span, service, "error", f"{service}.Work#15 no stock for {n}", start, 1)
            for callee in callees if stop != service else ():
                begin = start + timedelta(milliseconds=at_ms)
                inner = {"middle": ("back",)}.get(callee, ())
                way = gaps.get(callee, 2.0) + n % 3 / 10
                took = visit(callee, f"{span}>{callee}", begin + timedelta(milliseconds=way / 2), inner) + way
                self._span(trace, f"{span}>{callee}", span, service, "HTTP GET", begin, took)
                at_ms += took
            if stop != service:
                self._log(trace, span, service, "info", f"{service}.Work#20 is done with {n}", start, at_ms)
            self._span(trace, span, parent, service, f"GET /{service}", start, at_ms)
            return at_ms

        visit("front", "", at, ("middle", "side"))

    def _span(self, trace: str, span: str, parent: str, service: str, name: str, at: datetime, ms: float) -> None:
        self.spans.append(
            {
                "trace_id": trace, "span_id": span, "parent_span_id": parent, "service": service, "operation": name,
                "start": at, "duration_ms": ms, "failed": False,
            }
        )  # fmt: skip

    def _log(
        self, trace: str, span: str, service: str, severity: str, body: str, at: datetime, later: float = 0.0
    ) -> None:
        time = at + timedelta(milliseconds=later)
        row = {"time": time, "trace_id": trace, "span_id": span, "service": service, "severity": severity, "body": body}
        self.logs.append(row)

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Spans and log records."""
        return pd.DataFrame(self.spans), pd.DataFrame(self.logs)


@pytest.fixture
def chain() -> Callable[..., tuple[pd.DataFrame, pd.DataFrame]]:
    """Sixty traces in the half hour before `ONSET`, thirty in the five minutes since; the fault is in the latter."""

    def make(before: int = 60, now: int = 30, **fault: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
        made = Chain()
        for n in range(before):
            made.trace(n, START + timedelta(seconds=n * 1800 / before))
        for n in range(now):
            made.trace(before + n, ONSET + timedelta(seconds=n * 300 / now), **fault)
        return made.frames()

    return make
