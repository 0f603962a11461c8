"""Metrics of a case folder as OpenMetrics text, with the names that Prometheus gives OpenTelemetry's."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from aisre_nb.sandbox.serve.tables import Tables

SCRAPED = 60
"""Seconds from one sample to the next, as Prometheus scrapes where nothing else is said."""
_LABEL = re.compile(r"[a-zA-Z_]\w*", re.ASCII)
_UNITS = {"s": "seconds", "By": "bytes", "1": "ratio"}
_RESOURCE = (
    ("pod", "k8s.pod.name"),
    ("node", "k8s.node.name"),
    ("namespace", "k8s.namespace.name"),
    ("version", "service.version"),
)
"""Labels that come from the resource."""


def write(tables: Tables, since: datetime, until: datetime, file: Path) -> int:
    """Everything later than ``since`` and up to ``until``, and alerts as ``ALERTS``; the number of lines."""
    import duckdb

    number = 0
    part = file.with_suffix(".part")
    with duckdb.connect() as db, file.open("wb") as out:
        db.execute("SET TimeZone='UTC'")
        db.execute("SET VARIABLE since = $since", {"since": since})
        db.execute("SET VARIABLE until = $until", {"until": until})
        for table, kind in (
            ("otel_metrics_gauge", "gauge"),
            ("otel_metrics_sum", "counter"),
            ("otel_metrics_histogram", "histogram"),
        ):
            if not tables.has(table):
                continue
            for name, unit in db.execute(
                f"SELECT DISTINCT MetricName, MetricUnit FROM {tables.table(table)} ORDER BY 1"
            ).fetchall():
                family = _family(name, unit, kind)
                out.write(f"# TYPE {family} {kind}\n".encode())
                query = _histogram(tables, family) if kind == "histogram" else _points(tables, table, family, kind)
                db.execute("SET VARIABLE metric = $name", {"name": name})
                # A delimiter and a quote that no label holds: lines go out as they are.
                db.execute(
                    f"COPY ({query}) TO '{part}' "
                    "(FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '\x02', ESCAPE '\x02')"
                )
                raw = part.read_bytes()
                number += raw.count(b"\n")
                out.write(raw)
        out.write(_alerts(tables, since, until))
        out.write(b"# EOF\n")
    part.unlink(missing_ok=True)
    return number


def _family(name: str, unit: str, kind: str) -> str:
    found = re.sub(r"\W", "_", name)
    suffix = _UNITS.get(unit, "") if not (kind == "counter" and unit == "1") else ""
    return f"{found}_{suffix}" if suffix and not found.endswith(suffix) else found


def _quoted(text: str) -> str:
    """SQL for a label's value, as it stands between quotes."""
    return f"replace(replace(replace({text}, '\\', '\\\\'), '\"', '\\\"'), chr(10), '\\n')"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _labels() -> str:
    """SQL for the labels of a row, without the braces."""
    fixed = f"'service=\"' || {_quoted('ServiceName')} || '\"'"
    for label, attribute in _RESOURCE:
        value = _quoted(f"nullif(ResourceAttributes['{attribute}'], '')")
        fixed += f" || coalesce(',{label}=\"' || {value} || '\"', '')"
    own = (
        "coalesce(',' || nullif(array_to_string(list_transform(map_entries(Attributes), lambda e: "
        "regexp_replace(e.key, '\\W', '_', 'g') || '=\"' || "
        f"{_quoted('e.value')} || '\"'), ','), ''), '')"
    )
    return f"{fixed} || {own}"


_WINDOW = (
    "TimeUnix > getvariable('since') AND TimeUnix <= getvariable('until') AND MetricName = getvariable('metric') "
    f"AND epoch(TimeUnix) % {SCRAPED} = 0"
)


def _points(tables: Tables, table: str, family: str, kind: str) -> str:
    sample = f"{family}_total" if kind == "counter" else family
    return (
        f"SELECT '{sample}{{' || labels || '}} ' || Value || ' ' || (epoch_ms(TimeUnix) / 1000.0) FROM "
        f"(SELECT {_labels()} AS labels, Value, TimeUnix FROM {tables.table(table)} WHERE {_WINDOW}) "
        "ORDER BY labels, TimeUnix"
    )


def _histogram(tables: Tables, family: str) -> str:
    return f"""
        WITH rows AS (
            SELECT {_labels()} AS labels, TimeUnix, Count, Sum, BucketCounts, ExplicitBounds
            FROM {tables.table("otel_metrics_histogram")} WHERE {_WINDOW}
        ), buckets AS (
            SELECT labels, TimeUnix, unnest(range(1, len(BucketCounts) + 1)) AS place, BucketCounts, ExplicitBounds
            FROM rows
        ), lines AS (
            SELECT labels, place, TimeUnix, '{family}_bucket{{' || labels || ',le="' ||
                   coalesce(CAST(ExplicitBounds[place] AS VARCHAR), '+Inf') || '"}} ' ||
                   list_sum(BucketCounts[1:place]) AS text FROM buckets
            UNION ALL SELECT labels, 1000, TimeUnix, '{family}_sum{{' || labels || '}} ' || Sum FROM rows
            UNION ALL SELECT labels, 1001, TimeUnix, '{family}_count{{' || labels || '}} ' || Count FROM rows
        )
        SELECT text || ' ' || (epoch_ms(TimeUnix) / 1000.0) FROM lines ORDER BY labels, place, TimeUnix"""


def _alerts(tables: Tables, since: datetime, until: datetime) -> bytes:
    """``ALERTS`` as Prometheus writes it while a rule fires, every half minute."""
    import json

    from aisre_nb.times import instant

    file = tables.folder / "alert_history.jsonl"
    if not file.is_file():
        return b""
    points: dict[str, list[float]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        labels = {**told["labels"], "alertstate": "firing"}
        text = ",".join(f'{k}="{_escaped(str(v))}"' for k, v in sorted(labels.items()) if _LABEL.fullmatch(k))
        begun = max(instant(told["startsAt"]), since)
        ended = min(instant(told["endsAt"]), until) if told["endsAt"] else until
        first = -(-begun.timestamp() // 30) * 30
        points.setdefault(text, []).extend(
            first + 30 * n for n in range(max(int((ended.timestamp() - first) // 30) + 1, 0))
        )
    found = ["# TYPE ALERTS gauge"]
    for text, times in sorted(points.items()):
        found += [f"ALERTS{{{text}}} 1 {at:.3f}" for at in sorted(set(times))]
    return ("\n".join(found) + "\n").encode()
