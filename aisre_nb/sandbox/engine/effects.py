"""What may go wrong with the shop, in few kinds. A scenario's fault is some of these.

``service`` and ``operation`` name calls as `calls.py` does; ``*`` stands for every operation, and a trailing ``*`` for
every operation that begins so. ``caller`` empty: whoever calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Facts, Raised

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IfFacts = Callable[[Facts], "NDArray[np.bool_]"]


@dataclass(frozen=True)
class Effect:
    """What all kinds have: the calls that are hit, and when."""

    service: str
    operation: str = "*"
    caller: str = ""
    when: When = field(default_factory=When)

    @property
    def whose(self) -> str:
        """The service whose pods must be as `when` says; empty: whichever is called."""
        return self.when.service or (self.service if self.service != "*" else "")

    def hits(self, service: str, operation: str, caller: str) -> bool:
        """Whether it is about this call."""
        if self.service not in ("*", service) or self.caller not in ("", caller):
            return False
        if self.operation.endswith("*"):
            return operation.startswith(self.operation[:-1])
        return self.operation == operation


@dataclass(frozen=True)
class Fails(Effect):
    """Calls fail by themselves; on a datastore or somebody else's service it is the caller that then fails."""

    raised: Raised = field(default_factory=lambda: Raised("Exception", ""))
    status: int = 500
    share: float = 1.0
    if_facts: IfFacts | None = None
    seconds: float = 0.0
    """How long it takes until it fails."""
    unreached: bool = False
    """The call never comes to the service: no server span."""
    load_at: float = 0.0
    """Requests a second to the service at which ``share`` is true; it goes with the square of the load. 0: it does
    not."""
    across: tuple[str, ...] = ()
    """Only calls from one of these two zones into the other."""


@dataclass(frozen=True)
class Slows(Effect):
    """Calls take longer."""

    times: float = 1.0
    plus: float = 0.0
    """Seconds."""
    share: float = 1.0
    if_facts: IfFacts | None = None
    across: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calls(Effect):
    """A call is made more or less often than the page says: ``service`` and ``operation`` are the called."""

    chance: float | None = None
    """Replaces the call's chance."""
    times: int = 1
    """So often one after the other, at most; ``by`` names the fact that says how often."""
    by: str = ""
    if_facts: IfFacts | None = None


@dataclass(frozen=True)
class Holds(Effect):
    """Each call keeps its station busy for so many times as long: a processor (``cpu``), a pool (``pool``)."""

    station: str = "cpu"
    times: float = 1.0


@dataclass(frozen=True)
class Burns(Effect):
    """Something else uses a share of the processors that the service's pods could use."""

    share: float = 0.5


@dataclass(frozen=True)
class Leaks(Effect):
    """Memory is kept: MiB a minute, and KiB for each request that the pod serves. Ends in OOM kills."""

    mib_per_minute: float = 0.0
    kib_per_request: float = 0.0
    most: float = 1e9
    """MiB at which it stops growing."""


@dataclass(frozen=True)
class Fills(Effect):
    """The disk of a datastore fills: shares of it a minute. Drains at the same pace once it holds no more."""

    per_minute: float = 0.02
    drains: bool = True


@dataclass(frozen=True)
class Arrives(Effect):
    """A page (``service`` is not used, ``operation`` is the page's) is asked for more often."""

    times: float = 1.0
    facts: tuple[tuple[str, int], ...] = ()
    """What is known of those additional requests: ``(("bot", 1),)``."""


@dataclass(frozen=True)
class Breaks(Effect):
    """New pods with this version or setting do not come up, and the rollout does not go on."""

    reason: str = "ImagePullBackOff"
    message: str = ""
    after: int = 0
    """So many come up before it stops; -1: half of them."""
    lost: int = 0
    """Old pods that are taken away all the same."""
    unsound: bool = True
    """The new pods are not ready; False: they serve, and only the rollout stands."""


@dataclass(frozen=True)
class Restarts(Effect):
    """Pods are killed again and again by their liveness probe."""

    minutes: float = 3.0
    """Between two restarts of a pod, about."""
    down: float = 25.0
    """Seconds."""
    message: str = "Liveness probe failed: context deadline exceeded (Client.Timeout exceeded while awaiting headers)"


@dataclass(frozen=True)
class Consumes(Effect):
    """The consumers of the queue take longer, or stand still."""

    times: float = 1.0
    stands: float = 0.0
    """Share of the time in which nothing is consumed."""
