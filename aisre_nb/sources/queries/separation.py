"""Attributes of requests, counted among bad and good ones since an instant, and among all before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from aisre_nb.sources.queries.spans import CLIENT, CONSUMER, SERVER, milliseconds, spans
from aisre_nb.sources.queries.tables import first_of
from aisre_nb.times import Window

VALUES = 25
"""Values that are kept of an attribute: the most frequent among bad requests, and the most frequent of all."""
PLACES = {
    "zone": ("cloud.availability_zone", "topology.kubernetes.io/zone"),
    "node": ("k8s.node.name", "host.name"),
}
"""What of a span's resource tells where it ran."""


def values(window: Window, onset: datetime, service: str, operations: Sequence[str], by: str) -> Any:
    """key, value, bad, good, before of the requests that a service served; span and resource attributes alike.

    ``bad``: failed, or (``by`` "latency") slower than 19 of 20 of the same operation before the onset.
    """
    import ibis

    rows = spans(window)
    rows = rows.filter(rows.ServiceName == service, rows.SpanKind.isin([*SERVER, *CONSUMER]))
    if operations:
        rows = rows.filter(rows.operation.isin(list(operations)))
    rows = rows.mutate(late=rows.Timestamp >= ibis.literal(onset), took=milliseconds(rows))
    if by == "latency":
        usual = rows.filter(~rows.late).group_by(usual_operation=rows.operation)
        usual = usual.agg(usual=rows.took.quantile(0.95))
        rows = rows.left_join(usual, rows.operation == usual.usual_operation)
        rows = rows.mutate(ill=rows.took > rows.usual.fill_null(float("inf")))
    else:
        rows = rows.mutate(ill=rows.failed)
    named = [
        rows.select("late", "ill", found, key=found.keys().unnest())
        for found in (rows.SpanAttributes.name("found"), rows.ResourceAttributes.name("found"))
    ]
    every = named[0].union(named[1])
    every = every.mutate(value=every.found.get(every.key, "")).filter(lambda t: t.value != "")
    counted = every.group_by("key", "value").agg(
        bad=(every.late & every.ill).sum(), good=(every.late & ~every.ill).sum(), before=(~every.late).sum()
    )
    rank = ibis.row_number().over(ibis.window(group_by="key", order_by=[ibis.desc("bad"), ibis.desc("good"), "value"]))
    seen = ibis.row_number().over(
        ibis.window(group_by="key", order_by=[ibis.desc("good"), ibis.desc("before"), "value"])
    )
    ranked = counted.mutate(
        rank=rank, seen=seen, of_bad=counted.bad.sum().over(ibis.window(group_by="key")),
        of_good=counted.good.sum().over(ibis.window(group_by="key")),
        of_before=counted.before.sum().over(ibis.window(group_by="key")),
    )  # fmt: skip
    kept = ranked.filter((ranked["rank"] < VALUES) | (ranked.seen < VALUES))
    return kept.drop("rank", "seen").order_by("key", ibis.desc("bad"), "value")


def places(window: Window, onset: datetime, what: Literal["zone", "node"]) -> Any:
    """caller, callee (places), late, calls, own_ms, own_p95_ms of answered calls, before and since the onset.

    ``own_ms``: what a call took less what the one who answered spent on calls of its own: the way between the two and
    the work at its end, which is the same for all pairs of places.
    """
    import ibis

    rows = spans(window)
    rows = rows.mutate(place=first_of(rows.ResourceAttributes, *PLACES[what]))
    calls = rows.filter(rows.SpanKind.isin(CLIENT))
    waits = calls.group_by(wait_trace=calls.TraceId, wait_span=calls.ParentSpanId).agg(waited=calls.Duration.sum())
    answers = rows.filter(rows.SpanKind.isin(SERVER), rows.place != "").select(
        answer_trace="TraceId", answer_parent="ParentSpanId", answer_span="SpanId", answer_place="place"
    )
    made = calls.filter(calls.place != "")
    joined = made.inner_join(answers, [made.TraceId == answers.answer_trace, made.SpanId == answers.answer_parent])
    joined = joined.left_join(waits, [joined.TraceId == waits.wait_trace, joined.answer_span == waits.wait_span])
    own = (joined.Duration - joined.waited.fill_null(0)) / 1e6
    joined = joined.mutate(own=ibis.ifelse(own < 0, 0.0, own), late=joined.Timestamp >= ibis.literal(onset))
    return (
        joined.group_by(caller=joined.place, callee=joined.answer_place, late=joined.late)
        .agg(calls=joined.count(), own_ms=joined.own.mean(), own_p95_ms=joined.own.quantile(0.95))
        .order_by("caller", "callee", "late")
    )
