"""What the engine found, step by step: what the requests of that time meet."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DT = 15
"""Seconds of one step of the engine; two make a point of a metric."""


class Course:
    """Named series, one value a step. A name that is asked for and was never written is its ``usual`` value."""

    def __init__(self) -> None:
        self.steps = 0
        self._series: dict[tuple[str, str], list[float]] = defaultdict(list)

    def put(self, noun: str, name: str, value: float, usual: float) -> None:
        """The value of this step; values that are as usual from the beginning on are not kept."""
        series = self._series.get((noun, name))
        if series is None:
            if value == usual:
                return
            series = self._series[noun, name] = [usual] * self.steps
        series += [usual] * (self.steps - len(series))
        series.append(value)

    def end_step(self) -> None:
        """All values of this step are there."""
        self.steps += 1

    def names(self, noun: str) -> list[str]:
        """Of what there is something to tell."""
        return sorted(name for kind, name in self._series if kind == noun)

    def get(self, noun: str, name: str, usual: float) -> NDArray[np.float64]:
        """One value a step."""
        import numpy as np

        series = self._series.get((noun, name), [])
        return np.array([*series, *[usual] * (self.steps - len(series))], dtype=np.float64)

    def at(self, noun: str, name: str, seconds: NDArray[np.float64], usual: float) -> NDArray[np.float64] | None:
        """The values at these instants; None where it is as usual all the time."""
        import numpy as np

        if (noun, name) not in self._series:
            return None
        values = self.get(noun, name, usual)
        found: NDArray[np.float64] = values[np.clip((seconds // DT).astype(np.int64), 0, len(values) - 1)]
        return found
