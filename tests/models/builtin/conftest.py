"""A made-up system of four services, tools that answer from it, and a loop just large enough to drive a model."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.base import (
    CallResult,
    Message,
    ResultsMessage,
    ToolCall,
    ToolSpec,
    TurnRequest,
    UserMessage,
)
from aisre_nb.models.builtin import BuiltinModel
from aisre_nb.report.check import check_claims
from aisre_nb.report.report import CheckedClaim, ReportDraft
from aisre_nb.times import rfc3339

NOW = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)
ONSET = NOW - timedelta(minutes=40)
READS = (
    "get_alerts", "get_services", "get_metrics", "get_traces", "get_trace", "get_logs", "get_deployments",
    "get_source_diff", "get_source_file",
)  # fmt: skip

OLD = '''"""What an order costs."""

RATES = {"express": 900, "island": 1500}


def invoice(lines, zone):
    total = sum(line.price * line.count for line in lines)
    surcharge = 0
    if zone in RATES:
        surcharge = RATES[zone]
    return total + surcharge
'''
NEW = OLD.replace("    surcharge = 0\n", "")
LINE = NEW.splitlines().index("    return total + surcharge") + 1
MANIFEST = """\
kind: Deployment
metadata:
  name: billing
  labels:
    app.kubernetes.io/version: "3.5.0"
spec:
  template:
    spec:
      containers:
        - name: billing
          image: images.example/team/billing:3.5.0
        - name: proxy
          image: images.example/proxy:3.5.0
