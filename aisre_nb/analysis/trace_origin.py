"""Where an error begins: the failing spans whose own calls did not fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def origin(spans: pd.DataFrame) -> dict[str, Any] | None:
    """The deepest failing span of one trace: service, operation, message, span_id, peer; None where nothing failed.

    ``spans``: span_id, parent_span_id, service, operation, start, error, message, and where they are known kind and
    attributes. Every span but this one passes an error on. ``peer``: whom that span called, where its call failed
    and no span of the one called did: then it may begin there as well.
    """
    failing = spans[spans["error"].astype(bool)]
    if failing.empty:
        return None
    passing = set(failing["parent_span_id"])
    first = failing[~failing["span_id"].isin(passing)].sort_values("start")
    row = (first if len(first) else failing).iloc[0]
    return {
        "service": str(row["service"]),
        "operation": str(row["operation"]),
        "message": row["message"] if isinstance(row["message"], str) else "",
        "span_id": str(row["span_id"]),
        "peer": _peer(row, spans),
    }


_CALLS = {"client", "producer", "span_kind_client", "span_kind_producer"}
_PEER = ("peer.service", "db.system.name", "db.system", "messaging.system", "server.address", "net.peer.name")


def _peer(row: pd.Series[Any], spans: pd.DataFrame) -> str:
    attributes = row.get("attributes")
    if str(row.get("kind", "")).lower() not in _CALLS:
        return ""
    answers = spans[spans["parent_span_id"] == row["span_id"]]
    if len(answers):
        # It answered, and did not fail: too late, perhaps.
        return str(answers["service"].iloc[0])
    if not isinstance(attributes, dict):
        return ""
    return next((str(attributes[key]) for key in _PEER if attributes.get(key)), "")


def differences(failing: pd.DataFrame, healthy: pd.DataFrame) -> list[str]:
    """What the one trace has and the other has not, in words."""

    def steps(spans: pd.DataFrame) -> dict[str, int]:
        counts = (spans["service"] + " " + spans["operation"]).value_counts()
        return {str(k): int(v) for k, v in counts.items()}

    bad, good = steps(failing), steps(healthy)
    lines = [f"missing in the failing one: {name}" for name in good if name not in bad]
    lines += [f"only in the failing one: {name}" for name in bad if name not in good]
    lines += [
        f"{name}: {bad[name]} times instead of {good[name]}" for name in bad if name in good and bad[name] != good[name]
    ]
    return lines
