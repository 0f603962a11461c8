"""A large telemetry folder of made-up services with one planted fault, written by DuckDB from a few random tables.

200 services in four layers; each request is one of some call trees, of 5 to 15 spans; each span of a server logs, and
counts in its service's histogram. From the onset on most calls of one operation deep in the trees fail with an
exception, a minute after its service was deployed, and everybody above it answers 502.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import numpy as np

LAYERS = (0.06, 0.3, 0.4, 0.24)
"""The shares of the services that stand at the edge, behind it, and so on down."""
NOUNS = ("order", "price", "stock", "user", "route", "label", "quote", "media", "audit", "tax", "offer", "claim")
START = datetime(2026, 3, 4, 9, tzinfo=UTC)
BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]
POD_GAUGES = ("process.cpu.utilization", "process.memory.usage", "process.thread.count", "process.open_descriptors")
NODE_GAUGES = tuple(f"system.{x}" for x in ("cpu.utilization", "memory.usage", "disk.io_time", "network.errors"))
POD_SUMS = ("process.cpu.time", "process.network.io")


@dataclass(frozen=True)
class Size:
    """How much of each."""

    spans: int = 1_000_000
    logs: int = 1_000_000
    series: int = 5_000
    services: int = 200
    minutes: int = 120
    seed: int = 1


@dataclass(frozen=True)
class Planted:
    """What is wrong in the folder."""

    service: str
    """Whose deployment brought it."""
    edge: str
    """The service that people see failing; the question names it."""
    question: str
    onset: datetime
    counts: dict[str, int]
    """Rows of each table, and the number of series."""


def make(folder: Path, size: Size | None = None) -> Planted:
    """Write the folder; the same size and seed write the same telemetry."""
    import duckdb
    import numpy as np

    size = size or Size()
    random = np.random.default_rng(size.seed)
    folder.mkdir(parents=True)
    end, onset = START + timedelta(minutes=size.minutes), START + timedelta(minutes=size.minutes * 0.75)
    shape, services, culprit, edge = _trees(size, random)
    with duckdb.connect(":memory:") as db:
        db.execute("SET TimeZone = 'UTC'")
        db.execute("SET enable_progress_bar = false")
        _template_table(db, shape)
        per_trace = len(shape) / (1 + max(row[0] for row in shape))
        db.execute("CREATE TABLE names (n INT, service VARCHAR)")
        db.executemany("INSERT INTO names VALUES (?, ?)", list(enumerate(services)))
        db.execute(_sql(size, onset, per_trace))
        counts = {}
        for name in ("traces", "logs", "metrics_gauge", "metrics_sum", "metrics_histogram"):
            db.execute(f"COPY otel_{name} TO '{folder / f'otel_{name}.parquet'}' (FORMAT parquet)")
            counts[name] = _one(db, f"SELECT count(*) FROM otel_{name}")
        counts["series"] = sum(
            _one(db, f"SELECT count(DISTINCT (ServiceName, MetricName, Attributes, ResourceAttributes)) FROM otel_{t}")
            for t in ("metrics_gauge", "metrics_sum", "metrics_histogram")
        )
    question = f"Why does {edge} answer with errors?"
    _write(folder / "manifest.json", {"name": "scale", "question": question, "start": START, "end": end, "now": end})
    changes = [_deployed(culprit, onset - timedelta(minutes=1), 7)]
    for service in random.choice(services, 30):
        before = timedelta(minutes=float(random.uniform(3, 20 * 60)))
        changes.append(_deployed(str(service), onset - before, int(random.integers(2, 40))))
    lines = [json.dumps(c, default=_text) for c in sorted(changes, key=lambda c: c["time"])]
    (folder / "changes.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    _write(folder / "alerts.json", [_alert(edge, "ErrorsHigh", onset + timedelta(minutes=3), "critical")])
    return Planted(culprit, edge, question, onset, counts)


Row = tuple[int, int, int, str, str, str, str, float, float, bool, bool]
"""template, place, place above, service, name, kind, route, offset and duration (ms), is the fault's, is above it."""


