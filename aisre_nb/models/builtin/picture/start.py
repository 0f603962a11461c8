"""Where to follow from: the service that is ill, or what moved where none is."""

from __future__ import annotations

from functools import cached_property

from aisre_nb.models.builtin import facts, flow, graph, moved, platform
from aisre_nb.models.builtin.moved import Mover
from aisre_nb.models.builtin.picture.asked import Asked
from aisre_nb.models.builtin.platform import Said
from aisre_nb.models.builtin.symptom import Symptom

_HARMLESS = {"info", "none"}


class Started(Asked):
    """The place at which the trouble shows."""

    @cached_property
    def start(self) -> str:
        """Where to follow from: the ill service; where all are well by their golden signals, the one that moved."""
        return self._unwell or (self.hidden.service if self.hidden else "") or self._without_pods

    @cached_property
    def _unwell(self) -> str:
        """The subject if it is unwell or cannot be measured, else a neighbour that is."""
        if not self.subject or self.sick(self.subject):
            return self.subject
        if self.question.health:
            return ""
        unwell = ((s, found) for s in self.neighbours if (found := self.symptom(s)))
        # Errors next door do not explain a complaint about time.
        return next((s for s, found in unwell if found.slow or not self.question.slow), "")

    @cached_property
    def movers(self) -> list[Mover]:
        """All series that moved, where they were asked for."""
        found = self.case.find("find_movers")
        return moved.read(found) if found else []

    @cached_property
    def hidden(self) -> Symptom | None:
        """What is wrong where no service's errors or latency are."""
        if self.question.health or not self.movers or self._unwell:
            return None
        serious = [a for a in graph.alerts(self.case) if facts.word(a, "severity").lower() not in _HARMLESS]
        near = [self.named, *self.neighbours] if self.named else []
        if pods := platform.fitting(self.said, self.movers, platform.speaks(self.case.question)):
            return pods.symptom
        compared = self.case.find("follow_calls", service=self.named) if self.named else None
        if compared and (left_out := flow.fewer(compared, self.named)):
            return left_out
        return moved.telling(self.movers, near, [facts.word(a, "service") for a in serious], graph.pairs(self.case))

    @cached_property
    def said(self) -> list[Said]:
        """What Kubernetes says is wrong, where it was asked."""
        found = self.case.find("get_kubernetes_state")
        return platform.read(found) if found else []

    @property
    def _without_pods(self) -> str:
        """The service whose pods have trouble, where nothing can be measured of it."""
        if self.question.health or not platform.speaks(self.case.question):
            return ""
        ill = [one.service for one in self.said if one.alarming and one.service]
        return self.named if self.named in ill else next(iter(ill), "")

    @cached_property
    def shown(self) -> Symptom | None:
        """The change for the worse of the service to follow from."""
        return self.symptom(self.start) if self.start and not self.hidden else None
