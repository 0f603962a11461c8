"""A question after a report: answered from what is known, or by the one read that it asks for."""

from __future__ import annotations

import re

from aisre_nb.models.builtin import facts, graph, names, remedy, words
from aisre_nb.models.builtin.case import PROPOSE, Case
from aisre_nb.models.builtin.conclude.draft import summary
from aisre_nb.models.builtin.conclude.verdict import judge
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.plans import Plan, fix, rollback
from aisre_nb.models.builtin.stages.proposals import propose
from aisre_nb.models.builtin.step import Step, wish

_SHOW = {
    "get_logs": r"\blogs?\b",
    "get_traces": r"\b(?:traces?|requests)\b",
    "get_metrics": r"\b(?:metrics?|signals|latency|error rate)\b",
    "get_alerts": r"\balerts?\b",
    "get_deployments": r"\b(?:deploy\w*|changes)\b",
}
_ASKS_TO_SEE = re.compile(r"\b(?:show|read|fetch|get|see|look at|give me)\b", re.IGNORECASE)
_ASKS_TO_CHANGE = re.compile(
    r"\b(?:open|create|propose|make|send|raise)\b.*\b(?:roll ?back|fix|pull request|prs?)\b|"
    r"\b(?:roll ?back|fix)\b.*\bagain\b",
    re.IGNORECASE,
)
_ASKS_WHICH = re.compile(r"\b(?:which|what)\b[^?]*\b(?:deploy\w*|change[ds]?|version|release|commit)\b", re.IGNORECASE)
_ASKS_WHETHER = re.compile(
    r"\bwhy not\b|\bwhat about\b|\bcould (?:it|this) be\b|"
    r"\b(?:is|was|are)\b[^?]*\b(?:it|not|to blame|involved|at fault)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:why not|what about|could it be)\s+(?:the\s+)?([\w.-]+)", re.IGNORECASE)
_COMPLAINS = re.compile(
    r"\b(?:issues?|problems?|slow\w*|errors?|fail\w*|down|broken|investigate|root cause|incident|wrong)\b",
    re.IGNORECASE,
)
_CAN = (
    "Without a language model I answer by rules: which change it was, why it is not another service, whether a service "
    "is healthy, its logs, traces, metrics or alerts, the pull requests again, or a new question about a service."
)


def step(case: Case, followed: Case) -> Step | None:
    """The next step; None where the question is a new investigation."""
    text, before = case.question, Picture(followed)
    known = graph.known_services(case)
    target = next(iter(names.mentioned(text, known)), "")
    if found := remedy.step(case, before):
        return found
    if _ASKS_TO_CHANGE.search(text):
        return _change(case, before, text)
    if _ASKS_TO_SEE.search(text) and (found := _show(case, before, text, target)):
        return found
    if _ASKS_WHICH.search(text) and not target:
        return Step(_which(before))
    picture = Picture(case)
    if _ASKS_WHETHER.search(text) or (picture.question.health and target):
        return _whether(case, before, target, text)
    unanswered = judge(before).outcome == "inconclusive"
    if _COMPLAINS.search(text) and (target or picture.question.start or unanswered):
        return None
    return Step(f"{summary(before, judge(before))} {_CAN}")


def _change(case: Case, before: Picture, text: str) -> Step:
    tried = [a for a in case.attempts if a.call.name == PROPOSE and a.current]
    only = {
        k for k, pattern in (("rollback", r"roll ?back"), ("fix", r"\bfix")) if re.search(pattern, text, re.IGNORECASE)
    }
    plans = [
        plan
        for make in (rollback, fix)
        if isinstance(plan := make(before), Plan) and plan.kind in (only or {"rollback", "fix"})
    ]
    for plan in plans if PROPOSE in case.tools and judge(before).outcome == "root_cause" else []:
        if not any(a.call.arguments.get("kind") == plan.kind for a in tried):
            return propose(before, plan)
    if not tried:
        return Step(
            "There is no such pull request to propose: no cause with a change to take back or to mend is shown."
        )
    parts = [f"{a.call.arguments.get('kind')}: {words.short(a.error) if a.error else 'opened'}" for a in tried]
    return Step(f"The pull requests: {'; '.join(parts)}.")


def _show(case: Case, before: Picture, text: str, target: str) -> Step | None:
    service = target or before.focus or before.subject
    for tool, pattern in _SHOW.items():
        if not re.search(pattern, text, re.IGNORECASE) or tool not in case.tools:
            continue
        arguments = {"service": service} if service else {}
        if not any(a.current and a.call.name == tool for a in case.attempts):
            extra = {"status": "any"} if tool == "get_traces" and "error" not in text.lower() else {}
            return Step(
                f"I fetch what you ask for{f', of {service}' if service else ''}.", (wish(tool, **arguments, **extra),)
            )
        if failures := case.failures(tool):
            return Step(f"That cannot be had: {words.short(failures[-1])}")
        found = next((e for e in reversed(case.evidence) if e.tool == tool), None)
        return Step(f"{found.summary} ({found.id})" if found else "It brought nothing.")
    return None


def _which(before: Picture) -> str:
    change = before.change
    if change is None:
        return "No change before the onset was found, so none is held for the cause."
    found = before.complaint
    when = f", before {words.rose(found)}" if found else ""
    return f"{change.label}, deployed at {words.clock(change.time)}{when} ({change.evidence})."


def _whether(case: Case, before: Picture, target: str, text: str) -> Step:
    if not target:
        said = _NAMED.search(text)
        listed = words.listed(graph.known_services(case)[:12])
        what = f"nothing here is called {said.group(1)}; " if said else ""
        return Step(f"{what[:1].upper()}{what[1:]}the services that I know are {listed}. {_held(before)}")
    if before.metrics(target) is None and case.open("get_metrics", service=target):
        return Step(f"I look at the signals of {target}.", (wish("get_metrics", service=target),))
    found, metrics = before.symptom(target), before.metrics(target)
    if metrics is None:
        return Step(f"The signals of {target} cannot be had, so that is open. {_held(before)}")
    own = f"{target}: {words.rose(found)}" if found else f"{target}: neither errors nor latency rose"
    why = f" Yet it passes on what starts to fail in {before.focus}." if found and target in before.chain[:-1] else ""
    return Step(f"{own} ({metrics.id}).{why} {_held(before)}")


def _held(before: Picture) -> str:
    traces = before.traces
    origin = facts.word(traces.facts, "origin.service") if traces else ""
    starts = f" The failing requests start to fail in {origin} ({traces.id})." if traces and origin else ""
    return f"What I hold for the cause: {summary(before, judge(before))}{starts}"
