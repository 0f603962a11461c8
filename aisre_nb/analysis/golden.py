"""Which golden signal a series is, by the words that OpenTelemetry, Prometheus and clouds give their metrics."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Golden = Literal["latency", "availability", "failures", "failure_share", "requests", "resource", "other"]
"""Time per request; the share of requests that went well; failed requests; their share; requests; what a machine,
container or queue has in use; anything else (a count of orders, a temperature)."""

Statistic = Literal["mean", "median", "tail", "sum", "least"]
"""A mean (or a plain gauge), p50, p75 to p100 and maxima, a total of the step, a minimum."""


@dataclass(frozen=True)
class Reading:
    """What a series measures."""

    golden: Golden
    statistic: Statistic
    seconds: float = 1.0
    """What a latency is to be multiplied with to be in seconds."""
    outside: bool = False
    """Measured where the service calls others, not where it is called."""


_FIELDS: tuple[tuple[Golden, str], ...] = (
    ("availability", r"availability|success (?:rate|ratio|percent|share)|successrate|uptime ratio"),
    ("failure_share", r"(?:errors?|failures?|faults?) (?:rate|ratio|percent|percentage|share)|errorrate"),
    ("failures", r"errors?|failures?|failed|faults?|exceptions?|5 ?xx|throttles?|throttled|rejected|refused|timeouts?"),
    ("resource", r"cpu|memory|heap|disk|filesystem|swap|utili[sz]ation|usage|saturation|queue|backlog|lag|threads?|"
                 r"pool|restarts?|oom\w*|gc|file descriptors?|iowait|load average|network|syscall\w*"),
    ("requests", r"(?:requests?|calls?|invocations?)(?: (?:sum|total|count|rate|per second|samplecount|handled))*$|"
                 r"(?:latency|duration|response time|seconds|handling|process) (?:\w+ )?(?:count|samplecount)$|"
                 r"throughput|qps|rps|ops|workload"),
    ("latency", r"latency|duration|response time|responsetime|elapsed|round trip|rtt|seconds|milliseconds"),
)  # fmt: skip
# The order decides where two fit: "success rate" is no rate of requests, "cpu seconds" no latency.
_WORDS = tuple((golden, re.compile(rf"\b(?:{words})\b")) for golden, words in _FIELDS)
_BROKEN = re.compile(r"(?:status_code|status|code)=[\"']?5\d\d|\b(?:error|fault)=[\"']?true\b")
_TAIL = re.compile(r"\b(?:p(?:7[5-9]|[89]\d|100|99 ?\d+)|max(?:imum)?)\b|quantile=[\"']?0?\.(?:7[5-9]|[89])")
_MEDIAN = re.compile(r"\b(?:p50|median)\b|quantile=[\"']?0?\.50?\b")
_LEAST = re.compile(r"\bmin(?:imum)?\b")
_SUM = re.compile(r"\b(?:sum|total)\b")
_SECONDS = {"ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9, "milliseconds": 1e-3, "microseconds": 1e-6}
_SECONDS_WORD = re.compile(r"\b(ms|us|ns|milliseconds|microseconds)\b")
_OUTSIDE = re.compile(r"\b(?:client|outbound|upstream|egress)\b")


@lru_cache(maxsize=65536)
def read(metric: str, labels: str, unit: str) -> Reading:
    """What a series measures, by its name, labels and unit; "other" where they do not tell.

    Of labels only a status of the 500s and ``error=true`` count. Never an error, whatever the texts hold.
    """
    name = words(metric[:400])
    golden: Golden = next((golden for golden, pattern in _WORDS if pattern.search(name)), "other")
    tags = labels[:2000].lower()
    if golden == "requests" and _BROKEN.search(tags):
        golden = "failures"
    if golden == "failure_share" and unit.endswith("/s"):
        golden = "failures"
    seconds = 1.0
    if golden == "latency":
        word = _SECONDS_WORD.search(name)
        seconds = _SECONDS.get(unit, _SECONDS.get(word.group(1), 1.0) if word and not unit else 1.0)
    return Reading(golden, _statistic(f"{name} {tags}"), seconds, bool(_OUTSIDE.search(name)))


def words(metric: str) -> str:
    """The words of a metric's name, small, one blank between them: ``"PodLatencyP90(s)"`` is "pod latency p90 s"."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", metric)
    return " ".join(re.sub(r"[^A-Za-z0-9µ%]+", " ", spaced).lower().split())


def _statistic(text: str) -> Statistic:
    for statistic, pattern in _STATISTICS:
        if pattern.search(text):
            return statistic
    return "mean"


_STATISTICS: tuple[tuple[Statistic, re.Pattern[str]], ...] = (
    ("median", _MEDIAN),
    ("tail", _TAIL),
    ("least", _LEAST),
    ("sum", _SUM),
)
