"""A finished investigation, every text of which may be somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.record.events import Asked, Decided, Event, Reported, ToolFinished, Verified
from aisre_nb.report.postmortem.document import Postmortem
from aisre_nb.report.postmortem.recorded import of_events
from aisre_nb.report.report import Report
from aisre_nb.times import Window

START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
ONSET = "2026-03-01T10:31:00Z"
ASKED = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
"""By the clock of whoever looked, a month later."""


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def _evidence(id: str, what: Any, text: str, frame: pd.DataFrame | None, tool: str = "", /, **facts: Any) -> Evidence:
    window = Window(START, at(60))
    return Evidence(
        id, what, text, text, tool or f"get_{what}", {"x": text}, text, text, window, ASKED, frame, facts, text,
        digest="ab" * 32,
    )  # fmt: skip


def _metrics(text: str, points: int, signals: int) -> pd.DataFrame:
    names = ["request_rate", "error_rate", *(f"latency_p{50 + n}" for n in range(signals - 2))][:signals]
    times = pd.date_range(START, periods=points, freq=f"{3600 / points:.6f}s")
    values = [0.1 + 0.001 * (n % 13) if n > points / 2 else 0.01 for n in range(points)]
    return pd.concat(
        pd.DataFrame({"time": times, "service": text, "signal": s, "value": values, "unit": "1"}) for s in names
    )


def _spans(text: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "span_id": [f"s{n}" for n in range(3)], "parent_span_id": ["", "s0", "s1"], "service": text,
            "operation": text, "start": at(35), "duration_ms": [9.0, 8.0, 7.0], "error": True, "trace": "failing",
        }
    )  # fmt: skip


@dataclass
class Case:
    """What a postmortem is made of."""

    report: Report
    evidence: dict[str, Evidence]
    events: list[Event]

    def made(self, redactor: Redactor | None = None) -> tuple[Postmortem, dict[str, Evidence]]:
        return of_events(self.events, self.evidence, redactor or Redactor())


def case(text: str = "cart", *, points: int = 60, signals: int = 4, copies: int = 1, **changes: Any) -> Case:
    """``text`` stands wherever somebody else's words may stand."""
    changed = {"kind": "changed", "evidence": "E1", "signal": "error_rate", "at": ONSET}
    origin = {"kind": "value", "evidence": "E2", "column": "origin.service", "expected": "cart"}
    held = {"result": "passed", "essential": True}
    told: dict[str, Any] = {
        "question": text,
        "outcome": "root_cause",
        "root_cause": {"services": ["cart"], "summary": text, "evidence": ["E1"]},
        "claims": [
            {"text": f"{text} rose", "evidence": ["E1"], "check": changed, **held},
            {"text": f"{text} begins there", "evidence": ["E2"], "check": origin, **held},
            {"text": f"{text} is 7", "evidence": ["E3"], "result": "failed", "detail": f"it is 9, {text}"},
        ],
        "impact": [{"text": f"{text} of all requests", "evidence": ["E1"], "check": changed, "result": "passed"}],
        "contributing": [{"text": text, "evidence": ["E3"]}],
        "hypotheses": [{"text": text, "verdict": "refuted", "evidence": ["E3"], "result": "passed"}],
        "timeline": [
            {"time": "2026-03-01T10:30:00Z", "text": text, "evidence": ["E3"], "kind": "change"},
            {"time": "2026-03-01T10:33:00Z", "text": text, "evidence": ["E3"], "kind": "alert"},
        ],
        "remediation": [{"text": (text + "...")[:600], "kind": "rollback", "evidence": ["E4"]}],
        "gaps": [text],
        "dropped": [text],
        "proof": [
            {"name": "symptom", "closed": True, "detail": text, "claims": [0]},
            {"name": "order", "closed": False, "detail": text},
        ],
        "confidence": 0.8,
        "model": text,
    }
    report = Report.model_validate({**told, **changes})
    evidence = {
        "E1": _evidence("E1", "metrics", text, _metrics(text, points, signals), onset=ONSET),
        "E2": _evidence("E2", "trace", text, _spans(text), origin={"service": "cart", "span_id": "s2"}),
        "E3": _evidence("E3", "table", text, pd.DataFrame({"what": [text], "n": [9]})),
        "E4": _evidence(
            "E4", "pull_request", text, pd.DataFrame({"file": [text], "diff": [f"-{text}\n+{text}"]}),
            "create_pull_request", number=12, title=text, url=f"no {text}", branch=text, kind="rollback", state="open",
        ),
    }  # fmt: skip
    for n in range(5, 4 + copies):
        evidence[f"E{n}"] = _evidence(f"E{n}", "metrics", text, evidence["E1"].frame, onset=ONSET)
    if copies > 1:
        more = [{"text": f"{n} {text}", "evidence": [f"E{n}"]} for n in range(5, 4 + copies)]
        report = Report.model_validate(report.model_dump() | {"claims": [*told["claims"], *more]})
    seen = {"at": ASKED + timedelta(seconds=30), "call_id": "c4", "tool": "create_pull_request", "n": 4}
    events: list[Event] = [
        Asked(question=text, model=text, policy="read", who=text, now=at(60), at=ASKED),
        Decided(**seen, verdict="approve", channel="panel", who=text, reason=text, view={"title": text}),
        ToolFinished(**seen, arguments={}, effect="change", evidence="E4"),
        ToolFinished(n=5, call_id="c5", tool="get_logs", arguments={}, error=text, at=ASKED),
        Reported(report=report.model_dump(mode="json"), at=ASKED + timedelta(minutes=1)),
        Verified(rows=[{"evidence": "E1", "status": "drifted", "detail": text, "seconds": 1.0}], at=ASKED),
    ]
    return Case(report, evidence, events)


@pytest.fixture
def made() -> Callable[..., Case]:
    return case
