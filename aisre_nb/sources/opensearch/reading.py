"""Documents read from OpenSearch page by page, the newest first.

Search API: ``search_after`` goes on behind a sort value. A time alone does not tell documents of one instant apart, so
that those of a page's oldest instant are left for the next page, which begins with that instant.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import Any

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.mirror.asked import Asked
from aisre_nb.sources.mirror.logs import ReadRecords
from aisre_nb.sources.mirror.rows import Record
from aisre_nb.sources.mirror.sliced import Clock, paged, pieces
from aisre_nb.sources.opensearch.documents import record
from aisre_nb.sources.opensearch.fields import Fields
from aisre_nb.times import Window

MOST = 10_000
"""``index.max_result_window``: documents of one answer, where nobody changed it."""
_PIECES = 12

Clause = Mapping[str, Any]
Place = tuple[Window, Any]
"""A piece of the window, and the sort value behind which it goes on; None: from its end."""


def between(field: str, window: Window) -> Clause:
    """Records of the window; an index that knows milliseconds alone is asked for those that hold it."""
    start, end = (at.timestamp() * 1000 for at in (window.start, window.end))
    told = {"gte": math.floor(start), "lt": math.ceil(end), "format": "epoch_millis"}
    return {"range": {field: told}}


def body(fields: Fields, window: Window, clauses: Sequence[Clause], size: int, after: Any = None) -> dict[str, Any]:
    """Of a search, the newest first."""
    time = fields["time"].name
    told: dict[str, Any] = {
        "size": size,
        "query": {"bool": {"filter": [between(time, window), *clauses]}},
        "sort": [{time: {"order": "desc"}}],
        "track_total_hits": after is None,
    }
    return told if after is None else {**told, "search_after": [after]}


def hits(reply: Any, name: str) -> tuple[list[Mapping[str, Any]], int | None, str]:
    """Documents, how many there are, and what is missing. Raises `SourceUnreachable` where it is no such answer."""
    inner = reply.get("hits") if isinstance(reply, dict) else None
    if not isinstance(inner, dict) or not isinstance(inner.get("hits"), list):
        raise SourceUnreachable(f"{name} answers with something else than a search does", "is that its url?")
    total = inner.get("total")
    count = total.get("value") if isinstance(total, dict) else total
    shards = reply.get("_shards") or {}
    failed = shards.get("failed", 0) if isinstance(shards, dict) else 0
    note = f"{failed} of {shards.get('total')} shards failed: what they hold is missing" if failed else ""
    note = note or (
        "the search was cut off by its time limit: some documents are missing" if reply.get("timed_out") else ""
    )
    found: list[Mapping[str, Any]] = [one for one in inner["hits"] if isinstance(one, dict)]
    return found, count if isinstance(count, int) else None, note


class Reading:
    """The documents of one question."""

    def __init__(
        self,
        asked: Asked,
        name: str,
        path: str,
        fields: Fields,
        clauses: Sequence[Clause],
        size: int,
        clock: Clock,
    ) -> None:
        self._asked, self._name, self._path = asked, name, path
        self._fields, self._clauses, self._size = fields, clauses, size
        self._total = 0
        self._clock = clock
        self._notes: list[str] = []

    async def all(self, window: Window, most: int, *, spread: bool) -> ReadRecords:
        """The newest ``most``, or as many ``spread`` over the window."""
        parts = pieces(window, _PIECES if spread else 1)
        self._size = max(20, min(self._size, most // len(parts)))
        starts: list[Place] = [(part, None) for part in parts]
        found, cut = await paged(starts, self._page, most, self._size, self._clock)
        return ReadRecords(found, tuple(dict.fromkeys(self._notes)), whole=not cut, total=self._total if cut else None)

    async def _page(self, place: Place) -> tuple[list[Record], Place | None]:
        window, after = place
        told = body(self._fields, window, self._clauses, self._size, after)
        found, total, note = hits(await self._asked.json(f"{self._path}/_search", body=told), self._name)
        self._total += total or 0
        self._notes += [note] if note else []
        sorts = [one.get("sort", [None])[0] for one in found]
        rest: Place | None = None
        if len(found) >= self._size and isinstance(sorts[-1], int):
            newer = [one for one, at in zip(found, sorts, strict=True) if at != sorts[-1]]
            rest = (window, sorts[-1] + 1) if newer else (window, sorts[-1])
            if not newer:
                self._notes.append(f"more than {self._size} records are of one instant: some of them are missing")
            found = newer or found
        return await asyncio.to_thread(self._records, found), rest

    def _records(self, found: Sequence[Mapping[str, Any]]) -> list[Record]:
        return [one for hit in found if (one := record(hit.get("_source"), self._fields))]
