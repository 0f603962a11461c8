"""When an effect holds, and on which pods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.clock import SECONDS

if TYPE_CHECKING:
    from aisre_nb.sandbox.engine.cluster import Cluster
    from aisre_nb.sandbox.engine.pods import Pod


@dataclass(frozen=True)
class When:
    """Everything that is set must hold. Minutes count back from the instant of the question."""

    service: str = ""
    """Whose pods must have the version or the setting; empty: the effect's own."""
    versions: tuple[str, ...] = ()
    key: str = ""
    values: tuple[str, ...] = ()
    """Of the setting ``key``."""
    older: float | None = None
    """Pods that began earlier than so many minutes before *now*."""
    nodes: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    flag: str = ""
    """As often as the flag's percentage says."""
    off: str = ""
    """As often as this flag's percentage does *not* say."""
    since: float | None = None
    lasting: float | None = None
    """Minutes."""
    every: float = 0.0
    """Minutes from one beginning of ``lasting`` to the next; 0: it happens once."""
    until: tuple[Mapping[str, Any], ...] = ()
    """Actions that end it for good: one that has at least these fields."""
    ramp: float = 0.0
    """Minutes that it takes to hold in full."""
    zero: float = SECONDS
    """The second of the question."""

    @property
    def asks_pods(self) -> bool:
        """Whether it is true of some pods only."""
        return bool(self.versions or self.key or self.older is not None or self.nodes or self.zones)

    def pod(self, pod: Pod) -> bool:
        """Whether it is true of this pod, at any time."""
        if self.versions and pod.version not in self.versions:
            return False
        if self.key and pod.settings.get(self.key) not in self.values:
            return False
        if self.older is not None and pod.begun >= self.zero - self.older * 60:
            return False
        return (not self.nodes or pod.node in self.nodes) and (not self.zones or pod.zone in self.zones)

    def share(self, cluster: Cluster, at: float) -> float:
        """0 to 1: how much of it holds at that second, pods apart."""
        begun = self.zero - self.since * 60 if self.since is not None else -1e12
        if at < begun:
            return 0.0
        if self.lasting is not None:
            past = at - begun
            if self.every:
                past %= self.every * 60
            if past >= self.lasting * 60:
                return 0.0
        if any(cluster.done(action, at) for action in self.until):
            return 0.0
        share = 1.0
        if self.flag:
            share *= cluster.flags.get(self.flag, 0.0) / 100
        if self.off:
            share *= 1 - cluster.flags.get(self.off, 0.0) / 100
        if self.ramp and self.since is not None:
            share *= min((at - begun) / (self.ramp * 60), 1.0)
        return share
