"""Ways in which a request may fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Facts = Mapping[str, "NDArray[np.int64]"]
"""What is known of each request: user, tier, coupon, items, sku, platform, region, each a column of numbers."""


@dataclass(frozen=True)
class Raised:
    """An exception, as a log keeps it."""

    type: str
    message: str
    stack: str = ""
    """As Python prints it; empty where the service logs no trace."""
    file: str = ""
    """Of the innermost frame, as the container has it."""
    line: int = 0


@dataclass(frozen=True)
class Failure:
    """Something that makes calls fail by themselves, not because of a call that they made.

    On a datastore or somebody else's service it is the caller that then fails, with this status and this exception.
    """

    service: str
    operation: str
    raised: Raised
    status: int = 500
    chance: float = 1.0
    """Of those that it may hit."""
    caller: str = ""
    """Only calls of this service; empty: of all."""
    version: str = ""
    """Only pods of this version; empty: of all."""
    if_facts: Callable[[Facts], NDArray[np.bool_]] | None = None
    """Only requests of which this is true."""
    seconds: float = 0.0
    """How long it takes until it fails."""
