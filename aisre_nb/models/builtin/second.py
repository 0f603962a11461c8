"""A second fault: an ill service that the first cause does not explain, looked into in the same way."""

from __future__ import annotations

from aisre_nb.models.builtin import facts, graph, names
from aisre_nb.models.builtin.case import Case
from aisre_nb.models.builtin.conclude.verdict import judge
from aisre_nb.models.builtin.moved import SURE
from aisre_nb.models.builtin.picture import Picture

_SERIOUS = {"critical", "page", "high", "error"}


def second(first: Picture) -> Picture | None:
    """The picture of what is left over; None where the first cause explains all, or there is none yet."""
    if first.question.health or judge(first).outcome != "root_cause":
        return None
    explained = _explained(first)
    for service in _ill(first):
        if service in explained or explained & _below(first.case, service):
            continue
        return Picture(first.case, service)
    return None


def both(first: Picture) -> Picture | None:
    """The second picture, where it shows a cause that is another one than the first's."""
    found = second(first)
    if found is None or judge(found).outcome != "root_cause" or not (found.clear or found.condition or found.suspect):
        return None
    same = found.culprit == first.culprit or (found.change is not None and found.change == first.change)
    return None if same or found.focus in first.chain else found


def _explained(picture: Picture) -> set[str]:
    """Those on the way, and what the culprit calls or is asked by to no end."""
    found = {picture.culprit, picture.subject, *picture.chain}
    if picture.change and picture.change.service in picture.retrying:
        found |= _below(picture.case, picture.change.service)
    return found - {""}


def _ill(picture: Picture) -> list[str]:
    """What else the question names, then what alerts seriously, then where something that hurts moved surely."""
    known = graph.known_services(picture.case)
    named = [s for s in names.mentioned(picture.case.question, known) if s != picture.named]
    alerting = [
        facts.word(a, "service") for a in graph.alerts(picture.case) if facts.word(a, "severity").lower() in _SERIOUS
    ]
    moved = [m.symptom.service for m in picture.movers if m.hurts == "failed requests" and m.confidence >= SURE]
    return [s for s in dict.fromkeys([*named, *alerting, *moved]) if s and s != picture.named]


def _below(case: Case, service: str) -> set[str]:
    """All that it calls, directly or not."""
    pairs, found, todo = graph.pairs(case), set[str](), [service]
    while todo:
        caller = todo.pop()
        fresh = {callee for one, callee in pairs if one == caller} - found
        found |= fresh
        todo += fresh
    return found
