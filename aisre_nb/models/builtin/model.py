"""The built-in investigator behind the protocol of every model."""

from __future__ import annotations

from collections.abc import Callable

from aisre_nb.models.base import AssistantMessage, ToolCall, Turn, TurnRequest
from aisre_nb.models.builtin import followup
from aisre_nb.models.builtin.case import Case
from aisre_nb.models.builtin.conclude.verdict import judge
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.models.builtin.second import both, second
from aisre_nb.models.builtin.stages import (
    flow,
    history,
    kubernetes,
    movers,
    overview,
    proposals,
    quiet,
    ranking,
    records,
    report,
    requests,
    revert,
    signals,
    source,
)
from aisre_nb.models.builtin.step import Step

_STAGES: tuple[Callable[[Picture], Step | None], ...] = (
    overview.step,
    ranking.early,
    signals.step,
    movers.unseen,
    quiet.step,
    kubernetes.step,
    flow.step,
    requests.step,
    signals.below,
    records.step,
    history.step,
    requests.compared,
    movers.elsewhere,
    source.step,
    revert.step,
    ranking.late,
)
"""In the order in which an expert would ask; the first that still wants something has the turn."""


class BuiltinModel:
    """Chooses by rules over the evidence. Keeps nothing between turns: the same request gets the same turn."""

    name = "builtin"

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        """The next calls, and one sentence that says why."""
        case = Case(request)
        step = _next(case)
        on_text(step.why)
        made = len(case.attempts)
        calls = tuple(ToolCall(f"b{made + n}", w.tool, dict(w.arguments)) for n, w in enumerate(step.wishes, 1))
        return Turn(AssistantMessage(step.why, calls), "tool_use" if calls else "end_turn", model=self.name)

    async def close(self) -> None:
        """There is nothing to let go of."""


def _next(case: Case) -> Step:
    followed = None if case.request.final else case.followed
    if followed is not None and (step := followup.step(case, followed)):
        return step
    picture = Picture(case)
    pictures = [picture]
    for stage in () if case.request.final else _STAGES:
        if step := stage(picture):
            return step
        if stage is ranking.early and judge(picture).by_ranking and judge(picture).outcome == "root_cause":
            return report.step(picture)
    if not case.request.final and (left := second(picture)):
        for stage in _STAGES:
            if step := stage(left):
                return step
        pictures += [other] if (other := both(picture)) else []
    for one in () if case.request.final else pictures:
        if step := proposals.step(one):
            return step
    return report.step(*pictures)
