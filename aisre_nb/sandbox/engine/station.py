"""A station: some servers, a queue before them. Processors, worker threads and connection pools are stations."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class Station:
    """Advanced step by step; its columns are what the last step left."""

    longest: float = 3.0
    """Seconds after which one who waits is turned away."""
    backlog: float = 0.0
    """Requests that wait."""
    busy: float = 0.0
    """Share of the servers in use, 0 to 1."""
    wait: float = 0.0
    """Mean seconds in the queue."""
    refused: float = 0.0
    """Share of the requests that are turned away."""

    def step(self, arriving: float, holding: float, servers: float, seconds: float) -> None:
        """``arriving`` requests a second, each of which keeps a server for ``holding`` seconds.

        The wait without a backlog is Sakasegawa's approximation of M/M/c (H. Sakasegawa, "An approximation formula
        L_q = alpha * rho^beta / (1 - rho)", 1977); beyond capacity a fluid queue grows.
        """
        servers = max(servers, 1e-6)
        holding = max(holding, 1e-6)
        rate = servers / holding
        load = arriving / rate
        room = rate * self.longest
        backlog = self.backlog + (arriving - rate) * seconds
        over = max(backlog - room, 0.0)
        self.backlog = min(max(backlog, 0.0), room)
        self.refused = min(over / (arriving * seconds), 1.0) if arriving > 0 else 0.0
        calm = min(load, 0.97)
        # L_q = rho^sqrt(2(c+1)) / (1 - rho), and the wait is L_q over the rate of arrival.
        chance = calm ** (math.sqrt(2 * (servers + 1)) - 1)
        queue = holding * chance / (servers * (1 - calm))
        self.wait = min(self.backlog / rate + queue, self.longest)
        self.busy = min(load, 1.0) if self.backlog < 1 else 1.0
