"""Writes the table of spans, of the requests that were sampled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox import parquet
from aisre_nb.sandbox.clock import Clock
from aisre_nb.sandbox.failures import Failure
from aisre_nb.sandbox.pods import Fleet
from aisre_nb.sandbox.requests import Requests, Step
from aisre_nb.sandbox.span_attributes import client_attributes, server_attributes

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


def sampled(requests: Requests, share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Which requests a tail sampler keeps: nearly all failed ones, many slow ones, ``share`` of the rest."""
    import numpy as np

    root = requests.steps[0]
    took = root.ended - root.begun
    failed = np.any([step.failed for step in requests.steps], axis=0)
    slow = took >= np.quantile(took, _SLOWEST) if len(took) else np.zeros(0, dtype=bool)
    draw = rng.random(len(took))
    return np.flatnonzero(draw < np.where(failed, _FAILED, np.where(slow, _SLOW, share)))


class Spans:
    """The spans that were kept so far."""

    def __init__(self, fleets: Mapping[str, Fleet], failures: Sequence[Failure]) -> None:
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
        traces = parquet.hexadecimal(requests.trace[kept])
        flat = parquet.hexadecimal(requests.spans[kept].reshape(-1))
        steps = requests.steps
        for number, step in enumerate(steps):
            # Column number * 2 is the step's server span, the next one the client span above it.
            ids = [flat[(row * len(steps) + number) * 2] for row in range(len(kept))]
            above = [flat[(row * len(steps) + number) * 2 + 1] for row in range(len(kept))]
            if step.parent >= 0:
                callers = [flat[(row * len(steps) + step.parent) * 2] for row in range(len(kept))]
                self._client(step, steps[step.parent], kept, traces, above, callers)
            if step.call.kind == "http":
                parents = above if step.parent >= 0 else [""] * len(kept)
                self._server(step, requests, kept, traces, ids, parents)

    def _server(
        self,
        step: Step,
        requests: Requests,
        kept: NDArray[np.int64],
        traces: list[str],
        ids: list[str],
        parents: list[str],
    ) -> None:
        first = self._first[step.call.service]
        attributes = server_attributes(step, requests.facts, kept)
        for row, request in enumerate(kept.tolist()):
            if not step.present[request]:
                continue
            status, failure = int(step.status[request]), int(step.failure[request])
            message = ""
            if status >= 500:
                raised = self._failures[failure].raised if failure >= 0 else None
                message = f"{raised.type}: {raised.message}" if raised else f"HTTP {status}"
                message = message.replace("{sku}", f"SKU-{requests.facts['sku'][request]}")
            begun, ended = float(step.begun[request]), float(step.ended[request])
            self._rows.append(
                (
                    begun, traces[row], ids[row], parents[row], step.call.operation, "Server",
                    first + int(step.pod[request]), round((ended - begun) * 1e9), "Error" if status >= 500 else "Unset",
                    message, attributes[row],
                )
            )  # fmt: skip

    def _client(
        self,
        step: Step,
        caller: Step,
        kept: NDArray[np.int64],
        traces: list[str],
        ids: list[str],
        parents: list[str],
    ) -> None:
        first = self._first[caller.call.service]
        attributes = client_attributes(step)
        for row, request in enumerate(kept.tolist()):
            if not step.present[request]:
                continue
            status, failure = int(step.status[request]), int(step.failure[request])
            failed = step.failed[request]
            message = ""
            if failed and step.call.kind != "http":
                message = self._failures[failure].raised.message
            elif failed:
                message = f"HTTP {status}"
            begun, ended = float(step.sent[request]), float(step.answered[request])
            self._rows.append(
                (
                    begun, traces[row], ids[row], parents[row], step.call.operation, "Client",
                    first + int(caller.pod[request]), round((ended - begun) * 1e9), "Error" if failed else "Unset",
                    message, attributes[status],
                )
            )  # fmt: skip

    def write(self, file: Path, clock: Clock) -> None:
        """``otel_traces``."""
        import numpy as np
        import pyarrow as pa

        self._rows.sort(key=lambda row: (row[0], row[2]))
        columns: list[Any] = list(zip(*self._rows, strict=True))
        resource = np.array(columns[6], dtype=np.int64)
        parquet.write(
            file,
            {
                "Timestamp": parquet.instants(clock.microseconds(np.array(columns[0]))),
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