"""


def ago(minutes: float) -> str:
    """RFC 3339, this many minutes before the question."""
    return rfc3339(NOW - timedelta(minutes=minutes))


@dataclass
class World:
    """What the tools answer. Every part may be replaced by a test; an exception as a value is raised."""

    raised: dict[str, str] = field(default_factory=lambda: {"billing": "error_rate", "storefront": "error_rate"})
    """Which signal of which service rose."""
    services: tuple[str, ...] = ("storefront", "billing", "ledger-service", "mailer")
    calls: tuple[tuple[str, str], ...] = (("storefront", "billing"), ("billing", "ledger-service"))
    origin: str = "billing"
    alerting: tuple[str, ...] = ("storefront", "billing")
    type: str = "UnboundLocalError"
    message: str = "cannot access local variable 'surcharge' where it is not associated with a value"
    exception: bool = True
    old: str = OLD
    new: str = NEW
    head: str | None = None
    """The main branch's file; as deployed where None."""
    line: int = LINE
    manifest: str | None = MANIFEST
    changes: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"time": ago(40.5), "service": "billing", "from": "3.4.1", "to": "3.5.0"},
            {"time": ago(44), "service": "mailer", "from": "1.0.0", "to": "1.1.0"},
            {"time": ago(20), "service": "ledger-service", "from": "7", "to": "8"},
        ]
    )
    broken: dict[str, str] = field(default_factory=dict)
    """Tool to the error that it gives."""
    suspects: bool = True
    level: float = 0.0002
    """The error rate of who is well."""

    def answer(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Keyword arguments of `Evidence`: kind, facts, frame."""
        if tool in self.broken:
            raise LookupError(self.broken[tool])
        return getattr(self, f"_{tool}")(**arguments)

    def _get_alerts(self) -> dict[str, Any]:
        alerts = [
            {"alert": "TooManyErrors", "service": s, "severity": "critical", "state": "firing", "since": ago(37)}
            for s in self.alerting
        ]
        frame = pd.DataFrame(alerts, columns=["alert", "service", "severity", "state", "since"])
        return {"kind": "alerts", "facts": {"firing": len(alerts), "alerts": alerts}, "frame": frame}

    def _get_services(self, since: str = "") -> dict[str, Any]:
        rows = [
            {"service": s, "requests": 900, "errors": 90 * (s in self.raised), "error_rate": 0.1 * (s in self.raised)}
            for s in self.services
        ]
        calls = [{"caller": a, "callee": b, "calls": 900, "errors": 0, "p95_ms": 20.0} for a, b in self.calls]
        return {"kind": "services", "facts": {"services": rows, "calls": calls}, "frame": pd.DataFrame(rows)}

    def _get_metrics(self, service: str, since: str = "") -> dict[str, Any]:
        if service not in self.services:
            raise LookupError(f"{service} has no metrics")
        rose = self.raised.get(service, "")
        signals = {
            "request_rate": _signal(10.0, 10.2, False),
            "error_rate": _signal(self.level, 0.12 if rose == "error_rate" else self.level, rose == "error_rate"),
            "latency_p95": _signal(0.2, 1.4 if rose == "latency_p95" else 0.2, rose == "latency_p95"),
        }
        times = [NOW - timedelta(minutes=m) for m in range(120, 0, -1)]
        frame = pd.DataFrame(
            [
                {"time": t, "service": service, "signal": n, "value": s["after"] if t >= ONSET else s["before"]}
                for n, s in signals.items()
                for t in times
            ]
        )
        facts = {
            "service": service, "step_seconds": 60, "signals": signals, "onset": rfc3339(ONSET) if rose else None,
            "worst": rose or None, "deployments": [],
        }  # fmt: skip
        return {"kind": "metrics", "facts": facts, "frame": frame}

    def _get_traces(self, service: str, status: str = "error", since: str = "") -> dict[str, Any]:
        fails = self.raised.get(service) == "error_rate"
        facts = {
            "service": service, "total": 900, "errors": 90 * fails, "endpoint": "POST /pay" if fails else None,
            "operations": [{"operation": "POST /pay", "requests": 300, "errors": 90 * fails}],
            "failing": {"trace_id": f"bad-{service}"} if fails else None,
            "healthy": {"trace_id": f"good-{service}"} if fails else None,
            "origin": {"service": self.origin, "operation": "POST /pay", "share": 1.0} if fails else None,
        }  # fmt: skip
        return {"kind": "traces", "facts": facts, "frame": pd.DataFrame({"trace_id": ["bad"]})}

    def _get_trace(self, trace_id: str, compare_with: str = "") -> dict[str, Any]:
        facts = {"trace_id": trace_id, "compare_with": compare_with, "origin": {"service": self.origin}}
        return {"kind": "trace", "facts": facts, "frame": pd.DataFrame({"span_id": ["a"]})}

    def _get_logs(self, service: str, operation: str = "", since: str = "", onset: str = "") -> dict[str, Any]:
        exception = None
        if self.exception and service == self.origin:
            code = self.new.splitlines()[self.line - 1].strip()
            exception = {
                "type": self.type, "message": self.message, "count": 90, "first_seen": ago(39.8),
                "operation": operation, "text": f"Traceback …\n{self.type}: {self.message}",
                "frames": [
                    {"file": "/srv/lib/python3.13/site-packages/web/app.py", "line": 3, "function": "run", "code": ""},
                    {"file": "/srv/billing/costs.py", "line": self.line, "function": "invoice", "code": code},
                ],
            }  # fmt: skip
        facts = {"service": service, "records": 99, "onset": onset, "new": [], "exception": exception}
        return {"kind": "logs", "facts": facts, "frame": pd.DataFrame({"pattern": [self.message]})}

    def _get_deployments(self, since: str = "") -> dict[str, Any]:
        manifest = {"manifest": "deploy/billing.yaml"} if self.manifest is not None else {}
        rows = [
            {"kind": "deployment", "title": "", **c, **(manifest if c["service"] == "billing" else {})}
            for c in self.changes
        ]
        return {"kind": "deployments", "facts": {"changes": rows}, "frame": pd.DataFrame(rows)}

    def _get_source_diff(self, **arguments: Any) -> dict[str, Any]:
        hunks = hunks_of(self.old, self.new)
        led = self.suspects and bool(hunks)
        frame = pd.DataFrame(
            {"file": "src/billing/costs.py", "text": hunks, "suspect": led, "why": "stack trace" * led}
        )
        lines = [line for text in hunks for line in text.split("\n")[1:]]
        suspect = {
            "file": "src/billing/costs.py", "line": self.line, "why": "stack trace", "hunk": 0,
            "removed": [li[1:] for li in lines if li[:1] == "-"], "added": [li[1:] for li in lines if li[:1] == "+"],
        }  # fmt: skip
        facts = {"files": ["src/billing/costs.py"], "hunks": len(hunks), "suspects": [suspect] * led}
        return {"kind": "diff", "facts": facts, "frame": frame}

    def _get_source_file(self, path: str, version: str | None = None, **more: Any) -> dict[str, Any]:
        if path == "deploy/billing.yaml" and self.manifest is not None:
            text = self.manifest
        else:
            text = self.new if version or self.head is None else self.head
        frame = pd.DataFrame([{"line": n, "text": t} for n, t in enumerate(text.splitlines(), 1)])
        return {"kind": "file", "facts": {"path": path, "version": version, "text": text}, "frame": frame}


def _signal(before: float, after: float, rose: bool) -> dict[str, Any]:
    return {
        "unit": "", "before": before, "after": after, "peak": after * 1.2, "onset": rfc3339(ONSET) if rose else None,
        "confidence": 0.98 if rose else 0.1, "direction": "up" if rose else "flat", "ratio": after / before,
    }  # fmt: skip


def hunks_of(old: str, new: str) -> list[str]:
    """The hunks of a unified diff, as text."""
    text = "".join(difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), n=3))
    parts = text.split("\n@@ ")
    return [f"@@ {part}".rstrip("\n") for part in parts[1:]]


@dataclass
class Drive:
    """Plays the session: runs calls, hands results back, until a report is kept or the model has no more calls."""

    world: World
    decide: Callable[[Mapping[str, Any]], str] = lambda call: ""
    """What is said to a pull request: empty opens it, anything else is the error that the model reads."""
    judge: Callable[[int, ReportDraft], str] = lambda n, draft: ""
    """What is said to the nth report: empty keeps it."""
    tools: tuple[str, ...] = (*READS, "create_pull_request", "submit_report")
    messages: list[Message] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    calls: list[ToolCall] = field(default_factory=list)
    drafts: list[ReportDraft] = field(default_factory=list)
    said: str = ""

    async def ask(self, question: str, final_after: int = 99) -> ReportDraft:
        """Drive to the end; ``final_after`` turns the model is told that a limit is reached."""
        self.messages.append(UserMessage(question))
        for n in range(40):
            turn = await BuiltinModel().turn(self.request(question, n >= final_after), lambda text: None)
            self.said = turn.message.text
            self.messages.append(turn.message)
            if not turn.message.calls:
                assert turn.stop == "end_turn"
                return self.drafts[-1] if self.drafts else ReportDraft(outcome="inconclusive")
            results = [self._run(call) for call in turn.message.calls]
            self.messages.append(ResultsMessage(tuple(results)))
            if any(
                c.name == "submit_report" and not r.is_error for c, r in zip(turn.message.calls, results, strict=True)
            ):
                return self.drafts[-1]
        raise AssertionError("it does not end")

    def request(self, question: str, final: bool = False) -> TurnRequest:
        tools = ("submit_report",) if final else self.tools
        specs = [ToolSpec(name, "", {}) for name in tools]
        return TurnRequest("", list(self.messages), specs, question, dict(self.evidence), NOW, final)

    def made(self, tool: str) -> list[dict[str, Any]]:
        """The arguments of each call of a tool."""
        return [dict(c.arguments) for c in self.calls if c.name == tool]

    def checked(self) -> list[CheckedClaim]:
        """The last report's claims, checked by code."""
        claims, dropped = check_claims(self.drafts[-1], self.evidence)
        assert dropped == []
        return claims

    def _run(self, call: ToolCall) -> CallResult:
        assert call.id not in {c.id for c in self.calls}
        self.calls.append(call)
        error, id = "", ""
        if call.name == "submit_report":
            self.drafts.append(ReportDraft.model_validate(dict(call.arguments)))
            error = self.judge(len(self.drafts), self.drafts[-1])
        elif call.name == "create_pull_request":
            error = self.decide(call.arguments)
            if not error:
                id = self._keep(
                    call, {"kind": "pull_request", "facts": {"kind": call.arguments["kind"]}, "frame": None}
                )
        else:
            try:
                id = self._keep(call, self.world.answer(call.name, call.arguments))
            except LookupError as failure:
                error = str(failure.args[0])
        wrapped = f"<result abc tool={call.name}>\n{error or 'fine'}\n</result abc>"
        return CallResult(call.id, wrapped, bool(error), id)

    def _keep(self, call: ToolCall, result: dict[str, Any]) -> str:
        id = f"E{len(self.evidence) + 1}"
        self.evidence[id] = Evidence(id, title="t", summary="s", tool=call.name, arguments=call.arguments, **result)
        return id


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def drive(world: World) -> Drive:
    return Drive(world)


@pytest.fixture
def names() -> type:
    """What tests need of this file by name."""

    class Names:
        OLD, NEW, MANIFEST, LINE, NOW, ONSET = OLD, NEW, MANIFEST, LINE, NOW, ONSET
        ago = staticmethod(ago)
        hunks_of = staticmethod(hunks_of)
        World = World
        Drive = Drive

    return Names
