"""Prometheus' HTTP API, as far as it is asked here.

Source: prometheus.io, "HTTP API"; what of it is used VictoriaMetrics, Mimir, Thanos and Cortex answer alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aisre_nb.sources.http.client import HttpClient, Params
from aisre_nb.sources.http.failure import of_answer
from aisre_nb.times import Window

_LATEST = 9e9
"""Seconds since 1970: beyond this, nanoseconds do not fit into 64 bits."""
_LONG = 1500
"""Characters of a question from which on it is sent in the body."""


@dataclass(frozen=True)
class Course:
    """One series of an answer."""

    labels: Mapping[str, str]
    times: Sequence[float]
    """Seconds since 1970."""
    values: Sequence[float]


@dataclass
class Asking:
    """One call's way to Prometheus: the queries that it sent, and what is to be told."""

    http: HttpClient
    queries: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    async def range(self, query: str, start: float, end: float, step: float, limit: int = 0) -> list[Course]:
        """A query over time. Raises `ToolError` where the query is wrong or asks for too much."""
        params = [("query", query), ("start", _number(start)), ("end", _number(end)), ("step", _number(step))]
        data = await self._queried("/api/v1/query_range", query, params, limit)
        return self._courses(data, "values")

    async def instant(self, query: str, at: datetime, limit: int = 0) -> list[Course]:
        """A query at an instant: courses of one point; a scalar is one without labels."""
        params = [("query", query), ("time", _number(at.timestamp()))]
        data = await self._queried("/api/v1/query", query, params, limit)
        if data.get("resultType") in ("scalar", "string"):
            data = {"result": [{"metric": {}, "value": data.get("result")}]}
        return self._courses(data, "values" if data.get("resultType") == "matrix" else "value")

    async def aside(self, query: str, at: datetime) -> list[Course]:
        """A query so that others are asked well; it is no part of what they say."""
        return await Asking(self.http, notes=self.notes).instant(query, at)

    async def listed(self, path: str, matches: Sequence[str] = (), window: Window | None = None) -> list[str]:
        """Names: of labels (``/api/v1/labels``) or of a label's values."""
        params = [("match[]", match) for match in matches]
        found = await self.data(path, [*params, *_within(window)])
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []

    async def data(self, path: str, params: Params = (), asked: str = "") -> Any:
        """What an endpoint answers; its warnings become notes."""
        long = sum(len(name) + len(value) for name, value in params) > _LONG
        told = await self.http.json(path, params, form=long, asked=asked)
        if not isinstance(told, dict) or told.get("status") != "success":
            raise self.odd()
        for warning in [*_texts(told.get("warnings")), *_texts(told.get("infos"))]:
            if warning not in self.notes:
                self.notes.append(warning)
        return told.get("data")

    async def _queried(self, path: str, query: str, params: Params, limit: int) -> dict[str, Any]:
        if query not in self.queries:
            self.queries.append(query)
        more = [("limit", str(limit))] if limit else []
        data = await self.data(path, [*params, *more], query)
        if not isinstance(data, dict) or not isinstance(data.get("result"), list):
            raise self.odd()
        return data

    def _courses(self, data: Mapping[str, Any], name: str) -> list[Course]:
        try:
            found = []
            for one in data["result"]:
                if "histograms" in one or "histogram" in one:
                    self._note("histograms without buckets are in the answer: ask for histogram_quantile of them")
                    continue
                points = one[name] if name == "values" else [one[name]]
                labels = {str(k): str(v) for k, v in one["metric"].items()}
                found.append(Course(labels, [seconds(at) for at, _ in points], [float(value) for _, value in points]))
            return found
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self.odd() from None

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def odd(self) -> Exception:
        """For an answer in a shape that Prometheus does not have."""
        return of_answer(self.http.access, "does not answer as Prometheus does", "is its url right, with the prefix?")


def seconds(told: Any) -> float:
    """A time of an answer. Raises `ValueError` for one that no clock has."""
    at = float(told)
    if not 0 <= at < _LATEST:
        raise ValueError(f"{at} is no time")
    return at


def _within(window: Window | None) -> list[tuple[str, str]]:
    if window is None:
        return []
    return [("start", _number(window.start.timestamp())), ("end", _number(window.end.timestamp()))]


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _texts(told: Any) -> list[str]:
    return [str(text)[:300] for text in told[:5]] if isinstance(told, list) else []
