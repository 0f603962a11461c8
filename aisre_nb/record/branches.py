"""Two runs beside each other: their steps, aligned, and what they came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from aisre_nb.evidence.digest import canonical
from aisre_nb.record.events import Asked, Decided, Event, EvidenceKept, Forked, Reported, ToolFinished

Kind = Literal["same", "changed", "only first", "only second"]


@dataclass(frozen=True)
class Run:
    """One run, as its events tell it."""

    name: str
    events: Sequence[Event]

    @property
    def forked(self) -> Forked | None:
        """Where it left another one, if it did."""
        return next((e for e in self.events if isinstance(e, Forked)), None)

    @property
    def steps(self) -> list[ToolFinished]:
        """The finished calls, by their numbers."""
        return sorted((e for e in self.events if isinstance(e, ToolFinished) and not e.reused), key=lambda e: e.n)

    @property
    def reported(self) -> Reported | None:
        """The last report."""
        return next((e for e in reversed(self.events) if isinstance(e, Reported)), None)

    def said(self, step: ToolFinished) -> str:
        """What came of a step, in one line."""
        kept = next((e for e in self.events if isinstance(e, EvidenceKept) and e.id == step.evidence), None)
        return f"{step.evidence} {kept.data.get('summary', '')}".strip() if kept else f"✗ {step.error}"

    def digest(self, step: ToolFinished) -> str:
        """Of its result; of its error, where it has none."""
        kept = next((e for e in self.events if isinstance(e, EvidenceKept) and e.id == step.evidence), None)
        return str(kept.data.get("digest")) if kept else step.error


@dataclass(frozen=True)
class Pair:
    """A step of one, of the other, or of both."""

    kind: Kind
    call: str
    """``get_metrics(service='cart')``; where they differ, what differs."""
    first: str
    second: str
    n: tuple[int, int]
    """Their numbers; 0 where there is none."""


@dataclass(frozen=True)
class Comparison:
    """Two runs."""

    names: tuple[str, str]
    steps: list[Pair]
    outcomes: list[tuple[str, str, str]]
    """What, of the first, of the second."""
    fork: str = ""
    """Where the second left the first, and with what."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "names": list(self.names),
            "fork": self.fork,
            "steps": [{**asdict(pair), "n": list(pair.n)} for pair in self.steps],
            "outcomes": {what: {"first": a, "second": b, "same": a == b} for what, a, b in self.outcomes},
        }  # fmt: skip


def compare(first: Run, second: Run) -> Comparison:
    """Aligned by their calls; what is the same call with the same result is *same*."""
    left, right = first.steps, second.steps
    keys = [[f"{s.tool} {canonical(_given(s))}" for s in steps] for steps in (left, right)]
    rows: list[Pair] = []
    for what, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        if what == "equal":
            rows += [_pair(first, second, x, y) for x, y in zip(left[a:b], right[c:d], strict=True)]
            continue
        ours, theirs = list(left[a:b]), list(right[c:d])
        for step in ours:
            other = next((t for t in theirs if t.tool == step.tool), None)
            if other is None:
                rows.append(Pair("only first", _call(step.tool, _given(step)), first.said(step), "", (step.n, 0)))
            else:
                theirs.remove(other)
                rows.append(_pair(first, second, step, other))
        rows += [Pair("only second", _call(s.tool, _given(s)), "", second.said(s), (0, s.n)) for s in theirs]
    fork = second.forked
    told = f"at step {fork.step}: {fork.what}" if fork is not None and fork.record == first.name else ""
    return Comparison((first.name, second.name), rows, _outcomes(first, second), told)


def _pair(first: Run, second: Run, x: ToolFinished, y: ToolFinished) -> Pair:
    a, b = _given(x), _given(y)
    same = a == b and first.digest(x) == second.digest(y)
    differ = {k: f"{a.get(k)!r} → {b.get(k)!r}" for k in {**a, **b} if a.get(k) != b.get(k)}
    shown = f"{x.tool}: {', '.join(f'{k} {v}' for k, v in differ.items())}" if differ else _call(x.tool, a)
    return Pair("same" if same else "changed", shown, first.said(x), second.said(y), (x.n, y.n))


def _given(step: ToolFinished) -> dict[str, Any]:
    """Its arguments but for those that say nothing."""
    return {k: v for k, v in step.arguments.items() if v not in (None, "", [], {})}


def _call(tool: str, arguments: Mapping[str, Any]) -> str:
    shown = ", ".join(f"{k}={_short(v)}" for k, v in arguments.items())
    return f"{tool}({shown})"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _outcomes(first: Run, second: Run) -> list[tuple[str, str, str]]:
    ours, theirs = _facts(first), _facts(second)
    return [(what, ours[what], theirs[what]) for what in ours]


def _facts(run: Run) -> dict[str, str]:
    """What a run came to, by what it is."""
    event = run.reported
    report: Mapping[str, Any] = event.report if event else {}
    cause = report.get("root_cause") or {}
    claims = [c for c in report.get("claims") or [] if isinstance(c, Mapping)]
    results = [c.get("result") for c in claims]
    proof = [one for one in report.get("proof") or [] if isinstance(one, Mapping)]
    refuted = sum(h.get("verdict") == "refuted" for h in report.get("hypotheses") or [])
    sure = report.get("confidence")
    decided = [e.verdict for e in run.events if isinstance(e, Decided)]
    usage = event.usage if event else {}
    models = list(dict.fromkeys([e.model for e in run.events if isinstance(e, Asked)] + [str(report.get("model", ""))]))
    return {
        "outcome": str(report.get("outcome", "no report")),
        "confidence": f"{sure * 100:.0f} %" if isinstance(sure, int | float) else "",
        "service": ", ".join(map(str, cause.get("services") or [])),
        "change": str(cause.get("change") or ""),
        "cause": str(cause.get("summary") or ""),
        "proof open": ", ".join(str(one.get("name")) for one in proof if not one.get("closed")),
        "claims": f"{results.count('passed')} passed, {results.count('none')} found, {results.count('failed')} failed",
        "refuted alternatives": str(refuted),
        "decisions": ", ".join(f"{decided.count(v)} {v}" for v in dict.fromkeys(decided)),
        "steps": str(len(run.steps)),
        "model": " → ".join(m for m in models if m),
        "tokens": f"{usage.get('input_tokens', 0):.0f} in, {usage.get('output_tokens', 0):.0f} out",
        "money": f"{usage.get('cost_usd', 0):.4f} USD",
        "seconds": f"{event.seconds:.1f}" if event else "",
    }
