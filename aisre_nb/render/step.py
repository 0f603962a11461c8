"""One finished step: a header that says what was asked and what it said, then the picture or table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aisre_nb.evidence.change import ChangeView, FileChange
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record.events import Decided
from aisre_nb.render import change, diff, html, picture, tables, text
from aisre_nb.render.rests_on import Resting, links

_TABLES: dict[str, Callable[[Evidence], str]] = {
    "alerts": tables.alerts,
    "services": tables.services,
    "traces": tables.traces,
    "logs": tables.logs,
    "deployments": tables.deployments,
    "diff": diff.hunks,
    "file": diff.file,
    "pull_request": diff.pull_request,
    "table": tables.anything,
    "text": tables.anything,
}


@dataclass(frozen=True)
class StepView:
    """What is shown of a step; the fields are those of the session's step."""

    n: int
    tool: str
    arguments: Mapping[str, Any]
    effect: str
    seconds: float
    evidence: Evidence | None
    error: str = ""
    reused: bool = False
    decision: Decided | None = None
    why: str = ""
    claims: tuple[Resting, ...] = ()
    """The claims that rest on it, once there is a report."""


def bundles(step: StepView) -> list[dict[str, Any]]:
    """One output, or two where there is a figure."""
    evidence = step.evidence
    figure = picture.figure(evidence, [c.mark for c in step.claims if c.mark]) if evidence else None
    parts = [_header(step)]
    if step.claims:
        parts.append(f"<div>{html.span('claims that rest on it:', 'dim')} {links([c.n for c in step.claims])}</div>")
    if step.decision is not None:
        parts.append(_decision(step.decision, shown=evidence is None))
    if evidence is not None and evidence.kind in _TABLES:
        parts.append(_TABLES[evidence.kind](evidence))
    head = {"text/html": html.block(*parts), "text/plain": _plain(step, figure is None)}
    return [head, figure] if figure else [head]


def body(evidence: Evidence, claims: Sequence[Resting] = ()) -> list[dict[str, Any]]:
    """An evidence by itself, without the step that brought it; ``claims`` rest on it, and are marked."""
    figure = picture.figure(evidence, [c.mark for c in claims if c.mark])
    title = f"<div><b>{html.text(evidence.id)} {html.text(evidence.title)}</b> {html.text(evidence.summary)}</div>"
    head = {
        "text/html": html.block(title, table(evidence)),
        "text/plain": f"{evidence.id} {evidence.title}: {evidence.summary}",
    }
    return [figure] if figure else [head]


def table(evidence: Evidence) -> str:
    """The HTML of an evidence that is read as a table; empty where it has a figure instead."""
    return _TABLES[evidence.kind](evidence) if evidence.kind in _TABLES else ""


def _header(step: StepView) -> str:
    said = html.text(step.evidence.summary) if step.evidence else html.span(f"✗ {step.error}", "bad")
    mark = f'<b id="aisre-{html.text(step.evidence.id)}">{html.text(step.evidence.id)}</b>' if step.evidence else ""
    arguments = ", ".join(f"{k}={_short(v)}" for k, v in step.arguments.items() if v not in (None, "", [], {}))
    call = html.code(f"{step.tool}({arguments})"[:160])
    seconds = html.span(f"{step.seconds:.2f} s", "dim")
    first = f'<div class="aisre-h">{html.span(f"{step.n}.", "n")} {mark} <span>{said}</span></div>'
    link = html.page(step.evidence.link) if step.evidence else ""
    return f'{first}<div class="aisre-dim">{call} {seconds} {link}</div>'


def _decision(decision: Decided, *, shown: bool) -> str:
    words = {
        "approve": "approved",
        "edit": "approved as edited",
        "reject": "rejected",
        "stop": "stopped here",
        "denied": "not allowed",
    }[decision.verdict]
    who = words if decision.verdict == "denied" else f"{words} by {decision.who} ({decision.channel})"
    who += f": {decision.reason}" if decision.reason else ""
    if decision.rule and decision.channel != "policy":
        who += f"; from now on: {decision.rule}"
    if decision.again:
        who += f" (shown again: {decision.again})"
    edits = [
        f"{name}: {decision.proposed.get(name)!r} → {value!r}"
        for name, value in decision.final.items()
        if decision.proposed.get(name) != value and name != "edits"
    ]
    if decision.proposed.get("edits") != decision.final.get("edits"):
        edits.append("hunks of the files: see the diff")
    parts = f"<div><b>{html.text(who)}</b></div>"
    if edits and decision.verdict == "edit":
        parts += html.pre("\n".join(edits))
    if shown and decision.view:
        parts += html.details("what was proposed", change.html_of(_view(decision.view)))
    return parts


def _view(view: Mapping[str, Any]) -> ChangeView:
    """Out of a record again."""
    files = tuple(FileChange(**f) for f in view.get("files", ()))
    rows = tuple((str(what), str(before), str(after)) for what, before, after in view.get("rows", ()))
    title, body, scope = (str(view.get(name, "")) for name in ("title", "body", "scope"))
    return ChangeView(title, body, scope, files, rows=rows)


def _short(value: Any) -> str:
    shown = value if isinstance(value, str) else repr(value)
    return shown if len(shown) <= 40 else shown[:37] + "…"


def _plain(step: StepView, with_table: bool) -> str:
    evidence = step.evidence
    if evidence is None:
        return f"{step.n}. {step.tool}: ✗ {step.error}"
    head = f"{step.n}. {evidence.id} {step.tool}: {evidence.summary}"
    if step.decision is not None:
        head += f"\n   {step.decision.verdict} by {step.decision.who} ({step.decision.channel})"
    if evidence.kind == "logs" and evidence.facts.get("exception"):
        return f"{head}\n{evidence.facts['exception'].get('text', '')}"
    if evidence.kind == "diff":
        suspects = [r["text"] for r in evidence.df.to_dict("records") if r.get("suspect")]
        return "\n".join([head, *suspects])
    return (
        f"{head}\n{text.table(evidence.df)}" if with_table and evidence.kind not in ("file", "pull_request") else head
    )
