"""Second: whose golden signals changed, and when."""

from __future__ import annotations

from aisre_nb.models.builtin import facts, graph, symptom, words
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.picture.way import CALLEES
from aisre_nb.models.builtin.step import Step, wish

_WIDE = "24h"
"""How far back to look for an onset that the usual window does not hold."""


def step(picture: Picture) -> Step | None:
    """The subject, or the candidates where none is named; then its neighbours if it is well; then along the chain."""
    subject = picture.subject
    if not subject:
        return _ask(
            picture, picture.candidates, "No service is named, so I look at those that alert, fail or take most:"
        )
    if subject == picture.named and (found := _ask(picture, [subject], "When did it begin? I look at the signals of")):
        return found
    if found := _wider(picture, subject):
        return found
    if not picture.start and not picture.question.health:
        why = f"The signals of {subject} did not change, so I look at whom it calls and who calls it:"
        return _ask(picture, picture.neighbours, why)
    measured = {facts.word(row, "service") for row in graph.service_rows(picture.case)}
    for before, service in zip(picture.chain, picture.chain[1:], strict=False):
        # Somebody else's service, or a database without metrics, has no signals to ask for.
        if (not measured or service in measured) and (
            found := _ask(picture, [service], f"What is wrong in {before} begins deeper, so I look at")
        ):
            return found
    return None


def below(picture: Picture) -> Step | None:
    """Where the traces do not say in which service it starts: the signals of those that the focus calls."""
    focus = picture.focus
    own, traces = (picture.symptom(focus), picture.traces) if focus and not picture.way else (None, None)
    told = bool(traces and facts.word(traces.facts, "origin.service"))
    if own is None or (told and not own.slow):
        return None
    what = "where the time goes" if own.slow else "whether it comes from below"
    return _ask(picture, graph.callees(picture.case, focus)[:CALLEES], f"To see {what}, I look at what {focus} calls:")


def _ask(picture: Picture, services: list[str], why: str) -> Step | None:
    new = [s for s in services if picture.metrics(s) is None and picture.case.open("get_metrics", service=s)]
    wishes = tuple(wish("get_metrics", service=s, since=picture.since) for s in new)
    return Step(f"{why} {words.listed(new)}.", wishes) if wishes else None


def _wider(picture: Picture, service: str) -> Step | None:
    found = picture.metrics(service)
    if found is None or picture.symptom(service) or not symptom.constantly_high(found):
        return None
    if not picture.case.open("get_metrics", service=service, since=_WIDE):
        return None
    why = f"{service} fails all through this window, so I look further back for when that began."
    return Step(why, (wish("get_metrics", service=service, since=_WIDE),))
