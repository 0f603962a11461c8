"""Somebody else's service is slow or fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.models.builtin import facts, graph, words
from aisre_nb.models.builtin.conditions.condition import Condition, Proof
from aisre_nb.report.report import Check

if TYPE_CHECKING:
    from aisre_nb.models.builtin.picture.blamed import Blamed


def elsewhere(picture: Blamed) -> Condition | None:
    """What it waits for, or what refuses it, belongs to somebody else: it has no telemetry of its own here."""
    hop = picture.way[-1] if picture.way else None
    if hop is None or hop.where != "peer" or not hop.clear or _known(picture, hop.peer):
        return None
    if hop.by == "latency":
        text = f"{hop.peer} answers slowly"
        said = f"{hop.operation} of {hop.peer} takes {_ms(hop.after)} on average, {_ms(hop.before)} before."
    else:
        text = f"{hop.peer} fails"
        part = f"{words.share(hop.after)} of the calls {hop.operation} to {hop.peer}"
        said = f"{part} fail, {words.share(hop.before)} before."
    check = Check(kind="value", evidence=hop.evidence, column=hop.after_path, expected=hop.after)
    where = Check(kind="value", evidence=hop.evidence, column="origin.service", expected=hop.peer)
    return Condition(
        "dependency", (hop.peer,), text,
        (Proof(said, hop.evidence, check),
         Proof(f"What {hop.service} waits for, or what fails it, is {hop.peer}.", hop.evidence, where)),
        f"Ask the owner of {hop.peer}; use another provider, or do without it, where a flag allows that.",
    )  # fmt: skip


def _ms(value: float) -> str:
    return f"{value:.0f} ms" if value >= 100 else f"{value:.3g} ms"


def _known(picture: Blamed, service: str) -> bool:
    """It has telemetry of its own, or something was changed in it."""
    listed = {facts.word(row, "service") for row in graph.service_rows(picture.case)}
    return service in listed or any(change.service == service for change in picture.changes)
