"""What a read would cost, before it is sent: its first query, and how many rows that looks at."""

from __future__ import annotations

from collections.abc import Awaitable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_asked: ContextVar[bool] = ContextVar("aisre_estimate", default=False)


@dataclass(frozen=True)
class Estimate:
    """Of the first query of a call; what comes after it depends on what it brings."""

    query: str
    """As it would be sent."""
    cost: str
    """In words: ``"about 180,000 rows of otel_logs, 5.6 MB"``."""


class Estimated(BaseException):
    """Raised in a query's place; no handler of errors may take it for one."""

    def __init__(self, estimate: Estimate) -> None:
        super().__init__(estimate.query)
        self.estimate = estimate


def wanted() -> bool:
    """Whether queries are asked for what they would cost, and are not to be sent."""
    return _asked.get()


async def estimated(call: Awaitable[Any]) -> Estimate | None:
    """The estimate of a call, nothing of which is sent; None where it would ask nobody that estimates."""
    token = _asked.set(True)
    try:
        await call
    except Estimated as found:
        return found.estimate
    except Exception:
        return None
    finally:
        _asked.reset(token)
    return None
