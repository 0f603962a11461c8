"""Where pods may be it: what Kubernetes says is wrong with them."""

from __future__ import annotations

from aisre_nb.models.builtin import facts, graph, platform
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.step import Step, wish

_LINES = 3


def step(picture: Picture) -> Step | None:
    """Asked once: by the question, by an alert, by what moved, or by an error about credentials."""
    case = picture.case
    if not case.open("get_kubernetes_state"):
        return None
    text = case.question
    if text.count("\n") >= _LINES and _pasted(text):
        return Step("I read what you pasted of Kubernetes.", (wish("get_kubernetes_state", pasted=text),))
    if not (why := _why(picture)):
        return None
    return Step(f"{why}, so I ask Kubernetes what is wrong.", (wish("get_kubernetes_state"),))


def _why(picture: Picture) -> str:
    if platform.speaks(picture.case.question):
        return "The question speaks of pods, nodes or a rollout"
    firing = (facts.word(alert, "alert") for alert in graph.alerts(picture.case))
    if name := next((name for name in firing if platform.speaks(_spaced(name))), ""):
        return f"{name} fires"
    if platform.missing(picture.movers):
        return "Pods restart or are missing by their metrics"
    if platform.credentials(picture.errors):
        return "The error is about credentials, and pods may hold old ones"
    if picture.focus and picture.change is None and picture.case.find("get_deployments"):
        return "No change fits"
    return ""


def _pasted(text: str) -> bool:
    from aisre_nb.analysis.kubernetes.pasted.read import read

    return bool(read(text).objects)


def _spaced(name: str) -> str:
    """``KubePodNotReady`` as words."""
    return "".join(f" {c}" if c.isupper() else c for c in name)
