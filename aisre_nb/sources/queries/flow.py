"""Where time goes and failures begin, before and since an instant: each operation's own part, and each call's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aisre_nb.sources.queries.spans import CLIENT, CONSUMER, PEER, SERVER, milliseconds, spans
from aisre_nb.sources.queries.tables import first_of
from aisre_nb.times import Window


def visits(window: Window, onset: datetime) -> Any:
    """service, operation, late, count, failed, own_failed, mean_ms, p95_ms, own_ms of requests that were served.

    ``own_ms`` is the mean of a span's time less that of the calls it made (the self time; calls at the same time are
    taken one after the other, so it is a lower bound and not below zero). ``own_failed``: failed though no call of it
    failed. ``late``: begun at the onset or after.
    """
    import ibis

    rows = spans(window)
    calls = rows.filter(rows.SpanKind.isin(CLIENT))
    waits = calls.group_by(wait_trace=calls.TraceId, wait_span=calls.ParentSpanId).agg(
        waited=calls.Duration.sum(), broken=calls.failed.sum()
    )
    served = rows.filter(rows.SpanKind.isin([*SERVER, *CONSUMER]))
    joined = served.left_join(waits, [served.TraceId == waits.wait_trace, served.SpanId == waits.wait_span])
    own = (joined.Duration - joined.waited.fill_null(0)) / 1e6
    joined = joined.mutate(
        own_ms=ibis.ifelse(own < 0, 0.0, own), begins=joined.failed & (joined.broken.fill_null(0) == 0)
    )
    return _summed(joined, onset, {"service": joined.ServiceName, "operation": joined.operation})


def calls(window: Window, onset: datetime) -> Any:
    """The columns of `visits` for calls, with ``within``, ``peer``, ``answered`` and ``peer_ms``.

    ``within`` is the operation that made the call, ``operation`` the call's own. ``peer`` is the service whose span
    answered, else what the call's attributes name. ``answered`` counts calls with such a span, ``peer_ms`` is that
    span's mean time; ``own_ms`` is what the call took beyond it (the network, a queue, a connection), or all of it
    where nobody answered. ``own_failed``: failed though what answered did not.
    """
    import ibis

    rows = spans(window)
    made = rows.filter(rows.SpanKind.isin(CLIENT))
    made = made.mutate(named=first_of(made.SpanAttributes, *PEER))
    found = rows.filter(rows.SpanKind.isin(SERVER))
    answers = found.group_by(answer_trace=found.TraceId, answer_span=found.ParentSpanId).agg(
        answerer=found.ServiceName.max(), took=found.Duration.sum(), answer_failed=found.failed.sum()
    )
    joined = made.left_join(answers, [made.TraceId == answers.answer_trace, made.SpanId == answers.answer_span])
    within = rows.select(within_trace="TraceId", within_span="SpanId", within="operation")
    joined = joined.left_join(
        within, [joined.TraceId == within.within_trace, joined.ParentSpanId == within.within_span]
    )
    peer = joined.answerer.fill_null("")
    took = joined.took.fill_null(0) / 1e6
    own = milliseconds(joined) - took
    joined = joined.mutate(
        peer=ibis.ifelse(peer != "", peer, joined.named),
        there=peer != "",
        took_ms=took,
        own_ms=ibis.ifelse(own < 0, 0.0, own),
        begins=joined.failed & (joined.answer_failed.fill_null(0) == 0),
    )
    by = {
        "service": joined.ServiceName,
        "within": joined.within.fill_null(""),
        "operation": joined.operation,
        "peer": joined.peer,
    }
    return _summed(joined, onset, by, answered=joined.there.sum(), peer_ms=joined.took_ms.mean(where=joined.there))


def _summed(rows: Any, onset: datetime, by: dict[str, Any], **more: Any) -> Any:
    import ibis

    took = milliseconds(rows)
    return (
        rows.group_by(**by, late=rows.Timestamp >= ibis.literal(onset))
        .agg(
            count=rows.count(),
            failed=rows.failed.sum(),
            own_failed=rows.begins.sum(),
            mean_ms=took.mean(),
            p95_ms=took.quantile(0.95),
            own_ms=rows.own_ms.mean(),
            **more,
        )
        .order_by(*by, "late")
    )