def _trees(size: Size, random: np.random.Generator) -> tuple[list[Row], list[str], str, str]:
    """The spans of every kind of request, the services, the one at fault and the edge that shows it."""
    n = size.services
    layer = [min(3, sum(i >= sum(LAYERS[: k + 1]) * n for k in range(4))) for i in range(n)]
    names = [f"{NOUNS[i % len(NOUNS)]}-{i:03d}" for i in range(n)]
    below = {i: [j for j in range(n) if layer[j] == layer[i] + 1] for i in range(n)}
    called = {i: [int(j) for j in random.choice(b, min(6, len(b)), False)] if b else [] for i, b in below.items()}
    edges = [i for i in range(n) if layer[i] == 0]
    bodies = [_tree(root, page, called, names, random) for root in edges for page in range(8)]
    deep = [s[2] for body in bodies for s in body if s[3] == "Server" and layer[names.index(s[2])] == 2]
    culprit = max(dict.fromkeys(deep), key=deep.count)
    routes = [s[4] for body in bodies for s in body if s[2] == culprit and s[3] == "Server"]
    bad = max(dict.fromkeys(routes), key=routes.count)
    rows: list[Row] = []
    seen: list[str] = []
    for template, body in enumerate(bodies):
        fault = {p for p, _, service, kind, route in body if (service, kind, route) == (culprit, "Server", bad)}
        above = set()
        for place in fault:
            while place:
                place = body[place][1]
                above.add(place)
        if fault:
            seen.append(body[0][2])
        for place, parent, service, kind, route in body:
            depth = _depth(body, place)
            name = f"GET {route}" if kind == "Server" else ("SELECT" if kind == "Db" else "GET")
            rows.append(
                (template, place, parent, service, name, kind, route, depth * 1.5 + place * 0.4,
                 max(2.0, 60 - 9 * depth), place in fault, place in above)
            )  # fmt: skip
    return rows, names, culprit, max(dict.fromkeys(seen), key=seen.count)


def _tree(
    root: int, page: int, called: dict[int, list[int]], names: list[str], random: np.random.Generator
) -> list[tuple[int, int, str, str, str]]:
    """place, place above, service, kind, route; a client span stands between two services."""
    body = [(0, 0, names[root], "Server", f"/{names[root].split('-')[0]}s/{page}/{{id}}")]
    open_ = [(0, root)]
    while open_ and len(body) < 14:
        above, service = open_.pop(0)
        for callee in random.permutation(called[service])[: int(random.integers(1, 3))]:
            route = f"/api/{names[callee].split('-')[0]}/{int(random.integers(3))}"
            body.append((len(body), above, names[service], "Client", route))
            body.append((len(body), len(body) - 1, names[callee], "Server", route))
            open_.append((len(body) - 1, int(callee)))
        if not called[service]:
            body.append((len(body), above, names[service], "Db", ""))
    return body


def _depth(body: list[tuple[int, int, str, str, str]], place: int) -> int:
    depth = 0
    while place:
        place, depth = body[place][1], depth + 1
    return depth


def _template_table(db: duckdb.DuckDBPyConnection, rows: list[Row]) -> None:
    db.execute(
        "CREATE TABLE shape (template INT, place INT, above INT, service VARCHAR, name VARCHAR, kind VARCHAR,"
        " route VARCHAR, shift DOUBLE, took DOUBLE, fault BOOL, over BOOL)"
    )
    db.executemany("INSERT INTO shape VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


_STACK = """Traceback (most recent call last):
  File "/app/SERVICE/handlers.py", line 88, in handle
    return compute(request)
  File "/app/SERVICE/rules.py", line 41, in compute
    return base * rules['rebate']
KeyError: 'rebate'"""


def _sql(size: Size, onset: datetime, per_trace: float) -> str:
    edges = zip([-1.0, *BOUNDS], [*BOUNDS, 1e9], strict=True)
    cells = ", ".join(f"count(*) FILTER (ns / 1e9 <= {high} AND ns / 1e9 > {low})" for low, high in edges)
    sums = ", ".join(f"sum(coalesce(cells[{i + 1}], 0)) OVER line" for i in range(len(BOUNDS) + 1))
    return Template(Path(__file__).with_suffix(".sql").read_text("utf-8")).substitute(
        START=START.isoformat(),
        ONSET=onset.isoformat(),
        MINUTES=size.minutes,
        SEED=size.seed,
        TRACES=round(size.spans / per_trace),
        LOGS=size.logs,
        STACK=_STACK.replace("'", "''"),
        POD_GAUGES=list(POD_GAUGES),
        POD_SUMS=list(POD_SUMS),
        NODE_GAUGES=list(NODE_GAUGES),
        NODES=max(1, size.services // 4),
        CELLS=f"[{cells}]",
        SUMS=f"[{sums}]",
        BOUNDS=BOUNDS,
    )


def _one(db: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(db.execute(sql).fetchall()[0][0])


def _text(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, default=_text, indent=1), "utf-8")


def _deployed(service: str, at: datetime, minor: int) -> dict[str, Any]:
    old, new = f"1.{minor}.0", f"1.{minor + 1}.0"
    title = f"Deployed {service} {new}"
    return {"time": at, "kind": "deployment", "service": service, "title": title, "from": old, "to": new}


def _alert(service: str, name: str, at: datetime, severity: str) -> dict[str, Any]:
    return {
        "labels": {"alertname": name, "service": service, "severity": severity},
        "annotations": {"summary": f"{service} answers many requests with 5XX"},
        "startsAt": at,
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"{abs(hash((service, name))):x}"[:12],
        "status": {"state": "active"},
    }
