"""Writes the table of spans, of the requests that were sampled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.clock import Clock
from aisre_nb.sandbox.engine.pods import Fleet
from aisre_nb.sandbox.failures import Failures
from aisre_nb.sandbox.requests.requests import Requests, Step
from aisre_nb.sandbox.telemetry import parquet
from aisre_nb.sandbox.telemetry.span_attributes import client_attributes, server_attributes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FAILED = 0.85
"""Share of the requests with a failed span that are kept."""
_SLOWEST = 0.985
_SLOW = 0.25
"""Share of the slowest that is kept beside what chance keeps."""
Row = tuple[float, str, str, str, str, str, int, int, str, str, dict[str, str]]
"""begun (s), trace, span, parent, name, kind, resource, duration (ns), status, message, attributes."""


def sampled(requests: Requests, share: float, most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Which requests a tail sampler keeps: nearly all failed ones, up to about ``most``, many slow ones, and ``share``
    of the rest."""
    import numpy as np

    root = requests.steps[0]
    took = root.ended - root.begun
    failed = np.any([step.missed for step in requests.steps], axis=0)
    slow = took >= np.quantile(took, _SLOWEST) if len(took) else np.zeros(0, dtype=bool)
    draw = rng.random(len(took))
    kept = min(_FAILED, most / max(int(failed.sum()), 1))
    few = min(_SLOW, most / max(int(slow.sum()), 1))
    return np.flatnonzero(draw < np.where(failed, max(kept, share), np.where(slow, max(few, share), share)))


class Spans:
    """The spans of one window that were kept."""

    def __init__(self, fleets: Mapping[str, Fleet], failures: Failures) -> None:
        self._failures = failures
        self._rows: list[Row] = []
        self._resources = [pod.resource for fleet in fleets.values() for pod in fleet.pods]
        self._services = [pod.service for fleet in fleets.values() for pod in fleet.pods]
        self._first = {}
        place = 0
        for name, fleet in fleets.items():
            self._first[name] = place
            place += len(fleet.pods)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, requests: Requests, kept: NDArray[np.int64]) -> None:
        """Keep all spans of these requests."""
        if not len(kept):
            return
        ids = _Ids(requests, kept)
        for number, step in enumerate(requests.steps):
            if step.parent >= 0:
                self._client(number, requests, ids)
            if step.call.kind in ("http", "consume"):
                self._server(number, requests, ids)

    def _server(self, number: int, requests: Requests, ids: _Ids) -> None:
        step = requests.steps[number]
        attributes = server_attributes(step, requests.facts, ids.kept)
        failed, served = step.failed, step.served
        kind = "Consumer" if step.call.kind == "consume" else "Server"
        for row, request in enumerate(ids.kept.tolist()):
            if not served[request]:
                continue
            message = ""
            if failed[request]:
                message = self._message(step, request).replace("{sku}", f"SKU-{requests.facts['sku'][request]}")
            begun, ended = float(step.begun[request]), float(step.ended[request])
            self._rows.append(
                (
                    begun, ids.traces[row], ids.server(row, number),
                    ids.client(row, number) if step.parent >= 0 else "", step.call.operation, kind,
                    self._first[step.call.service] + int(step.pod[request]), round((ended - begun) * 1e9),
                    "Error" if failed[request] else "Unset", message, attributes[row],
                )
            )  # fmt: skip

    def _client(self, number: int, requests: Requests, ids: _Ids) -> None:
        step = requests.steps[number]
        caller = requests.steps[step.parent]
        attributes = client_attributes(step)
        missed = step.missed
        kind = "Producer" if step.call.kind == "queue" else "Client"
        for row, request in enumerate(ids.kept.tolist()):
            if not step.present[request]:
                continue
            message, status = "", int(step.status[request])
            if step.lost[request] >= 0:
                message, status = self._failures[int(step.lost[request])].raised.message, 0
            elif missed[request]:
                answered = step.call.kind == "http"
                message = f"HTTP {status}" if answered else self._failures[int(step.failure[request])].raised.message
            begun, ended = float(step.sent[request]), float(step.answered[request])
            self._rows.append(
                (
                    begun, ids.traces[row], ids.client(row, number), ids.server(row, step.parent),
                    step.call.operation, kind, self._first[caller.call.service] + int(caller.pod[request]),
                    round((ended - begun) * 1e9), "Error" if missed[request] else "Unset", message,
                    attributes[status],
                )
            )  # fmt: skip

    def _message(self, step: Step, request: int) -> str:
        if step.failure[request] < 0:
            return f"HTTP {int(step.status[request])}"
        raised = self._failures[int(step.failure[request])].raised
        return f"{raised.type}: {raised.message}"

    def write(self, file: Path, clock: Clock, ahead: Mapping[str, float] | None = None) -> None:
        """``otel_traces``. ``ahead``: seconds by which the clocks of some nodes are wrong."""
        import numpy as np
        import pyarrow as pa

        self._rows.sort(key=lambda row: (row[0], row[2]))
        columns: list[Any] = list(zip(*self._rows, strict=True))
        resource = np.array(columns[6], dtype=np.int64)
        wrong = np.array([(ahead or {}).get(found["k8s.node.name"], 0.0) for found in self._resources])
        parquet.write(
            file,
            {
                "Timestamp": parquet.instants(clock.microseconds(np.array(columns[0]) + wrong[resource])),
                "TraceId": pa.array(columns[1]),
                "SpanId": pa.array(columns[2]),
                "ParentSpanId": pa.array(columns[3]),
                "SpanName": pa.array(columns[4]),
                "SpanKind": pa.array(columns[5]),
                "ServiceName": parquet.picked(self._services, resource),
                "ResourceAttributes": parquet.picked(parquet.maps(self._resources), resource),
                "SpanAttributes": parquet.maps(columns[10]),
                "Duration": pa.array(columns[7], type=pa.int64()),
                "StatusCode": pa.array(columns[8]),
                "StatusMessage": pa.array(columns[9]),
            },
            order="Timestamp",
        )


class _Ids:
    """Hexadecimal ids of the requests that are kept."""

    def __init__(self, requests: Requests, kept: NDArray[np.int64]) -> None:
        self.kept = kept
        self.traces = parquet.hexadecimal(requests.trace[kept])
        self._requests = requests
        self._known: dict[tuple[int, int], list[str]] = {}

    def server(self, row: int, step: int) -> str:
        return self._of(step, 0)[row]

    def client(self, row: int, step: int) -> str:
        return self._of(step, 1)[row]

    def _of(self, step: int, side: int) -> list[str]:
        if (step, side) not in self._known:
            self._known[step, side] = parquet.hexadecimal(self._requests.span_ids(self.kept, step, side))
        return self._known[step, side]
