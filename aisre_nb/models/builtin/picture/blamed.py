"""What is held to be the cause: a change that fits, or a condition that is no change."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from aisre_nb.analysis.change_ranking import Fit, Trouble
from aisre_nb.models.builtin import changes, conditions, graph, moved, platform
from aisre_nb.models.builtin.changes import Change
from aisre_nb.models.builtin.conditions import Condition
from aisre_nb.models.builtin.picture import trouble
from aisre_nb.models.builtin.picture.when import Dated

_TOGETHER = timedelta(minutes=2)


class Blamed(Dated):
    """Changes against the trouble."""

    @cached_property
    def trouble(self) -> Trouble | None:
        """What changes are weighed against."""
        return trouble.found(self, self.changes)

    @property
    def retrying(self) -> set[str]:
        """Those who ask far more often than before for what fails, or try again and again what cannot be done."""
        return trouble.retrying(self)

    @cached_property
    def changes(self) -> list[Change]:
        """All changes that were listed."""
        found = self.case.find("get_deployments")
        return changes.read(found) if found else []

    @property
    def changed_last(self) -> Change | None:
        """The last deployment or setting of the service that is asked about, early enough to show what came of it."""
        now = self.case.request.now
        own = [c for c in self.changes if c.service == self.named and c.kind in ("deployment", "config")]
        own = [c for c in own if now is None or timedelta(minutes=5) <= now - c.at <= timedelta(hours=2)]
        return max(own, key=lambda c: c.at, default=None)

    @cached_property
    def own_change(self) -> Change | None:
        """The change of the focus that fits the onset; None where nothing was changed before it."""
        return changes.nearest(self.changes, self.focus, self.latest) if self.latest else None

    @cached_property
    def fits(self) -> list[Fit]:
        """How well each change fits, the best first."""
        return changes.ranked(self.changes, self.trouble, trouble.calls(self)) if self.trouble else []

    @cached_property
    def outstanding(self) -> Change | None:
        """The one change that fits, far better than those of every other service."""
        return changes.outstanding(self.changes, self.fits)

    @property
    def clear(self) -> bool:
        """There is one."""
        return self.outstanding is not None

    @cached_property
    def change(self) -> Change | None:
        """The change that did it, as far as is known: the one that stands out, else the last of the focus."""
        if self.condition:
            return self.condition.change
        own, best = self.own_change, self.outstanding
        if self.by_platform:
            return self.by_platform
        if best is None:
            return own
        return own if own and (own.service, own.kind) == (best.service, best.kind) else best

    @cached_property
    def condition(self) -> Condition | None:
        """A cause that is no change, where no change stands out."""
        if self.beginning is not None and self.beginning.alarming:
            return None
        best = self.outstanding
        if best is None:
            return conditions.found(self, "none")
        return conditions.found(self, "own" if best.service in (self.witness, self.focus) else "other")

    @cached_property
    def by_platform(self) -> Change | None:
        """The same as something that was changed."""
        return platform.change(self.beginning, self.changes) if self.beginning else None

    @property
    def culprit(self) -> str:
        """The service or resource that is held to be the cause."""
        if self.condition:
            return self.condition.services[0]
        if self.change and self.change.service:
            return self.change.service
        # A flag belongs to no service: what is asked more often since, or is hurt first, is where it works.
        if self.change and self.change.kind == "flag" and self.called_more:
            return self.called_more[0].peer
        begun = moved.first(self.movers, graph.pairs(self.case)) if self.change else None
        return (begun.symptom.service if begun else "") or self.focus

    @property
    def companion(self) -> Change | None:
        """What was changed together with it on the way: of a setting the deployment, of a deployment the setting.

        A schema's version is both: a setting of the database, and a migration in the source of who uses it.
        """
        change = self.change
        if change is None or change.kind not in ("deployment", "config"):
            return None
        other = "config" if change.kind == "deployment" else "deployment"
        near = [c for c in self.changes if c.kind == other and c.versions and c.service != change.service]
        near = [c for c in near if c.service in self.chain and abs(c.at - change.at) <= _TOGETHER]
        return min(near, key=lambda c: abs(c.at - change.at), default=None)
