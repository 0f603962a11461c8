"""What a line of log says of itself: its severity and its trace, where they are nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aisre_nb.sources.mirror.rows import plain

SEVERITIES = ("severity_text", "severity", "level", "log_level", "loglevel", "levelname", "lvl", "log.level")
"""Names under which a severity stands, the surest first."""
TRACES = ("trace_id", "traceid", "traceId", "trace.id", "otelTraceID", "TraceID", "dd.trace_id")
SPANS = ("span_id", "spanid", "spanId", "span.id", "otelSpanID", "SpanID", "dd.span_id")

_LONGEST = 65_536
"""Characters of a body that are looked through."""
_PAIR = re.compile(r'(?:^|[\s,;\[({])([A-Za-z][\w.]{1,20})=("(?:[^"\\]|\\.)*"|[^\s,;\])}]+)')
_WORDS = {*SEVERITIES, *TRACES, *SPANS}


def said(body: str) -> Mapping[str, str]:
    """Of a body that is JSON or has pairs of name=value: those of its fields that are named above."""
    text = body[:_LONGEST]
    if text.lstrip().startswith("{"):
        try:
            told: Any = json.loads(text)
        except (ValueError, RecursionError):
            told = None
        if isinstance(told, dict):
            flat = {**told, **{f"log.{k}": v for k, v in _inner(told, "log").items()}}
            flat |= {f"{name}.id": _inner(told, name).get("id") for name in ("trace", "span")}
            return {k: plain(v) for k, v in flat.items() if k in _WORDS and isinstance(v, str | int)}
    if "=" not in text:
        return {}
    return {name: value.strip('"') for name, value in _PAIR.findall(text) if name in _WORDS}


def first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of these that is there and says something."""
    return next((fields[name] for name in names if fields.get(name)), "")


def _inner(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = told.get(name)
    return value if isinstance(value, dict) else {}
