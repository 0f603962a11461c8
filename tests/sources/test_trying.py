"""Sources are tried at the same time, and whatever one does is a line."""

from __future__ import annotations

import asyncio
import time

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.base import Health
from aisre_nb.sources.trying import lines, tried


class _Source:
    def __init__(self, name: str, seconds: float = 0.0, failure: Exception | None = None) -> None:
        self.name, self._seconds, self._failure = name, seconds, failure

    async def health(self) -> Health:
        await asyncio.sleep(self._seconds)
        if self._failure is not None:
            raise self._failure
        return Health(True, "all is well", may="silences are made where they are approved")

    async def close(self) -> None:
        """Nothing to let go of."""


async def test_ten_take_as_long_as_one_and_a_slow_one_is_cut() -> None:
    sources = [_Source(f"s{n}", 0.1) for n in range(9)] + [_Source("slow", 60)]
    begun = time.monotonic()
    found = await tried(sources, limit=0.3)
    assert time.monotonic() - begun < 0.6
    assert [one.health.ok for one in found] == [True] * 9 + [False]
    assert "no answer within 0.3 s → " in found[-1].health.detail


async def test_a_failure_is_a_line_of_its_own() -> None:
    sources = [
        _Source("a"),
        _Source("bb", failure=SourceUnreachable("it is down", "start it")),
        _Source("c", failure=KeyError("x")),
    ]
    assert lines(await tried(sources)) == [
        "ok     a   all is well (silences are made where they are approved)",
        "FAILED bb  it is down → start it",
        "FAILED c   KeyError: 'x'",
    ]
