"""Writes the table of log records: one for every failed span of a server, some for answered ones, and habits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aisre_nb.sandbox.chance import Chance
from aisre_nb.sandbox.clock import Clock
from aisre_nb.sandbox.engine.pods import FOREVER, Fleet, Pod
from aisre_nb.sandbox.failures import Failures
from aisre_nb.sandbox.requests.requests import Requests, Step
from aisre_nb.sandbox.telemetry import parquet
from aisre_nb.sandbox.telemetry.log_formats import written
from aisre_nb.sandbox.telemetry.log_texts import Habit
from aisre_nb.times import rfc3339

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NUMBERS = {"INFO": 9, "WARN": 13, "ERROR": 17}
"""``SeverityNumber`` of OpenTelemetry's log data model."""
_OWN_ID = re.compile(r"\{\w+_id\}")
"""The part of a route in which the customer's own id stands."""
_ANSWERED = 0.03
"""Share of the answered requests that are logged."""
_SLOW_TIMES = 25
"""A request that takes so many times its own median is warned of."""


@dataclass(frozen=True)
class Record:
    """One log record. ``at``: seconds from the world's start."""

    at: float
    pod: Pod
    severity: str
    body: str
    trace: str = ""
    span: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


class Logs:
    """The records of one window."""

    def __init__(
        self,
        fleets: Mapping[str, Fleet],
        failures: Failures,
        texts: Mapping[str, str],
        formats: Mapping[str, str],
        window: tuple[float, float],
        answered: float = 1.0,
    ) -> None:
        self._fleets = fleets
        self._failures = failures
        self._texts = texts
        self._formats = formats
        self._since, self._until = window
        self._answered = _ANSWERED * answered
        self._records: list[Record] = []

    def __len__(self) -> int:
        return len(self._records)

    def add_requests(self, requests: Requests, rng: np.random.Generator) -> None:
        """What the services write of these requests."""
        import numpy as np

        for number, step in enumerate(requests.steps):
            if step.call.kind not in ("http", "consume"):
                continue
            draw = rng.random(len(step.status))
            failed = step.failed
            slow = step.served & (step.ended - step.begun > step.call.ms / 1000 * _SLOW_TIMES + 0.5) & ~failed
            chatty = step.call.operation in self._texts
            logged = failed | slow | (step.served & chatty & (draw < self._answered))
            kept = np.flatnonzero(logged)
            traces = parquet.hexadecimal(requests.trace[kept])
            spans = parquet.hexadecimal(requests.span_ids(kept, number, 0))
            for row, request in enumerate(kept.tolist()):
                values = _values(requests, step, request)
                if failed[request]:
                    severity, body, attributes = self._failed(requests, step, request, values)
                elif slow[request]:
                    severity, body, attributes = "WARN", f"slow: {step.call.operation} took {values['ms']} ms", {}
                else:
                    severity, body, attributes = "INFO", _filled(self._texts[step.call.operation], values), {}
                pod = self._fleets[step.call.service].pods[int(step.pod[request])]
                where = _where(step)
                self._records.append(
                    Record(
                        # Written just before the span ends.
                        max(float(step.ended[request]) - 0.0002, float(step.begun[request])),
                        pod, severity, body, traces[row], spans[row], {**where, **attributes},
                    )
                )  # fmt: skip

    def _failed(
        self, requests: Requests, step: Step, request: int, values: Mapping[str, str]
    ) -> tuple[str, str, dict[str, str]]:
        """Severity, body and attributes of the record of a failed request."""
        failure, relay = int(step.failure[request]), int(step.relay[request])
        status = str(int(step.status[request]))
        method, _, route = step.call.operation.partition(" ")
        path = _filled(_OWN_ID.sub("{customer}", route), values)
        # A worker's operation is "process orders": no method, no path, but it reads the same.
        if failure < 0:
            other = requests.steps[relay]
            answer = f"{other.call.service} answered {int(other.status[request])} for {other.call.operation}"
            return "ERROR", f"{method} {path} ended with {status}: {answer}", {}
        raised = self._failures[failure].raised
        message = _filled(raised.message, values)
        attributes = {"exception.type": raised.type, "exception.message": message}
        if raised.stack:
            attributes["exception.stacktrace"] = _filled(raised.stack, values)
        return "ERROR", f"{method} {path} failed: {raised.type.rpartition('.')[2]}: {message}", attributes

    def add_habits(self, habits: Sequence[Habit], rng: np.random.Generator, often: float = 1.0) -> None:
        """What services write by themselves."""
        import numpy as np

        lasts = self._until - self._since
        for habit in habits:
            number = int(rng.poisson(lasts / habit.seconds * often))
            at = self._since + np.sort(rng.random(number) * lasts)
            fleet = self._fleets[habit.service]
            for second, pod in zip(at.tolist(), fleet.serving(at, rng).tolist(), strict=True):
                if pod < 0:
                    continue
                text = habit.text.replace("{n}", str(int(rng.integers(habit.spread[0], habit.spread[1] + 1))))
                self._records.append(Record(second, fleet.pods[pod], habit.severity, text))

    def add_starts(self, chance: Chance) -> None:
        """What pods write when they begin and when they end."""
        for fleet in self._fleets.values():
            for pod in fleet.pods:
                rng = chance.stream(f"starts {pod.name}")
                begins = [pod.begun, *(until for _, until, why in pod.downs if why != "NodeLost")]
                for begun in (b for b in begins if 0 < b < FOREVER):
                    early = begun - float(rng.uniform(3, 6))
                    self._records += [
                        Record(early, pod, "INFO", f"starting {pod.service} {pod.version}"),
                        Record(begun - 0.4, pod, "INFO", "listening on :8080"),
                    ]
                if pod.ended < FOREVER and pod.begun < pod.ended:
                    self._records.append(Record(pod.ended, pod, "INFO", "received SIGTERM, draining connections"))

    def add(self, record: Record) -> None:
        """One more."""
        self._records.append(record)

    def _line(self, row: Record, clock: Clock) -> tuple[str, dict[str, str]]:
        """As the pod's service writes it."""
        style = self._formats.get(row.pod.service, "")
        at = rfc3339(clock.instant(row.at)) if style == "json" else ""
        return written(style, row.severity, row.body, row.attributes, at, row.trace)

    def write(self, file: Path, clock: Clock, ahead: Mapping[str, float] | None = None) -> None:
        """``otel_logs``. ``ahead``: seconds by which the clocks of some nodes are wrong."""
        import numpy as np
        import pyarrow as pa

        rows = sorted(
            (r for r in self._records if self._since <= r.at < self._until), key=lambda r: (r.at, r.pod.name, r.body)
        )
        pods = sorted({row.pod for row in rows}, key=lambda pod: pod.name)
        lines = [self._line(row, clock) for row in rows]
        place = {pod: n for n, pod in enumerate(pods)}
        said = np.array([row.at + (ahead or {}).get(row.pod.node, 0.0) for row in rows])
        which: NDArray[np.int64] = np.array([place[row.pod] for row in rows], dtype=np.int64)
        parquet.write(
            file,
            {
                "Timestamp": parquet.instants(clock.microseconds(said)),
                "TraceId": pa.array([row.trace for row in rows]),
                "SpanId": pa.array([row.span for row in rows]),
                "SeverityText": pa.array([row.severity for row in rows]),
                "SeverityNumber": pa.array([_NUMBERS[row.severity] for row in rows], type=pa.int32()),
                "ServiceName": parquet.picked([pod.service for pod in pods], which),
                "Body": pa.array([line for line, _ in lines]),
                "LogAttributes": parquet.maps([told for _, told in lines]),
                "ResourceAttributes": parquet.picked(parquet.maps([pod.resource for pod in pods]), which),
            },
            order="Timestamp",
        )


def _where(step: Step) -> dict[str, str]:
    if step.call.kind == "consume":
        return {"messaging.destination.name": step.call.operation.partition(" ")[2]}
    method, _, route = step.call.operation.partition(" ")
    return {"http.request.method": method, "http.route": route}


def _values(requests: Requests, step: Step, request: int) -> dict[str, str]:
    facts = requests.facts
    items = int(facts["items"][request])
    return {
        "customer": f"u-{10000 + int(facts['user'][request])}",
        "sku": f"SKU-{int(facts['sku'][request])}",
        "items": str(items),
        # Some amount that grows with the items; what a cart really costs nobody looks at.
        "cents": str(items * (990 + int(facts["user"][request]) % 7 * 350)),
        "ms": str(round(float(step.ended[request] - step.begun[request]) * 1000)),
        "status": str(int(step.status[request])),
    }


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
