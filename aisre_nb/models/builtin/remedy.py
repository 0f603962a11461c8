"""A remedy that the person asks for in a follow-up: done once it is approved, looked at, taken back where it harms."""

from __future__ import annotations

import re

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts, graph, names, words
from aisre_nb.models.builtin.case import PROPOSE, Attempt, Case
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, Wish, wish

_VERIFY, _UNDO = "verify", "undo_action"
_ACTS = ("merge_pull_request", "rollback_deployment", "restart_deployment", "scale_deployment", _UNDO)
_HELPED = re.compile(
    r"\b(?:did|has|have|is|are)\b[^?]*\b(?:help(?:ed)?|work(?:ed)?|recover(?:ed|ing)?|better|mended)\b|\bverify\b",
    re.IGNORECASE,
)
_MERGE = re.compile(r"\bmerge\b(?:\D*(\d+))?", re.IGNORECASE)
_ROLLBACK = re.compile(r"\broll\b(?:\s+[\w.-]+){0,3}\s+back\b|\brollback\b", re.IGNORECASE)
_PROPOSED = re.compile(r"\b(?:pull requests?|prs?|propose|open|create|again)\b", re.IGNORECASE)
_RESTART = re.compile(r"\brestart\b", re.IGNORECASE)
_SCALE = re.compile(r"\bscale\b.*?\bto\s+(\d+)\b", re.IGNORECASE)
_TAKE_BACK = re.compile(r"\bundo\b(?:.*?\b(E\d+)\b)?", re.IGNORECASE)
_MINUTES = 10
_LOOKS = 3
"""How often something that improves is looked at again."""


def step(case: Case, before: Picture) -> Step | None:
    """The next step; None where the question asks for no remedy and not whether one helped."""
    if _VERIFY not in case.tools:
        return None
    acted = [a for a in case.attempts if a.current and a.call.name in _ACTS]
    if not acted:
        asked = _asked(case, before)
        if asked is not None:
            return asked
        if not _HELPED.search(case.question):
            return None
    elif acted[-1].error and (len(acted) == 1 or acted[-1].call.name != _UNDO):
        return Step(f"Nothing was done: {words.short(acted[-1].error)}")
    return _looked(case, before, acted)


def _asked(case: Case, before: Picture) -> Step | None:
    """The action that the question names."""
    text, service = case.question, _service(case, before)
    if found := _MERGE.search(text):
        number = int(found[1]) if found[1] else _proposed(case, text)
        if number is None:
            return Step("Which one? The pull requests are listed by: %sre prs.")
        return _do(case, wish("merge_pull_request", number=number), "You ask me to merge it; the cluster follows.")
    if found := _TAKE_BACK.search(text):
        done = found[1] or next((e.id for e in reversed(case.evidence) if facts.at(e.facts, "undo")), "")
        return _do(case, wish(_UNDO, step=done), f"You ask me to take {done} back.") if done else None
    if _ROLLBACK.search(text) and not _PROPOSED.search(text):
        change = before.change
        to = change.old if change and change.service == service else None
        return _do(case, wish("rollback_deployment", service=service, to=to), f"You ask me to set {service} back.")
    if _RESTART.search(text):
        return _do(case, wish("restart_deployment", service=service), f"You ask me to restart {service}.")
    if found := _SCALE.search(text):
        act = wish("scale_deployment", service=service, replicas=int(found[1]))
        return _do(case, act, f"You ask me to scale {service}.")
    return None


def _do(case: Case, act: Wish, why: str) -> Step | None:
    return Step(f"{why} You decide when you see what it changes.", (act,)) if act.tool in case.tools else None


def _proposed(case: Case, text: str) -> int | None:
    """The number of the pull request that is meant: the only one, or the one of the kind that is named."""
    opened = [e for e in case.evidence if e.tool == PROPOSE and facts.number(e.facts, "number") is not None]
    kinds = [e for e in opened if facts.word(e.facts, "kind") and facts.word(e.facts, "kind") in text.lower()]
    meant = kinds or opened
    return int(facts.number(meant[0].facts, "number") or 0) if len(meant) == 1 else None


def _service(case: Case, before: Picture) -> str:
    named = names.mentioned(case.question, graph.known_services(case))
    return named[0] if named else before.focus or before.subject


def _looked(case: Case, before: Picture, acted: list[Attempt]) -> Step:
    """Wait and look, again while it improves; propose to take back what did harm."""
    looks = [a for a in case.attempts if a.current and a.call.name == _VERIFY]
    if looks and looks[-1].error:
        return Step(f"Whether it helped cannot be said: {words.short(looks[-1].error)}")
    seen = [e for e in case.evidence if e.tool == _VERIFY][-len(looks) :] if looks else []
    done = _newest(case)
    service = (facts.word(done.facts, "service") if done and acted else "") or _service(case, before)
    fresh = bool(acted) and acted[-1].call.name == _UNDO and not acted[-1].error and len(acted) > 1
    if not seen or (fresh and _order(case, seen[-1]) < _order(case, done)):
        return Step(
            f"I let {_MINUTES} minutes pass and look at {service}.", (wish(_VERIFY, service=service, minutes=_MINUTES),)
        )
    verdict, said = facts.word(seen[-1].facts, "verdict"), f"{words.short(seen[-1].summary, 400)} ({seen[-1].id})."
    if verdict == "improving" and len(seen) < _LOOKS:
        act = wish(_VERIFY, service=service, minutes=_MINUTES)
        return Step(f"{said} It is on its way, so I look again later.", (act,))
    undone = any(a.call.name == _UNDO for a in acted)
    if verdict == "worse" and done and facts.at(done.facts, "undo") and not undone and _UNDO in case.tools:
        act = wish(_UNDO, step=done.id, reason=said)
        return Step(f"{said} It did harm, so I propose to take it back; you decide.", (act,))
    refused = f" It was not taken back: {words.short(acted[-1].error)}" if acted and acted[-1].error else ""
    return Step(said + refused)


def _newest(case: Case) -> Evidence | None:
    return next((e for e in reversed(case.evidence) if e.tool in _ACTS and "undo" in e.facts), None)


def _order(case: Case, evidence: Evidence | None) -> int:
    return case.evidence.index(evidence) if evidence is not None else -1
